package main

import (
	"fmt"
	"iter"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/attribution"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/metering"
)

// meterPoint is where the example's devices are metered: at their own input.
const meterPoint = facility.Category3

// attribute works out whose energy every hour's was, from who held devices
// and how busy they were, and records it as usage of the tenants.
func (s *simulation) attribute() (energyBooks, error) {
	e := energyBooks{Metered: true}
	index := make(map[string]int, len(s.devices))
	window := attribution.Input{Category: meterPoint, Devices: make([]attribution.Device, len(s.devices))}
	for i, d := range s.devices {
		index[d.id] = i
		window.Devices[i] = attribution.Device{ID: d.id, SKU: s.pools[d.pool].SKU, Region: s.pools[d.pool].Region}
	}
	held, busy := s.perHour(s.usage, metering.AcceleratorTime), s.perHour(s.telemetry, busyTime)
	defer held.stop()
	defer busy.stop()
	var worker attribution.Attributor
	var result attribution.Result
	to := &energyMeters{s: s, of: make(map[holderOf]*[2]*metering.Series)}
	for h, site := range s.siteHours {
		window.Period, window.Facility = site.Period, facility.Of(site)
		if err := setHolders(window.Devices, index, site.Period, held, busy); err != nil {
			return e, err
		}
		estimated := !site.Complete()
		for i, d := range s.devices {
			w := d.hours[h]
			if w.Period != site.Period {
				return e, fmt.Errorf("device %s: window %v where the site has %v", d.id, w.Period, site.Period)
			}
			in := &window.Devices[i]
			in.Energy, in.Idle = w.Energy, s.pools[d.pool].Idle.Over(w.Period.Duration())
			if in.Idle.Cmp(in.Energy) > 0 {
				in.Idle = in.Energy
			}
			in.Estimated = !w.Complete()
			estimated = estimated || in.Estimated
			in.Capacity = cardHour
			var err error
			if e.Estimated, err = e.Estimated.Add(w.Estimated); err != nil {
				return e, err
			}
		}
		if err := worker.Attribute(&result, window); err != nil {
			return e, err
		}
		if err := to.take(&result, estimated); err != nil {
			return e, err
		}
		s.done.hours.Add(1)
		e.Hours = append(e.Hours, hourPUE{Period: site.Period, PUE: result.PUE, Estimated: estimated})
	}
	return e, s.totalEnergy(&e)
}

// holderOf is an account on a device.
type holderOf struct {
	account metering.Account
	device  string
}

// energyMeters are the series that energy goes to: of each account on a device, the
// device's own and its part of the overhead.
type energyMeters struct {
	s  *simulation
	of map[holderOf]*[2]*metering.Series
}

// take adds an hour's energy to the accounts. Nothing comes twice in a simulation,
// and so the quick path will do, by series. A site that is told again after a crash
// records the result's events, as is done here for hours of which some is
// estimated: an event says so, an addition cannot.
func (m *energyMeters) take(r *attribution.Result, estimated bool) error {
	if estimated {
		for event := range r.Events("site-1", operator) {
			if err := m.s.usage.Record(event); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range r.Shares {
		share := &r.Shares[i]
		if share.IT.IsZero() && share.Overhead.IsZero() {
			continue
		}
		series, err := m.series(share)
		if err != nil {
			return err
		}
		for j, part := range [2]energy.Energy{share.IT, share.Overhead} {
			if part.IsZero() {
				continue
			}
			if err := series[j].AddAt(r.Period.Start(), part.Quantity()); err != nil {
				return err
			}
		}
		m.s.records++
	}
	return nil
}

func (m *energyMeters) series(share *attribution.Share) (*[2]*metering.Series, error) {
	account := share.Account
	if share.Unallocated() {
		account = operator
	}
	at := holderOf{account, share.Device}
	if known := m.of[at]; known != nil {
		return known, nil
	}
	var both [2]*metering.Series
	for j, meter := range [2]metering.MeterID{metering.DeviceEnergy, metering.OverheadEnergy} {
		var err error
		if both[j], err = m.s.usage.Series(metering.Key{Account: account, Meter: meter, Resource: share.Device, SKU: share.SKU, Region: share.Region}); err != nil {
			return nil, err
		}
	}
	m.of[at] = &both
	return &both, nil
}

// An hourReader hands out usage hour by hour, as the meters yield it.
type hourReader struct {
	pull func() (metering.Usage, error, bool)
	stop func()
	next metering.Usage
	more bool
}

func (s *simulation) perHour(agg *metering.Aggregator, meter metering.MeterID) *hourReader {
	pull, stop := iter.Pull2(agg.Usage(s.month, metering.ForMeters(meter), metering.Per(metering.Hours(s.zone))))
	return &hourReader{pull: pull, stop: stop}
}

// hour calls use for every row of p; rows come in order of time.
func (r *hourReader) hour(p metering.Period, use func(metering.Usage) error) error {
	for {
		if !r.more {
			var err error
			if r.next, err, r.more = r.pull(); err != nil || !r.more {
				return err
			}
		}
		if r.next.Period.Compare(p) > 0 {
			return nil
		}
		r.more = false
		if err := use(r.next); err != nil {
			return err
		}
	}
}

// setHolders puts down who held each device in an hour and for how long, and
// how busy they were with it.
func setHolders(devices []attribution.Device, index map[string]int, hour metering.Period, held, busy *hourReader) error {
	for i := range devices {
		devices[i].Holders = devices[i].Holders[:0]
	}
	err := held.hour(hour, func(u metering.Usage) error {
		if u.Key.Account != operator && !u.Quantity.IsZero() {
			d := &devices[index[u.Key.Resource]]
			d.Holders = append(d.Holders, attribution.Holder{Account: u.Key.Account, Allocated: u.Quantity})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return busy.hour(hour, func(u metering.Usage) error {
		holders := devices[index[u.Key.Resource]].Holders
		for i := range holders {
			if holders[i].Account == u.Key.Account {
				// In grains an hour of a card is beyond 64 bits.
				worked, err := u.Quantity.In(busyWeight, 0)
				if err != nil {
					return err
				}
				holders[i].Used = worked.IntPart()
			}
		}
		return nil
	})
}

var (
	busyWeight = metering.MustUnit("{millicard}.s")
	cardHour   = metering.MustQuantity("1 {card}.h")
)

// totalEnergy adds the month up: what the meters showed, and, by another way,
// what arrived in the tenants' and the operator's accounts.
func (s *simulation) totalEnergy(e *energyBooks) (err error) {
	add := func(to *energy.Energy, what energy.Energy) {
		if err == nil {
			*to, err = to.Add(what)
		}
	}
	var unobserved time.Duration
	for _, w := range s.siteHours {
		add(&e.Facility, w.Energy)
		unobserved += w.Period.Duration() - w.Observed
	}
	for _, d := range s.devices {
		for _, w := range d.hours {
			add(&e.Device, w.Energy)
		}
	}
	for u, failed := range s.usage.Usage(s.month, metering.ForMeters(metering.DeviceEnergy, metering.OverheadEnergy), metering.AcrossResources()) {
		if failed != nil {
			return failed
		}
		part, failed := energy.FromQuantity(u.Quantity)
		if failed != nil {
			return failed
		}
		if u.Key.Account == operator {
			add(&e.Unallocated, part)
		} else {
			add(&e.Tenants, part)
		}
	}
	if err != nil {
		return err
	}
	e.PUE, err = facility.PUE(
		facility.Measured{Energy: e.Facility, Period: s.month, Unobserved: unobserved},
		facility.Measured{Energy: e.Device, Period: s.month}, meterPoint)
	return err
}
