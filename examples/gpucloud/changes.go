package main

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// pair is what a tenant spends on a service.
type pair struct {
	account metering.Account
	service accounting.ServiceID
}

func (b *books) viewChanges(v *view) error {
	c, ok := b.compared()
	if !ok {
		return nil
	}
	w, zone := v.W, b.Zone.Location()
	v.Changes.Caption = fmt.Sprintf(w.ChangesF, w.month(c.nowMonth.Start().In(zone)), w.month(c.lastMonth.Start().In(zone)), v.Currency)
	pairs, err := b.pairs(c)
	if err != nil {
		return err
	}
	var s sums
	for _, p := range pairs {
		d := s.lessMoney(p.now, p.before)
		if d.IsZero() {
			continue
		}
		rate := ratio(d.Scaled().Big(), p.before.Scaled().Big())
		row := changeRow{
			Tenant: b.nameOf(p.account), Service: w.service(p.service), Before: amount(p.before), Now: amount(p.now),
			Change: signed(d), Percent: signedPercent(rate), Falls: d.Sign() < 0, difference: d.Scaled().Big(),
		}
		if rate == nil {
			row.Percent = w.New
		}
		v.Changes.Rows = append(v.Changes.Rows, row)
	}
	slices.SortStableFunc(v.Changes.Rows, func(a, z changeRow) int { return z.difference.CmpAbs(a.difference) })
	v.Changes.Rows = v.Changes.Rows[:min(len(v.Changes.Rows), shownChanges)]
	for i := range v.Changes.Rows {
		r := &v.Changes.Rows[i]
		v.Changes.Falls = v.Changes.Falls || r.Falls
		r.Bar = bar{true, perMille(ratio(new(big.Int).Abs(r.difference), new(big.Int).Abs(v.Changes.Rows[0].difference))), 1000}
	}
	return s.err
}

type pairChange struct {
	pair
	now, before money.Money
}

// pairs returns what every tenant spent on every service in two months, in
// order of tenant and service.
func (b *books) pairs(c comparison) ([]pairChange, error) {
	zero, err := b.zero()
	if err != nil {
		return nil, err
	}
	var s sums
	var out []pairChange
	at := make(map[pair]int)
	find := func(c accounting.Charge) *pairChange {
		p := pair{c.BillingAccount, c.Service}
		i, ok := at[p]
		if !ok {
			i = len(out)
			at[p] = i
			out = append(out, pairChange{p, zero, zero})
		}
		return &out[i]
	}
	for c := range chargesOf(c.now) {
		p := find(c)
		p.now = s.money(p.now, c.Billed)
	}
	for c := range chargesOf(c.before) {
		p := find(c)
		p.before = s.money(p.before, c.Billed)
	}
	slices.SortFunc(out, func(a, z pairChange) int {
		return cmp.Or(cmp.Compare(a.account, z.account), serviceOrder(a.service, z.service))
	})
	return out, s.err
}
