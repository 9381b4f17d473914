package ratecard

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Series is what one price asks for growing use in a billing period.
type Series struct {
	Price  *accounting.Price // the card's
	Unit   metering.Unit     // of the quantities
	Points []Point           // in order of quantity
}

// A Point is what a quantity costs in all, when the billing period is over.
// Amounts are exact. Where the amount jumps there are two points, one grain
// apart.
type Point struct {
	Quantity *big.Rat
	Amount   *big.Rat
}

// Curve returns what each price of a meter asks for use from nothing to twice
// its last bound, or to 100 units where it has none: at every bound, one grain
// beyond, and at steps between, in order of the card. Extra quantities, in the
// price's unit, are points too. A price that goes by labels, or by the time of
// use, has no curve and is left out. Packages are shown up to the eighth;
// blocks within tiers jump between the points too.
//
// It fails if the card has no price for the meter.
func Curve(card *accounting.Card, meter metering.MeterID, extra ...decimal.Decimal) ([]Series, error) {
	var all []Series
	found := false
	for i := range card.Prices {
		p := &card.Prices[i]
		if _, flat := p.Model.(accounting.Flat); flat || !slices.Contains(p.Meters(), meter) {
			continue
		}
		found = true
		if s, ok := curve(p, meter, extra); ok {
			all = append(all, s)
		}
	}
	if !found {
		return nil, fmt.Errorf("ratecard: card %q has no price for meter %q", card.Name(), meter)
	}
	return all, nil
}

func curve(p *accounting.Price, meter metering.MeterID, extra []decimal.Decimal) (Series, bool) {
	unit, _ := p.UnitOf(meter)
	s := Series{Price: p, Unit: unit}
	if unit.Grains().Sign() <= 0 {
		return s, false
	}
	for _, grains := range grainsOf(p, meter, unit, extra) {
		point, ok := pointAt(p, meter, unit, grains)
		if !ok {
			return s, false
		}
		s.Points = append(s.Points, point)
	}
	return s, true
}

// pointAt rates one row of a quantity as all that is used.
func pointAt(p *accounting.Price, meter metering.MeterID, unit metering.Unit, grains *big.Int) (Point, bool) {
	n, ok := fixed.FromBig(grains)
	if !ok {
		return Point{}, false
	}
	row := accounting.Row{Key: metering.Key{Meter: meter}, Quantity: metering.GrainsWide(n, unit.Dimension()),
		Period: curvePeriod, Billing: curvePeriod}
	tally, err := p.Advance(accounting.Tally{}, row)
	if err != nil {
		return Point{}, false
	}
	return Point{Quantity: new(big.Rat).SetFrac(grains, unit.Grains().Big()), Amount: p.Cost(tally, true)}, true
}

// curvePeriod is a billing period that a row covers, so that no proration
// shows.
var curvePeriod = metering.MustPeriod("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")

// curveSteps is how many points there are between bounds, about.
const curveSteps = 40

// grainsOf returns the quantities of a curve, in grains, in order.
func grainsOf(p *accounting.Price, meter metering.MeterID, unit metering.Unit, extra []decimal.Decimal) []*big.Int {
	grain := unit.Grains().Big()
	whole := func(q *big.Rat) *big.Int {
		r := new(big.Rat).Mul(q, new(big.Rat).SetInt(grain))
		return new(big.Int).Quo(r.Num(), r.Denom())
	}
	last, beyond := big.NewRat(50, 1), int64(2)
	if _, ok := p.Model.(accounting.Package); ok {
		beyond = 1 // all its steps are bounds
	}
	var all []*big.Int
	for _, b := range boundsOf(p, meter) {
		last = b
		at := whole(b)
		for _, d := range []int64{-1, 0, 1} {
			if n := new(big.Int).Add(at, big.NewInt(d)); n.Sign() >= 0 {
				all = append(all, n)
			}
		}
	}
	for i := range int64(curveSteps + 1) {
		all = append(all, whole(new(big.Rat).Mul(last, big.NewRat(beyond*i, curveSteps))))
	}
	for _, q := range extra {
		all = append(all, whole(q.Rat()))
	}
	slices.SortFunc(all, (*big.Int).Cmp)
	return slices.CompactFunc(all, func(a, b *big.Int) bool { return a.Cmp(b) == 0 })
}

// boundsOf returns the quantities of a meter at which a price changes, in its
// unit there, ascending as far as the card's are.
func boundsOf(p *accounting.Price, meter metering.MeterID) (bounds []*big.Rat) {
	var tiers []accounting.Tier
	switch m := p.Model.(type) {
	case accounting.Graduated:
		tiers = m.Tiers
	case accounting.Volume:
		if m.SizedBy == "" {
			tiers = m.Tiers
		}
	case accounting.Package:
		for i := range int64(8) {
			bounds = append(bounds, new(big.Rat).Mul(m.Size.Rat(), big.NewRat(i+1, 1)))
		}
	case accounting.Stairstep:
		for _, s := range m.Stairs {
			for _, l := range s.Limits {
				if l.Meter == meter {
					bounds = append(bounds, l.UpTo.Rat())
				}
			}
		}
	}
	for _, t := range tiers {
		if t.UpTo != nil {
			bounds = append(bounds, t.UpTo.Rat())
		}
	}
	if _, factor := p.UnitOf(meter); !factor.Equal(decimal.NewFromInt(1)) && factor.Sign() > 0 {
		for _, b := range bounds {
			b.Quo(b, factor.Rat())
		}
	}
	return asUsage(p.Terms, bounds)
}

// asUsage turns bounds on what is billed into quantities of usage.
func asUsage(t *accounting.Terms, bounds []*big.Rat) []*big.Rat {
	if t == nil {
		return bounds
	}
	if free := t.Free.Rat(); free.Sign() > 0 {
		out := []*big.Rat{free}
		for _, b := range bounds {
			out = append(out, new(big.Rat).Add(b, free))
		}
		bounds = out
	}
	if c := t.Convert; c != nil {
		for _, b := range bounds {
			if c.Divide.Sign() > 0 {
				b.Mul(b, c.Divide.Rat())
			}
			if c.Multiply.Sign() > 0 {
				b.Quo(b, c.Multiply.Rat())
			}
		}
	}
	return bounds
}
