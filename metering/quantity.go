package metering

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A Quantity is an exact signed count of a dimension's grains in 128 bits:
// ±1.7e38 grains, such as 6.5e17 card·hours or 4.9e9 TiB·years. Quantities are
// comparable with == and safe to copy. The zero Quantity has no dimension,
// is zero, and adds to any other, so that sums can start from it.
type Quantity struct {
	n   fixed.Int128
	dim Dimension
}

// NewQuantity returns n units. It fails with [ErrOverflow] past 128 bits and
// with [ErrUnknownUnit] for the zero Unit.
func NewQuantity(n int64, u Unit) (Quantity, error) {
	if u.IsZero() {
		return Quantity{}, errZeroUnit()
	}
	g, ok := u.grains.MulInt64(n)
	if !ok {
		return Quantity{}, fmt.Errorf("%w: %d %s", ErrOverflow, n, u)
	}
	return Quantity{g, u.dim}, nil
}

func errZeroUnit() error { return fmt.Errorf("%w: the zero Unit", ErrUnknownUnit) }

// Grains returns n grains of d. With a d that is not [Dimension.Valid] it
// returns a quantity that no method combines and no meter takes, or the zero
// Quantity when n and d are both 0.
func Grains(n int64, d Dimension) Quantity { return Quantity{fixed.FromInt64(n), d} }

// GrainsWide is [Grains] for counts beyond 64 bits.
func GrainsWide(n fixed.Int128, d Dimension) Quantity { return Quantity{n, d} }

// maxCoefficientBits bounds the digits of a decimal that becomes a quantity:
// 154 of them, where 128 bits and 38 places need 77.
const maxCoefficientBits = 512

// QuantityOf converts a decimal number of units to grains, exactly. It fails
// with [ErrInexact] when the value falls between two grains, [ErrOverflow]
// past 128 bits, [ErrUnknownUnit] for the zero Unit, and [ErrSyntax] for a
// decimal written with more than 154 digits. The cost is bounded whatever the
// decimal's exponent.
func QuantityOf(v decimal.Decimal, u Unit) (Quantity, error) {
	return quantityOf(v.Coefficient(), int(v.Exponent()), u)
}

// quantityOf returns digits·10^exp units.
func quantityOf(digits *big.Int, exp int, u Unit) (Quantity, error) {
	if u.IsZero() {
		return Quantity{}, errZeroUnit()
	}
	if digits.Sign() == 0 {
		return Quantity{dim: u.dim}, nil
	}
	// An exponent from outside must not decide how large a power is built: 10^39
	// is past 128 bits whatever it multiplies, and no number of 512 bits times
	// the grains of a unit (< 10^39) has 200 factors of ten.
	switch {
	case digits.BitLen() > maxCoefficientBits:
		return Quantity{}, fmt.Errorf("%w: a quantity of more than 154 digits", ErrSyntax)
	case exp > 38:
		return Quantity{}, fmt.Errorf("%w: more than 10^%d %s", ErrOverflow, exp, u)
	case exp < -200:
		return Quantity{}, fmt.Errorf("%w: %d decimal places of %s", ErrInexact, -exp, u)
	}
	g := new(big.Int).Mul(digits, u.grains.Big())
	if exp >= 0 {
		g.Mul(g, powerOfTen(exp))
	} else {
		var rest big.Int
		if g.QuoRem(g, powerOfTen(-exp), &rest); rest.Sign() != 0 {
			return Quantity{}, fmt.Errorf("%w: %s %s is not whole in %s", ErrInexact, clip(decimal.NewFromBigInt(digits, int32(exp)).String()), u, u.dim.Grain())
		}
	}
	n, ok := fixed.FromBig(g)
	if !ok {
		return Quantity{}, fmt.Errorf("%w: %s %s", ErrOverflow, clip(decimal.NewFromBigInt(digits, int32(exp)).String()), u)
	}
	return Quantity{n, u.dim}, nil
}

func powerOfTen(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// ParseQuantity reads a plain decimal number, one space and a unit code:
// "3.5 {card}.h". It takes the canonical text of [Quantity.String], "0" for
// the zero Quantity included, and any other unit. A number is an optional '-'
// and digits, with a fraction after a '.' or without; no exponent, no '+', no
// zeros in front. Errors wrap [ErrSyntax], [ErrUnknownUnit], [ErrInexact] or
// [ErrOverflow].
func ParseQuantity(s string) (Quantity, error) {
	if s == "0" {
		return Quantity{}, nil
	}
	num, code, found := "", "", false
	if len(s) <= maxTextBytes {
		num, code, found = strings.Cut(s, " ")
	}
	if !found {
		return Quantity{}, fmt.Errorf("%w: quantity %q: want a number, a space and a unit", ErrSyntax, clip(s))
	}
	u, err := ParseUnit(code)
	if err != nil {
		return Quantity{}, err
	}
	digits, exp, ok := parseDecimal(num)
	if !ok {
		return Quantity{}, fmt.Errorf("%w: quantity %q: want plain decimal digits", ErrSyntax, clip(s))
	}
	return quantityOf(digits, exp, u)
}

// parseDecimal reads plain decimal text as digits·10^exp.
func parseDecimal(s string) (digits *big.Int, exp int, ok bool) {
	whole, frac, point := strings.Cut(s, ".")
	magnitude := strings.TrimPrefix(whole, "-")
	if !allDigits(magnitude) || len(magnitude) > 1 && magnitude[0] == '0' || point && !allDigits(frac) {
		return nil, 0, false
	}
	digits, ok = new(big.Int).SetString(whole+frac, 10)
	return digits, -len(frac), ok
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) > 0
}

// MustQuantity is [ParseQuantity] for constants and tests: it panics on error.
func MustQuantity(s string) Quantity {
	q, err := ParseQuantity(s)
	if err != nil {
		panic(err)
	}
	return q
}

// Dimension returns what is counted; 0 for the zero Quantity.
func (q Quantity) Dimension() Dimension { return q.dim }

// Grains returns the count.
func (q Quantity) Grains() fixed.Int128 { return q.n }

// Sign returns -1, 0 or +1.
func (q Quantity) Sign() int { return q.n.Sign() }

// IsZero reports whether the count is zero, in any dimension.
func (q Quantity) IsZero() bool { return q.n.IsZero() }

// Add returns q + r. It fails with [ErrOverflow] or a *[DimensionError].
func (q Quantity) Add(r Quantity) (Quantity, error) {
	dim, err := q.common(r)
	if err != nil {
		return Quantity{}, err
	}
	n, ok := q.n.Add(r.n)
	if !ok {
		return Quantity{}, fmt.Errorf("%w: %v + %v", ErrOverflow, q, r)
	}
	return Quantity{n, dim}, nil
}

// Sub returns q − r. It fails with [ErrOverflow] or a *[DimensionError].
func (q Quantity) Sub(r Quantity) (Quantity, error) {
	dim, err := q.common(r)
	if err != nil {
		return Quantity{}, err
	}
	n, ok := q.n.Sub(r.n)
	if !ok {
		return Quantity{}, fmt.Errorf("%w: %v - %v", ErrOverflow, q, r)
	}
	return Quantity{n, dim}, nil
}

// Neg returns −q. It fails with [ErrOverflow] for −2^127 grains.
func (q Quantity) Neg() (Quantity, error) { return Quantity{}.Sub(q) }

// Cmp compares two quantities: -1, 0 or +1. It fails with a *[DimensionError].
func (q Quantity) Cmp(r Quantity) (int, error) {
	if _, err := q.common(r); err != nil {
		return 0, err
	}
	return q.n.Cmp(r.n), nil
}

// common returns the dimension in which q and r can be combined; the zero
// Quantity takes the other's.
func (q Quantity) common(r Quantity) (Dimension, error) {
	switch zero := (Quantity{}); {
	case q.dim.Valid() && (r.dim == q.dim || r == zero):
		return q.dim, nil
	case q == zero && (r.dim.Valid() || r == zero):
		return r.dim, nil
	}
	return 0, &DimensionError{Got: r.dim, Want: q.dim}
}

// Split divides q into parts in proportion to weights; the parts sum to q to
// the grain. Each part is rounded towards zero and the grains left over go
// one each to the largest remainders, ties to the earlier part; a weight of
// zero gets nothing. It fails with [ErrWeights] when no weight is positive or
// one is negative.
func (q Quantity) Split(weights ...int64) ([]Quantity, error) {
	wide := make([]fixed.Int128, len(weights))
	for i, w := range weights {
		wide[i] = fixed.FromInt64(w)
	}
	parts, err := fixed.Split(wide[:0], q.n, wide)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrWeights, err)
	}
	out := make([]Quantity, len(parts))
	for i, p := range parts {
		out[i] = Quantity{p, q.dim}
	}
	return out, nil
}

// In returns q as a decimal number of u, rounded once, half-even, to places
// fractional digits (0 to 18): a display, never the input of a computation
// about money. The zero Quantity is 0 of any unit. It fails with
// [ErrUnknownUnit] for the zero Unit, a *[DimensionError], or a *[FieldError]
// when places is out of range.
func (q Quantity) In(u Unit, places int) (decimal.Decimal, error) {
	switch {
	case u.IsZero():
		return decimal.Decimal{}, errZeroUnit()
	case q.dim != u.dim && q != Quantity{}:
		return decimal.Decimal{}, &DimensionError{Got: q.dim, Want: u.dim}
	case places < 0 || places > 18:
		return decimal.Decimal{}, &FieldError{"places", fmt.Sprint(places), "want 0 to 18"}
	}
	p, _ := fixed.Pow10(places)
	v, _, _ := q.n.MulWide(p).DivWide(u.grains, fixed.HalfEven)
	return decimal.NewFromBigInt(v.Big(), int32(-places)), nil
}

// String returns the canonical text: whole grains, a space and the grain's
// unit, such as "12600000000000 ns"; "0" for the zero Quantity.
// [ParseQuantity] reads it back.
func (q Quantity) String() string { return string(q.append(nil)) }

func (q Quantity) append(b []byte) []byte {
	b = q.n.Append(b)
	switch {
	case q.dim.Valid():
		b = append(b, ' ')
		b = append(b, dimensionTable[q.dim].grain...)
	case q != Quantity{}:
		b = append(b, " invalid"...)
	}
	return b
}

// AppendText appends the canonical text. It fails with a *[DimensionError] on
// a quantity of an invalid dimension, which has none.
func (q Quantity) AppendText(b []byte) ([]byte, error) {
	if !q.dim.Valid() && q != (Quantity{}) {
		return b, &DimensionError{Got: q.dim}
	}
	return q.append(b), nil
}

// MarshalText returns the canonical text, and fails as [Quantity.AppendText]
// does.
func (q Quantity) MarshalText() ([]byte, error) { return q.AppendText(nil) }

// UnmarshalText reads text as [ParseQuantity] does.
func (q *Quantity) UnmarshalText(text []byte) error {
	v, err := ParseQuantity(bounded(text))
	if err != nil {
		return err
	}
	*q = v
	return nil
}
