package rating

import (
	"math/big"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A State is where rating stands within a billing period: the running
// quantity and exact amount of every price, the running amount where the card
// rounds the bill, and which flat prices are paid. The zero State is the
// beginning of a billing period.
//
// States are values: rating returns a new one and leaves the one it was given
// as it was, so one state may be continued more than once, for a preview say,
// and from many goroutines. A state belongs to the billing account and period
// that it came from; with another one it is refused. Running totals are kept
// by card name (id@version) and price id, so the prices of another card, or of
// another version of it, begin anew.
type State struct {
	account    metering.Account
	period     metering.Period
	contracted standing
	list       *standing // at list prices; nil while they are the contracted ones
	flats      map[priceKey]flatMark
	ended      bool // what the billing period owes is charged
	settled    settlement
}

type priceKey struct{ card, id string }

// standing is a book between calls. It is never changed.
type standing struct {
	prices map[priceKey]running
	staged map[priceKey]tallies
	extra  *big.Rat     // of the bill, from staged prices; nil for nothing
	total  fixed.Int256 // of the bill, over over, at scale 18
	over   fixed.Int128 // 0 where no bill was rounded
}

// running is what has come together at a price.
type running struct {
	quantity fixed.Int128 // grains
	amount   fixed.Int256 // exact, over unit, at scale 18
	unit     fixed.Int128 // grains in the price's unit
}

// flatMark is what is known of a flat price.
type flatMark struct{ used, charged bool }

// Period returns the billing period; the zero Period for the zero State.
func (s State) Period() metering.Period { return s.period }
