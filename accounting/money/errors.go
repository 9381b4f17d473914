package money

import (
	"errors"
	"fmt"
	"strconv"
)

// Errors to match with [errors.Is]. What is returned wraps one of them, starts with "money: ", and names the value
// refused, clipped to 64 bytes, and what to write instead.
var (
	// ErrOverflow: the amount does not fit in 128 bits at scale 18, about ±1.7·10²⁰ units of a currency; or the
	// sum of split weights does not fit in 128 bits.
	ErrOverflow = errors.New("amount out of range")
	// ErrInexact: the amount has digits beyond the scale asked for. Nothing is ever cut off silently; round first.
	ErrInexact = errors.New("amount has too many decimals")
	// ErrSyntax: the text, JSON or SQL value is not an amount of money.
	ErrSyntax = errors.New("invalid amount")
	// ErrUnknownCurrency: the code is not three upper-case letters of the active ISO 4217 list.
	ErrUnknownCurrency = errors.New("unknown currency")
	// ErrNoWeight: a split was asked for over no weights, or over weights that are all 0.
	ErrNoWeight = errors.New("no positive weight")
	// ErrNegativeWeight: a split weight is below 0.
	ErrNegativeWeight = errors.New("negative weight")
	// ErrRounding: the rounding mode is not one of the seven, or the places are not 0 to 18.
	ErrRounding = errors.New("invalid rounding")
	// ErrZeroDenominator: [Rounding.Apply] was given a rational with denominator 0.
	ErrZeroDenominator = errors.New("zero denominator")
)

// A CurrencyMismatchError is returned when two amounts of different currencies meet in [Money.Add], [Money.Sub],
// [Money.Cmp] or [Sum]. Find it with [errors.As] or [errors.AsType]; it is returned as a value, not a pointer.
type CurrencyMismatchError struct {
	// Got is the currency of the operand that was refused.
	Got Currency
	// Want is the currency of the amount it was to be combined with.
	Want Currency
}

// Error names both currencies.
func (e CurrencyMismatchError) Error() string {
	return fmt.Sprintf("money: got %s, want %s: convert one of the amounts first, currencies never mix",
		quoteClipped(string(e.Got)), quoteClipped(string(e.Want)))
}

// clipBytes bounds what an error repeats of its input: enough to recognise it, too little to fill a log.
const clipBytes = 64

// quoteClipped quotes s, or its first bytes when it is long.
func quoteClipped(s string) string {
	if len(s) <= clipBytes {
		return strconv.Quote(s)
	}
	return strconv.Quote(s[:clipBytes]) + "..."
}
