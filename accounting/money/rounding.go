package money

import (
	"fmt"
	"math/big"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A RoundingMode says where an amount goes that lies between two steps. The zero value is [HalfEven].
//
// The modes are those of General Decimal Arithmetic and IEEE 754-2019, 4.3, under the names that Java's
// RoundingMode made common.
type RoundingMode uint8

const (
	// HalfEven rounds to the nearest step, a tie to the even one: 0.125 → 0.12, 0.135 → 0.14.
	HalfEven = RoundingMode(fixed.HalfEven)
	// HalfUp rounds to the nearest step, a tie away from zero: 0.125 → 0.13, −0.125 → −0.13.
	HalfUp = RoundingMode(fixed.HalfUp)
	// HalfDown rounds to the nearest step, a tie towards zero: 0.125 → 0.12.
	HalfDown = RoundingMode(fixed.HalfDown)
	// Down rounds towards zero: 0.129 → 0.12, −0.129 → −0.12. It is truncation.
	Down = RoundingMode(fixed.Down)
	// Up rounds away from zero: 0.121 → 0.13, −0.121 → −0.13.
	Up = RoundingMode(fixed.Up)
	// Floor rounds towards −∞: 0.129 → 0.12, −0.121 → −0.13.
	Floor = RoundingMode(fixed.Floor)
	// Ceiling rounds towards +∞: 0.121 → 0.13, −0.129 → −0.12.
	Ceiling = RoundingMode(fixed.Ceiling)
)

// ParseRoundingMode returns the mode named s: "half-even", "half-up", "half-down", "down", "up", "floor" or
// "ceiling", in this spelling only.
//
// It returns [ErrRounding] for anything else.
func ParseRoundingMode(s string) (RoundingMode, error) {
	mode, ok := fixed.ParseMode(s)
	if !ok {
		return HalfEven, fmt.Errorf("money: rounding mode %s: %w; write one of half-even, half-up, half-down, "+
			"down, up, floor, ceiling", quoteClipped(s), ErrRounding)
	}
	return RoundingMode(mode), nil
}

// String returns the name that [ParseRoundingMode] reads, or "mode(n)" for a value that is none of the seven.
func (m RoundingMode) String() string { return fixed.Mode(m).String() }

// MarshalText returns the name of the mode, for JSON and other encodings. It returns [ErrRounding] for a value that
// is none of the seven: a mode nobody can read back must not be written.
func (m RoundingMode) MarshalText() ([]byte, error) {
	if err := m.validate(); err != nil {
		return nil, err
	}
	return []byte(m.String()), nil
}

// UnmarshalText reads what [RoundingMode.MarshalText] writes. It returns [ErrRounding] and leaves m as it was for
// anything else.
func (m *RoundingMode) UnmarshalText(text []byte) error {
	mode, err := ParseRoundingMode(string(text))
	if err != nil {
		return err
	}
	*m = mode
	return nil
}

func (m RoundingMode) validate() error {
	if !fixed.Mode(m).Valid() {
		return fmt.Errorf("money: %s: %w; use one of the seven modes", m, ErrRounding)
	}
	return nil
}

// A Rounding is a rule: a mode, and the decimal places that are kept. Money has no default rule, as whoever rounds
// must say how; Rounding{Mode: HalfUp, Places: CNY.Digits()} is the usual one for an invoice.
//
// The zero value rounds half-even to whole units. It is a comparable value, safe to copy.
type Rounding struct {
	// Mode says where an amount between two steps goes.
	Mode RoundingMode
	// Places is the number of decimals kept, 0 to 18: a step is 10^−Places units of the currency.
	Places int
}

// Validate returns [ErrRounding] when the mode is none of the seven or Places is not 0 to 18, else nil.
func (r Rounding) Validate() error {
	if err := r.Mode.validate(); err != nil {
		return err
	}
	return validatePlaces(r.Places)
}

func validatePlaces(places int) error {
	if places < 0 || places > Scale {
		return fmt.Errorf("money: %d decimal places: %w; use 0 to %d", places, ErrRounding, Scale)
	}
	return nil
}

// Round returns m rounded by r: the multiple of 10^−Places that the mode picks of the two around m. It is less than
// one step from m, at most half a step for the three half modes, and m itself where m is such a multiple.
//
// It returns [ErrRounding], or [ErrOverflow] when the step beyond the largest amount would be needed.
func (m Money) Round(r Rounding) (Money, error) {
	if err := r.Validate(); err != nil {
		return Money{}, err
	}
	step := power(Scale - r.Places)
	steps, _, _ := m.amount.Div(step, fixed.Mode(r.Mode)) // fits: no quotient is larger than its dividend
	v, ok := steps.Mul(step)
	if !ok {
		return Money{}, fmt.Errorf("money: %s rounded %s to %d places: %w", m, r.Mode, r.Places, ErrOverflow)
	}
	return Money{v, m.currency}, nil
}

// Apply turns an exact rational into money with a single rounding. The amount is num/den at scale 18, that is
// num/(den·10¹⁸) units of c; den may have any sign. Exact tells whether nothing was rounded off.
//
// A price times a quantity goes through here once, at the end: rounding it to 18 decimals first and to the currency
// after would round twice, and 0.4999…9995 would become 0.5 and then 1.
//
// It returns [ErrRounding], [ErrUnknownCurrency], [ErrZeroDenominator] or [ErrOverflow]. All values of num and den
// are computed in fixed width: at worst two divisions of 256 by 128 bits. Where there is more than one amount to round,
// [Rounding.In] looks the rule and the currency up once.
func (r Rounding) Apply(num fixed.Int256, den fixed.Int128, c Currency) (m Money, exact bool, err error) {
	in, err := r.In(c)
	if err != nil {
		return Money{}, false, err
	}
	return in.Apply(num, den)
}

// In returns the rule for amounts in c. It returns [ErrRounding] or [ErrUnknownCurrency].
func (r Rounding) In(c Currency) (Rounder, error) {
	if err := r.Validate(); err != nil {
		return Rounder{}, err
	}
	if !c.Valid() {
		return Rounder{}, unknownCurrency(c)
	}
	return Rounder{step: power(Scale - r.Places), places: r.Places, mode: fixed.Mode(r.Mode), currency: c}, nil
}

// A Rounder is a [Rounding] in one currency, both of them checked. It is made by [Rounding.In]; the zero value rounds
// nothing and returns [ErrUnknownCurrency]. It is a value, safe to copy.
type Rounder struct {
	step     fixed.Int128 // at scale 18
	places   int
	mode     fixed.Mode
	currency Currency
}

// Apply is [Rounding.Apply]. It returns [ErrZeroDenominator] or [ErrOverflow].
func (r Rounder) Apply(num fixed.Int256, den fixed.Int128) (m Money, exact bool, err error) {
	if r.currency == "" {
		return Money{}, false, unknownCurrency(r.currency)
	}
	if den.IsZero() {
		return Money{}, false, fmt.Errorf("money: %s over 0 in %s: %w; check the divisor first",
			quoteClipped(num.String()), r.currency, ErrZeroDenominator)
	}
	steps, exact, ok := quotient(num, den, r.step, r.mode)
	v := fixed.Int128{}
	if ok {
		v, ok = steps.Mul(r.step)
	}
	if !ok {
		return Money{}, false, fmt.Errorf("money: %s at scale %d in %s: %w; amounts stay within ±1.7e20",
			quoteClipped(num.String()+"/"+den.String()), Scale, r.currency, ErrOverflow)
	}
	return Money{v, r.currency}, exact, nil
}

// ApplyBig turns num/den units, den above 0, into money with a single rounding. It works in the room it is given, which
// is none of its arguments; once that has grown, nothing is allocated. It returns [ErrUnknownCurrency],
// [ErrZeroDenominator] or [ErrOverflow].
func (r Rounder) ApplyBig(num, den *big.Int, room *[3]big.Int) (Money, error) {
	if r.currency == "" {
		return Money{}, unknownCurrency(r.currency)
	}
	if den.Sign() <= 0 {
		return Money{}, fmt.Errorf("money: an amount over %d in %s: %w; want a denominator above 0", den.Sign(), r.currency, ErrZeroDenominator)
	}
	scaled, steps, rest := &room[0], &room[1], &room[2]
	power(r.places).SetBig(rest)
	scaled.Mul(num, rest)
	fixed.QuoBig(steps, rest, scaled, den, r.mode)
	v, ok := fixed.FromBig(steps)
	if ok {
		v, ok = v.Mul(r.step)
	}
	if !ok {
		return Money{}, fmt.Errorf("%w: an amount of %d bits", ErrOverflow, steps.BitLen())
	}
	return Money{v, r.currency}, nil
}

// quotient returns num/(den·step) rounded once, where step is a power of ten.
func quotient(num fixed.Int256, den, step fixed.Int128, mode fixed.Mode) (q fixed.Int128, exact, ok bool) {
	if wide, fits := den.Mul(step); fits {
		return num.Div(wide, mode)
	}
	// The divisor outgrows 128 bits, so divide in two steps, the first rounded to odd: truncate num/den to an
	// integer t and keep, as a last half, only whether something was cut off. Every step and every middle between
	// two steps is an integer here, because step is even (it is a power of ten above 1, or the product would have
	// fitted), so t + ½ lies on the same side of all of them as num/den does, and the second division rounds as a
	// single one would. Doubled, t + ½ is odd, so that division also tells that it was not exact. See Boldo and Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms
	// using rounding to odd", IEEE Transactions on Computers 57(4), 2008.
	t, whole, _ := num.DivWide(den, fixed.Down) // fits: |den| is above 2⁶⁷ here, so |t| is below 2¹⁸⁸
	doubled, _ := t.Add(t)
	if !whole {
		half := fixed.FromInt64(1)
		if num.Sign()*den.Sign() < 0 {
			half = fixed.FromInt64(-1)
		}
		doubled, _ = doubled.Add(fixed.Wide(half))
	}
	twice, _ := step.Add(step)
	return doubled.Div(twice, mode)
}

// ApplyRat rounds an amount of any size and denominator, once, from its exact
// value. It fails as [Rounding.Apply] does, and allocates.
func (r Rounding) ApplyRat(amount *big.Rat, c Currency) (Money, error) {
	in, err := r.In(c)
	if err != nil {
		return Money{}, err
	}
	return in.ApplyBig(amount.Num(), amount.Denom(), new([3]big.Int))
}
