package metering

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// Conditions, found with [errors.Is].
var (
	// ErrOverflow: a count of grains left ±2^127.
	ErrOverflow = errors.New("metering: overflow of 128 bits")
	// ErrInexact: a decimal number of units is not a whole number of grains.
	ErrInexact = errors.New("metering: value falls between two grains")
	// ErrSyntax: text, or a decimal of absurd length, that is no quantity,
	// period, label set or name of a constant.
	ErrSyntax = errors.New("metering: not well formed")
	// ErrUnknownUnit: a code that [ParseUnit] does not know, or the zero Unit.
	ErrUnknownUnit = errors.New("metering: unknown unit")
	// ErrUnknown: a meter that the catalogue does not have.
	ErrUnknown = errors.New("metering: unknown meter")
	// ErrNotAdditive: a meter whose values do not add up, such as the percentile
	// of a level. An aggregator sums.
	ErrNotAdditive = errors.New("metering: an aggregator takes meters that add up")
	// ErrWeights: no weight is positive, or one is negative.
	ErrWeights = errors.New("metering: weights cannot carry the split")
	// ErrTimeRange: an instant before 1970, or after 2199. The end of a period
	// may be the first instant of 2200.
	ErrTimeRange = errors.New("metering: time outside 1970-01-01 to 2200-01-01 UTC")
	// ErrPeriod: a period that would end before it starts.
	ErrPeriod = errors.New("metering: a period ends after it starts")
	// ErrConflict: an event with this identity but another body was counted
	// before. The first one stands.
	ErrConflict = errors.New("metering: another event has this identity")
	// ErrNegative: a negative amount on a meter that only grows, or a negative
	// capacity. Corrections are events of kind [Adjustment].
	ErrNegative = errors.New("metering: negative amount on a monotonic meter")
	// ErrState: the change does not fit the holding's state, such as a resume
	// without a pause, or goes back in time.
	ErrState = errors.New("metering: change does not fit the resource's state")
	// ErrTooLate: usage older than the dedup window: whether it was counted
	// before is not sure to be known. See [WithLateWindow].
	ErrTooLate = errors.New("metering: older than the dedup window")
	// ErrTooEarly: usage beyond the windows that may be open. See
	// [WithOpenWindows].
	ErrTooEarly = errors.New("metering: beyond the open windows")
	// ErrNoWindow: there is no current window before [Aggregator.Advance].
	ErrNoWindow = errors.New("metering: no current window; call Advance")
	// ErrClosed: the holding was stopped, or the aggregator closed.
	ErrClosed = errors.New("metering: closed")
	// ErrOverlap: two aggregators to be merged both counted one event.
	ErrOverlap = errors.New("metering: both aggregators counted the event")
)

// A DimensionError reports quantities or units that cannot be combined.
type DimensionError struct {
	Got, Want Dimension
	// Meter is the meter that wants the dimension; empty where quantities are
	// combined with each other or with a unit.
	Meter MeterID
}

func (e *DimensionError) Error() string {
	if e.Meter != "" {
		return fmt.Sprintf("metering: meter %q: dimension %v where %v is wanted", e.Meter, e.Got, e.Want)
	}
	return fmt.Sprintf("metering: dimension %v where %v is wanted", e.Got, e.Want)
}

// A FieldError names the field of a value that was refused, the value
// (clipped to 64 bytes; of a label the name and no value) and what is wanted instead.
type FieldError struct{ Field, Value, Reason string }

func (e *FieldError) Error() string {
	return fmt.Sprintf("metering: %s %q: %s", e.Field, e.Value, e.Reason)
}

// clip bounds what an error repeats of a hostile value. It costs the same
// however long the value is, and never keeps the value alive.
func clip(s string) string {
	const max = 64
	if len(s) <= max {
		return s
	}
	cut := max
	for cut > max-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
