package facility

// A Category says where the energy of the IT equipment is measured. The
// further down the power path, the more losses count as overhead: for one
// site the PUE of category 1 is the lowest and that of category 3 the highest.
type Category uint8

// The categories of ISO/IEC 30134-2 and EN 50600-4-2. Category 0 of The Green
// Grid relates peak powers and is another indicator: see [PeakPUE].
const (
	CategoryUnknown Category = iota
	Category1                // basic: at the output of the UPS
	Category2                // intermediate: at the output of the PDU
	Category3                // advanced: at the input of the IT equipment
)

// String returns "unknown", "1", "2" or "3".
func (c Category) String() string {
	switch c {
	case CategoryUnknown:
		return "unknown"
	case Category1, Category2, Category3:
		return string('0' + rune(c))
	}
	return "invalid"
}

func (c Category) valid() bool { return c <= Category3 }
