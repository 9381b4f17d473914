package rating

import (
	"errors"
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// Conditions, found with [errors.Is].
var (
	// ErrContract: the contract or its card cannot be rated with. What is
	// wrong follows, with the price where it is one; ratecard.Validate finds
	// the same before a card is in use. A price per a unit that does not
	// measure its meter is found when usage comes, as a wrapped
	// *[metering.DimensionError].
	ErrContract = errors.New("rating: contract cannot be rated")
	// ErrPeriod: usage, or the period asked for, lies outside the billing
	// period or is empty, or the state is of another billing period.
	ErrPeriod = errors.New("rating: outside the billing period")
	// ErrForeign: usage of an account that the contract does not pay for, or a
	// state of another billing account.
	ErrForeign = errors.New("rating: not of this billing account")
	// ErrUsage: usage lacks what its price goes by. A wrapped
	// *[accounting.RowError] says what.
	ErrUsage = errors.New("rating: usage cannot be priced")
	// ErrOverflow: an amount beyond ±1.7e20 units of currency, or a running
	// quantity beyond 128 bits of grains.
	ErrOverflow = errors.New("rating: amount overflows")
)

// An UnpricedError reports usage that no price of the card matches. What is
// metered and not sold, such as energy and its carbon, is kept off the bill with
// [metering.ForMeters], or listed beside it with [ReportUnpriced].
type UnpricedError struct {
	Card  string         // id@version of the list card
	Usage metering.Usage // without its resource
	// Nearest is the id of the price that comes nearest, of those for the same
	// meter, and Differs what keeps it from matching; both empty if there is none.
	Nearest, Differs string
}

func (e *UnpricedError) Error() string {
	text := fmt.Sprintf("rating: card %q has no price for %v in %v; add one (of 0 it is a line of 0), "+
		"ask for usage of meters that have one with metering.ForMeters, or list such usage with rating.ReportUnpriced",
		e.Card, e.Usage.Key.Redacted(), e.Usage.Period)
	if e.Nearest != "" {
		text += fmt.Sprintf(" (price %q comes nearest; it is for another %s)", e.Nearest, e.Differs)
	}
	return text
}

// An AmbiguousError reports usage that two prices match equally well.
type AmbiguousError struct {
	Card          string
	First, Second string // ids of the prices, in the card's order
	Key           metering.Key
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("rating: card %q: prices %q and %q match %v equally well; make one more specific", e.Card, e.First, e.Second, e.Key.Redacted())
}

// A StraddleError reports a price whose validity begins or ends within a
// period that it would have to be in force for as a whole: that of a row of
// usage, or for what is due by the billing period, that one.
type StraddleError struct {
	Card, Price string
	From, Until time.Time
	Period      metering.Period
	Recurring   bool // Period is what the price is due by: the billing period, or an hour or day with totals of its own
	Scheduled   bool // the price is for certain times of the day or the week
}

func (e *StraddleError) Error() string {
	fix := "ask for usage in finer periods"
	switch {
	case e.Scheduled:
		return fmt.Sprintf("rating: card %q: the schedule of price %q has only a part of %v; %s", e.Card, e.Price, e.Period, fix)
	case e.Recurring:
		fix = "begin and end it with a billing period"
	}
	return fmt.Sprintf("rating: card %q: price %q is in force from %s until %s, only a part of %v; %s",
		e.Card, e.Price, edge(e.From, "the beginning"), edge(e.Until, "further notice"), e.Period, fix)
}

// edge prints an end of a validity; one that is open has a name.
func edge(t time.Time, open string) string {
	if t.IsZero() {
		return open
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// A WindowError reports usage that is in two windows of a price with running
// totals by hour or day.
type WindowError struct {
	Card, Price    string
	Window, Period metering.Period
}

func (e *WindowError) Error() string {
	return fmt.Sprintf("rating: card %q: price %q counts by the window %v, which holds only a part of %v; ask for usage in finer periods",
		e.Card, e.Price, e.Window, e.Period)
}
