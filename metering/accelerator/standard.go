package accelerator

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Standard is an exact amount in the unit of a [Table]: grains of card time
// times coefficients, as an integer of 256 bits. Amounts of cards of any model
// add up without rounding. Standards are comparable with == and safe to copy;
// the zero Standard is 0 of any basis.
type Standard struct {
	basis Basis
	n     fixed.Int256 // share·ns × coefficient
}

func newStandard(b Basis, grains fixed.Int128, coefficient int64) Standard {
	return Standard{b, grains.MulWide(fixed.FromInt64(coefficient))}
}

// Basis returns which table the amount is by; the zero Basis for the zero
// Standard.
func (s Standard) Basis() Basis { return s.basis }

// Sign returns -1, 0 or +1.
func (s Standard) Sign() int { return s.n.Sign() }

// Add returns s + t. It fails with an error that wraps [ErrTable] unless both
// are by the same table and version, and [metering.ErrOverflow] past 256 bits,
// which takes 2^68 of the largest amounts there are.
func (s Standard) Add(t Standard) (Standard, error) {
	switch zero := (Standard{}); {
	case s == zero:
		return t, nil
	case t == zero:
		return s, nil
	case s.basis != t.basis:
		return Standard{}, fmt.Errorf("%w: %s of version %s and %s of version %s", ErrTable, s.basis.Table, s.basis.Version, t.basis.Table, t.basis.Version)
	}
	n, ok := s.n.Add(t.n)
	if !ok {
		return Standard{}, fmt.Errorf("accelerator: %s: %w", s.basis.Unit, metering.ErrOverflow)
	}
	return Standard{s.basis, n}, nil
}

// Rat returns the amount exactly, as a new rational number of the unit.
func (s Standard) Rat() *big.Rat {
	return new(big.Rat).SetFrac(s.n.Big(), s.perUnit())
}

// perUnit returns how many of n make one unit: grains of a card·hour, times how
// many of a coefficient are one.
func (s Standard) perUnit() *big.Int {
	per := new(big.Int).Mul(big.NewInt(metering.SharesPerCard), big.NewInt(3600e9))
	return per.Mul(per, big.NewInt(max(s.basis.Per, 1)))
}

// MaxPlaces is the most decimal places that [Standard.In] gives.
const MaxPlaces = 36

// In returns the amount as a decimal number of the unit, rounded once,
// half-even, to places fractional digits: the one rounding there is. It fails
// with a *[FieldError] unless 0 ≤ places ≤ [MaxPlaces].
func (s Standard) In(places int) (decimal.Decimal, error) {
	if places < 0 || places > MaxPlaces {
		return decimal.Decimal{}, &FieldError{"places", fmt.Sprint(places), "want 0 to 36"}
	}
	n := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	n.Mul(n, s.n.Big())
	per := s.perUnit()
	q, rest := n.QuoRem(n, per, new(big.Int)) // towards zero
	twice := new(big.Int).Lsh(new(big.Int).Abs(rest), 1)
	if c := twice.Cmp(per); c > 0 || c == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(int64(rest.Sign())))
	}
	return decimal.NewFromBigInt(q, int32(-places)), nil
}

// String returns the amount to six places and its basis, for people:
// "197.88 PFLOPS·h (dense-fp16,bf16 2026.11)".
func (s Standard) String() string {
	if s == (Standard{}) {
		return "0"
	}
	v, _ := s.In(6) // 6 is in range
	unit, hours := strings.CutSuffix(s.basis.Unit, ".h")
	if hours {
		unit += "·h"
	}
	return fmt.Sprintf("%s %s (%s %s)", v, unit, s.basis.Table, s.basis.Version)
}
