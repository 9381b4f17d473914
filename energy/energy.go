package energy

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// An Energy is an exact signed count of microjoules in 128 bits: ±4.7e25 kWh.
// Energies are comparable with == and safe to copy. The zero Energy is 0.
//
// 64 bits would end at 2.56 GWh, which one large hall draws in a week.
type Energy struct{ n fixed.Int128 }

var (
	nanosPerSecond = fixed.FromInt64(1_000_000_000)
	kilowattHour   = metering.MustUnit("kW.h")
)

// Microjoules returns n µJ.
func Microjoules(n int64) Energy { return Energy{fixed.FromInt64(n)} }

// MicrojoulesWide is [Microjoules] for counts beyond 64 bits.
func MicrojoulesWide(n fixed.Int128) Energy { return Energy{n} }

// Joules returns n J. It cannot overflow.
func Joules(n int64) Energy { return times(n, 1_000_000) }

// KilowattHours returns n kWh. It cannot overflow.
func KilowattHours(n int64) Energy { return times(n, 3_600_000_000_000) }

// times returns n·unit µJ; the product of two int64 always fits.
func times(n, unit int64) Energy {
	v, _ := fixed.FromInt64(n).MulInt64(unit)
	return Energy{v}
}

// FromQuantity returns q as an energy. It fails with a
// *[metering.DimensionError] when q counts anything else.
func FromQuantity(q metering.Quantity) (Energy, error) {
	if d := q.Dimension(); d != metering.Energy && !(d == 0 && q.IsZero()) {
		return Energy{}, fmt.Errorf("energy: quantity %v: %w", q, &metering.DimensionError{Got: d, Want: metering.Energy})
	}
	return Energy{q.Grains()}, nil
}

// Parse reads a plain decimal number, a space and a unit of energy, such as
// "820 kW.h", "12.5 J" or the canonical text of [Energy.String]. Errors are
// those of [metering.ParseQuantity] and [FromQuantity].
func Parse(s string) (Energy, error) {
	q, err := metering.ParseQuantity(s)
	if err != nil {
		return Energy{}, err
	}
	return FromQuantity(q)
}

// MustParse is [Parse] for constants and tests: it panics on error.
func MustParse(s string) Energy {
	e, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return e
}

// Quantity returns e as a quantity of the dimension energy.
func (e Energy) Quantity() metering.Quantity { return metering.GrainsWide(e.n, metering.Energy) }

// Microjoules returns the count of microjoules.
func (e Energy) Microjoules() fixed.Int128 { return e.n }

// Sign returns -1, 0 or +1.
func (e Energy) Sign() int { return e.n.Sign() }

// IsZero reports whether e is 0.
func (e Energy) IsZero() bool { return e.n.IsZero() }

// Cmp compares two energies: -1, 0 or +1.
func (e Energy) Cmp(f Energy) int { return e.n.Cmp(f.n) }

// Add returns e + f. It fails with an error that wraps
// [metering.ErrOverflow].
func (e Energy) Add(f Energy) (Energy, error) {
	n, ok := e.n.Add(f.n)
	if !ok {
		return Energy{}, fmt.Errorf("energy: %v + %v: %w", e, f, metering.ErrOverflow)
	}
	return Energy{n}, nil
}

// Sub returns e − f. It fails with an error that wraps
// [metering.ErrOverflow].
func (e Energy) Sub(f Energy) (Energy, error) {
	n, ok := e.n.Sub(f.n)
	if !ok {
		return Energy{}, fmt.Errorf("energy: %v - %v: %w", e, f, metering.ErrOverflow)
	}
	return Energy{n}, nil
}

// KWh returns e in kilowatt-hours, rounded half-even to places fractional
// digits; places is held to 0 to 18. It is a display: an amount of money is
// never worked out from it.
func (e Energy) KWh(places int) decimal.Decimal {
	// The unit is of this dimension and the places are in range, which are
	// the only ways for In to fail.
	v, _ := e.Quantity().In(kilowattHour, min(max(places, 0), 18))
	return v
}

// String returns the canonical text, whole microjoules: "45000000000 uJ".
// [Parse] reads it back.
func (e Energy) String() string { return e.Quantity().String() }

// MarshalText returns the canonical text.
func (e Energy) MarshalText() ([]byte, error) { return e.Quantity().MarshalText() }

// UnmarshalText reads text as [Parse] does.
func (e *Energy) UnmarshalText(b []byte) (err error) {
	*e, err = Parse(string(b))
	return err
}
