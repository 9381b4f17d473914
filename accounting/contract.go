package accounting

import (
	"fmt"
	"time"

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
	// the usage they match; one of its flat prices takes the place of the
	// card's flat price with the same id. It has the card's currency and
	// rounding and another name. Charges show both: list and contracted.
	Negotiated *Card
	// Zone is the zone whose months are billing periods; the zero Zone is
	// UTC. AnchorDay is the day of the month on which they begin, 1 to 31; 0
	// stands for 1. A month without that day begins on its last one.
	Zone      metering.Zone
	AnchorDay int
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
