package attribution

import (
	"fmt"
	"unicode/utf8"

	"github.com/meterbook/meterbook/metering"
)

// A FieldError names a field of the input that was refused, its value, and
// what is wanted instead.
type FieldError struct{ Field, Value, Want string }

func (e *FieldError) Error() string {
	return fmt.Sprintf("attribution: %s %s: want %s", e.Field, e.Value, e.Want)
}

// An OverAllocatedError reports a device of which more was set aside than
// there is.
type OverAllocatedError struct {
	Device              string
	Allocated, Capacity metering.Quantity
}

func (e *OverAllocatedError) Error() string {
	return fmt.Sprintf("attribution: device %q: allocated %v of a capacity of %v: end the holdings that overlap, or correct the capacity",
		clip(e.Device), e.Allocated, e.Capacity)
}

// A RevisionError reports two results of which one was not made from the
// other by [Revise].
type RevisionError struct {
	OldPeriod, Period metering.Period
	Old, Revision     int
}

func (e *RevisionError) Error() string {
	return fmt.Sprintf("attribution: revision %d of %v does not follow revision %d of %v: make it with Revise", e.Revision, e.Period, e.Old, e.OldPeriod)
}

// An ImbalanceError reports shares that do not add up to what was metered.
type ImbalanceError struct{ Field, Shares, Metered string }

func (e *ImbalanceError) Error() string {
	return fmt.Sprintf("attribution: %s: shares add up to %s, metered %s", e.Field, e.Shares, e.Metered)
}

// clip bounds what an error repeats of a hostile value.
func clip(s string) string {
	const most = 64
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
