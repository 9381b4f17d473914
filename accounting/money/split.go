package money

import (
	"errors"
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/internal/fixed"
)

// Split cuts m into one part per weight, in whole steps of 10^−places units, so that the parts sum to m exactly.
//
// Each part is first its share m·weight/Σweights rounded towards zero to a step. The steps left over, fewer than
// there are weights, go one each to the parts with the largest remainders, and between equal remainders to the
// earlier part. So a part is less than one step from its exact share, a weight of 0 gets 0, the result depends on
// nothing but the arguments, and splitting −m gives the parts of m negated: a refund reverses a charge.
//
// It returns [ErrInexact] when m is not whole in such steps (round it first), [ErrNoWeight] when there are no
// weights or all are 0, [ErrNegativeWeight], and [ErrRounding] when places is not 0 to 18. It allocates the parts,
// and costs O(n log n) at worst.
func (m Money) Split(places int, weights ...int64) ([]Money, error) {
	wide := make([]fixed.Int128, len(weights))
	for i, w := range weights {
		wide[i] = fixed.FromInt64(w)
	}
	return m.split(places, wide, wide[:0])
}

// SplitBy is [Money.Split] for weights of 128 bits, such as quantities. Their sum must fit in 128 bits too, else it
// returns [ErrOverflow]. The weights are only read.
func (m Money) SplitBy(places int, weights []fixed.Int128) ([]Money, error) {
	return m.split(places, weights, make([]fixed.Int128, 0, len(weights)))
}

// split appends the shares in steps to steps, which may reuse the memory of weights.
func (m Money) split(places int, weights, steps []fixed.Int128) ([]Money, error) {
	if err := validatePlaces(places); err != nil {
		return nil, err
	}
	step := power(Scale - places)
	total, rest, _ := m.amount.QuoRem(step)
	if !rest.IsZero() {
		return nil, fmt.Errorf("money: split %s at %d places: %w; round it to these places first",
			m, places, ErrInexact)
	}
	steps, err := fixed.Split(steps, total, weights)
	if err != nil {
		return nil, splitError(err, weights)
	}
	parts := make([]Money, len(steps))
	for i, s := range steps {
		v, _ := s.Mul(step) // fits: no part is larger than m
		parts[i] = Money{v, m.currency}
	}
	return parts, nil
}

// splitError says in this package's words why fixed.Split refused the weights.
func splitError(err error, weights []fixed.Int128) error {
	switch {
	case errors.Is(err, fixed.ErrNegativeWeight):
		i := slices.IndexFunc(weights, func(w fixed.Int128) bool { return w.Sign() < 0 })
		return fmt.Errorf("money: split weight %d is %s: %w; weights are 0 or more", i, weights[i], ErrNegativeWeight)
	case errors.Is(err, fixed.ErrNoWeight):
		return fmt.Errorf("money: split over %d weights: %w; give at least one above 0", len(weights), ErrNoWeight)
	default:
		return fmt.Errorf("money: split: sum of %d weights: %w; scale the weights down", len(weights), ErrOverflow)
	}
}
