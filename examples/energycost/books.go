package main

import (
	"fmt"
	"slices"

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
