package main

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// compare settles the costs to the minor unit and sets them against the
// charges, by tenant.
func (b *books) compare(costs []allocation.Cost, charges []accounting.Charge) error {
	exact := make([]allocation.Amount, len(b.accounts))
	for _, c := range costs {
		i := slices.IndexFunc(b.accounts, func(a metering.Account) bool { return a.Contains(c.Key.Account) })
		if i < 0 {
			i = slices.Index(b.accounts, nobody)
		}
		if i < 0 {
			return fmt.Errorf("a cost of %v that no column has; add a column %q", c.Amount, nobody+" kWh")
		}
		var err error
		if exact[i], err = exact[i].Add(c.Amount); err != nil {
			return err
		}
	}
	settled, err := allocation.Settle(money.Rounding{Places: b.utility.Currency.Digits()}, exact...)
	if err != nil {
		return err
	}
	var rounded []allocation.Cost
	for i, account := range b.accounts {
		rounded = append(rounded, allocation.Cost{Key: metering.Key{Account: account}, Amount: allocation.Exactly(settled[i])})
	}
	margins, err := allocation.Margins(slices.Values(charges), slices.Values(rounded), func(k metering.Key) string { return string(k.Account.Tenant()) })
	if err != nil {
		return err
	}
	for _, m := range margins {
		if err := b.add(m); err != nil {
			return err
		}
	}
	slices.SortStableFunc(b.tenants, func(x, y tenant) int {
		if (x.account == nobody) != (y.account == nobody) {
			return map[bool]int{true: 1, false: -1}[x.account == nobody]
		}
		return y.used.Cmp(x.used)
	})
	return b.sum()
}

// add notes the margin of a tenant.
func (b *books) add(m allocation.Margin) (err error) {
	t := tenant{account: metering.Account(m.Group), used: b.spread[metering.Account(m.Group)]}
	whole := money.Rounding{Places: b.utility.Currency.Digits()} // they are whole already
	if t.cost, err = m.Cost.Round(whole); err != nil {
		return err
	}
	if t.price, err = m.Revenue.Round(whole); err != nil {
		return err
	}
	if t.margin, err = m.Margin.Round(whole); err != nil {
		return err
	}
	b.tenants = append(b.tenants, t)
	return nil
}

// sum adds up the tenants.
func (b *books) sum() (err error) {
	for _, t := range b.tenants {
		if b.total.used, err = b.total.used.Add(t.used); err != nil {
			return err
		}
		for _, part := range []struct {
			to   *money.Money
			more money.Money
		}{{&b.total.cost, t.cost}, {&b.total.price, t.price}, {&b.total.margin, t.margin}} {
			if *part.to, err = part.to.Add(part.more); err != nil {
				return err
			}
		}
	}
	for _, q := range b.quarters {
		if b.used, err = b.used.Add(q.site); err != nil {
			return err
		}
	}
	return nil
}

// closes reports whether the tenants' energy is the site's meter, their costs
// the utility's bill, and the margins the difference.
func (b *books) closes() bool {
	margin, err := b.total.price.Sub(b.total.cost)
	return err == nil && b.total.used == b.used && b.total.cost == b.site.Total() && margin == b.total.margin
}

// perKWh is what a kWh comes to, "" where there is nothing.
func (t tenant) perKWh(amount money.Money) string {
	if amount.IsZero() {
		return ""
	}
	each, err := allocation.UnitCost(allocation.Exactly(amount), t.used.Quantity(), metering.MustUnit("kW.h"))
	if err != nil {
		return ""
	}
	return each.Rat().FloatString(4)
}

// ratio is the margin over the price, in percent, "" where nothing was paid.
func (t tenant) ratio() string {
	r := allocation.Margin{Revenue: allocation.Exactly(t.price), Margin: allocation.Exactly(t.margin)}.Ratio()
	if r == nil {
		return ""
	}
	return r.Mul(r, big.NewRat(100, 1)).FloatString(1)
}
