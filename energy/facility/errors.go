package facility

import (
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// Conditions, found with [errors.Is].
var (
	// ErrNoITEnergy: the IT equipment used no energy, so that there is
	// nothing to relate the total to.
	ErrNoITEnergy = errors.New("facility: no IT energy")
	// ErrNoEnergy: what an indicator divides by is 0: the site's energy, or
	// that of its cooling.
	ErrNoEnergy = errors.New("facility: no energy to relate to")
	// ErrEmptyPeriod: a measurement over no time.
	ErrEmptyPeriod = errors.New("facility: empty period")
	// ErrNoResults: nothing to combine.
	ErrNoResults = errors.New("facility: no results to combine")
	// ErrNoBoundary: a partial PUE of which it is not said what it covers.
	ErrNoBoundary = errors.New("facility: partial PUE without a boundary: name the sub-system")
	// ErrReuseInside: energy that is used again within the data centre is
	// part of its own use, and no reuse (ISO/IEC 30134-6).
	ErrReuseInside = errors.New("facility: energy reused within the boundary of the data centre: count only what leaves it")
)

// A FieldError names a field that was refused, its value, and what is wanted
// instead.
type FieldError struct{ Field, Value, Want string }

func (e *FieldError) Error() string {
	return fmt.Sprintf("facility: %s %s: want %s", e.Field, e.Value, e.Want)
}

// A NegativeEnergyError names the reading that was below 0.
type NegativeEnergyError struct {
	Field  string // "total", "IT", "renewable", …
	Energy energy.Energy
}

func (e *NegativeEnergyError) Error() string {
	return fmt.Sprintf("facility: %s energy %v: want 0 or more; check the meter's direction", e.Field, e.Energy)
}

// A BelowOneError reports a facility that used less than its IT equipment, a
// PUE below 1: one of the meters is wrong, or they measure different things.
type BelowOneError struct{ Total, IT energy.Energy }

func (e *BelowOneError) Error() string {
	return fmt.Sprintf("facility: total energy %v is below IT energy %v: want a total that includes the IT equipment", e.Total, e.IT)
}

// An AboveWholeError reports a part of the site's energy that is larger than
// the site's energy.
type AboveWholeError struct {
	Field       string // "reused"
	Part, Whole energy.Energy
}

func (e *AboveWholeError) Error() string {
	return fmt.Sprintf("facility: %s energy %v is above the site's %v: want a part of it", e.Field, e.Part, e.Whole)
}

// A PeriodMismatchError reports measurements that are not over the same
// period.
type PeriodMismatchError struct{ Got, Want metering.Period }

func (e *PeriodMismatchError) Error() string {
	return fmt.Sprintf("facility: period %v where %v is wanted: measure both over the same period", e.Got, e.Want)
}

// A PeriodGapError reports periods that cannot be joined into one: Next does
// not begin where Last ends.
type PeriodGapError struct{ Last, Next metering.Period }

func (e *PeriodGapError) Error() string {
	return fmt.Sprintf("facility: period %v does not begin where %v ends: want equal or consecutive periods", e.Next, e.Last)
}

// An InterimError reports an indicator over less than 12 months where an
// annual one is wanted.
type InterimError struct {
	Name   string
	Period metering.Period
}

func (e *InterimError) Error() string {
	return fmt.Sprintf("facility: %s over %v: want 12 months or more; a shorter one is interim", e.Name, e.Period)
}

// A CategoryMismatchError reports results measured at different points of the
// power path, which cannot be compared or combined.
type CategoryMismatchError struct{ Got, Want Category }

func (e *CategoryMismatchError) Error() string {
	return fmt.Sprintf("facility: category %v where %v is wanted: use results with the IT energy measured at the same point", e.Got, e.Want)
}

// A PointError reports energy that was measured where this indicator does not
// take it from, such as WUE from the energy of the whole site.
type PointError struct {
	Field string
	Got   Point
	Want  string
}

func (e *PointError) Error() string {
	return fmt.Sprintf("facility: %s measured at %v: want %s", e.Field, e.Got, e.Want)
}

// A KindMismatchError reports results of different kinds: measured, partial
// and designed ratios are not to be compared or combined.
type KindMismatchError struct{ Got, Want string }

func (e *KindMismatchError) Error() string {
	return fmt.Sprintf("facility: %s where %s is wanted: use results of one kind", e.Got, e.Want)
}

// A TableMismatchError reports energies that were converted by different
// tables, whose kilowatt-hours are not the same thing.
type TableMismatchError struct{ Got, Want string }

func (e *TableMismatchError) Error() string {
	return fmt.Sprintf("facility: energy converted by table %q where %q is wanted: convert all of it by one table", clip(e.Got), clip(e.Want))
}

// An UnitError reports an amount in a unit in which it cannot be taken.
type UnitError struct{ Field, Got, Want string }

func (e *UnitError) Error() string {
	return fmt.Sprintf("facility: %s in %s: want %s", e.Field, e.Got, e.Want)
}

// A CarrierError reports an energy carrier that no table, or not the table
// that was named, converts.
type CarrierError struct {
	Carrier Carrier
	Table   string // empty where none was named
}

func (e *CarrierError) Error() string {
	if e.Table == "" {
		return fmt.Sprintf("facility: %v without a weight table: name the one that applies, such as EN50600()", e.Carrier)
	}
	return fmt.Sprintf("facility: %v is not in weight table %q: name one that has it", e.Carrier, clip(e.Table))
}

// A ScopeError reports a site or an indicator that a rule pack does not apply
// to.
type ScopeError struct{ Pack, Got, Want string }

func (e *ScopeError) Error() string {
	return fmt.Sprintf("facility: rule pack %s does not apply to %s: want %s", e.Pack, e.Got, e.Want)
}

// A NotInForceError reports a rule pack asked about a day on which it is not
// in force.
type NotInForceError struct {
	Pack     string
	At       time.Time
	From, To time.Time
}

func (e *NotInForceError) Error() string {
	to := "open"
	if !e.To.IsZero() {
		to = e.To.Format(time.DateOnly)
	}
	return fmt.Sprintf("facility: rule pack %s on %s: want a day from %s to %s, or another pack", e.Pack, e.At.UTC().Format(time.DateOnly), e.From.Format(time.DateOnly), to)
}

// A MissingError reports an indicator that a rule pack requires and that was
// not given.
type MissingError struct {
	Pack string
	KPI  KPI
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("facility: rule pack %s requires %v: work it out and give it", e.Pack, e.KPI)
}

func emptyPeriod(p metering.Period) error { return fmt.Errorf("%w: %v", ErrEmptyPeriod, p) }

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
