package focus

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

// A Number is an exact decimal of up to 38 digits, at most [MaxScale] of them
// behind the point, or null, which is its zero value. It keeps the zeros that
// it was written with, so 1.50 and 1.5 differ under == and are [Number.Equal].
// It is a value and safe to copy.
type Number struct {
	digits fixed.Int128
	scale  uint8
	set    bool
}

// MaxScale is the number of digits behind the point that a [Number] can have.
const MaxScale = 36

// Conditions of text that is no [Number].
var (
	// ErrNumber: text that is not an optional minus, digits with at most one
	// point, and an optional exponent E without a plus.
	ErrNumber = errors.New("focus: not a number as FOCUS writes it")
	// ErrNumberRange: more than 38 digits, or more than 36 behind the point.
	ErrNumberRange = errors.New("focus: number has more digits than fit")
)

// ParseNumber reads a number in FOCUS's Numeric Format. It fails with
// [ErrNumber] or [ErrNumberRange].
func ParseNumber(s string) (Number, error) {
	n, err := readNumber(s)
	if err != nil {
		return Number{}, fmt.Errorf("%w: %q", err, clip(s))
	}
	return n, nil
}

// MustNumber is [ParseNumber] for constants; it panics on an error.
func MustNumber(s string) Number {
	n, err := ParseNumber(s)
	if err != nil {
		panic(err)
	}
	return n
}

// Int returns v.
func Int(v int64) Number { return Number{fixed.FromInt64(v), 0, true} }

// FromDecimal returns d. It fails with [ErrNumberRange].
func FromDecimal(d decimal.Decimal) (Number, error) {
	exp := int(d.Exponent())
	v, ok := fixed.FromBig(d.Coefficient())
	if v.IsZero() && ok {
		exp = min(max(exp, -MaxScale), 0)
	}
	if !ok || !len38(v) || exp < -MaxScale || exp > MaxScale {
		return Number{}, fmt.Errorf("%w: a decimal with exponent %d", ErrNumberRange, exp)
	}
	n := Number{v, 0, true}
	if exp <= 0 {
		n.scale = uint8(-exp)
		return n, nil
	}
	if n.digits, ok = times10(v, exp); !ok {
		return Number{}, fmt.Errorf("%w: a decimal with exponent %d", ErrNumberRange, exp)
	}
	return n, nil
}

// Amount returns an amount of money as a number, with no zeros at its end.
func Amount(m money.Money) Number {
	return Number{m.Scaled(), money.Scale, true}.trim(0)
}

// IsNull reports whether n is no number.
func (n Number) IsNull() bool { return !n.set }

// Sign returns −1, 0 or +1; 0 for null.
func (n Number) Sign() int { return n.digits.Sign() }

// Neg returns −n.
func (n Number) Neg() Number {
	if v, ok := n.digits.Neg(); ok { // else it is too large to be written, and stays so
		n.digits = v
	}
	return n
}

// Equal reports whether n and o are both null or of one value.
func (n Number) Equal(o Number) bool {
	return n == o || n.set && o.set && near(n, o, Number{})
}

// Decimal returns n; 0 for null.
func (n Number) Decimal() decimal.Decimal {
	return decimal.NewFromBigInt(n.digits.Big(), -int32(n.scale))
}

// String returns the text of a file: "" for null.
func (n Number) String() string { return string(n.append(nil)) }

// append appends the text, with every digit that n has.
func (n Number) append(b []byte) []byte {
	if !n.set {
		return b
	}
	v, ok := n.digits.Int64()
	if !ok || n.scale > 18 {
		return fixed.AppendDecimal(b, n.digits, int(n.scale), int(n.scale))
	}
	u := uint64(v)
	if v < 0 {
		b, u = append(b, '-'), -u
	}
	var buf [24]byte
	at := len(buf)
	for places := n.scale; places > 0; places-- {
		at--
		buf[at] = '0' + byte(u%10)
		u /= 10
	}
	if n.scale > 0 {
		at--
		buf[at] = '.'
	}
	for {
		at--
		buf[at] = '0' + byte(u%10)
		if u /= 10; u == 0 {
			return append(b, buf[at:]...)
		}
	}
}

// trim takes off zeros behind the point, down to places.
func (n Number) trim(places uint8) Number {
	for n.scale > places {
		q, r, _ := n.digits.QuoRem(fixed.FromInt64(10))
		if !r.IsZero() {
			break
		}
		n.digits, n.scale = q, n.scale-1
	}
	return n
}

// mul returns n·o; ok is false where it has too many digits.
func (n Number) mul(o Number) (Number, bool) {
	v, ok := n.digits.Mul(o.digits)
	if scale := n.scale + o.scale; ok && scale <= MaxScale && len38(v) {
		return Number{v, scale, n.set && o.set}, true
	}
	return Number{}, false
}

// maxDigits is 10³⁸, above every Number's digits.
var maxDigits, _ = fixed.Pow10(38)

func len38(v fixed.Int128) bool {
	least, _ := maxDigits.Neg()
	return v.Less(maxDigits) && least.Less(v)
}

func times10(v fixed.Int128, n int) (fixed.Int128, bool) {
	if n == 0 {
		return v, true
	}
	p, ok := fixed.Pow10(n)
	if !ok {
		return v, v.IsZero()
	}
	w, ok := v.Mul(p)
	return w, ok && len38(w)
}

// near reports whether |a − b| ≤ tolerance. None is null.
func near(a, b, tolerance Number) bool {
	if a.scale == b.scale && a.digits == b.digits {
		return true
	}
	scale := max(a.scale, b.scale, tolerance.scale)
	x, ok1 := times10(a.digits, int(scale-a.scale))
	y, ok2 := times10(b.digits, int(scale-b.scale))
	t, ok3 := times10(tolerance.digits, int(scale-tolerance.scale))
	d, ok4 := x.Sub(y)
	if ok1 && ok2 && ok3 && ok4 {
		if d.Sign() < 0 {
			d, _ = d.Neg()
		}
		return !t.Less(d)
	}
	r := new(big.Rat).Sub(a.rat(), b.rat())
	return r.Abs(r).Cmp(tolerance.rat()) <= 0
}

// nearProduct reports whether |a·b − c| ≤ tolerance.
func nearProduct(a, b, c, tolerance Number) bool {
	if p, ok := a.mul(b); ok {
		return near(p, c, tolerance)
	}
	r := new(big.Rat).Mul(a.rat(), b.rat())
	r.Sub(r, c.rat())
	return r.Abs(r).Cmp(tolerance.rat()) <= 0
}

func (n Number) rat() *big.Rat {
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n.scale)), nil)
	return new(big.Rat).SetFrac(n.digits.Big(), p)
}
