package main

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/attribution"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/metering"
)

// books is what a month comes to.
type books struct {
	*scenario
	period  metering.Period
	site    rating.Bill
	used    energy.Energy                      // of the site
	spread  map[metering.Account]energy.Energy // that of each tenant
	tenants []tenant                           // and last what no tenant holds
	total   tenant
}

// A tenant is what an account used, what that cost, what it paid for it, and
// the difference.
type tenant struct {
	account metering.Account
	used    energy.Energy
	cost    money.Money // to the minor unit; they sum to the utility's bill
	price   money.Money
	margin  money.Money
}

// books rates the site by the utility's card, spreads that over the tenants'
// energy, and rates theirs by the tenants' card.
func (s *scenario) books() (*books, error) {
	b := &books{scenario: s}
	contract := accounting.Contract{Account: siteAccount, Card: s.utility, Zone: s.zone}
	var err error
	if b.period, err = contract.BillingPeriod(s.quarters[0].period.Start()); err != nil {
		return nil, err
	}
	if b.site, _, err = rating.Rate(contract, b.period, s.siteUsage, rating.State{}); err != nil {
		return nil, err
	}
	attributed, err := s.attribute()
	if err != nil {
		return nil, err
	}
	if err := b.addUp(attributed); err != nil {
		return nil, err
	}
	costs, err := allocation.Apportion(slices.Values(b.site.Charges), attributed.Usage(b.period, metering.PerWindow()))
	if err != nil {
		return nil, err
	}
	charges, err := b.rateTenants(attributed)
	if err != nil {
		return nil, err
	}
	return b, b.compare(costs, charges)
}

// siteUsage yields what the utility bills: energy and reactive energy, and the
// mean power of each quarter hour.
func (s *scenario) siteUsage(yield func(metering.Usage, error) bool) {
	for _, q := range s.quarters {
		for _, row := range []struct {
			meter    metering.MeterID
			quantity metering.Quantity
		}{
			{metering.EnergyDemand, q.site.Mean(q.period.Duration()).Quantity()},
			{metering.FacilityEnergy, q.site.Quantity()},
			{metering.ReactiveEnergy, q.reactive.Quantity()},
		} {
			if s.utility.PowerFactor == nil && row.meter == metering.ReactiveEnergy {
				continue // the utility asks nothing for it
			}
			if !yield(metering.Usage{Key: metering.Key{Account: siteAccount, Meter: row.meter}, Period: q.period, Quantity: row.quantity}, nil) {
				return
			}
		}
	}
}

// attribute gives each tenant the energy of its devices and its part of what
// the site used beside them, quarter hour by quarter hour.
func (s *scenario) attribute() (*metering.Aggregator, error) {
	agg := metering.NewAggregator()
	all := metering.Grains(1, metering.Cores)
	for _, q := range s.quarters {
		in := attribution.Input{Period: q.period, Facility: facility.Measured{Energy: q.site, Period: q.period}}
		for i, account := range s.accounts {
			d := attribution.Device{ID: string(account), Energy: q.used[i], Capacity: all}
			if account != nobody {
				d.Holders = []attribution.Holder{{Account: account, Allocated: all, Used: 1}}
			}
			in.Devices = append(in.Devices, d)
		}
		r, err := attribution.Attribute(in)
		if err != nil {
			return nil, fmt.Errorf("%v: %w", q.period, err)
		}
		if _, err := r.Reconcile(); err != nil {
			return nil, err
		}
		for e := range r.Events("site-1", nobody) {
			if err := agg.Record(e); err != nil {
				return nil, err
			}
		}
	}
	return agg, nil
}

// addUp adds up each tenant's energy.
func (b *books) addUp(attributed *metering.Aggregator) error {
	b.spread = map[metering.Account]energy.Energy{}
	for u, err := range attributed.Usage(b.period) {
		if err != nil {
			return err
		}
		e, err := energy.FromQuantity(u.Quantity)
		if err != nil {
			return err
		}
		t := u.Key.Account.Tenant()
		if b.spread[t], err = b.spread[t].Add(e); err != nil {
			return err
		}
	}
	return nil
}

// rateTenants rates each tenant's energy by the tenants' card.
func (b *books) rateTenants(attributed *metering.Aggregator) ([]accounting.Charge, error) {
	var charges []accounting.Charge
	for _, account := range b.accounts {
		if account == nobody {
			continue
		}
		contract := accounting.Contract{Account: account, Card: b.scenario.tenants, Zone: b.zone}
		bill, _, err := rating.Rate(contract, b.period, attributed.Usage(b.period, metering.Of(account), metering.PerWindow()), rating.State{})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", account, err)
		}
		charges = append(charges, bill.Charges...)
	}
	return charges, nil
}

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

// A line is what the utility asks at one price.
type line struct {
	id       string
	quantity metering.Quantity // the sum, or the highest
	unit     metering.Unit
	amount   money.Money
}

// lines are the utility's prices, in the order of its card.
func (b *books) lines() ([]line, error) {
	var list []line
	for _, c := range b.site.Charges {
		i := slices.IndexFunc(list, func(l line) bool { return l.id == c.PriceID })
		if i < 0 {
			i = len(list)
			list = append(list, line{id: c.PriceID, unit: c.Unit})
		}
		l := &list[i]
		var err error
		if l.amount, err = l.amount.Add(c.Billed); err != nil {
			return nil, err
		}
		switch more, known := c.Quantity, l.quantity.Dimension().Valid(); {
		case c.Origin != accounting.FromUsage:
		case !known:
			l.quantity = more
		case c.Meter == metering.EnergyDemand:
			if larger, err := more.Cmp(l.quantity); err == nil && larger > 0 {
				l.quantity = more
			}
		default:
			if l.quantity, err = l.quantity.Add(more); err != nil {
				return nil, err
			}
		}
	}
	place := func(l line) int {
		i := slices.IndexFunc(b.utility.Prices, func(p accounting.Price) bool { return p.ID == l.id })
		if i < 0 {
			i = len(b.utility.Prices) // no price makes it
		}
		return i
	}
	slices.SortStableFunc(list, func(x, y line) int { return place(x) - place(y) })
	return list, nil
}

// figures is what -json prints.
type figures struct {
	Period  string          `json:"period"`
	MadeUp  bool            `json:"made_up"`
	Card    string          `json:"card"`
	SiteKWh decimal.Decimal `json:"site_kwh"`
	Prices  []priceFigures  `json:"prices"`
	Bill    money.Money     `json:"bill"`
	Tenants []tenantFigures `json:"tenants"`
	Cost    money.Money     `json:"cost"`
	Price   money.Money     `json:"price"`
	Margin  money.Money     `json:"margin"`
	Closes  bool            `json:"closes"`
}

type priceFigures struct {
	ID       string      `json:"id"`
	Quantity string      `json:"quantity,omitempty"`
	Amount   money.Money `json:"amount"`
}

type tenantFigures struct {
	Account metering.Account `json:"account"`
	KWh     decimal.Decimal  `json:"kwh"`
	Cost    money.Money      `json:"cost"`
	Price   money.Money      `json:"price"`
	Margin  money.Money      `json:"margin"`
	Percent string           `json:"margin_percent,omitempty"`
}

func (b *books) figures() (figures, error) {
	f := figures{Period: b.period.String(), MadeUp: b.made, Card: b.utility.Name(), SiteKWh: b.used.KWh(3), Bill: b.site.Total(),
		Cost: b.total.cost, Price: b.total.price, Margin: b.total.margin, Closes: b.closes()}
	list, err := b.lines()
	for _, l := range list {
		f.Prices = append(f.Prices, priceFigures{l.id, l.text(), l.amount})
	}
	for _, t := range b.tenants {
		f.Tenants = append(f.Tenants, tenantFigures{t.account, t.used.KWh(3), t.cost, t.price, t.margin, t.ratio()})
	}
	return f, err
}

// text is the quantity in the price's unit.
func (l line) text() string {
	if !l.quantity.Dimension().Valid() || l.unit.IsZero() {
		return ""
	}
	n, err := l.quantity.In(l.unit, 3)
	if err != nil {
		return l.quantity.String()
	}
	return n.StringFixed(3) + " " + l.unit.Label()
}
