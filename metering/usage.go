package metering

// Usage is what one key used within one period. The quantities of rows of one
// meter add up, in any order, over keys and over periods that do not overlap.
// Rows are comparable with == and safe to copy.
type Usage struct {
	Key      Key
	Period   Period
	Quantity Quantity
	// Estimated is the part of Quantity that was not measured. Adjustments can
	// make either negative.
	Estimated Quantity
	// Late is the part of Quantity that was counted as a late adjustment, after
	// its window was sealed.
	Late Quantity
}

// Quality tells measured usage from estimated usage.
type Quality uint8

// The qualities of usage.
const (
	Exact     Quality = iota // all of it was measured
	Mixed                    // a part was estimated
	Estimated                // all of it was estimated
)

var qualityNames = []string{Exact: "exact", Mixed: "mixed", Estimated: "estimated"}

// String returns the quality's name.
func (q Quality) String() string { return nameOf(qualityNames, q) }

// MarshalText returns the name.
func (q Quality) MarshalText() ([]byte, error) { return textOf("quality", qualityNames, q) }

// UnmarshalText reads a name. Errors wrap [ErrSyntax].
func (q *Quality) UnmarshalText(text []byte) error {
	return readName(q, "quality", qualityNames, text)
}

// Quality returns how much of u was measured. A zero quantity of which nothing
// is estimated is exact.
func (u Usage) Quality() Quality {
	switch {
	case u.Estimated.IsZero():
		return Exact
	case u.Estimated.n == u.Quantity.n:
		return Estimated
	}
	return Mixed
}
