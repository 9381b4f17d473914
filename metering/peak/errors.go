package peak

import (
	"errors"
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// Conditions, found with [errors.Is].
var (
	// ErrNoSamples: a level is asked for where no sample counts. What carries it
	// is a *[NoSamplesError].
	ErrNoSamples = errors.New("peak: no samples")
	// ErrNoSetting: a floor is asked for a period in which nothing was set.
	ErrNoSetting = errors.New("peak: no setting in the period")
	// ErrNegative: a level below zero.
	ErrNegative = errors.New("peak: a level is not negative")
	// ErrRange: a level of 2^63 grains or more.
	ErrRange = errors.New("peak: want a level below 2^63 grains")
	// ErrOverflow: an exact fraction whose parts leave 127 bits above the line or
	// 63 below it.
	ErrOverflow = errors.New("peak: overflow of an exact fraction")
	// ErrInexact: a level that is no whole number of grains is wanted as one.
	ErrInexact = errors.New("peak: the level falls between two grains")
	// ErrPlan: two lines to be merged, or a line's rule, are of different plans.
	ErrPlan = errors.New("peak: the lines were sampled by different plans")
)

// A NoSamplesError says where a level was asked for and how many samples are
// there all the same, on days that the rule does not count. It wraps
// [ErrNoSamples].
type NoSamplesError struct {
	Period  metering.Period
	Samples int
}

func (e *NoSamplesError) Error() string {
	if e.Samples == 0 {
		return fmt.Sprintf("peak: no samples in %v: a level of nothing is not zero", e.Period)
	}
	return fmt.Sprintf("peak: %d samples in %v, none on a day that counts", e.Samples, e.Period)
}

// Unwrap returns [ErrNoSamples].
func (e *NoSamplesError) Unwrap() error { return ErrNoSamples }

// An OutsideError reports a sample at an instant that is not in the plan's
// period.
type OutsideError struct {
	At     time.Time
	Period metering.Period
}

func (e *OutsideError) Error() string {
	return fmt.Sprintf("peak: sample at %s: want a time in %v", e.At.UTC().Format(time.RFC3339Nano), e.Period)
}

// A NotKeptError reports a rule that needs more of the largest levels than a
// line keeps under its plan. Of is what they are the largest of: "period",
// "valid days" or "day".
type NotKeptError struct {
	Of         string
	Want, Kept int
}

func (e *NotKeptError) Error() string {
	return fmt.Sprintf("peak: rule needs the %d largest levels of the %s, the line keeps %d: name the rule to NewPlan", e.Want, e.Of, e.Kept)
}

func fieldError(field string, value any, reason string) error {
	return &metering.FieldError{Field: field, Value: fmt.Sprint(value), Reason: reason}
}
