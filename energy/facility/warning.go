package facility

import "math/bits"

// A Warning is a remark on a figure that can be computed but should not be
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
	// AboveUsual: a PUE above 3, or a CER above 30.
	AboveUsual
	// Interim: over less than 12 months, so an iPUE, which is not to be
	// presented as a PUE.
	Interim
	// UnknownCategory: where the IT energy was measured is not said, or which
	// water a WUE counts.
	UnknownCategory
	// PartialCoverage: a measurement did not see the whole period.
	PartialCoverage
	// PartlyEstimated: a part of the energy was not measured.
	PartlyEstimated
	// UnknownAccuracy: the class of a meter is not said, so that the figure
	// has no uncertainty.
	UnknownAccuracy
	// Relabelled: the category was assigned by [Result.Relabel].
	Relabelled
	// NoLoad and NoClimate: a designed PUE without the load or the climate it
	// was designed for.
	NoLoad
	NoClimate
	// Deprecated: DCiE, of which The Green Grid has advised against the use
	// in favour of PUE.
	Deprecated
	// Capped: a REF above 1, held to 1; what is left is the surplus.
	Capped
	// FactorUndated: an emission factor without year, region or method.
	FactorUndated
	// RecycledWater: the water includes recycled water, which categories
	// count differently.
	RecycledWater
	// ServersMissing: some servers were not measured.
	ServersMissing
	// UnverifiedTable: the weights were quoted from memory and not found in a
	// text of the standard.
	UnverifiedTable
	warnings // their number, kept last
)

var warningNames = [warnings]string{"exactly 1", "below 1.02", "above the usual range", "interim: period below 12 months", "category unknown",
	"partial coverage", "partly estimated", "meter class unknown", "category relabelled", "no load", "no climate", "deprecated, use PUE",
	"capped at 1", "factor without year, region or method", "recycled water included", "servers missing", "weights not verified"}

// String returns the warning in words.
func (w Warning) String() string {
	if w >= warnings {
		return "invalid"
	}
	return warningNames[w]
}

// warningSet keeps results comparable: a bit for each warning.
type warningSet uint32

func (s *warningSet) add(w Warning, when bool) {
	if when {
		*s |= 1 << w
	}
}

func (s warningSet) has(w Warning) bool { return w < warnings && s>>w&1 != 0 }

func (s warningSet) list() []Warning {
	var list []Warning
	for ; s != 0; s &= s - 1 {
		list = append(list, Warning(bits.TrailingZeros32(uint32(s))))
	}
	return list
}
