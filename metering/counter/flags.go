package counter

import "strings"

// Flags is a set of remarks on what a [Counter] made of a reading. An ordinary
// increase has none.
type Flags uint16

// The flags. The first six come with readings that give no increase, but for
// First with [Options.FromStart].
const (
	// First: the reading is where counting begins; there is nothing to compare
	// it with.
	First Flags = 1 << iota
	// Duplicate: the last reading again.
	Duplicate
	// Conflict: the last reading's instant with another value, start or epoch.
	// The first one stands.
	Conflict
	// OutOfOrder: the reading is older than the last one, or of a life of the
	// counter that has ended. What was used up to it has been counted.
	OutOfOrder
	// Sentinel: the value is one that stands for "no value".
	Sentinel
	// Implausible: the reading implies more than the highest rate. It is not
	// counted but withheld, and counting does not go on from it unless the
	// next reading bears it out.
	Implausible
	// Missed: a reading is missing between this one and the last: the gap is
	// longer than the sampling interval, or a reading failed or was a sentinel.
	// How much was used is known, when within the gap it was used is not.
	Missed
	// Wrapped: the value passed the modulus and went on from 0.
	Wrapped
	// Reset: the value fell: it began again at 0 at an unknown instant, and
	// what is counted is what it shows since. What it had counted between the
	// last reading and then is lost.
	Reset
	// Restarted: the source says that the counter began again, by a new start
	// time or epoch. What is counted is what it shows since; what it had
	// counted between the last reading and then is lost.
	Restarted
	// Overlapped: the counter began again, it says, before the last reading of
	// what it was before: clocks differ, or two sources write one series. Only
	// what surely comes on top is counted, and the rest is withheld.
	Overlapped
	// Ambiguous: the readings fit another increase as well: a fall can be a wrap
	// or a reset, or the counter can have gone round once more.
	Ambiguous
	// Rebased: the last reading was implausible and this one bears it out:
	// counting goes on from there, and what lies before is lost.
	Rebased
)

const allFlags = Rebased<<1 - 1

var flagNames = [...]string{"first", "duplicate", "conflict", "out-of-order", "sentinel", "implausible", "missed",
	"wrapped", "reset", "restarted", "overlapped", "ambiguous", "rebased"}

// Has reports whether all of g is in f.
func (f Flags) Has(g Flags) bool { return f&g == g }

// String returns the names of the flags joined by '|', such as
// "wrapped|ambiguous"; "" for none.
func (f Flags) String() string {
	var names []string
	for i, name := range flagNames {
		if f.Has(1 << i) {
			names = append(names, name)
		}
	}
	if f&^allFlags != 0 {
		names = append(names, "invalid")
	}
	return strings.Join(names, "|")
}

// MarshalText returns [Flags.String]. It fails with a *[FieldError] on a flag
// that there is not.
func (f Flags) MarshalText() ([]byte, error) {
	if f&^allFlags != 0 {
		return nil, &FieldError{"flags", f.String(), "flags of this package"}
	}
	return []byte(f.String()), nil
}

// UnmarshalText reads names joined by '|', in any order, each once. It fails
// with a *[FieldError], and then changes nothing.
func (f *Flags) UnmarshalText(text []byte) error {
	const most = 160 // all names take 116
	var flags Flags
	if len(text) > most {
		return &FieldError{"flags", clip(string(text[:most])), "names of flags joined by '|'"}
	}
	for rest, more := string(text), len(text) > 0; more; {
		var name string
		name, rest, more = strings.Cut(rest, "|")
		one := flagNamed(name)
		if one == 0 || flags.Has(one) {
			return &FieldError{"flags", clip(name), "names of flags joined by '|', each once"}
		}
		flags |= one
	}
	*f = flags
	return nil
}

func flagNamed(name string) Flags {
	for i, have := range flagNames {
		if name == have {
			return 1 << i
		}
	}
	return 0
}
