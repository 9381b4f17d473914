package main

import (
	"errors"
	"net/http"
	"time"

	"github.com/meterbook/meterbook/accounting/credit"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A held is the hold of an event that is to come.
type held struct {
	Account   metering.Account `json:"account"`
	Source    string           `json:"source"`
	ID        string           `json:"id"`
	Held      money.Money      `json:"held"`
	Until     time.Time        `json:"until"`
	Available money.Money      `json:"available"`
}

// postHold holds the price of the most that a request can use, before it is
// served: it is an event with the identity of the one that will be recorded. When
// that comes to POST /events its price is taken, and the rest of the hold goes back.
// Where the credit does not reach it answers 402, and the request is not to be
// served.
func (s *service) postHold(q *request) error {
	body, batch, err := q.events()
	if err != nil {
		return err
	}
	events, err := decode(body, batch)
	if err != nil {
		return err
	}
	if len(events) != 1 || events[0].Kind != metering.Amount {
		return badField("type", "want one event of kind amount, with the most that is to come")
	}
	e := events[0]
	rows, err := s.rowsOf(e)
	if err != nil {
		r := refused(0, err)
		return &fault{status: r.status, reason: r.Reason, field: r.Field, detail: r.Detail}
	}
	s.purses.mu.Lock()
	defer s.purses.mu.Unlock()
	u, now, err := s.settled(e.Account.Tenant(), nil)
	if err != nil {
		return unrated(err)
	}
	amount, err := s.quote(e.Account.Tenant(), rows)
	if err != nil {
		return unrated(err)
	}
	h, err := u.hold(holdID(e.Source, e.ID), amount, now)
	if err != nil {
		return unheld(err)
	}
	free, err := u.free(now)
	if err != nil {
		return err
	}
	v := held{Account: e.Account, Source: e.Source, ID: e.ID, Held: h.Amount, Until: h.Until, Available: free}
	return s.show(q, http.StatusCreated, v, func() string { return s.say.heldText(v) })
}

// rowsOf returns the usage that an event would be.
func (s *service) rowsOf(e metering.Event) (rows []metering.Usage, err error) {
	alone := metering.NewAggregator()
	if err := alone.Record(e); err != nil {
		return nil, err
	}
	month, err := metering.Months(metering.Zone{}).At(e.Time)
	if err != nil {
		return nil, err
	}
	for u, err := range alone.Usage(month, s.grain()) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, u)
	}
	return rows, nil
}

// quote returns what usage would add to what is due.
func (s *service) quote(tenant metering.Account, rows []metering.Usage) (money.Money, error) {
	without, err := s.due(tenant)
	if err != nil {
		return without, err
	}
	with, err := s.due(tenant, rows...)
	if err != nil {
		return with, err
	}
	more, err := with.Sub(without)
	if err != nil || more.Sign() >= 0 {
		return more, err
	}
	return more.Sub(more)
}

func unheld(err error) error {
	if errors.Is(err, credit.ErrSettled) || errors.Is(err, credit.ErrReleased) || errors.Is(err, credit.ErrExpired) || errors.Is(err, credit.ErrConflict) {
		return &fault{status: http.StatusConflict, reason: "conflict", field: "id", detail: err.Error()}
	}
	return err
}

// deleteHold gives a hold back: the request was not served.
func (s *service) deleteHold(q *request) error {
	account, err := q.account(true)
	if err != nil {
		return err
	}
	s.purses.mu.Lock()
	defer s.purses.mu.Unlock()
	u := s.purses.tenants[account.Tenant()]
	if u == nil {
		return &fault{status: http.StatusNotFound, reason: "unknown_hold", field: "account", detail: "nothing is held for it"}
	}
	now := s.now().UTC()
	err = u.release(holdID(q.FormValue("source"), q.FormValue("id")), now)
	switch {
	case errors.Is(err, credit.ErrUnknown), errors.Is(err, credit.ErrID):
		return &fault{status: http.StatusNotFound, reason: "unknown_hold", field: "id", detail: "no such hold, or settled long ago"}
	case err != nil:
		return unheld(err)
	}
	b, err := view(account.Tenant(), u, now)
	if err != nil {
		return err
	}
	return s.show(q, http.StatusOK, b, func() string { return s.say.balanceText(b) })
}

// endHolds settles the tenants that had something held for events which are
// durable now, or were before.
func (s *service) endHolds(events []metering.Event, out map[int]bool) error {
	s.purses.mu.Lock()
	defer s.purses.mu.Unlock()
	ended := make(map[metering.Account][]string)
	for i := range events {
		e := &events[i]
		u := s.purses.tenants[e.Account.Tenant()]
		if u == nil || out[i] || len(u.open) == 0 {
			continue
		}
		if id := holdID(e.Source, e.ID); u.open[id] {
			ended[e.Account.Tenant()] = append(ended[e.Account.Tenant()], id)
		}
	}
	var err error
	for tenant, ids := range ended {
		_, _, one := s.settled(tenant, ids)
		err = errors.Join(err, one)
	}
	return err
}
