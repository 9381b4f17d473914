package facility

import (
	"errors"
	"fmt"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// Conditions, found with [errors.Is].
var (
	// ErrNoITEnergy: the IT equipment used no energy, so that there is
	// nothing to relate the total to.
	ErrNoITEnergy = errors.New("facility: no IT energy")
	// ErrEmptyPeriod: a measurement over no time.
	ErrEmptyPeriod = errors.New("facility: empty period")
	// ErrNoResults: nothing to combine.
	ErrNoResults = errors.New("facility: no results to combine")
)

// A NegativeEnergyError names the reading that was below 0.
type NegativeEnergyError struct {
	Field  string // "total" or "IT"
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

// A CategoryMismatchError reports results measured at different points of the
// power path, which cannot be compared or combined.
type CategoryMismatchError struct{ Got, Want Category }

func (e *CategoryMismatchError) Error() string {
	return fmt.Sprintf("facility: category %v where %v is wanted: use results with the IT energy measured at the same point", e.Got, e.Want)
}
