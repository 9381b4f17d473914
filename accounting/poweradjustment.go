package accounting

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/meterbook/meterbook/metering"
)

// A PowerAdjustment changes a bill by the power factor of its billing period,
// as utilities do: by a percentage of what some prices come to, which goes by
// how much reactive energy there was to the active. It is a charge of its own.
// In China it is 力调电费, of the energy and demand charges but not of the
// funds levied with them ((83)水电财字第215号).
//
// A [PowerFactor] among a price's terms changes that price alone, by the usage
// that the price itself prices; an adjustment goes by all of a period's, at
// whatever hour and price it was used.
//
// A billing period without any usage of Reactive is not adjusted: where nothing
// reads it no factor is known, and none is a reward.
type PowerAdjustment struct {
	ID      string // of the charge
	Service ServiceID
	// Active and Reactive are the meters of energy, of one dimension. Usage of
	// Reactive needs no price.
	Active, Reactive metering.MeterID
	// Prices are ids of the prices whose amounts it changes, and those of negotiated
	// prices in their place; none is all. Where the card rounds the bill it is all:
	// what a price comes to is then rounded with the others, and depends on their
	// order.
	Prices []string
	Steps  []PowerStep
}

// Changes reports whether the adjustment goes by a charge: by its price, or by
// the list price whose place that took.
func (a *PowerAdjustment) Changes(c *Charge) bool {
	return len(a.Prices) == 0 || slices.Contains(a.Prices, cmp.Or(c.ListPriceID, c.PriceID))
}

// Percent returns what the ratio of reactive to active energy, both in one
// unit, adds in percent; below 0 is a reward. Where there is reactive energy and
// no active, it is the last step.
func (a *PowerAdjustment) Percent(active, reactive *big.Rat) *big.Rat {
	return percentAt(a.Steps, or(active), or(reactive))
}

// percentAt returns the percentage of the first step whose ratio is not exceeded.
func percentAt(steps []PowerStep, active, reactive *big.Rat) *big.Rat {
	for _, s := range steps {
		if s.Ratio == nil || reactive.Cmp(new(big.Rat).Mul(s.Ratio.Rat(), active)) <= 0 {
			return s.Percent.Rat()
		}
	}
	return new(big.Rat)
}
