package accounting

import (
	"math/big"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

// A Fraction is an exact amount that no decimal need be able to hold, such as
// a third of a yuan. The zero Fraction is no amount. Fractions are immutable
// values, safe to copy; two of one amount may differ under ==.
type Fraction struct {
	num fixed.Int256
	den fixed.Int128
	// large is the amount where the kernel did not make it; never changed.
	large *big.Rat
}

// FractionOf returns r as a Fraction; the zero Fraction for nil.
func FractionOf(r *big.Rat) Fraction {
	if r == nil {
		return Fraction{}
	}
	return Fraction{large: new(big.Rat).Set(r)}
}

// NewFraction returns num/den at scale 18, that is num/(den·10¹⁸). It is the
// door for exact kernels in this module. A den of 0 gives the zero Fraction.
func NewFraction(num fixed.Int256, den fixed.Int128) Fraction {
	if den.IsZero() {
		return Fraction{}
	}
	return Fraction{num: num, den: den}
}

// Rat returns the amount as a new big.Rat, and nil for the zero Fraction.
func (f Fraction) Rat() *big.Rat {
	if f.large != nil {
		return new(big.Rat).Set(f.large)
	}
	if f.den.IsZero() {
		return nil
	}
	scale, _ := fixed.Pow10(money.Scale)
	return new(big.Rat).SetFrac(f.num.Big(), new(big.Int).Mul(f.den.Big(), scale.Big()))
}

// IsZero reports whether f is no amount; an amount of 0 is one.
func (f Fraction) IsZero() bool { return f.den.IsZero() && f.large == nil }

// String returns the amount in lowest terms, such as "1/3", or "none".
func (f Fraction) String() string {
	if f.IsZero() {
		return "none"
	}
	return f.Rat().RatString()
}
