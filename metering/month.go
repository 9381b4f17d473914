package metering

import "time"

// A MonthBasis says how long a month is where capacity is priced by the month.
// Providers differ, and which one is meant is stated, never guessed. The zero
// MonthBasis is invalid.
type MonthBasis uint8

// The bases.
const (
	_             MonthBasis = iota
	ThirtyDays               // 720 h: Alibaba OSS, https://help.aliyun.com/en/oss/storage-fees
	MeanMonth                // 365/12 days, 730 h: Tencent Cloud DTS
	CalendarMonth            // the month as the calendar has it, 672 to 744 h and what clocks are shifted
)

var monthBasisNames = []string{ThirtyDays: "thirty-days", MeanMonth: "mean", CalendarMonth: "calendar"}

// String returns the basis' name.
func (b MonthBasis) String() string { return nameOf(monthBasisNames, b) }

// MarshalText returns the name; "" for the invalid zero MonthBasis.
func (b MonthBasis) MarshalText() ([]byte, error) { return textOf("month basis", monthBasisNames, b) }

// UnmarshalText reads a name. Errors wrap [ErrSyntax].
func (b *MonthBasis) UnmarshalText(text []byte) error {
	return readName(b, "month basis", monthBasisNames, text)
}

// Month returns the unit of holding one u for a month of that basis; month is
// looked at for [CalendarMonth] alone, which wants one of 27 to 32 days. It fails
// with a *[FieldError], or as [Unit.Over] does.
func (b MonthBasis) Month(u Unit, month Period) (Unit, error) {
	switch b {
	case ThirtyDays:
		return u.Over(30 * 24 * time.Hour)
	case MeanMonth:
		return u.Over(730 * time.Hour)
	case CalendarMonth:
		length := month.Duration()
		if length < 27*24*time.Hour || length > 32*24*time.Hour {
			return Unit{}, &FieldError{"month", month.String(), "want a period of 27 to 32 days"}
		}
		return u.Over(length)
	default:
		return Unit{}, &FieldError{"month basis", b.String(), "want thirty-days, mean or calendar"}
	}
}
