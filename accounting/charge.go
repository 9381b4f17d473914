package accounting

import (
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// An Origin says where a charge comes from.
type Origin uint8

// The origins of charges.
const (
	FromUsage      Origin = iota + 1 // usage at a price
	FromRecurring                    // due by the billing period: a flat price, or a tier's flat amount without usage
	FromTrueUp                       // what usage fell short of a minimum or a commitment
	FromCredit                       // what a credit or voucher paid, below zero
	FromRounding                     // what rounding the month's total cut off, or added
	FromAdjustment                   // what the power factor added to the bill, or took off it
	FromOneOff                       // due one time: a flat price with FlatOnce
)

var originNames = [...]string{FromUsage: "usage", FromRecurring: "recurring", FromTrueUp: "true-up", FromCredit: "credit", FromRounding: "rounding", FromAdjustment: "adjustment", FromOneOff: "one-off"}

// String returns the origin's name, or "invalid".
func (o Origin) String() string {
	if o == 0 || int(o) >= len(originNames) {
		return "invalid"
	}
	return originNames[o]
}

// A Charge is usage at a price: one line of a bill. Amounts are in the card's
// currency and are rounded as the card says. A charge is a value; what its
// explanation points to is shared and never changed.
type Charge struct {
	BillingAccount metering.Account // who pays
	Account        metering.Account // who used
	Service        ServiceID
	Meter          metering.MeterID
	SKU            string
	Region         string
	Labels         metering.Labels
	Period         metering.Period   // when it was used; the billing period for FromRecurring and FromOneOff
	Quantity       metering.Quantity // below zero for a correction
	Estimated      metering.Quantity // the part of Quantity that was not measured
	Unit           metering.Unit     // what the price is for
	PriceID        string
	Card           string // id@version of the card that set the contracted price
	Origin         Origin
	// ListPriceID is the price of the list card whose place a negotiated price
	// took; empty where the list's own was charged, or it has none.
	ListPriceID string

	// List is the amount at the list price; Contracted where the list card
	// has no price for it.
	List       money.Money
	Contracted money.Money // at the negotiated price, where there is one
	Billed     money.Money // what an invoice asks for
	Effective  money.Money // after what was paid in advance is spread over usage

	// Explanation says how Billed came about, and can be computed again.
	Explanation Explanation
}

// Explain is ExplainIn English.
func (c Charge) Explain() string { return c.ExplainIn(English) }

// ExplainIn returns how the billed amount came about, for people: its
// [Explanation.Text], and for a negotiated price what the list asks.
func (c Charge) ExplainIn(l Language) string {
	text := c.Explanation.Text(l)
	if c.ListPriceID == "" {
		return text
	}
	w := wordsOf(l)
	return text + w.semicolon + w.listed + " " + c.ListPriceID + w.comma + c.List.String()
}

// Tree is [Explanation.Tree], and for a negotiated price what the list asks.
func (c Charge) Tree(l Language) Node {
	root := c.Explanation.Tree(l)
	if c.ListPriceID != "" && root.Text != "" {
		w := wordsOf(l)
		root.Parts = append(root.Parts, Node{Text: w.listed + " " + c.ListPriceID + w.colon + c.List.String()})
	}
	return root
}

// Billed returns c.Billed, the amount most often handed to [Total].
func Billed(c Charge) money.Money { return c.Billed }

// List returns c.List, for [Total].
func List(c Charge) money.Money { return c.List }
