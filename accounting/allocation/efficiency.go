package allocation

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// An Efficiency is how much of a resource of a pool was used.
type Efficiency struct {
	Pool      string
	Resource  Resource
	Used      metering.Quantity
	Requested metering.Quantity
	Allocated metering.Quantity // by the basis of the supply
	Capacity  metering.Quantity
	Cost      Amount // of what was allocated
}

// OfRequest returns used over requested, nil when nothing was requested.
func (e Efficiency) OfRequest() *big.Rat { return over(e.Used, e.Requested) }

// OfAllocated returns used over allocated, nil when nothing was allocated.
func (e Efficiency) OfAllocated() *big.Rat { return over(e.Used, e.Allocated) }

// OfCapacity returns used over capacity, nil when there is none.
func (e Efficiency) OfCapacity() *big.Rat { return over(e.Used, e.Capacity) }

func over(a, b metering.Quantity) *big.Rat {
	if b.IsZero() {
		return nil
	}
	return new(big.Rat).SetFrac(a.Grains().Big(), b.Grains().Big())
}

// Efficiency returns how each supplied resource was used, in order of pool and
// resource.
func (s *Sheet) Efficiency() []Efficiency {
	var all []Efficiency
	for _, c := range s.cells {
		if !c.measured {
			continue
		}
		q := func(v fixed.Int128) metering.Quantity { return metering.GrainsWide(v, c.dimension) }
		cost := new(big.Rat).Mul(ratOf(c.allocated), c.price())
		all = append(all, Efficiency{c.pool, c.resource, q(c.used), q(c.requested), q(c.allocated), q(c.capacity), Amount{cost, s.currency}})
	}
	slices.SortFunc(all, func(a, b Efficiency) int {
		return cmp.Or(cmp.Compare(a.Pool, b.Pool), cmp.Compare(a.Resource, b.Resource))
	})
	return all
}

// TotalEfficiency returns used over requested of several resources, weighted by
// the cost of each, as OpenCost has it. Resources without a request do not
// count; nil when none has one or together they cost nothing. It fails with a
// *[RowError] for costs of two currencies.
func TotalEfficiency(of ...Efficiency) (*big.Rat, error) {
	var sum, whole Amount
	for _, e := range of {
		ratio := e.OfRequest()
		if ratio == nil {
			continue
		}
		var err error
		if whole, err = whole.Add(e.Cost); err != nil {
			return nil, refuse(err, "", "efficiency of %s in pool %s", quote(string(e.Resource)), quote(e.Pool))
		}
		sum = sum.plus(e.Cost.Times(ratio), whole.currency)
	}
	if whole.IsZero() {
		return nil, nil
	}
	return new(big.Rat).Quo(sum.read(), whole.read()), nil
}

// A ListPart is what one resource of a machine would cost alone.
type ListPart struct {
	Resource Resource
	Price    money.Money // of one unit, 0 or more
	Units    int64       // how many the machine has, 0 or more
}

// SplitPrice divides the price of a whole machine over its resources in the
// proportion of what they would cost alone (OpenCost specification v01,
// appendix A). The amounts are for all units of each part, in the order of the
// parts, and sum to the price. It fails with a *[RowError] that wraps
// [ErrNegativeWeight], [ErrNoWeight] where all parts are free, or a mismatch
// of currencies.
func SplitPrice(machine money.Money, parts ...ListPart) ([]Amount, error) {
	weights, sum := make([]*big.Rat, len(parts)), new(big.Rat)
	for i, p := range parts {
		if p.Price.Sign() < 0 || p.Units < 0 {
			return nil, refuse(ErrNegativeWeight, "prices and units are 0 or more", "list price of %s", quote(string(p.Resource)))
		}
		if p.Price.Currency() != parts[0].Price.Currency() {
			return nil, refuse(money.CurrencyMismatchError{Got: p.Price.Currency(), Want: parts[0].Price.Currency()},
				"", "list price of %s", quote(string(p.Resource)))
		}
		weights[i] = Exactly(p.Price).Times(new(big.Rat).SetInt64(p.Units)).read()
		sum.Add(sum, weights[i])
	}
	if sum.Sign() == 0 {
		return nil, refuse(ErrNoWeight, "give a part a price and units above 0", "list prices")
	}
	amounts := make([]Amount, len(parts))
	for i, w := range weights {
		amounts[i] = Exactly(machine).Times(w.Quo(w, sum))
	}
	return amounts, nil
}
