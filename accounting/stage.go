package accounting

import (
	"math/big"

	"github.com/shopspring/decimal"
)

// A StageKind is one of the steps by which usage becomes an amount.
type StageKind uint8

// The stages, in their order.
const (
	StageUsage   StageKind = iota + 1 // what has come together
	StageConvert                      // units of usage into units of billing
	StageFree                         // units that cost nothing
	StagePrice                        // the model
	StageFactor
	StagePower // the power factor
	StagePercent
	StageOff
	StageMaximum
	StageOverage
	StageTrueUp
	StageMinimum
	StagePercentile // before StageUsage: In rows, of which Out is the one By percent are at or below
	StageRatchet    // after StageUsage: at least By percent of the demand before
)

// A Stage is one step of an amount: what went in, what came out, and what it
// went by, if it was one number. Parts are the tiers of a model.
type Stage struct {
	Kind    StageKind
	In, Out *big.Rat
	By      *big.Rat
	Parts   []Step
}

// Stages returns how a tally comes to its cost, for an explanation.
func (p *Price) Stages(t Tally, ended bool) (stages []Stage) {
	p.cost(t, ended, func(s Stage) { stages = append(stages, s) })
	return stages
}

// parts returns the tiers of a model's amount, as far as it has tiers.
func (p *Price) parts(t Tally, units *big.Rat) []Step {
	part := func(tier int, price decimal.Decimal, amount *big.Rat) Step {
		return Step{Tier: tier, Price: price, Flat: true, Amount: amount}
	}
	var steps []Step
	tiered := func(tiers []Tier, bounds BoundPolicy) {
		lower := new(big.Rat)
		last := reached(tiers, units, bounds)
		for i, t := range tiers[:last+1] {
			upper := units
			if i < last {
				upper = t.UpTo.Rat()
			}
			steps = append(steps, part(i+1, t.Price, t.units(new(big.Rat).Sub(upper, lower))))
			lower = upper
		}
	}
	switch m := p.Model.(type) {
	case Graduated:
		if p.Terms == nil || p.Terms.Prorate == ProrateNone {
			tiered(m.Tiers, m.Bounds)
		}
	case Volume:
		if m.SizedBy == "" {
			by := units
			if p.Terms != nil && p.Terms.Prorate != ProrateNone {
				by = or(t.Whole)
			}
			i := reached(m.Tiers, by, m.Bounds)
			steps = append(steps, part(i+1, m.Tiers[i].Price, m.Tiers[i].units(units)))
		}
	}
	return steps
}

// kind returns the word for the price's model.
func (p *Price) kind() string {
	switch p.Model.(type) {
	case PerUnit:
		return "per unit"
	case Graduated:
		return "graduated"
	case Volume:
		return "volume"
	case Package:
		return "package"
	case Stairstep:
		return "stairstep"
	case Percentage:
		return "percentage"
	case Dynamic:
		return "dynamic"
	case Spot:
		return "spot"
	}
	return "flat"
}
