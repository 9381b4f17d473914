package accounting

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// An Explanation is how a billed amount came about: a price applied to the
// stretch of quantity between two running totals, and one rounding. Its
// methods compute that again with rational arithmetic, apart from the kernel
// that rates, so that they prove it. They cost microseconds and allocate; an
// explanation nobody asks for costs its size.
//
// The zero Explanation explains nothing: [ErrUnexplained]. An explanation is
// a value; its Model is the card's and never changed.
type Explanation struct {
	Model    Model
	Unit     metering.Unit
	Currency money.Currency
	Rounding Rounding
	// Before and After are the price's running quantity in the billing
	// period, either side of the line. Opens says that the line is the first
	// of its price, so that flat amounts due at Before are not yet paid.
	Before, After metering.Quantity
	Opens         bool
	// Carried is the exact amount, before the line, of the running total
	// that is rounded: the bill's where the card rounds the bill; the price's
	// where the price changed within the billing period, so that it cannot
	// be told from Before. It is the zero Fraction where the model gives it.
	Carried Fraction
	// Staged is set for a price of which more than a running quantity makes the
	// amount; then Before and After, Opens and Model are not what it goes by.
	Staged *Staged
}

// staged reports whether e is a line of a price with a tally.
func (e Explanation) staged() bool { return e.Staged != nil && e.Staged.Price != nil }

// ErrUnexplained: the Explanation has no price, or none that can be computed.
var ErrUnexplained = errors.New("accounting: charge has no price that explains it")

// check tells whether e can be computed.
func (e Explanation) check() error {
	if e.staged() {
		return e.checkRounding()
	}
	graduated, tiered := e.Model.(Graduated)
	_, flat := e.Model.(Flat)
	_, perUnit := e.Model.(PerUnit)
	switch {
	case !tiered && !flat && !perUnit:
		return fmt.Errorf("%w: model %T", ErrUnexplained, e.Model)
	case !flat && e.Unit.Grains().Sign() <= 0:
		return fmt.Errorf("%w: it has no unit", ErrUnexplained)
	case tiered && len(graduated.Tiers) == 0:
		return fmt.Errorf("%w: it has no tiers", ErrUnexplained)
	}
	return e.checkRounding()
}

func (e Explanation) checkRounding() error {
	if err := (money.Rounding{Mode: e.Rounding.Mode, Places: e.Rounding.Places}).Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrUnexplained, err)
	}
	return nil
}

// Exact returns the amount of the line before rounding: the sum of
// [Explanation.Steps].
func (e Explanation) Exact() *big.Rat {
	if e.staged() && e.check() == nil {
		return e.Staged.exact()
	}
	return sum(e.Steps())
}

// Recompute returns the billed amount, computed anew. It fails with
// [ErrUnexplained], [money.ErrOverflow] or [money.ErrUnknownCurrency].
func (e Explanation) Recompute() (money.Money, error) {
	if err := e.check(); err != nil {
		return money.Money{}, err
	}
	before, after := e.totals(e.Exact())
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(money.Scale), nil)
	billed := new(big.Rat).Sub(e.rounded(after), e.rounded(before))
	billed.Mul(billed, new(big.Rat).SetInt(scale)) // whole: both have at most 18 places
	return money.New(decimal.NewFromBigInt(billed.Num(), -money.Scale), e.Currency)
}

// totals returns the exact running amounts before and after a line of exact,
// whose rounded difference is billed.
func (e Explanation) totals(exact *big.Rat) (before, after *big.Rat) {
	switch {
	case !e.Carried.IsZero():
		before = e.Carried.Rat()
	case e.Opens || e.staged():
		before = new(big.Rat)
	default:
		before = sum(e.walk(e.Before))
	}
	return before, new(big.Rat).Add(before, exact)
}

// rounded rounds r to the card's places.
func (e Explanation) rounded(r *big.Rat) *big.Rat {
	return roundRat(r, e.Rounding.Mode, e.Rounding.Places)
}

// roundRat rounds r to a number of places.
func roundRat(r *big.Rat, mode money.RoundingMode, places int) *big.Rat {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	num := new(big.Int).Mul(r.Num(), scale)
	q, rest := new(big.Int).QuoRem(num, r.Denom(), new(big.Int)) // towards zero
	if rest.Sign() != 0 && awayFromZero(mode, q, rest, r.Denom()) {
		q.Add(q, big.NewInt(int64(r.Sign())))
	}
	return new(big.Rat).SetFrac(q, scale)
}

// awayFromZero says whether a quotient cut towards zero, with a rest that is
// not zero, is moved one away from zero.
func awayFromZero(mode money.RoundingMode, q, rest, den *big.Int) bool {
	twice := new(big.Int).Abs(rest)
	half := twice.Lsh(twice, 1).Cmp(den) // the rest against a half
	switch mode {
	case money.HalfEven:
		return half > 0 || half == 0 && q.Bit(0) == 1
	case money.HalfUp:
		return half >= 0
	case money.HalfDown:
		return half > 0
	case money.Up:
		return true
	case money.Floor:
		return rest.Sign() < 0
	case money.Ceiling:
		return rest.Sign() > 0
	case money.Down:
	}
	return false
}
