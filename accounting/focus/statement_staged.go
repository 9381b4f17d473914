package focus

import (
	"math/big"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// collapses reports whether a charge of a staged price is a row of one charge:
// it has a part without a unit price, such as what a maximum took off, or a
// number that a row cannot hold exactly.
func (s *Statement) collapses(c *accounting.Charge, steps []accounting.Step) bool {
	if c.Explanation.Staged == nil {
		return false
	}
	for i := range steps {
		step := &steps[i]
		if step.Bound != 0 || step.Flat && (step.Kind != "" || len(step.Changes) > 0) {
			return true
		}
		if step.Count != nil {
			var r Row
			if !s.priceCounted(&r, c, step) {
				return true
			}
		}
	}
	return false
}

// consumes reports whether what the steps of a charge count is what it used, so
// that each of its rows has its part of that.
func consumes(c *accounting.Charge, steps []accounting.Step) bool {
	counted := new(big.Rat)
	for _, step := range steps {
		switch {
		case step.Flat:
			continue
		case step.Count == nil, step.Unit != c.Unit, step.Lot == accounting.Packages, step.Lot == accounting.Blocks:
			return false
		}
		counted.Add(counted, step.Count)
	}
	grains := c.Unit.Grains()
	if grains.Sign() <= 0 {
		return false
	}
	return counted.Cmp(new(big.Rat).SetFrac(c.Quantity.Grains().Big(), grains.Big())) == 0
}

// priceCounted prices a step of a staged price: the list price is before, and
// the contracted one after its discount. It reports whether a row can hold that:
// then costs are the product of price and quantity.
func (s *Statement) priceCounted(r *Row, c *accounting.Charge, step *accounting.Step) bool {
	at := step.Price.Rat()
	if step.Lot == accounting.Percents {
		at.Quo(at, big.NewRat(100, 1))
	}
	whole := new(big.Rat).Set(at) // without the discount; a surcharge is none
	for _, change := range step.Changes {
		factor := change.Factor()
		at.Mul(at, factor)
		if change.Kind != accounting.StagePercent || change.By.Sign() < 0 {
			whole.Mul(whole, factor)
		}
	}
	price, ok1 := numberOf(at)
	list, ok2 := numberOf(whole)
	q, ok3 := roundTo(step.Count, quantityPlaces)
	if !ok1 || !ok2 || !ok3 || price.Sign()*list.Sign() < 0 {
		return false
	}
	if price.Sign() < 0 || list.Sign() < 0 { // a price is 0 or more; the sign is the quantity's
		price, list, q = price.Neg(), list.Neg(), q.Neg()
	}
	if card := s.Contract.Card; card == nil || c.Card != card.Name() {
		single := step.Lot == accounting.SingleUnits && step.Unit == c.Unit
		if asked, ok := s.listPrice(c); ok && single {
			list = asked
		} else {
			list = listOf(c, price)
		}
	}
	r.PricingUnit = lotName(step)
	return r.price(q, price, list) == nil
}

// lotName returns what a step counts as FOCUS's Unit Format writes it: "100 GB"
// for a package of 100 GB.
func lotName(step *accounting.Step) string {
	name, other := "Units", "Packages"
	if step.Unit != (metering.Unit{}) {
		name = UnitName(step.Unit)
	}
	switch step.Lot {
	case accounting.Blocks:
		other = "Blocks"
	case accounting.Packages:
	default:
		return name
	}
	of := step.Size.String() + " " + name
	if !step.Size.IsInteger() || !goodUnit(of) || allDigits(name[:1]) {
		return other
	}
	return of
}
