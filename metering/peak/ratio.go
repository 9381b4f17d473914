package peak

import (
	"cmp"
	"fmt"
	"math/bits"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A Rounding says where a value between two steps goes. The zero Rounding is
// HalfEven. No level here is negative, so Truncate is also the floor.
type Rounding fixed.Mode

// The ways to round.
const (
	HalfEven Rounding = Rounding(fixed.HalfEven) // to the nearest step, ties to the even one
	HalfUp   Rounding = Rounding(fixed.HalfUp)   // to the nearest step, ties up
	Truncate Rounding = Rounding(fixed.Down)     // down, whatever is cut off
	Ceil     Rounding = Rounding(fixed.Ceiling)  // up, however little is above
)

// String returns the name, such as "half-up".
func (r Rounding) String() string { return fixed.Mode(r).String() }

func (r Rounding) check() error {
	switch r {
	case HalfEven, HalfUp, Truncate, Ceil:
		return nil
	}
	return fieldError("rounding", uint8(r), "want HalfEven, HalfUp, Truncate or Ceil")
}

// A Ratio is an exact fraction that is not negative, in lowest terms: a share,
// a number of days over days of a month. Ratios are comparable with == and
// safe to copy; the zero Ratio is 0.
type Ratio struct {
	num  fixed.Int128
	less int64 // the denominator less one, so that the zero value is 0/1
}

// NewRatio returns num/den. It fails with a *metering.FieldError when num is
// negative or den is not positive.
func NewRatio(num, den int64) (Ratio, error) {
	if num < 0 {
		return Ratio{}, fieldError("numerator", num, "want 0 or more")
	}
	if den <= 0 {
		return Ratio{}, fieldError("denominator", den, "want 1 or more")
	}
	return reduced(fixed.FromInt64(num), den), nil
}

// Percent returns n/100. A negative n is taken for 0; for what is no whole
// percentage there is [NewRatio].
func Percent(n int64) Ratio { return reduced(fixed.FromInt64(max(n, 0)), 100) }

// reduced returns num/den in lowest terms; den is positive.
func reduced(num fixed.Int128, den int64) Ratio {
	g := commonDivisor(num, den)
	q, _, _ := num.QuoRem(fixed.FromInt64(g))
	return Ratio{q, den/g - 1}
}

// commonDivisor returns the greatest common divisor of num and a positive den.
func commonDivisor(num fixed.Int128, den int64) int64 {
	_, rest, _ := num.QuoRem(fixed.FromInt64(den))
	a, _ := rest.Int64()
	b := den
	for a != 0 {
		a, b = b%a, a
	}
	return b
}

// Num returns the part above the line.
func (r Ratio) Num() fixed.Int128 { return r.num }

// Den returns the part below the line, 1 or more.
func (r Ratio) Den() int64 { return r.less + 1 }

// IsZero reports whether r is 0.
func (r Ratio) IsZero() bool { return r.num.IsZero() }

// Cmp compares two ratios, exactly: -1, 0 or +1.
func (r Ratio) Cmp(s Ratio) int {
	if r.less == s.less {
		return r.num.Cmp(s.num)
	}
	return r.num.MulWide(fixed.FromInt64(s.Den())).Cmp(s.num.MulWide(fixed.FromInt64(r.Den())))
}

// Times returns r·s. It fails with [ErrOverflow].
func (r Ratio) Times(s Ratio) (Ratio, error) {
	// What can be cancelled is, before products are formed: then only a result
	// that does not fit overflows.
	g, h := commonDivisor(r.num, s.Den()), commonDivisor(s.num, r.Den())
	a, _, _ := r.num.QuoRem(fixed.FromInt64(g))
	b, _, _ := s.num.QuoRem(fixed.FromInt64(h))
	num, ok := a.Mul(b)
	hi, den := bits.Mul64(uint64(r.Den()/h), uint64(s.Den()/g))
	if !ok || hi != 0 || den > 1<<63-1 {
		return Ratio{}, fmt.Errorf("%w: %v times %v", ErrOverflow, r, s)
	}
	return reduced(num, int64(den)), nil
}

// Decimal returns r rounded once to places fractional digits, 0 to 18. It
// fails with a *metering.FieldError on places or a rounding out of range.
func (r Ratio) Decimal(places int, how Rounding) (decimal.Decimal, error) {
	return r.over(fixed.FromInt64(1), places, how)
}

// over returns r/grains, rounded once.
func (r Ratio) over(grains fixed.Int128, places int, how Rounding) (decimal.Decimal, error) {
	if err := cmp.Or(how.check(), checkPlaces(places)); err != nil {
		return decimal.Decimal{}, err
	}
	den, ok := grains.MulInt64(r.Den())
	if !ok {
		return decimal.Decimal{}, fmt.Errorf("%w: %v over %v grains", ErrOverflow, r, grains)
	}
	p, _ := fixed.Pow10(places)
	v, _, _ := r.num.MulWide(p).DivWide(den, fixed.Mode(how))
	return decimal.NewFromBigInt(v.Big(), int32(-places)), nil
}

func checkPlaces(places int) error {
	if places < 0 || places > 18 {
		return fieldError("places", places, "want 0 to 18")
	}
	return nil
}

// String returns the number, with a '/' and the denominator when it is not
// whole: "230", "1152/5".
func (r Ratio) String() string {
	b := r.num.Append(nil)
	if r.less != 0 {
		b = fixed.FromInt64(r.Den()).Append(append(b, '/'))
	}
	return string(b)
}

// plus returns r + s.
func (r Ratio) plus(s Ratio) (Ratio, error) {
	// Over the least common denominator, so that what fits does not overflow.
	g := commonDivisor(fixed.FromInt64(r.Den()), s.Den())
	a, ok1 := r.num.MulInt64(s.Den() / g)
	b, ok2 := s.num.MulInt64(r.Den() / g)
	hi, den := bits.Mul64(uint64(r.Den()), uint64(s.Den()/g))
	sum, ok := a.Add(b)
	if !ok || !ok1 || !ok2 || hi != 0 || den > 1<<63-1 {
		return Ratio{}, fmt.Errorf("%w: %v plus %v", ErrOverflow, r, s)
	}
	return reduced(sum, int64(den)), nil
}
