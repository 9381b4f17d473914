package accounting

import (
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Step is the part of a line that falls in one tier, or a flat amount.
// Quantity, or Count where it is set, times the price and its changes is the
// amount; the amounts of all steps are that of the line.
type Step struct {
	Tier     int               // the number of the tier, from 1; 0 where the price has none
	Flat     bool              // a flat amount; else units at a price
	Quantity metering.Quantity // below zero where a correction takes back; zero for a flat amount
	Price    decimal.Decimal   // for one unit; or the flat amount itself
	Amount   *big.Rat          // exact; a flat amount that is taken back is −Price
	// Kind is a word for what makes the amount, such as "volume"; empty where
	// units and price say it all.
	Kind string

	// Count is how many are sold at a price that has stages; nil where Quantity
	// says it. It may be what no whole number of grains is.
	Count *big.Rat
	Unit  metering.Unit // of Count; zero where a conversion made units without a name
	Lot   Lot           // what is counted, if not single units
	Size  decimal.Decimal
	// Changes are what is done to the amount after the model: a discount.
	Changes []Change
	// Bound is set for what lifts an amount to a limit or cuts it off there,
	// such as StageMinimum; By is that limit.
	Bound StageKind
	By    *big.Rat
}

// IsZero reports whether the step takes no part in its line: no units, and no
// amount.
func (s Step) IsZero() bool {
	return s.Amount.Sign() == 0 && s.Quantity.IsZero() && (s.Count == nil || s.Count.Sign() == 0)
}

// Add returns two steps put together, and false where they are not of one tier
// at one price.
func (s Step) Add(t Step) (Step, bool) {
	if !s.alike(t) {
		return s, false
	}
	q, err := s.Quantity.Add(t.Quantity)
	if err != nil {
		return s, false
	}
	s.Quantity, s.Amount = q, new(big.Rat).Add(s.Amount, t.Amount)
	if s.Count != nil {
		s.Count = new(big.Rat).Add(s.Count, t.Count)
	}
	return s, true
}

// alike reports whether only how much there is of them tells two steps apart.
func (s Step) alike(t Step) bool {
	return s.Tier == t.Tier && s.Flat == t.Flat && s.Price.Equal(t.Price) && s.Kind == t.Kind &&
		(s.Count == nil) == (t.Count == nil) && s.Unit == t.Unit && s.Lot == t.Lot && s.Size.Equal(t.Size) &&
		s.Bound == t.Bound && (s.Bound == 0 || s.By.Cmp(t.By) == 0) && slices.EqualFunc(s.Changes, t.Changes, Change.equal)
}

// negated returns what a step takes back.
func (s Step) negated() Step {
	s.Quantity, _ = s.Quantity.Neg() // a line's quantity has its negative, or Amount alone counts
	s.Amount = new(big.Rat).Neg(s.Amount)
	if s.Count != nil {
		s.Count = new(big.Rat).Neg(s.Count)
	}
	return s
}

// Steps returns the parts of the line, tier by tier: what the running
// quantity after it costs less what the one before it costs. Their amounts add
// up to [Explanation.Exact]. Parts of nothing are left out, but for the only
// one of a line. It is nil where there is nothing to compute: see
// [Explanation.Recompute] for the error.
func (e Explanation) Steps() []Step {
	if e.check() != nil {
		return nil
	}
	if e.staged() {
		return e.Staged.steps()
	}
	if m, ok := e.Model.(Flat); ok && e.Staged != nil {
		return []Step{{Flat: true, Price: m.Amount, Amount: m.Amount.Rat(), Kind: e.Staged.Note}}
	}
	steps := e.walk(e.After)
	if !e.Opens {
		steps = subtract(steps, e.walk(e.Before))
	}
	kept := make([]Step, 0, len(steps))
	for _, s := range steps {
		if !s.IsZero() {
			kept = append(kept, s)
		}
	}
	if len(kept) == 0 {
		return steps[:1]
	}
	return kept
}

// walk returns what a running quantity of q costs in all.
func (e Explanation) walk(q metering.Quantity) []Step {
	switch m := e.Model.(type) {
	case PerUnit:
		return []Step{e.units(0, e.inUnits(q), m.Price)}
	case Graduated:
		return e.graduated(m, e.inUnits(q))
	case Flat:
		return []Step{flatStep(0, m.Amount)}
	}
	return nil
}

// graduated walks the tiers up to q units. Every tier reached has two steps,
// its units and its flat amount, so that two walks can be subtracted step by
// step. The first tier is always reached.
func (e Explanation) graduated(m Graduated, q *big.Rat) (steps []Step) {
	lower := new(big.Rat)
	for i, t := range m.Tiers {
		if i > 0 && q.Cmp(lower) <= 0 {
			break
		}
		upper := q // of what falls in the tier
		if t.UpTo != nil {
			if bound := t.UpTo.Rat(); bound.Cmp(q) < 0 {
				upper = bound
			}
		}
		flat := t.Flat
		if i == 0 && m.OnZero != ZeroCharged && q.Sign() <= 0 {
			flat = decimal.Decimal{}
		}
		steps = append(steps, e.units(i+1, new(big.Rat).Sub(upper, lower), t.Price), flatStep(i+1, flat))
		lower = upper
		if t.UpTo != nil {
			lower = t.UpTo.Rat()
		}
	}
	return steps
}

// inUnits returns q as a number of the price's unit.
func (e Explanation) inUnits(q metering.Quantity) *big.Rat {
	return new(big.Rat).SetFrac(q.Grains().Big(), e.Unit.Grains().Big())
}

// units returns the step of n units at a price.
func (e Explanation) units(tier int, n *big.Rat, price decimal.Decimal) Step {
	grains := new(big.Rat).Mul(n, new(big.Rat).SetInt(e.Unit.Grains().Big()))
	count, _ := fixed.FromBig(grains.Num()) // whole and within the running quantity, as bounds are whole grains
	return Step{
		Tier:     tier,
		Quantity: metering.GrainsWide(count, e.Unit.Dimension()),
		Price:    price,
		Amount:   new(big.Rat).Mul(n, price.Rat()),
	}
}

func flatStep(tier int, amount decimal.Decimal) Step {
	return Step{Tier: tier, Flat: true, Price: amount, Amount: amount.Rat()}
}

// subtract returns a − b for two walks over the same tiers; one may reach
// tiers that the other does not.
func subtract(a, b []Step) []Step {
	out := make([]Step, max(len(a), len(b)))
	for i := range out {
		switch {
		case i >= len(b):
			out[i] = a[i]
		case i >= len(a):
			none := Step{Tier: b[i].Tier, Flat: b[i].Flat, Price: b[i].Price, Amount: new(big.Rat)}
			out[i] = none.less(b[i])
		default:
			out[i] = a[i].less(b[i])
		}
	}
	return out
}

// less returns s − t for two steps of one tier. A flat amount that only one
// of them owes keeps its price.
func (s Step) less(t Step) Step {
	s.Quantity, _ = s.Quantity.Sub(t.Quantity) // of one dimension, and within the line's quantity
	s.Amount = new(big.Rat).Sub(s.Amount, t.Amount)
	if s.Flat && s.Price.IsZero() {
		s.Price = t.Price
	}
	return s
}

func sum(steps []Step) *big.Rat {
	total := new(big.Rat)
	for _, s := range steps {
		total.Add(total, s.Amount)
	}
	return total
}
