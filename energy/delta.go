package energy

import (
	"strings"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Delta is what a [Counter] makes of one reading. It is a value, safe to
// copy. The zero Delta, which comes with an error, is nothing used in no time.
//
// A delta of which there is nothing to remark is four words and is handed over
// in registers. Anything else has a note, and costs one small allocation.
type Delta struct {
	used       uint64 // µJ, without a note
	start, end int64  // instants
	note       *note  // nil for an Increase without flags
}

// A note is what is remarked of a reading.
type note struct {
	energy, withheld Energy
	kind             DeltaKind
	flags            Flags
}

// Energy was used within the delta's period. It is never negative.
func (d Delta) Energy() Energy {
	if d.note != nil {
		return d.note.energy
	}
	return Energy{fixed.FromUint64(d.used)}
}

// Withheld is what the readings imply but is not counted in Energy: a device
// of this MaxPower cannot have used it ([Implausible]), or the policy is
// [Withhold] ([AmbiguousWrap]).
func (d Delta) Withheld() Energy {
	if d.note != nil {
		return d.note.withheld
	}
	return Energy{}
}

// Kind says how the reading relates to the one before it.
func (d Delta) Kind() DeltaKind {
	if d.note != nil {
		return d.note.kind
	}
	return Increase
}

// Flags are the remarks on the reading.
func (d Delta) Flags() Flags {
	if d.note != nil {
		return d.note.flags
	}
	return 0
}

// Plain reports whether the counter simply went on: an [Increase] without
// flags.
func (d Delta) Plain() bool { return d.note == nil || d.note.kind == Increase && d.note.flags == 0 }

// Period returns the time from the last reading to this one; empty for the
// first.
func (d Delta) Period() metering.Period {
	// Both are instants in range and in order, which are the only ways for
	// NewPeriod to fail.
	p, _ := metering.NewPeriod(at(d.start), at(d.end))
	return p
}

// A DeltaKind says how a reading relates to the one before it.
type DeltaKind uint8

// The kinds of deltas.
const (
	_         DeltaKind = iota
	First               // the first reading: where counting begins
	Increase            // the counter went on, or stood still
	Wrap                // it went past its range and on from 0
	Reset               // it began again at 0: its value is what is known to have been used since
	Duplicate           // the last reading again
	Missed              // the reading failed: [Counter.Miss]
)

var kindNames = [...]string{First: "first", Increase: "increase", Wrap: "wrap", Reset: "reset", Duplicate: "duplicate", Missed: "missed"}

// String returns the kind's name.
func (k DeltaKind) String() string {
	if k == 0 || int(k) >= len(kindNames) {
		return "invalid"
	}
	return kindNames[k]
}

// Flags is a set of remarks on a [Delta].
type Flags uint8

// The flags.
const (
	// RangeUnknown: the counter stepped back and, as its range is not known,
	// a wrap could not be considered. What was used before the reset is lost.
	RangeUnknown Flags = 1 << iota
	// PowerUnknown: a step back was taken for one wrap, without a MaxPower to
	// tell it from a reset or from several wraps.
	PowerUnknown
	// AmbiguousWrap: in the time since the last reading, which is longer than
	// [CounterSpec.WrapTime], MaxPower allows for a whole round more than what
	// is implied, so that more wraps may hide in it.
	AmbiguousWrap
	// Implausible: the reading implies more than MaxPower; it was withheld.
	// Counting goes on from the new reading.
	Implausible
	// AfterGap: readings were missed since the last one.
	AfterGap
)

var flagNames = [...]string{"range-unknown", "power-unknown", "ambiguous-wrap", "implausible", "after-gap"}

// Has reports whether all of g is in f.
func (f Flags) Has(g Flags) bool { return f&g == g }

// String returns the names of the flags joined by '|', "" for none.
func (f Flags) String() string {
	var names []string
	for i, name := range flagNames {
		if f.Has(1 << i) {
			names = append(names, name)
		}
	}
	return strings.Join(names, "|")
}
