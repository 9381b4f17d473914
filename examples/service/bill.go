package main

import (
	"errors"
	"iter"
	"net/http"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// contract is what a tenant pays by: the same card for all.
func (s *service) contract(tenant metering.Account) accounting.Contract {
	return accounting.Contract{Account: tenant, Card: s.card}
}

// usageOf yields the usage of an account and of those below it in a period, by
// month, or by window where a price of the card looks closer than that.
func (s *service) usageOf(account metering.Account, p metering.Period) iter.Seq2[metering.Usage, error] {
	return s.rec.Usage(p, metering.Of(account), s.grain())
}

func (s *service) grain() metering.QueryOption {
	if s.coarse() {
		return metering.Per(metering.Months(metering.Zone{}))
	}
	return metering.PerWindow()
}

// coarse reports whether the card prices a month as a whole.
func (s *service) coarse() bool {
	for i := range s.card.Prices {
		price := &s.card.Prices[i]
		if price.RowWise() || price.Terms != nil || !price.From.IsZero() || !price.Until.IsZero() {
			return false
		}
	}
	return true
}

// bill rates a month of a tenant. What has no price is in it, and in no total.
func (s *service) bill(tenant metering.Account, month metering.Period, usage iter.Seq2[metering.Usage, error]) (rating.Bill, error) {
	bill, _, err := rating.Rate(s.contract(tenant), month, usage, rating.State{}, rating.ReportUnpriced())
	return bill, err
}

// due returns what all usage of a tenant has come to, month by month, with some
// more that is only asked about.
func (s *service) due(tenant metering.Account, more ...metering.Usage) (money.Money, error) {
	sum, err := money.Parse(string(s.card.Currency) + " 0")
	if err != nil {
		return sum, err
	}
	first, last, err := s.months(tenant, more)
	if err != nil || first.IsZero() {
		return sum, err
	}
	for month := range metering.Months(metering.Zone{}).Over(span(first, last)) {
		usage := func(yield func(metering.Usage, error) bool) {
			for u, err := range s.usageOf(tenant, month) {
				if !yield(u, err) {
					return
				}
			}
			for _, u := range more {
				if month.Covers(u.Period) && !yield(u, nil) {
					return
				}
			}
		}
		bill, err := s.bill(tenant, month, usage)
		if err != nil {
			return sum, err
		}
		if sum, err = sum.Add(bill.Total()); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// months returns the first and the last month in which a tenant used anything.
func (s *service) months(tenant metering.Account, more []metering.Usage) (first, last metering.Period, err error) {
	take := func(p metering.Period) {
		if first.IsZero() || p.Start().Before(first.Start()) {
			first = p
		}
		if last.IsZero() || last.End().Before(p.End()) {
			last = p
		}
	}
	for u, err := range s.rec.Usage(always, metering.Of(tenant), metering.Per(metering.Months(metering.Zone{})), metering.GroupBy(metering.ByTenant)) {
		if err != nil {
			return first, last, err
		}
		take(u.Period)
	}
	for _, u := range more {
		take(u.Period)
	}
	return first, last, nil
}

// always is all of time.
var always = metering.MustPeriod("1970-01-01T00:00:00Z", "2199-12-01T00:00:00Z")

// span returns the whole months from one period to another.
func span(first, last metering.Period) metering.Period {
	months := metering.Months(metering.Zone{})
	from, errFrom := months.At(first.Start())
	to, errTo := months.At(last.End().Add(-1))
	p, err := metering.NewPeriod(from.Start(), to.End())
	if err = errors.Join(errFrom, errTo, err); err != nil {
		return metering.Period{}
	}
	return p
}

// getBill answers with the bill of an account's tenant for a month.
func (s *service) getBill(q *request) error {
	account, err := q.account(true)
	if err != nil {
		return err
	}
	month, err := s.month(q)
	if err != nil {
		return err
	}
	tenant := account.Tenant()
	bill, err := s.bill(tenant, month, s.usageOf(tenant, month))
	if err != nil {
		return unrated(err)
	}
	explain := q.FormValue("explain") != "" && q.FormValue("explain") != "0"
	q.note("lines", len(bill.Charges))
	return s.show(q, http.StatusOK, billView(bill, explain, s.say), func() string { return s.say.billText(bill, explain) })
}

// unrated is the problem of usage that a card cannot price.
func unrated(err error) error {
	for _, one := range []error{rating.ErrContract, rating.ErrUsage, rating.ErrOverflow} {
		if errors.Is(err, one) {
			return &fault{status: http.StatusUnprocessableEntity, reason: "unrated", field: "card", detail: err.Error()}
		}
	}
	return err
}
