package accounting

import (
	"time"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A Card is a rate card: prices as a value, in one currency. Cards are read
// from text by package ratecard, or written as struct literals and checked by
// ratecard.Validate. A card is not changed once it is in use, and may then be
// shared between goroutines; a change is a new version.
type Card struct {
	ID       string
	Version  string
	Title    string
	Currency money.Currency
	Rounding Rounding
	// RoundingChanges replace Rounding from a time on, in order of time. They
	// take effect with a billing period.
	RoundingChanges []RoundingChange
	// PowerFactor, if set, changes the bill by the power factor. It is the list
	// card's: a negotiated card has none.
	PowerFactor *PowerAdjustment
	Prices      []Price
}

// A RoundingChange is a rounding that holds from a time on.
type RoundingChange struct {
	From     time.Time
	Rounding Rounding
}

// RoundingIn returns the rounding of a billing period, and false if it changes
// within the period.
func (c *Card) RoundingIn(billing metering.Period) (Rounding, bool) {
	rounding := c.Rounding
	for _, change := range c.RoundingChanges {
		switch {
		case !change.From.After(billing.Start()):
			rounding = change.Rounding
		case change.From.Before(billing.End()):
			return rounding, false
		}
	}
	return rounding, true
}

// Name returns id@version, as charges refer to the card.
func (c *Card) Name() string { return c.ID + "@" + c.Version }

// A Rounding is where and how amounts are rounded. The zero value has no
// level and is refused.
type Rounding struct {
	Mode   money.RoundingMode
	Places int // fractional digits kept, 0 to 18
	Level  Level
	// Month, if On, rounds the month's total once more, after credits. What it
	// cuts off or adds is a charge of its own, so that lines keep their places.
	Month MonthRounding
}

// A MonthRounding is how the total of a billing period is rounded.
type MonthRounding struct {
	On     bool
	Mode   money.RoundingMode
	Places int8 // fractional digits kept, 0 to 18
}

// Text returns the rounding of amounts in c for people: "half-even, line", or
// "half-even to 4 places, line" where the places are not the currency's.
func (r Rounding) Text(c money.Currency) string { return r.TextIn(English, c) }

// TextIn is Text in a language.
func (r Rounding) TextIn(l Language, c money.Currency) string { return wordsOf(l).roundingName(r, c) }

// A Level is where a card rounds.
type Level uint8

// The levels of rounding. On both, what several lines of one price (or of one
// bill) come to is rounded as a running total, and a line is the difference
// between the totals after and before it, so that rounding never adds up.
const (
	LineLevel Level = iota + 1 // the running total of each price
	BillLevel                  // the running total of the bill
)

var levelNames = [...]string{LineLevel: "line", BillLevel: "bill"}

// Valid reports whether l is one of the levels above.
func (l Level) Valid() bool { return l == LineLevel || l == BillLevel }

// String returns the level's name as cards spell it, or "invalid".
func (l Level) String() string {
	if !l.Valid() {
		return "invalid"
	}
	return levelNames[l]
}

// ParseLevel returns the level with the given name, "line" or "bill", and
// false for any other name.
func ParseLevel(s string) (Level, bool) {
	for l := LineLevel; l.Valid(); l++ {
		if levelNames[l] == s {
			return l, true
		}
	}
	return 0, false
}
