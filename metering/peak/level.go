package peak

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Level is an exact, possibly fractional, number of grains of a dimension:
// 80 Mbit/s, or the mean of five days, or that for 6 days of 30. It is never
// negative. Levels are comparable with == and safe to copy; the zero Level is
// zero of no dimension.
type Level struct {
	value Ratio
	dim   metering.Dimension
}

// LevelOf returns q as a level. It fails with [ErrNegative].
func LevelOf(q metering.Quantity) (Level, error) {
	if q.Sign() < 0 {
		return Level{}, fmt.Errorf("%w: %v", ErrNegative, q)
	}
	return Level{Ratio{num: q.Grains()}, q.Dimension()}, nil
}

// Grains returns the level in grains of its dimension.
func (l Level) Grains() Ratio { return l.value }

// Dimension returns what the level counts.
func (l Level) Dimension() metering.Dimension { return l.dim }

// IsZero reports whether the level is zero, of any dimension.
func (l Level) IsZero() bool { return l.value.IsZero() }

// Times returns l·r, exactly. It fails with [ErrOverflow].
func (l Level) Times(r Ratio) (Level, error) {
	v, err := l.value.Times(r)
	if err != nil {
		return Level{}, err
	}
	return Level{v, l.dim}, nil
}

// Cmp compares two levels, exactly: -1, 0 or +1. It fails with a
// *metering.DimensionError when they differ in dimension.
func (l Level) Cmp(m Level) (int, error) {
	if l.dim != m.dim {
		return 0, &metering.DimensionError{Got: m.dim, Want: l.dim}
	}
	return l.value.Cmp(m.value), nil
}

// Larger returns the larger of two levels. It fails as [Level.Cmp] does.
func Larger(a, b Level) (Level, error) {
	c, err := a.Cmp(b)
	if err != nil {
		return Level{}, err
	}
	if c < 0 {
		return b, nil
	}
	return a, nil
}

// Quantity returns a whole level as a quantity. It fails with [ErrInexact]
// when grains are not whole: see [Level.Round].
func (l Level) Quantity() (metering.Quantity, error) {
	if l.value.less != 0 {
		return metering.Quantity{}, fmt.Errorf("%w: %v", ErrInexact, l)
	}
	return metering.GrainsWide(l.value.num, l.dim), nil
}

// Round returns the level rounded once to whole units u. It fails with
// metering.ErrUnknownUnit for the zero Unit, a *metering.DimensionError, a
// *metering.FieldError on an unknown rounding, and [ErrOverflow].
func (l Level) Round(u metering.Unit, how Rounding) (metering.Quantity, error) {
	if err := l.fits(u); err != nil {
		return metering.Quantity{}, err
	}
	if err := how.check(); err != nil {
		return metering.Quantity{}, err
	}
	step, ok := u.Grains().MulInt64(l.value.Den())
	if !ok {
		return metering.Quantity{}, fmt.Errorf("%w: %v in %v", ErrOverflow, l, u)
	}
	n, _, ok := l.value.num.Div(step, fixed.Mode(how))
	if ok {
		n, ok = n.Mul(u.Grains())
	}
	if !ok {
		return metering.Quantity{}, fmt.Errorf("%w: %v in %v", ErrOverflow, l, u)
	}
	return metering.GrainsWide(n, l.dim), nil
}

// In returns the level as a decimal number of u, rounded once to places
// fractional digits, 0 to 18. It fails as [Level.Round] does, and with a
// *metering.FieldError on places.
func (l Level) In(u metering.Unit, places int, how Rounding) (decimal.Decimal, error) {
	if err := l.fits(u); err != nil {
		return decimal.Decimal{}, err
	}
	return l.value.over(u.Grains(), places, how)
}

func (l Level) fits(u metering.Unit) error {
	switch {
	case u.IsZero():
		return fmt.Errorf("%w: the zero Unit", metering.ErrUnknownUnit)
	case u.Dimension() != l.dim:
		return &metering.DimensionError{Got: u.Dimension(), Want: l.dim}
	}
	return nil
}

// truncated returns the level without what is beyond whole units u; the level
// itself when u is the zero Unit.
func (l Level) truncated(u metering.Unit) (Level, error) {
	if u.IsZero() {
		return l, nil
	}
	q, err := l.Round(u, Truncate)
	if err != nil {
		return Level{}, err
	}
	return LevelOf(q)
}

// String returns the exact number of grains and their unit, such as
// "3228590 By" or "6457147/2 By"; the number alone without a dimension.
func (l Level) String() string {
	if !l.dim.Valid() {
		return l.value.String()
	}
	return l.value.String() + " " + l.dim.Grain().Code()
}

// plus returns l + m of one dimension.
func (l Level) plus(m Level) (Level, error) {
	v, err := l.value.plus(m.value)
	return Level{v, l.dim}, err
}
