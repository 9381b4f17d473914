package carbon

import (
	"fmt"
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Mass is an exact signed count of nanograms of CO2 equivalent in 128 bits.
// Masses are comparable with == and safe to copy. The zero Mass is 0.
type Mass struct{ n fixed.Int128 }

var (
	gram     = metering.MustUnit("g{CO2e}")
	kilogram = metering.MustUnit("kg{CO2e}")
	tonne    = metering.MustUnit("t{CO2e}")
)

// Nanograms returns n ng.
func Nanograms(n fixed.Int128) Mass { return Mass{n} }

// Grams returns n g. It cannot overflow.
func Grams(n int64) Mass { return times(n, 1_000_000_000) }

// Kilograms returns n kg. It cannot overflow.
func Kilograms(n int64) Mass { return times(n, 1_000_000_000_000) }

// Tonnes returns n t. It cannot overflow.
func Tonnes(n int64) Mass { return times(n, 1_000_000_000_000_000) }

// times returns n·unit ng; the product of two int64 always fits.
func times(n, unit int64) Mass {
	v, _ := fixed.FromInt64(n).MulInt64(unit)
	return Mass{v}
}

// FromQuantity returns q as a mass. It fails with a *[metering.DimensionError]
// when q counts anything else.
func FromQuantity(q metering.Quantity) (Mass, error) {
	if d := q.Dimension(); d != metering.Carbon && !(d == 0 && q.IsZero()) {
		return Mass{}, fmt.Errorf("carbon: quantity %v: %w", q, &metering.DimensionError{Got: d, Want: metering.Carbon})
	}
	return Mass{q.Grains()}, nil
}

// ParseMass reads a plain decimal number, a space and a unit of mass: g, kg or
// t, or their UCUM codes g{CO2e}, kg{CO2e}, t{CO2e} and ng{CO2e}. A number
// without a unit is refused. Errors are a *[UnitError], or those of
// [metering.ParseQuantity] about the number.
func ParseMass(s string) (Mass, error) {
	number, unit, err := cutUnit(s, "a unit of mass: g, kg or t")
	if err != nil {
		return Mass{}, err
	}
	switch unit {
	case "g", "kg", "t":
		unit += "{CO2e}"
	case "ng{CO2e}", "g{CO2e}", "kg{CO2e}", "t{CO2e}":
	default:
		return Mass{}, &UnitError{clip(unit), "a unit of mass: g, kg or t"}
	}
	q, err := metering.ParseQuantity(number + " " + unit)
	if err != nil {
		return Mass{}, fmt.Errorf("carbon: mass: %w", err)
	}
	return FromQuantity(q)
}

// Quantity returns m as a quantity of the dimension carbon.
func (m Mass) Quantity() metering.Quantity { return metering.GrainsWide(m.n, metering.Carbon) }

// Nanograms returns the count of nanograms.
func (m Mass) Nanograms() fixed.Int128 { return m.n }

// Sign returns -1, 0 or +1.
func (m Mass) Sign() int { return m.n.Sign() }

// IsZero reports whether m is 0.
func (m Mass) IsZero() bool { return m.n.IsZero() }

// Cmp compares two masses: -1, 0 or +1.
func (m Mass) Cmp(o Mass) int { return m.n.Cmp(o.n) }

// Add returns m + o. It fails with an error that wraps
// [metering.ErrOverflow].
func (m Mass) Add(o Mass) (Mass, error) {
	n, ok := m.n.Add(o.n)
	if !ok {
		return Mass{}, fmt.Errorf("carbon: %v + %v: %w", m, o, metering.ErrOverflow)
	}
	return Mass{n}, nil
}

// Sub returns m − o. It fails with an error that wraps
// [metering.ErrOverflow].
func (m Mass) Sub(o Mass) (Mass, error) {
	n, ok := m.n.Sub(o.n)
	if !ok {
		return Mass{}, fmt.Errorf("carbon: %v - %v: %w", m, o, metering.ErrOverflow)
	}
	return Mass{n}, nil
}

// Grams returns m in grams, rounded half-even to places fractional digits,
// held to 0 to 18. It is a display.
func (m Mass) Grams(places int) decimal.Decimal { return m.in(gram, places) }

// Kilograms is [Mass.Grams] in kilograms.
func (m Mass) Kilograms(places int) decimal.Decimal { return m.in(kilogram, places) }

// Tonnes is [Mass.Grams] in tonnes.
func (m Mass) Tonnes(places int) decimal.Decimal { return m.in(tonne, places) }

func (m Mass) in(u metering.Unit, places int) decimal.Decimal {
	// The unit is of this dimension and the places are in range, which are
	// the only ways for In to fail.
	v, _ := m.Quantity().In(u, min(max(places, 0), 18))
	return v
}

// String returns the canonical text, whole nanograms: "1500 ng{CO2e}".
func (m Mass) String() string { return m.Quantity().String() }

// MarshalText returns the canonical text.
func (m Mass) MarshalText() ([]byte, error) { return m.Quantity().MarshalText() }

// UnmarshalText reads text as [ParseMass] does.
func (m *Mass) UnmarshalText(b []byte) (err error) {
	*m, err = ParseMass(string(b))
	return err
}

// massOf rounds a rational count of nanograms half-even. It fails with an
// error that wraps [metering.ErrOverflow].
func massOf(ng *big.Rat) (Mass, error) {
	n, ok := fixed.FromBig(halfEven(ng))
	if !ok {
		return Mass{}, fmt.Errorf("carbon: %s ng: %w", clip(ng.FloatString(0)), metering.ErrOverflow)
	}
	return Mass{n}, nil
}

// halfEven rounds a rational to the nearest integer, ties to the even one.
func halfEven(r *big.Rat) *big.Int {
	q, rest := new(big.Int).DivMod(r.Num(), r.Denom(), new(big.Int))
	switch c := rest.Lsh(rest, 1).Cmp(r.Denom()); {
	case c > 0, c == 0 && q.Bit(0) == 1:
		q.Add(q, big.NewInt(1))
	}
	return q
}
