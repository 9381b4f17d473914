package money

import (
	"fmt"
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/internal/fixed"
)

// Scale is the number of decimal digits that every [Money] keeps.
const Scale = 18

// Money is an exact amount of one currency: a signed 128-bit count of 10⁻¹⁸ currency units, so ±1.7·10²⁰ units.
//
// Two amounts are equal exactly when == says so, which also makes Money a good map key. The zero value is the zero
// Money: amount 0 and no currency. It is the neutral element, so a sum can start from it: it adds to, subtracts
// from and compares with any currency. It differs under == from a zero of a currency, as no currency is not CNY.
//
// Money is an immutable value, safe to copy and to use from many goroutines. No method allocates unless it says so.
type Money struct {
	// amount is 0 whenever currency is empty; constructors keep it so.
	amount   fixed.Int128
	currency Currency
}

// FromMinor returns units of the minor unit of c: 12345 of CNY is CNY 123.45, of JPY it is JPY 12345. A code
// without a minor unit counts whole units. Every int64 fits.
//
// It returns [ErrUnknownCurrency].
func FromMinor(units int64, c Currency) (Money, error) {
	if !c.Valid() {
		return Money{}, unknownCurrency(c)
	}
	v, _ := fixed.FromInt64(units).Mul(power(Scale - c.Digits()))
	return Money{v, c}, nil
}

// FromScaled returns v·10⁻¹⁸ units of c. It is the door for exact kernels in this module; [Money.Scaled] is the
// way back.
//
// It returns [ErrUnknownCurrency].
func FromScaled(v fixed.Int128, c Currency) (Money, error) {
	if !c.Valid() {
		return Money{}, unknownCurrency(c)
	}
	return Money{v, c}, nil
}

// New returns exactly amount units of c.
//
// It returns [ErrInexact] when amount has more than 18 decimals that are not zeros, or an exponent below −1000;
// [ErrOverflow] when it does not fit; [ErrUnknownCurrency]. The exponent is looked at before any digit: 1e2000000000
// costs what 1 costs. It allocates.
func New(amount decimal.Decimal, c Currency) (Money, error) {
	if !c.Valid() {
		return Money{}, unknownCurrency(c)
	}
	v, err := scaled(amount)
	if err != nil {
		return Money{}, err
	}
	return Money{v, c}, nil
}

const (
	// An exponent above 20 puts any digit at 10²¹, beyond 2¹²⁷·10⁻¹⁸ = 1.7·10²⁰.
	maxExponent = 20
	// An exponent below −1000 with a value that still fits would be a fraction of nearly a thousand zeros: no price
	// has it, and the bound keeps the division small.
	minExponent = -1000
	// A coefficient of more than 4096 bits is 10¹²³³ at least, out of range even at the lowest exponent.
	maxCoefficientBits = 4096
)

// scaled returns d·10¹⁸ as an integer. The errors of unbounded values name the exponent or the size only: printing
// such a decimal would cost what the bounds save.
func scaled(d decimal.Decimal) (fixed.Int128, error) {
	if d.IsZero() {
		return fixed.Int128{}, nil
	}
	exponent := int(d.Exponent())
	if exponent > maxExponent {
		return fixed.Int128{}, fmt.Errorf("money: decimal with exponent %d: %w; the exponent is at most %d",
			exponent, ErrOverflow, maxExponent)
	}
	if exponent < minExponent {
		return fixed.Int128{}, fmt.Errorf("money: decimal with exponent %d: %w; round it to %d decimals first",
			exponent, ErrInexact, Scale)
	}
	coefficient := d.Coefficient()
	if n := coefficient.BitLen(); n > maxCoefficientBits {
		return fixed.Int128{}, fmt.Errorf("money: decimal with a coefficient of %d bits: %w; at most %d are read",
			n, ErrOverflow, maxCoefficientBits)
	}
	shift := exponent + Scale
	if shift < 0 {
		divisor := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(-shift)), nil)
		var rest big.Int
		if coefficient.QuoRem(coefficient, divisor, &rest); rest.Sign() != 0 {
			return fixed.Int128{}, fmt.Errorf("money: decimal %s: %w; round it to %d decimals first",
				quoteClipped(d.String()), ErrInexact, Scale)
		}
		shift = 0
	}
	v, ok := fixed.FromBig(coefficient)
	if ok {
		v, ok = v.Mul(power(shift))
	}
	if !ok {
		return fixed.Int128{}, fmt.Errorf("money: decimal %s: %w; amounts stay within ±1.7e20",
			quoteClipped(d.String()), ErrOverflow)
	}
	return v, nil
}

// Currency returns the currency of m, or the empty string for the zero Money.
func (m Money) Currency() Currency { return m.currency }

// Decimal returns the amount of m exactly, with the decimals that [Money.String] prints. It allocates.
func (m Money) Decimal() decimal.Decimal {
	v, places := m.amount, Scale
	for least := m.currency.Digits(); places > least; places-- {
		q, rest, _ := v.QuoRem(fixed.FromInt64(10))
		if !rest.IsZero() {
			break
		}
		v = q
	}
	return decimal.NewFromBigInt(v.Big(), int32(-places))
}

// Scaled returns the amount of m times 10¹⁸, the argument that [FromScaled] takes.
func (m Money) Scaled() fixed.Int128 { return m.amount }

// Add returns m + o, exactly. The zero Money is neutral: m + zero is m.
//
// It returns a [CurrencyMismatchError] or [ErrOverflow].
func (m Money) Add(o Money) (Money, error) {
	c, err := m.common(o)
	if err != nil {
		return Money{}, err
	}
	v, ok := m.amount.Add(o.amount)
	if !ok {
		return Money{}, overflow(m, "+", o)
	}
	return Money{v, c}, nil
}

// Sub returns m − o, exactly. The zero Money is neutral: m − zero is m, and zero − o is −o.
//
// It returns a [CurrencyMismatchError] or [ErrOverflow].
func (m Money) Sub(o Money) (Money, error) {
	c, err := m.common(o)
	if err != nil {
		return Money{}, err
	}
	v, ok := m.amount.Sub(o.amount)
	if !ok {
		return Money{}, overflow(m, "-", o)
	}
	return Money{v, c}, nil
}

// Neg returns −m.
//
// It returns [ErrOverflow] for the single lowest amount, −2¹²⁷·10⁻¹⁸, which has no opposite.
func (m Money) Neg() (Money, error) {
	v, ok := m.amount.Neg()
	if !ok {
		return Money{}, fmt.Errorf("money: negative of %s: %w", m, ErrOverflow)
	}
	return Money{v, m.currency}, nil
}

// Abs returns m without its sign.
//
// It returns [ErrOverflow] for the single lowest amount, as [Money.Neg] does.
func (m Money) Abs() (Money, error) {
	if m.Sign() < 0 {
		return m.Neg()
	}
	return m, nil
}

// Cmp returns −1, 0 or +1 as m is below, equal to or above o. The zero Money compares as 0 of any currency.
//
// It returns a [CurrencyMismatchError].
func (m Money) Cmp(o Money) (int, error) {
	if _, err := m.common(o); err != nil {
		return 0, err
	}
	return m.amount.Cmp(o.amount), nil
}

// Sign returns −1, 0 or +1 as the amount is below, equal to or above 0.
func (m Money) Sign() int { return m.amount.Sign() }

// IsZero reports whether the amount is 0, in whatever currency or none.
func (m Money) IsZero() bool { return m.amount.IsZero() }

// Sum returns the sum of ms, exactly; of none it is the zero Money. Only the total has to fit, not the sums on the
// way, so the order of the arguments never decides whether there is an error.
//
// It returns a [CurrencyMismatchError] or [ErrOverflow].
func Sum(ms ...Money) (Money, error) {
	var (
		total fixed.Int256 // 2¹²⁸ amounts fit: more than memory holds
		unit  Money
	)
	for _, m := range ms {
		c, err := unit.common(m)
		if err != nil {
			return Money{}, err
		}
		unit.currency = c
		total, _ = total.Add(fixed.Wide(m.amount))
	}
	v, ok := total.Int128()
	if !ok {
		return Money{}, fmt.Errorf("money: sum of %d amounts in %s: %w; amounts stay within ±1.7e20",
			len(ms), unit.currency, ErrOverflow)
	}
	return Money{v, unit.currency}, nil
}

// common returns the currency of m and o together.
func (m Money) common(o Money) (Currency, error) {
	switch {
	case m.currency == o.currency, o.currency == "":
		return m.currency, nil
	case m.currency == "":
		return o.currency, nil
	default:
		return "", CurrencyMismatchError{Got: o.currency, Want: m.currency}
	}
}

// overflow reports that an operation left the range.
func overflow(m Money, op string, o Money) error {
	return fmt.Errorf("money: %s %s %s: %w; amounts stay within ±1.7e20", m, op, o, ErrOverflow)
}

// power returns 10ⁿ for 0 ≤ n ≤ 38.
func power(n int) fixed.Int128 {
	p, _ := fixed.Pow10(n)
	return p
}
