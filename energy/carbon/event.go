package carbon

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"math/big"
	"slices"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// MarketEmitted is the meter of market-based mass. It stands beside
// [metering.CarbonEmitted], which is the location-based one: under one meter
// the two would be added up.
const MarketEmitted metering.MeterID = "energy.carbon.market"

// MarketMeter returns the definition of [MarketEmitted], for a catalogue:
// metering.DefaultCatalogue().With(carbon.MarketMeter()).
func MarketMeter() metering.Meter {
	return metering.Meter{ID: MarketEmitted, Title: "Greenhouse gas, market-based", Unit: kilogram, Form: metering.Amounts, Aggregation: metering.Sum,
		Layer: metering.Infrastructure, Granularity: time.Hour, Monotonic: true, Reference: "GHG Protocol Scope 2 Guidance, chapter 7"}
}

// Method is the version of the rule by which mass follows energy. It is part
// of every event's id.
const Method = "carb1"

// A Rate is the mass that the energy of one window emits: what its events are
// charged with. Make one for the energy of a whole site or device, so that the
// rounding of its parts closes on it.
type Rate struct {
	Mass   Mass
	Energy energy.Energy
	// Meter is [metering.CarbonEmitted], the default, or [MarketEmitted].
	Meter metering.MeterID
	// Estimated says that a part of the mass was filled over a hole.
	Estimated bool
}

// Rate returns the location-based rate of the energy that was covered. It
// fails with a *[HoleError] for the period when some was not.
func (e Emissions) Rate(p metering.Period) (Rate, error) {
	if !e.Uncovered.IsZero() {
		return Rate{}, &HoleError{p}
	}
	return Rate{Mass: e.Mass, Energy: e.Energy, Meter: metering.CarbonEmitted, Estimated: !e.Estimated.IsZero()}, nil
}

// Events makes events of energy, such as those of an attribution's result,
// into events of carbon under the same accounts, resources, SKUs and times: an
// amount for an amount, an adjustment for an adjustment. Items of other
// dimensions are left out, and an event without energy makes none.
//
// Each takes the difference of the cumulative mass, rounded half-even to the
// nanogram, before and after it. So all events of the window together carry
// the mass of their energy to the nanogram, in their given order. For
// adjustments before is the energy that was reported before them, so that
// they close on the revised sum; it is 0 for the first report. The order is
// the energy events' own: a different one can move a nanogram between them.
//
// The id is made of [Method], the meter and the energy event's id. It fails
// with [ErrNoEnergy] when the rate has none and an event has some, or with an
// error that wraps [metering.ErrOverflow]; the sequence ends there.
func (r Rate) Events(events iter.Seq[metering.Event], before energy.Energy) iter.Seq2[metering.Event, error] {
	return func(yield func(metering.Event, error) bool) {
		c := before.Microjoules().Big()
		last, err := r.upTo(c)
		for e := range events {
			used := energyOf(e)
			if len(used) == 0 {
				continue
			}
			out := r.event(e)
			for _, u := range used {
				var next Mass
				if err == nil {
					next, err = r.upTo(c.Add(c, u.microjoules))
				}
				if err != nil {
					yield(metering.Event{}, fmt.Errorf("carbon: event %q: %w", clip(e.ID), err))
					return
				}
				m, _ := next.Sub(last) // two masses of the same sign
				last = next
				out.Items = append(out.Items, metering.Item{Meter: r.meter(), SKU: u.sku, Quantity: m.Quantity()})
			}
			if !yield(out, nil) {
				return
			}
		}
	}
}

// upTo returns the mass of so much energy at the rate.
func (r Rate) upTo(microjoules *big.Int) (Mass, error) {
	switch {
	case microjoules.Sign() == 0:
		return Mass{}, nil
	case r.Energy.IsZero():
		return Mass{}, ErrNoEnergy
	}
	num := new(big.Int).Mul(r.Mass.n.Big(), microjoules)
	return massOf(new(big.Rat).SetFrac(num, r.Energy.Microjoules().Big()))
}

// A skuEnergy is the energy of an event's items of one SKU.
type skuEnergy struct {
	sku         string
	microjoules *big.Int
}

// energyOf adds up the items of an event that are energy, by SKU in the order
// of the items.
func energyOf(e metering.Event) (sums []skuEnergy) {
	for _, it := range e.Items {
		if it.Quantity.Dimension() != metering.Energy {
			continue
		}
		i := slices.IndexFunc(sums, func(s skuEnergy) bool { return s.sku == it.SKU })
		if i < 0 {
			i = len(sums)
			sums = append(sums, skuEnergy{it.SKU, new(big.Int)})
		}
		sums[i].microjoules.Add(sums[i].microjoules, it.Quantity.Grains().Big())
	}
	return sums
}

func (r Rate) meter() metering.MeterID {
	if r.Meter == "" {
		return metering.CarbonEmitted
	}
	return r.Meter
}

// event returns the event of carbon that follows from one of energy, without
// items.
func (r Rate) event(e metering.Event) metering.Event {
	out := e
	out.ID = id(r.meter(), e.ID)
	if e.Adjusts != "" {
		out.Adjusts = id(r.meter(), e.Adjusts)
	}
	out.Estimated = e.Estimated || r.Estimated
	out.Items = nil
	return out
}

// id puts method and meter before the id of the energy event, which becomes
// its SHA-256 where it would be too long.
func id(meter metering.MeterID, of string) string {
	head := Method + "." + string(meter) + "/"
	if len(head)+len(of) <= metering.MaxNameBytes {
		return head + of
	}
	sum := sha256.Sum256([]byte(of))
	return head + "sha256:" + hex.EncodeToString(sum[:])
}
