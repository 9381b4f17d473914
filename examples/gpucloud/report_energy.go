package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/metering"
)

// name returns what the tenant is called.
func (t tenantUse) name() string { return clean(cmp.Or(t.Name, string(t.Account))) }

// nameOf returns the name of a tenant.
func (b *books) nameOf(account metering.Account) string {
	for _, t := range b.Tenants {
		if t.Account == account {
			return t.name()
		}
	}
	return clean(string(account))
}

func (b *books) viewEnergy(v *view) error {
	w, e, total := v.W, b.Energy, b.Energy.total()
	v.Energy = energyView{
		Note: w.EnergyNote, Total: kilowattHours(total),
		Tenants: kilowattHours(e.Tenants), TenantsOf: percent(energyShare(e.Tenants, total)),
		Unallocated: kilowattHours(e.Unallocated), UnallocatedOf: percent(energyShare(e.Unallocated, total)),
	}
	switch {
	case b.energyUnknown():
		v.Energy.Note, v.Energy.Total = w.EnergyUnknown, w.Unknown
		return nil
	case !e.Metered:
		v.Energy.Note = w.EnergyTraceNote
	}
	for _, t := range b.Tenants {
		v.Energy.Rows = append(v.Energy.Rows, energyRow{Name: t.name(), energy: t.Energy})
	}
	slices.SortStableFunc(v.Energy.Rows, func(a, z energyRow) int { return z.energy.Cmp(a.energy) })
	v.Energy.Rows = append(v.Energy.Rows, energyRow{Name: w.Unallocated, energy: e.Unallocated, Unallocated: true})
	most := slices.MaxFunc(v.Energy.Rows, func(a, z energyRow) int { return a.energy.Cmp(z.energy) }).energy
	for i := range v.Energy.Rows {
		r := &v.Energy.Rows[i]
		length := energyShare(r.energy, most)
		r.KWh, r.Share, r.Bar = kilowattHours(r.energy), percent(energyShare(r.energy, total)), bar{length != nil, perMille(length), 0}
	}
	var s sums
	if e.Metered {
		over := s.lessEnergy(e.Facility, e.Device)
		v.Energy.Device, v.Energy.DeviceOf = kilowattHours(e.Device), percent(energyShare(e.Device, total))
		v.Energy.Overhead, v.Energy.OverheadOf = kilowattHours(over), percent(energyShare(over, total))
	}
	if e.Metered && !e.PUE.IsZero() {
		v.Energy.PUE, v.Energy.PUEName = e.PUE.Decimal(3).StringFixed(3), e.PUE.Name()
		v.Energy.PUEText = fmt.Sprintf(w.PUEF, kilowattHours(e.PUE.Total()), kilowattHours(e.PUE.IT()))
		for _, x := range e.PUE.Warnings() {
			v.Energy.Warnings = append(v.Energy.Warnings, w.warning(x))
		}
	}
	return s.err
}
