package accounting

import "math/big"

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
// went by, if it was one number. Parts are what a model's amount is made of; none
// where it goes by rows, which no running total tells apart.
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
