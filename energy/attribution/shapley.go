package attribution

import (
	"math/big"
	"math/bits"
	"slices"
	"strconv"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/internal/fixed"
)

// MaxShapley is how many accounts [Shapley] can take: it asks for the worth of
// all 2ⁿ coalitions.
const MaxShapley = 12

// Shapley returns what each of n accounts adds to the energy of all, on the
// mean over all orders in which they could have come: the only sharing that is
// efficient, symmetric and additive and gives nothing to who adds nothing. It
// suits a device whose power does not grow in proportion to its load.
//
// worth returns the energy that the device would have used for the accounts of
// a coalition alone, bit i standing for account i; for nobody that is 0, and
// more accounts never need less. The values add up to worth of all, to the
// microjoule, by largest remainders with ties to the earlier account.
//
// It fails with a *[FieldError] unless 1 ≤ n ≤ [MaxShapley], or on a worth
// that breaks those rules. worth is called once for each coalition.
func Shapley(n int, worth func(coalition uint32) energy.Energy) ([]energy.Energy, error) {
	if n < 1 || n > MaxShapley {
		return nil, &FieldError{"accounts of a Shapley value", strconv.Itoa(n), "1 to " + strconv.Itoa(MaxShapley)}
	}
	all := uint32(1)<<n - 1
	v := make([]*big.Int, all+1)
	for s := range v {
		v[s] = worth(uint32(s)).Microjoules().Big()
	}
	if v[0].Sign() != 0 {
		return nil, &FieldError{"worth of nobody", v[0].String() + " uJ", "0; take idle energy off first, or make it a part of every coalition"}
	}
	weights := coalitionWeights(n)
	sums := make([]*big.Int, n)
	for i := range sums {
		sums[i] = new(big.Int)
		for s := uint32(0); s <= all; s++ {
			if s>>i&1 != 0 {
				continue
			}
			added := new(big.Int).Sub(v[s|1<<i], v[s])
			if added.Sign() < 0 {
				return nil, &FieldError{"worth of coalition " + strconv.FormatUint(uint64(s|1<<i), 2), v[s|1<<i].String() + " uJ", "no less than without one of them, " + v[s].String() + " uJ"}
			}
			sums[i].Add(sums[i], added.Mul(added, weights[bits.OnesCount32(s)]))
		}
	}
	return placeRemainders(sums, factorial(n), v[all])
}

// coalitionWeights returns k!·(n−k−1)! for coalitions of k: in how many of n!
// orders exactly those come before an account.
func coalitionWeights(n int) []*big.Int {
	w := make([]*big.Int, n)
	for k := range w {
		w[k] = new(big.Int).Mul(factorial(k), factorial(n-k-1))
	}
	return w
}

func factorial(n int) *big.Int { return new(big.Int).MulRange(1, int64(n)) }

// placeRemainders divides each sum by d, rounded down, and places what is left
// of the total where the remainders are largest.
func placeRemainders(sums []*big.Int, d, total *big.Int) ([]energy.Energy, error) {
	parts, rests := make([]*big.Int, len(sums)), make([]*big.Int, len(sums))
	left := new(big.Int).Set(total)
	order := make([]int, len(sums))
	for i, sum := range sums {
		parts[i], rests[i] = new(big.Int).DivMod(sum, d, new(big.Int))
		left.Sub(left, parts[i])
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return rests[j].Cmp(rests[i]) })
	for _, i := range order[:left.Int64()] { // fewer than there are parts
		parts[i].Add(parts[i], big.NewInt(1))
	}
	values := make([]energy.Energy, len(parts))
	for i, p := range parts {
		n, _ := fixed.FromBig(p) // at most the worth of all
		values[i] = energy.MicrojoulesWide(n)
	}
	return values, nil
}
