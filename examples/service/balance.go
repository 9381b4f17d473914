package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/meterbook/meterbook/accounting/credit"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A balance is what is left of a tenant's credit. Paid = Billed + Held + Available,
// where Available below 0 is what the tenant owes.
type balance struct {
	Account   metering.Account `json:"account"`
	At        time.Time        `json:"at"`
	Paid      money.Money      `json:"paid"`
	Billed    money.Money      `json:"billed"`
	Held      money.Money      `json:"held"`
	Available money.Money      `json:"available"`
}

// getBalance answers with the balance of an account's tenant.
func (s *service) getBalance(q *request) error {
	account, err := q.account(true)
	if err != nil {
		return err
	}
	b, err := s.balance(account.Tenant())
	if err != nil {
		return unrated(err)
	}
	return s.show(q, http.StatusOK, b, func() string { return s.say.balanceText(b) })
}

// balance takes what usage has come to, and says what is left. A tenant that
// nobody has heard of has no balance.
func (s *service) balance(tenant metering.Account) (balance, error) {
	s.purses.mu.Lock()
	defer s.purses.mu.Unlock()
	first, _, err := s.months(tenant, nil)
	if err != nil {
		return balance{}, err
	}
	if first.IsZero() && s.purses.tenants[tenant] == nil {
		return balance{}, &fault{status: http.StatusNotFound, reason: "unknown_account", field: "account", detail: "no event and no credit is known of it"}
	}
	u, now, err := s.settled(tenant, nil)
	if err != nil {
		return balance{}, err
	}
	return view(tenant, u, now)
}

// settled returns the purse of a tenant once what is due was taken. The lock is held.
func (s *service) settled(tenant metering.Account, ended []string) (*purse, time.Time, error) {
	now := s.now().UTC()
	due, err := s.due(tenant)
	if err != nil {
		return nil, now, err
	}
	u, err := s.purses.of(tenant, now)
	if err != nil {
		return nil, now, err
	}
	return u, now, u.settle(due, ended, now)
}

func view(tenant metering.Account, u *purse, now time.Time) (balance, error) {
	b, err := u.wallet.Balance(now)
	if err != nil {
		return balance{}, err
	}
	v := balance{Account: tenant, At: now, Held: b.Held}
	if v.Billed, err = u.settled(now); err != nil {
		return v, err
	}
	if v.Available, err = u.free(now); err != nil {
		return v, err
	}
	v.Paid, err = money.Sum(v.Billed, v.Held, v.Available)
	return v, err
}

// postCredit adds what a tenant paid in advance. The same id again changes nothing.
func (s *service) postCredit(q *request) error {
	var paid struct {
		Account metering.Account `json:"account"`
		ID      string           `json:"id"`
		Amount  money.Money      `json:"amount"`
	}
	if kind := q.mediaType(); kind != "application/json" {
		return &fault{status: http.StatusUnsupportedMediaType, reason: "media_type", field: "Content-Type", detail: "want application/json"}
	}
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, &paid); err != nil {
		return badField("body", `want {"account": "acme", "id": "payment-1", "amount": "CNY 100"}: `+err.Error())
	}
	if err := paid.Account.Validate(); err != nil {
		return badField("account", err.Error())
	}
	if paid.Amount.Sign() <= 0 || paid.Amount.Currency() != s.card.Currency {
		return badField("amount", "want an amount of "+string(s.card.Currency)+" above 0")
	}
	tenant := paid.Account.Tenant()
	s.purses.mu.Lock()
	defer s.purses.mu.Unlock()
	u, now, err := s.settled(tenant, nil)
	if err != nil {
		return unrated(err)
	}
	if err := u.wallet.Grant(credit.Grant{ID: "payment " + paid.ID, Amount: paid.Amount}, now); err != nil {
		return ungranted(err)
	}
	b, err := view(tenant, u, now)
	if err != nil {
		return err
	}
	return s.show(q, http.StatusOK, b, func() string { return s.say.balanceText(b) })
}

func ungranted(err error) error {
	switch {
	case errors.Is(err, credit.ErrConflict):
		return &fault{status: http.StatusConflict, reason: "conflict", field: "id", detail: err.Error()}
	case errors.Is(err, credit.ErrID):
		return badField("id", err.Error())
	}
	return err
}
