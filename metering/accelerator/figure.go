package accelerator

import (
	"strconv"
)

// A Figure is a whole number above or equal to 0 that may not be known: what a
// vendor does not publish stays unknown and is never 0. The zero Figure is
// unknown. Figures are comparable with == and safe to copy; JSON has null for
// an unknown one.
type Figure struct {
	n     int64
	known bool
}

// Known returns the figure n. A negative n is refused where the figure is used.
func Known(n int64) Figure { return Figure{n, true} }

// Value returns the number, and whether it is known.
func (f Figure) Value() (int64, bool) { return f.n, f.known }

// String returns the number, or "unknown".
func (f Figure) String() string {
	if !f.known {
		return "unknown"
	}
	return strconv.FormatInt(f.n, 10)
}

// MarshalJSON returns the number or null.
func (f Figure) MarshalJSON() ([]byte, error) {
	if !f.known {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, f.n, 10), nil
}

// UnmarshalJSON reads a whole number from 0 to 2^63−1, or null. It fails with
// a *[FieldError] on anything else: a fraction would have to be rounded.
func (f *Figure) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*f = Figure{}
		return nil
	}
	n, err := strconv.ParseInt(clip(string(text)), 10, 64)
	if err != nil || n < 0 {
		return &FieldError{"figure", clip(string(text)), "want a whole number of 0 or more, or null"}
	}
	*f = Known(n)
	return nil
}
