package energy

import (
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// Conditions, found with [errors.Is].
var (
	// ErrBacklog: so many closed windows wait in an [Integrator] that the
	// sample, which closes one more, was refused. Call [Integrator.Drain] and
	// add it again.
	ErrBacklog = errors.New("energy: closed windows wait to be drained")
	// ErrClosed: the [Integrator] was closed.
	ErrClosed = errors.New("energy: integrator is closed")
)

// A FieldError names an option, a field or an argument that was refused, its
// value, and what is wanted instead.
type FieldError struct{ Field, Value, Want string }

func (e *FieldError) Error() string {
	return fmt.Sprintf("energy: %s %s: want %s", e.Field, e.Value, e.Want)
}

// A PowerError reports a sample whose power is negative or above [MaxPower].
type PowerError struct {
	Time  time.Time
	Power Power
}

func (e *PowerError) Error() string {
	return fmt.Sprintf("energy: sample at %s: power %v: want 0 W to %v; drop the reading or correct its unit", stamp(e.Time), e.Power, MaxPower)
}

// An OrderError reports a sample or reading that is not after the last one.
type OrderError struct{ Time, Last time.Time }

func (e *OrderError) Error() string {
	return fmt.Sprintf("energy: %s comes after %s in the series: want times in order; sort first, or use Integrate for a whole set", stamp(e.Time), stamp(e.Last))
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

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
