package facility

import "math/bits"

// A Warning is a remark on a [Result] that can be computed but should not be
// published as it is.
type Warning uint8

// The warnings.
const (
	// ExactlyOne: total and IT are equal. A PUE is above 1 by definition;
	// this is most likely one meter read twice.
	ExactlyOne Warning = iota
	// BelowUsual: above 1 but below 1.02, less overhead than any published
	// site has.
	BelowUsual
	// AboveUsual: above 3.
	AboveUsual
	// Interim: over less than 12 months, so an iPUE, which is not to be
	// presented as a PUE.
	Interim
	// UnknownCategory: where the IT energy was measured is not said.
	UnknownCategory
	// PartialCoverage: a measurement did not see the whole period.
	PartialCoverage
	warnings // their number, kept last
)

var warningNames = [warnings]string{"exactly 1", "below 1.02", "above 3", "interim: period below 12 months", "category unknown", "partial coverage"}

// String returns the warning in words.
func (w Warning) String() string {
	if w >= warnings {
		return "invalid"
	}
	return warningNames[w]
}

// warningSet keeps results comparable: a bit for each warning.
type warningSet uint8

func (s *warningSet) add(w Warning, when bool) {
	if when {
		*s |= 1 << w
	}
}

func (s warningSet) has(w Warning) bool { return w < warnings && s>>w&1 != 0 }

func (s warningSet) list() []Warning {
	var list []Warning
	for ; s != 0; s &= s - 1 {
		list = append(list, Warning(bits.TrailingZeros8(uint8(s))))
	}
	return list
}
