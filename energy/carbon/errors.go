package carbon

import (
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/meterbook/meterbook/metering"
)

// Conditions, found with [errors.Is].
var (
	// ErrNoEnergy: nothing to relate an emission to.
	ErrNoEnergy = errors.New("carbon: no energy")
	// ErrNoLocation: a market-based figure without the location-based one,
	// which the GHG Protocol's Scope 2 Guidance, chapter 7, wants beside it.
	ErrNoLocation = errors.New("carbon: market-based figure without a location-based one: give the grid's intensity")
	// ErrMarketBased: an SCI of market-based intensity, which ISO/IEC 21031
	// does not allow.
	ErrMarketBased = errors.New("carbon: SCI of a market-based intensity: use the grid's")
	// ErrNoUnits: an SCI without functional units to relate to.
	ErrNoUnits = errors.New("carbon: SCI without functional units: name the unit and count at least one")
	// ErrHole: the intensity series does not cover all of the energy, and the
	// policy is to refuse.
	ErrHole = errors.New("carbon: hole in the intensity series")
)

// A FieldError names a field that was refused, its value, and what is wanted
// instead.
type FieldError struct{ Field, Value, Want string }

func (e *FieldError) Error() string {
	return fmt.Sprintf("carbon: %s %s: want %s", e.Field, e.Value, e.Want)
}

// A UnitError reports a number without a unit, or in one that it cannot be
// in.
type UnitError struct{ Got, Want string }

func (e *UnitError) Error() string {
	return fmt.Sprintf("carbon: unit %q: want %s", e.Got, e.Want)
}

// An OrderError reports two intensities of one instant that differ.
type OrderError struct {
	Time time.Time
	A, B Intensity
}

func (e *OrderError) Error() string {
	return fmt.Sprintf("carbon: intensity at %s is %v and %v: want one", e.Time.UTC().Format(time.RFC3339), e.A, e.B)
}

// A HoleError reports the first part of a period that no intensity covers. It
// is [ErrHole].
type HoleError struct{ Hole metering.Period }

func (e *HoleError) Error() string {
	return fmt.Sprintf("%v: %v: give the missing figures, or set a gap policy", ErrHole, e.Hole)
}

// Unwrap returns [ErrHole].
func (e *HoleError) Unwrap() error { return ErrHole }

// An InstrumentError reports a contractual instrument that may not be counted:
// it breaks one of the quality criteria of the Scope 2 Guidance.
type InstrumentError struct{ ID, Criterion, Got, Want string }

func (e *InstrumentError) Error() string {
	return fmt.Sprintf("carbon: instrument %q: %s %s: want %s", clip(e.ID), e.Criterion, e.Got, e.Want)
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
