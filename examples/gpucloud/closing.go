package main

import (
	"fmt"

	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/energy"
)

func (b *books) viewClosing(v *view) error {
	w, s := v.W, sums{}
	charges, _, err := b.totals(b.Bills)
	if err != nil {
		return err
	}
	invoices, err := b.zero()
	if err != nil {
		return err
	}
	for _, inv := range b.Invoices {
		invoices = s.money(invoices, inv.Total)
	}
	closes, whole := w.EnergyCloses, w.Metered
	if !b.Energy.Metered {
		closes, whole = w.EstimateCloses, w.Estimate
	}
	inKWh := func(e energy.Energy) string { return kilowattHours(e) + " kWh" }
	v.Closing = []equation{
		{w.InvoicesEqualCharges, []term{
			{w.SumOfInvoices, withCurrency(invoices), fmt.Sprintf(w.InvoicesF, count(len(b.Invoices))), false},
			{w.SumOfCharges, withCurrency(charges), fmt.Sprintf(w.ChargeCountF, count(countCharges(b.Bills))), false},
			{w.Residual, withCurrency(b.ResidualMoney), "", true},
		}, b.ResidualMoney.IsZero()},
		{closes, []term{
			{whole, microjoules(b.Energy.total()) + " µJ", inKWh(b.Energy.total()), false},
			{w.OfTenants, microjoules(b.Energy.Tenants) + " µJ", inKWh(b.Energy.Tenants), false},
			{w.Unallocated, microjoules(b.Energy.Unallocated) + " µJ", inKWh(b.Energy.Unallocated), false},
			{w.Residual, microjoules(b.ResidualEnergy) + " µJ", "", true},
		}, b.ResidualEnergy.IsZero()},
	}
	if b.energyUnknown() {
		v.Closing = v.Closing[:1]
	}
	return s.err
}

func countCharges(bills []rating.Bill) (n int) {
	for range chargesOf(bills) {
		n++
	}
	return n
}
