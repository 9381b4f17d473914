package accounting

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/metering"
)

// A Lot is what a step counts, where a price is not for single units.
type Lot uint8

// The lots.
const (
	SingleUnits Lot = iota
	Packages        // of a Package
	Blocks          // of Size units, in a tier that sells by the block
	Shares          // of a flat amount, which is the price
	Percents        // the price is in percent of what is counted
	FreeUnits       // units that cost nothing
)

// counted returns the step of n lots at a price.
func counted(n *big.Rat, price decimal.Decimal, lot Lot, u metering.Unit) Step {
	amount := new(big.Rat).Mul(n, price.Rat())
	if lot == Percents {
		amount.Quo(amount, big.NewRat(100, 1))
	}
	return Step{Count: n, Unit: u, Lot: lot, Price: price, Amount: amount}
}

// counted returns the step of n units in a tier.
func (t Tier) counted(tier int, n *big.Rat, u metering.Unit) Step {
	s := counted(n, t.Price, SingleUnits, u)
	if !t.Block.IsZero() {
		s = counted(ceil(new(big.Rat).Quo(n, t.Block.Rat())), t.Price, Blocks, u)
		s.Size = t.Block
	}
	s.Tier = tier
	return s
}

// soldUnit is the unit that a model prices: the price's, and none with a name
// after a conversion.
func (p *Price) soldUnit() metering.Unit {
	if p.conversion() != nil {
		return metering.Unit{}
	}
	return p.Unit
}

// parts returns what a model's amount for a number of units is made of. It is
// nil for models that go by rows: see [Staged.rows].
func (p *Price) parts(t Tally, units *big.Rat) []Step {
	u := p.soldUnit()
	switch m := p.Model.(type) {
	case PerUnit:
		return []Step{counted(units, m.Price, SingleUnits, u)}
	case Flat:
		if units.Cmp(big.NewRat(1, 1)) == 0 {
			return []Step{flatStep(0, m.Amount)}
		}
		return []Step{counted(units, m.Amount, Shares, metering.Unit{})}
	case Graduated:
		if p.Terms == nil || p.Terms.Prorate == ProrateNone {
			return m.parts(units, u)
		}
	case Volume:
		if m.SizedBy == "" {
			by := units
			if p.Terms != nil && p.Terms.Prorate != ProrateNone {
				by = or(t.Whole)
			}
			return m.parts(by, units, u)
		}
	case Package:
		s := counted(m.packages(units), m.Price, Packages, u)
		s.Size = m.Size
		return []Step{s}
	case Stairstep:
		return m.parts(t)
	}
	return nil
}

func (m Graduated) parts(q *big.Rat, u metering.Unit) (steps []Step) {
	lower := new(big.Rat)
	last := reached(m.Tiers, q, m.Bounds)
	for i, t := range m.Tiers[:last+1] {
		upper := q
		if i < last {
			upper = t.UpTo.Rat()
		}
		steps = append(steps, t.counted(i+1, new(big.Rat).Sub(upper, lower), u))
		if !t.Flat.IsZero() && (i > 0 || q.Sign() > 0 || m.OnZero == ZeroCharged) {
			steps = append(steps, flatStep(i+1, t.Flat))
		}
		lower = upper
	}
	return steps
}

func (m Volume) parts(by, q *big.Rat, u metering.Unit) []Step {
	i := reached(m.Tiers, by, m.Bounds)
	t := m.Tiers[i]
	s := t.counted(i+1, q, u)
	s.Kind = "volume"
	if t.Flat.IsZero() || i == 0 && by.Sign() <= 0 && m.OnZero != ZeroCharged {
		return []Step{s}
	}
	return []Step{s, flatStep(i+1, t.Flat)}
}

// parts returns the stair that holds all meters.
func (m Stairstep) parts(t Tally) []Step {
	amount := m.cost(t)
	for i, s := range m.Stairs {
		if s.holds(t.ByMeter) && s.Amount.Rat().Cmp(amount) == 0 {
			step := flatStep(i+1, s.Amount)
			step.Kind = "stairstep"
			return []Step{step}
		}
	}
	return nil
}
