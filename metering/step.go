package metering

import (
	"fmt"

	"github.com/meterbook/meterbook/internal/fixed"
)

// What providers count of a thing that is smaller than they care for: an object
// as 64 KiB at least, a file by blocks of 4 KiB. It is settled for each thing
// before things are added up.

// Ceil returns q rounded up (towards +∞) to a whole number of steps. It fails
// with a *[DimensionError] where they differ, with a *[FieldError] for a step of
// nothing or less, and with [ErrOverflow].
func (q Quantity) Ceil(step Quantity) (Quantity, error) {
	d, err := q.common(step)
	if err != nil {
		return Quantity{}, err
	}
	if step.Sign() <= 0 {
		return Quantity{}, &FieldError{"step", step.String(), "want more than nothing"}
	}
	steps, _, ok := q.n.Div(step.n, fixed.Ceiling)
	n, fits := steps.Mul(step.n)
	if !ok || !fits {
		return Quantity{}, fmt.Errorf("%w: %v in steps of %v", ErrOverflow, q, step)
	}
	return Quantity{n, d}, nil
}

// AtLeast returns the larger of two quantities. It fails with a
// *[DimensionError] where their dimensions differ.
func (q Quantity) AtLeast(least Quantity) (Quantity, error) {
	d, err := q.common(least)
	if err != nil {
		return Quantity{}, err
	}
	if q.n.Cmp(least.n) < 0 {
		q = least
	}
	return Quantity{q.n, d}, nil
}
