package credit

import (
	"cmp"
	"time"

	"github.com/meterbook/meterbook/accounting/money"
)

// Terms are what a wallet is opened with.
type Terms struct {
	Currency money.Currency
	// HoldFor is how long a hold lasts that is not settled; 0 is 15 minutes.
	HoldFor time.Duration
	// Remember is how long the id of a hold is known after HoldFor, and so at
	// least after it was settled, so that a retry is recognised; 0 is 24 hours.
	// Memory grows with the holds of HoldFor and Remember.
	Remember time.Duration
	// Overdraft is how far below 0 the balance may go; 0 for not at all.
	Overdraft money.Money
}

// Defaults of [Terms].
const (
	DefaultHoldFor  = 15 * time.Minute
	DefaultRemember = 24 * time.Hour
)

// longest bounds durations, so that sums of times do not overflow.
const longest = 10 * 365 * 24 * time.Hour

// whole returns the terms with the defaults of what was left out.
func (t Terms) whole() Terms {
	t.HoldFor, t.Remember = cmp.Or(t.HoldFor, DefaultHoldFor), cmp.Or(t.Remember, DefaultRemember)
	return t
}

// same reports whether other terms say what these do, which are whole.
func (t Terms) same(o Terms) bool {
	o = o.whole()
	c := o.Overdraft.Currency() // of 0 it can be none
	return t.Currency == o.Currency && (c == t.Currency || c == "") && t.Overdraft.Scaled() == o.Overdraft.Scaled() &&
		t.HoldFor == o.HoldFor && t.Remember == o.Remember
}
