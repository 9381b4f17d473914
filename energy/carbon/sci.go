package carbon

import (
	"fmt"
	"math/big"

	"github.com/shopspring/decimal"
)

// A Software is what an SCI is worked out of: the mass of its operation and
// hardware over a time, and how many functional units it served in it.
type Software struct {
	// Operational is E·I, of location-based intensity.
	Operational Mass
	// Embodied is M, the sum over its components of [Component.Over].
	Embodied Mass
	// Unit names the functional unit R, such as "1000 tokens", "request" or
	// "card-hour", and Units counts them.
	Unit  string
	Units decimal.Decimal
	// MarketBased says that Operational is of market-based intensity, which
	// is refused.
	MarketBased bool
	// WithoutFacility and UsedOnly say what the energy leaves out, which the
	// specification wants in it: the facility's overhead, and what was
	// provisioned and not used.
	WithoutFacility, UsedOnly bool
}

// A Score is a software carbon intensity, grams per functional unit. It is an
// exact rational; the zero Score is none.
type Score struct {
	Unit     string
	Warnings []Warning
	grams    *big.Rat
}

// SCI returns the software carbon intensity, (E·I + M) / R (ISO/IEC
// 21031:2024). It fails with [ErrNoUnits] when the functional unit has no name
// or there are none of it, with [ErrMarketBased], or with a *[FieldError] on a
// negative mass or a count that is not plain.
func SCI(s Software) (Score, error) {
	e := s.Units.Exponent()
	switch {
	case s.Unit == "" || s.Units.Sign() == 0:
		return Score{}, ErrNoUnits
	case s.MarketBased:
		return Score{}, ErrMarketBased
	case s.Units.Sign() < 0 || e < -18 || e > 18 || s.Units.Coefficient().BitLen() > 127:
		return Score{}, &FieldError{"functional units", "of exponent " + fmt.Sprint(e), "a plain number above 0"}
	case s.Operational.Sign() < 0:
		return Score{}, &FieldError{"operational mass", s.Operational.String(), "0 or more"}
	case s.Embodied.Sign() < 0:
		return Score{}, &FieldError{"embodied mass", s.Embodied.String(), "0 or more"}
	}
	sum, err := s.Operational.Add(s.Embodied)
	if err != nil {
		return Score{}, err
	}
	score := Score{Unit: s.Unit, grams: new(big.Rat).SetFrac(sum.n.Big(), big.NewInt(1_000_000_000))}
	score.grams.Quo(score.grams, s.Units.Rat())
	if s.WithoutFacility {
		score.Warnings = append(score.Warnings, WithoutFacility)
	}
	if s.UsedOnly {
		score.Warnings = append(score.Warnings, UsedOnly)
	}
	return score, nil
}

// Rat returns the exact grams per functional unit; 0 of the zero Score.
func (s Score) Rat() *big.Rat {
	if s.grams == nil {
		return new(big.Rat)
	}
	return new(big.Rat).Set(s.grams)
}

// Grams returns the grams per functional unit, rounded half-even to places
// fractional digits, held to 0 to 18.
func (s Score) Grams(places int) decimal.Decimal {
	places = min(max(places, 0), 18)
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	n := s.Rat()
	return decimal.NewFromBigInt(halfEven(n.Mul(n, new(big.Rat).SetInt(scale))), int32(-places))
}

// String returns the score as it is reported, to four places: "0.0502 gCO2e per
// request". A small one, as of a token, has as many as show two digits of it.
func (s Score) String() string {
	places := 4
	// Ten of the last place are two digits.
	for v, last := s.Rat(), big.NewRat(1, 1000); places < 18 && v.Sign() > 0 && v.Cmp(last) < 0; places++ {
		last.Quo(last, big.NewRat(10, 1))
	}
	return s.Grams(places).String() + " gCO2e per " + s.Unit
}
