package counter

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// An Increase is what a [Counter] makes of a reading. Increases are comparable
// with == and safe to copy.
type Increase struct {
	// Period is when Quantity was used: from the last reading, or from the start
	// that the source tells, to this one. Periods of a counter do not overlap. It
	// is empty when there is no increase.
	Period metering.Period
	// Quantity is what was used within Period. It is never negative. It is the
	// zero Quantity when there is no increase.
	Quantity metering.Quantity
	// Withheld is what the reading implies and Quantity does not count, being
	// above the highest rate, ambiguous or perhaps counted before. It is for
	// people to look at. Sums of it mean nothing: it is implied again until the
	// counter is trusted again.
	Withheld metering.Quantity
	// Flags say what is not ordinary.
	Flags Flags
}

// None reports that the reading gives no increase: the first one, one again or
// out of order, a sentinel, or one that is not to be believed. A
// counter that stood still has an increase, of 0.
func (inc Increase) None() bool { return inc.Period.IsZero() }

// Estimated reports whether Quantity is a policy's choice among quantities
// that fit the readings.
func (inc Increase) Estimated() bool { return !inc.None() && inc.Flags.Has(Ambiguous) }

// A Placement says when within its period an increase is booked.
type Placement uint8

// The placements.
const (
	// AtEnd books all of it at the period's last instant, a nanosecond before
	// the reading: one on the hour closes the hour before.
	AtEnd Placement = iota
	// Spread divides it over the windows in its period, in proportion to the
	// time in each, as if the counter had grown evenly.
	Spread
)

// A Part is a part of an increase in a window.
type Part struct {
	Period   metering.Period // the part of the increase's period that lies in the window
	Quantity metering.Quantity
	// Estimated: the readings do not say that this much was used in Period.
	Estimated bool
}

// MaxParts bounds the windows that one increase is spread over: 42 days of
// quarter hours.
const MaxParts = 4096

// Parts places an increase. The parts are in order of time, tile its period,
// and sum to its quantity to the grain: they are those of
// [metering.Quantity.Split] by nanoseconds in each window, largest remainders
// first and ties to the earlier. Windows are multiples of width since
// 1970-01-01 UTC. More than one part is estimated, as is an ambiguous
// increase; AtEnd looks at no width and gives one part. An increase that is
// none has no parts.
//
// It fails with a *[FieldError] on a placement that there is not or a width
// below a nanosecond, and with [ErrParts]; the increase is as it was, and can be
// placed otherwise.
func (inc Increase) Parts(place Placement, width time.Duration) ([]Part, error) {
	switch {
	case place > Spread:
		return nil, &FieldError{"placement", fmt.Sprint(uint8(place)), "AtEnd or Spread"}
	case place == Spread && width < 1:
		return nil, &FieldError{"window width", width.String(), "1ns or more"}
	case inc.None():
		return nil, nil
	case place == AtEnd:
		return []Part{{inc.Period, inc.Quantity, inc.Estimated()}}, nil
	}
	if inc.Period.Duration()/width > MaxParts {
		return nil, fmt.Errorf("%w: %s in windows of %s", ErrParts, inc.Period, width)
	}
	var parts []Part
	var weights []int64
	for w := range inc.Period.Windows(width) {
		parts = append(parts, Part{Period: w})
		weights = append(weights, int64(w.Duration()))
	}
	if len(parts) > MaxParts {
		return nil, fmt.Errorf("%w: %s in windows of %s", ErrParts, inc.Period, width)
	}
	quantities, err := inc.Quantity.Split(weights...)
	if err != nil {
		return nil, err
	}
	for i := range parts {
		parts[i].Quantity = quantities[i]
		parts[i].Estimated = len(parts) > 1 || inc.Estimated()
	}
	return parts, nil
}
