package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// services returns the services of the bills in the catalogue's order.
func (b *books) services() (out []accounting.ServiceID) {
	for c := range chargesOf(b.Bills) {
		if !slices.Contains(out, c.Service) {
			out = append(out, c.Service)
		}
	}
	slices.SortFunc(out, serviceOrder)
	return out
}

func (b *books) viewTenants(v *view) error {
	services := b.services()
	for _, id := range services {
		v.Services = append(v.Services, v.W.service(id))
	}
	var s sums
	all := tenantUse{BusyKnown: true}
	for _, t := range b.Tenants {
		var bills []rating.Bill
		for _, bill := range b.Bills {
			if bill.Contract.Account == t.Account {
				bills = append(bills, bill)
			}
		}
		row, err := b.tenantRow(v.W, t, bills, services)
		if err != nil {
			return err
		}
		row.Invoices = b.invoicesOf(v.W, t.Account)
		v.Tenants = append(v.Tenants, row)
		all.Held, all.Busy, all.Energy = s.quantity(all.Held, t.Held), s.quantity(all.Busy, t.Busy), s.energy(all.Energy, t.Energy)
		all.BusyKnown = all.BusyKnown && t.BusyKnown
	}
	slices.SortStableFunc(v.Tenants, func(a, z tenantRow) int {
		return cmp.Or(z.billed.Scaled().Cmp(a.billed.Scaled()), cmp.Compare(a.account, z.account))
	})
	var err error
	if all.Billed, all.List, err = b.totals(b.Bills); err != nil {
		return err
	}
	all.BusyKnown = all.BusyKnown && len(b.Tenants) > 0
	if v.Sum, err = b.tenantRow(v.W, all, b.Bills, services); err != nil {
		return err
	}
	v.Sum.Name = v.W.Total
	if !b.Idle.Held.IsZero() {
		v.Idle = &tenantRow{Name: v.W.Idle, List: amount(b.Idle.List), Held: s.cardHours(b.Idle.Held), Energy: kilowattHours(b.Idle.Energy)}
	}
	return s.err
}

func (b *books) tenantRow(w *words, t tenantUse, bills []rating.Bill, services []accounting.ServiceID) (tenantRow, error) {
	var s sums
	row := tenantRow{
		Name: t.name(), Billed: amount(t.Billed), List: amount(t.List),
		Held: s.cardHours(t.Held), Busy: w.NotApplicable, Energy: w.NotApplicable, billed: t.Billed, account: t.Account,
	}
	if !b.energyUnknown() {
		row.Energy = kilowattHours(t.Energy)
	}
	if t.BusyKnown {
		busy := share(t.Busy, t.Held)
		row.Busy, row.Bar = percent(busy), bar{Known: busy != nil, Fill: perMille(busy), Back: 1000}
	}
	groups, err := accounting.GroupBy(chargesOf(bills), func(c accounting.Charge) accounting.ServiceID { return c.Service })
	if err != nil {
		return row, err
	}
	for _, id := range services {
		text := w.NotApplicable
		for _, g := range groups {
			if g.Key == id {
				text = amount(g.Billed)
			}
		}
		row.Services = append(row.Services, text)
	}
	return row, s.err
}

// invoicesOf returns links to a tenant's invoices.
func (b *books) invoicesOf(w *words, account metering.Account) (out []link) {
	for _, inv := range b.Invoices {
		if inv.Contract.Account == account {
			out = append(out, link{w.monthShort(inv.Period.Start().In(b.Zone.Location())), invoiceFile(b, inv)})
		}
	}
	return out
}

func (b *books) viewPools(v *view) error {
	var s sums
	for _, p := range b.Pools {
		held, busy := share(p.Held, p.Capacity), share(p.Busy, p.Capacity)
		v.Pools = append(v.Pools, poolRow{
			Name: clean(p.Name), Vendor: clean(p.Vendor), SKU: clean(p.SKU), Devices: count(p.Devices), Capacity: s.cardHours(p.Capacity),
			Held: percent(held), Busy: percent(busy), Energy: kilowattHours(p.Energy),
			Text: fmt.Sprintf(v.W.OfCapacityF, percent(held), percent(busy)),
			Bar:  bar{Known: held != nil, Fill: perMille(busy), Back: perMille(held)},
		})
	}
	return s.err
}
