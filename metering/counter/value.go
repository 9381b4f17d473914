package counter

import (
	"strconv"
	"strings"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Value is the number that a counter shows: an exact decimal, in the
// counter's unit but without one: up to 1.7e38, of up to 38 decimal places. Signed, because sources write
// -1 where they have nothing to say. Values are comparable with ==, safe to
// copy, and the zero Value is 0.
type Value struct {
	n      fixed.Int128 // value·10^places
	places uint8        // 0 to 38; the last of them is not 0
}

const (
	maxPlaces     = 38
	maxValueBytes = 64
)

// Int returns n.
func Int(n int64) Value { return Value{n: fixed.FromInt64(n)} }

// Uint returns n: what most counters are in memory and in /proc and /sys.
func Uint(n uint64) Value { return Value{n: fixed.FromUint64(n)} }

// ParseValue reads a number as text formats of metrics have it: "1024",
// "12.5", "3.600001e+09". It is exact. An optional '-', digits, with a fraction
// after a '.' or without, and an exponent or none, in at most 64 bytes. No '+' before the number and no
// NaN or Inf: that a source has no value is [Counter.Miss]. It fails with an
// error that wraps metering.ErrSyntax or metering.ErrOverflow.
//
// A binary float has 53 bits: a counter beyond 2^53 that went through one
// (Prometheus keeps all samples so) has lost its last digits before it is
// written down, and its steps with them.
func ParseValue(s string) (Value, error) {
	if len(s) > maxValueBytes {
		return Value{}, wrapf("value", s, metering.ErrSyntax)
	}
	mantissa, exp, ok := cutExponent(s)
	unsigned, negative := strings.CutPrefix(mantissa, "-")
	whole, frac, point := strings.Cut(unsigned, ".")
	if !ok || !digits(whole) || point && !digits(frac) {
		return Value{}, wrapf("value", s, metering.ErrSyntax)
	}
	exp -= len(frac)
	all := strings.TrimLeft(whole+frac, "0")
	short := strings.TrimRight(all, "0")
	exp += len(all) - len(short)
	if short == "" {
		return Value{}, nil
	}
	if negative {
		short = "-" + short
	}
	n, err := fixed.ParseInt(short)
	if err != nil || exp > maxPlaces || exp < -maxPlaces {
		return Value{}, overflow("value", s)
	}
	if exp < 0 {
		return Value{n, uint8(-exp)}, nil
	}
	scale, _ := fixed.Pow10(exp)
	if n, ok = n.Mul(scale); !ok {
		return Value{}, overflow("value", s)
	}
	return Value{n: n}, nil
}

// cutExponent cuts "e+09" off a number.
func cutExponent(s string) (mantissa string, exp int, ok bool) {
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return s, 0, true
	}
	text := strings.TrimPrefix(s[i+1:], "+")
	if bare := strings.TrimPrefix(text, "-"); !digits(bare) || len(bare) > 4 || len(text) < len(s[i+1:]) && bare != text {
		return "", 0, false
	}
	exp, err := strconv.Atoi(text)
	return s[:i], exp, err == nil
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) > 0
}

// String returns plain decimal text without an exponent. [ParseValue] reads it
// back.
func (v Value) String() string { return string(fixed.AppendDecimal(nil, v.n, int(v.places), 0)) }

// Cmp returns -1, 0 or +1 as v is below, equal to or above w.
func (v Value) Cmp(w Value) int {
	if v.places == w.places {
		return v.n.Cmp(w.n)
	}
	a, _ := fixed.Pow10(int(w.places))
	b, _ := fixed.Pow10(int(v.places))
	return v.n.MulWide(a).Cmp(w.n.MulWide(b))
}

// grains returns v units as grains, whole or cut to whole ones.
func (v Value) grains(field string, u metering.Unit, truncate bool) (fixed.Int128, error) {
	scale, _ := fixed.Pow10(int(v.places))
	n, exact, ok := fixed.MulDiv(v.n, u.Grains(), scale, fixed.Down)
	switch {
	case !ok:
		return fixed.Int128{}, overflow(field, v.String()+" "+u.Code())
	case !exact && !truncate:
		return fixed.Int128{}, wrapf(field, v.String()+" "+u.Code(), metering.ErrInexact)
	}
	return n, nil
}
