package allocation

import (
	"cmp"
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
	rests := make([]remainder, len(parts))
	floors := make([]*big.Int, len(parts))
	step := power10(r.Places)
	parallel(len(parts), func(i int) {
		v := parts[i].read()
		num := new(big.Int).Mul(v.Num(), step)
		if sign < 0 {
			num.Neg(num)
		}
		rest := new(big.Int)
		floors[i], _ = num.DivMod(num, v.Denom(), rest) // Euclid's: rest ≥ 0
		rests[i] = newRemainder(i, rest, v.Denom())
	})
	for _, f := range floors {
		missing.Sub(missing, f)
	}
	if missing.Sign() > 0 {
		slices.SortFunc(rests, remainder.compare)
	}
	for _, r := range rests[:missing.Int64()] { // at most as many as have a remainder
		floors[r.part].Add(floors[r.part], big.NewInt(1))
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

// remainder is what rounding a part down to a step takes off: num/den of one.
type remainder struct {
	part     int
	first    uint64 // the first 64 bits of the fraction, which mostly decide
	num, den *big.Int
}

func newRemainder(part int, num, den *big.Int) remainder {
	r := remainder{part: part, num: num, den: den}
	if num.Sign() != 0 {
		first := new(big.Int).Lsh(num, 64)
		r.first = first.Quo(first, den).Uint64()
	}
	return r
}

// compare puts the largest first, and of equal ones the earlier part.
func (r remainder) compare(o remainder) int {
	if r.first != o.first {
		return cmp.Compare(o.first, r.first)
	}
	exact := 0
	if r.den != o.den && r.num.Sign() != 0 {
		exact = new(big.Int).Mul(o.num, r.den).Cmp(new(big.Int).Mul(r.num, o.den))
	} else {
		exact = o.num.Cmp(r.num)
	}
	return cmp.Or(exact, cmp.Compare(r.part, o.part))
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
