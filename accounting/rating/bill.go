package rating

import (
	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A Bill is what one contract owes for a period: its charges in the order of
// the usage, then those due by the billing period in the order of the cards.
// The zero Bill is of no contract and owes nothing.
type Bill struct {
	Contract accounting.Contract
	Period   metering.Period
	Charges  []accounting.Charge
	// Unpriced is the usage without a price, where [ReportUnpriced] allows
	// it, in the order in which it came and without its resources. It is in
	// no total.
	Unpriced []metering.Usage

	total, list money.Money
}

// Total returns the sum of the charges' billed amounts, in the card's
// currency also when there are none.
func (b Bill) Total() money.Money { return b.total }

// ListTotal returns the sum of the charges at list prices, without credits and the
// rounding of the month: those have no list price, and their list amount is what
// they take off.
func (b Bill) ListTotal() money.Money { return b.list }
