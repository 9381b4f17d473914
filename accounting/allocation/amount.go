package allocation

import (
	"fmt"
	"math/big"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

// An Amount is an exact amount of one currency that no decimal need be able to
// hold, such as a third of a yuan. The zero Amount is 0 of no currency, and
// adds to any. Amounts are immutable values, safe to copy and to share; compare
// them with [Amount.Cmp], not with ==. Every operation allocates.
type Amount struct {
	rat      *big.Rat // nil for 0; never changed once it is here
	currency money.Currency
}

// Exactly returns m as an Amount.
func Exactly(m money.Money) Amount {
	if m.IsZero() {
		return Amount{currency: m.Currency()}
	}
	return Amount{new(big.Rat).SetFrac(m.Scaled().Big(), scale()), m.Currency()}
}

// AmountOf returns r units of c. It copies r; nil is 0.
func AmountOf(r *big.Rat, c money.Currency) Amount {
	if r == nil {
		return Amount{currency: c}
	}
	return Amount{new(big.Rat).Set(r), c}
}

// scale is the scale of money as an integer, 10¹⁸.
func scale() *big.Int { return power10(money.Scale) }

func power10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// read returns the amount without a copy; only to be read.
func (a Amount) read() *big.Rat {
	if a.rat == nil {
		return new(big.Rat)
	}
	return a.rat
}

// Rat returns the amount as a new big.Rat.
func (a Amount) Rat() *big.Rat { return new(big.Rat).Set(a.read()) }

// Currency returns the currency, "" for the zero Amount.
func (a Amount) Currency() money.Currency { return a.currency }

// Sign returns −1, 0 or +1.
func (a Amount) Sign() int { return a.read().Sign() }

// IsZero reports whether the amount is 0, in whatever currency or none.
func (a Amount) IsZero() bool { return a.Sign() == 0 }

// Cmp returns −1, 0 or +1 as a is below, equal to or above b, or a
// [money.CurrencyMismatchError].
func (a Amount) Cmp(b Amount) (int, error) {
	if _, err := a.common(b); err != nil {
		return 0, err
	}
	return a.read().Cmp(b.read()), nil
}

// Add returns a + b, or a [money.CurrencyMismatchError].
func (a Amount) Add(b Amount) (Amount, error) {
	c, err := a.common(b)
	if err != nil {
		return Amount{}, err
	}
	return a.plus(b, c), nil
}

// Sub returns a − b, or a [money.CurrencyMismatchError].
func (a Amount) Sub(b Amount) (Amount, error) { return a.Add(b.Neg()) }

// Neg returns −a.
func (a Amount) Neg() Amount { return Amount{new(big.Rat).Neg(a.read()), a.currency} }

// Times returns a·r. A nil r is 0.
func (a Amount) Times(r *big.Rat) Amount {
	if r == nil {
		return Amount{currency: a.currency}
	}
	return Amount{new(big.Rat).Mul(a.read(), r), a.currency}
}

// plus is Add where the currency is known to be c.
func (a Amount) plus(b Amount, c money.Currency) Amount {
	switch {
	case b.rat == nil:
		return Amount{a.rat, c}
	case a.rat == nil:
		return Amount{b.rat, c}
	}
	return Amount{new(big.Rat).Add(a.rat, b.rat), c}
}

// common returns the currency that both have.
func (a Amount) common(b Amount) (money.Currency, error) {
	switch {
	case a.currency == b.currency, b.currency == "":
		return a.currency, nil
	case a.currency == "":
		return b.currency, nil
	}
	return "", money.CurrencyMismatchError{Got: b.currency, Want: a.currency}
}

// String returns the currency and the amount in lowest terms, such as
// "CNY 164/3", and "0" for the zero Amount.
func (a Amount) String() string {
	if a.currency == "" {
		return a.read().RatString()
	}
	return string(a.currency) + " " + a.read().RatString()
}

// MarshalText returns the text of [Amount.String].
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// Round returns the amount rounded once by r. It returns [money.ErrRounding],
// or [money.ErrOverflow] when the result is no Money.
func (a Amount) Round(r money.Rounding) (money.Money, error) {
	if err := r.Validate(); err != nil {
		return money.Money{}, fmt.Errorf("allocation: %w", err)
	}
	return fromSteps(roundSteps(steps(a.read(), r.Places), r.Mode), r.Places, a.currency)
}

// steps returns v in steps of 10^−places.
func steps(v *big.Rat, places int) *big.Rat {
	return new(big.Rat).Mul(v, new(big.Rat).SetInt(power10(places)))
}

// fromSteps returns n steps of 10^−places units of c.
func fromSteps(n *big.Int, places int, c money.Currency) (money.Money, error) {
	scaled, ok := fixed.FromBig(new(big.Int).Mul(n, power10(money.Scale-places)))
	switch {
	case !ok:
		return money.Money{}, fmt.Errorf("allocation: amount of %s: %w; allocate a smaller cost", c, money.ErrOverflow)
	case c == "" && n.Sign() == 0:
		return money.Money{}, nil
	}
	m, err := money.FromScaled(scaled, c)
	if err != nil {
		return money.Money{}, fmt.Errorf("allocation: %w", err)
	}
	return m, nil
}

// roundSteps returns v rounded to an integer.
func roundSteps(v *big.Rat, mode money.RoundingMode) *big.Int {
	floor, rest := new(big.Int).DivMod(v.Num(), v.Denom(), new(big.Int)) // Euclid's: rest ≥ 0
	if rest.Sign() != 0 && roundsUp(v, floor, rest, mode) {
		floor.Add(floor, big.NewInt(1))
	}
	return floor
}

// roundsUp reports whether v, of which rest/denominator is above floor, goes to
// the integer above.
func roundsUp(v *big.Rat, floor, rest *big.Int, mode money.RoundingMode) bool {
	negative := v.Sign() < 0
	half := new(big.Int).Lsh(rest, 1).Cmp(v.Denom())
	switch mode {
	case money.Floor:
		return false
	case money.Ceiling:
		return true
	case money.Down:
		return negative
	case money.Up:
		return !negative
	case money.HalfUp:
		return half > 0 || half == 0 && !negative
	case money.HalfDown:
		return half > 0 || half == 0 && negative
	default: // half-even
		return half > 0 || half == 0 && floor.Bit(0) == 1
	}
}
