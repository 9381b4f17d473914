package allocation

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/meterbook/meterbook/accounting/money"
)

// Settle rounds parts of a whole so that they still add up: the sum of what it
// returns is the sum of the parts, rounded once by r. Each part is less than
// one step from its exact value, and one that is whole in steps stays as it is.
//
// It is the method of largest remainders (Hamilton): every part is rounded down
// to a step, and the steps that are then missing go one each to the parts with
// the largest remainders, between equal remainders to the earlier part. Sort
// the parts by key, and the result does not depend on how they came.
//
// Parts of a sum below 0 are settled as the opposites of their opposites, so
// that a refund mirrors a charge; so does a first part below 0 when the sum is
// 0. [money.Floor] and [money.Ceiling], which round the sum, are no mirrors.
//
// A method of largest remainders has the Alabama paradox: when the whole grows,
// a part may shrink. Over 6:6:2, 10 steps give 4, 4 and 2, but 11 give 5, 5 and
// 1. So a total that grows over time is not settled anew; use [Cumulate].
//
// It returns a [money.CurrencyMismatchError] when currencies are mixed,
// [money.ErrRounding] and [money.ErrOverflow]. It costs O(n log n).
func Settle(r money.Rounding, parts ...Amount) ([]money.Money, error) {
	var sum Amount
	for _, p := range parts {
		var err error
		if sum, err = sum.Add(p); err != nil {
			return nil, fmt.Errorf("allocation: settle: %w", err)
		}
	}
	return settle(r, sum, parts)
}

// settle is Settle where the sum is known.
func settle(r money.Rounding, sum Amount, parts []Amount) ([]money.Money, error) {
	if err := r.Validate(); err != nil {
		return nil, fmt.Errorf("allocation: settle: %w", err)
	}
	sign := sum.Sign()
	for i := 0; sign == 0 && i < len(parts); i++ {
		sign = parts[i].Sign()
	}
	missing := roundSteps(steps(sum.read(), r.Places), r.Mode)
	if sign < 0 {
		missing.Neg(missing)
	}
	floors, rests := make([]*big.Int, len(parts)), make([]*big.Rat, len(parts))
	for i, p := range parts {
		v := steps(p.read(), r.Places)
		if sign < 0 {
			v.Neg(v)
		}
		floors[i] = roundSteps(v, money.Floor)
		rests[i] = v.Sub(v, new(big.Rat).SetInt(floors[i]))
		missing.Sub(missing, floors[i])
	}
	for _, i := range largest(rests, int(missing.Int64())) { // fewer than there are parts
		floors[i].Add(floors[i], big.NewInt(1))
	}
	settled := make([]money.Money, len(parts))
	for i, f := range floors {
		if sign < 0 {
			f.Neg(f)
		}
		var err error
		if settled[i], err = fromSteps(f, r.Places, sum.currency); err != nil {
			return nil, err
		}
	}
	return settled, nil
}

// largest returns the indices of the n largest values, ties to the earlier.
func largest(values []*big.Rat, n int) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return values[j].Cmp(values[i]) })
	return order[:n]
}

// Cumulate rounds a series so that it adds up at every point: each amount is
// the running total after it, rounded by r, less the rounded running total
// before it. So the sum of any first n is their exact sum rounded once, each is
// less than one step from its exact value, and nothing that follows changes
// what was there. The errors are those of [Settle].
func Cumulate(r money.Rounding, series ...Amount) ([]money.Money, error) {
	rounded := make([]money.Money, len(series))
	var exact Amount
	var before money.Money
	for i, a := range series {
		var err error
		if exact, err = exact.Add(a); err != nil {
			return nil, fmt.Errorf("allocation: cumulate: entry %d: %w", i, err)
		}
		after, err := exact.Round(r)
		if err != nil {
			return nil, fmt.Errorf("allocation: cumulate: entry %d: %w", i, err)
		}
		if rounded[i], err = after.Sub(before); err != nil {
			return nil, fmt.Errorf("allocation: cumulate: entry %d: %w", i, err)
		}
		before = after
	}
	return rounded, nil
}
