package accounting

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/metering"
)

// A Contract is what rating needs besides usage: who pays, by which card, in
// which billing periods. It is a value; the cards it points to are shared and
// never changed. The zero Contract cannot be rated with.
type Contract struct {
	// Account is the billing account: it pays for its own usage and that of
	// every account below it.
	Account metering.Account
	// Name is the customer's name on documents; the account if empty.
	Name string
	// Card has the list prices.
	Card *Card
	// Negotiated, if set, has prices that take the place of the card's for
	// the usage they match, while they are in force; one that says which list
	// price it replaces does so for the usage of that price alone. One of its
	// flat prices takes the place of the card's flat price that it replaces, or
	// else has the id of. It has the card's currency and rounding and another
	// name. Charges show both: list and contracted.
	Negotiated *Card
	// Demands are what prices with a [Ratchet] came to in billing periods before,
	// in any order; those that no ratchet looks back to are passed over.
	Demands []Demand
	// Zone is the zone whose months are billing periods; the zero Zone is
	// UTC. AnchorDay is the day of the month on which they begin, 1 to 31; 0
	// stands for 1. A month without that day begins on its last one.
	Zone      metering.Zone
	AnchorDay int
	// Credits are amounts that pay for charges, in this order, as far as they
	// go within each billing period.
	Credits []Credit
}

// A Credit pays for charges of a billing period: an amount granted, or a
// voucher that bears a share of eligible spend up to a cap. What it paid is a
// charge below zero. What is left for the next period is for package credit to
// keep.
type Credit struct {
	ID     string
	Title  string          // what documents call it; the ID if empty
	Amount decimal.Decimal // at most this much in a billing period
	// Share is the part of eligible charges that it bears, above 0 and at most
	// 1; the zero value is 1. What it bears is cut to the currency's digits.
	Share decimal.Decimal
	// Services and Prices narrow what is eligible; none is everything. Where the
	// card rounds the bill, what they narrow it to is rounded by itself.
	Services []ServiceID
	Prices   []string // ids
}

// A Rollover is what of a credit's balance goes on into the next period.
type Rollover struct {
	Least, Most decimal.Decimal
}

// Carry returns the balance that a period begins with, given the one before
// it: at least Least, but at most Most.
func (r Rollover) Carry(balance decimal.Decimal) decimal.Decimal {
	return decimal.Min(r.Most, decimal.Max(r.Least, balance))
}

// Pays reports whether a charge is eligible.
func (c *Credit) Pays(charge *Charge) bool {
	return (len(c.Services) == 0 || slices.Contains(c.Services, charge.Service)) &&
		(len(c.Prices) == 0 || slices.Contains(c.Prices, charge.PriceID))
}

// CustomerName returns Name, or the account if there is none.
func (c Contract) CustomerName() string {
	if c.Name != "" {
		return c.Name
	}
	return string(c.Account)
}

// BillingPeriod returns the contract's billing period that contains t. It
// fails with a *[metering.FieldError] on an anchor day outside 0 to 31, and
// with [metering.ErrTimeRange] before 1970 and after 2200.
func (c Contract) BillingPeriod(t time.Time) (metering.Period, error) {
	day := c.AnchorDay
	if day == 0 {
		day = 1
	}
	months, err := metering.AnchoredMonths(c.Zone, day)
	if err != nil {
		return metering.Period{}, fmt.Errorf("accounting: contract of %q: %w", c.Account, err)
	}
	return months.At(t)
}
