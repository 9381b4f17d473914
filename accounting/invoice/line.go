package invoice

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A LineKind says what makes the amounts of a line.
type LineKind string

// The kinds of lines.
const (
	Priced   LineKind = "priced"   // a price of a card
	Credited LineKind = "credit"   // a credit or voucher of the contract, below zero
	Rounded  LineKind = "rounding" // the rounding of the billing period's total
)

// A Line is the charges of an invoice that share kind, service, price, card,
// SKU, region, labels and billing period. Who used it, and when, is in the
// charges: an invoice is the tenant's, and its cost centres share lines.
type Line struct {
	Kind    LineKind
	Service accounting.ServiceID
	PriceID string
	Card    string // id@version of the card that set the price
	Title   string // the price's title, or its id
	SKU     string
	Region  string
	Labels  metering.Labels
	// Corrects is the earlier billing period that the charges are of; zero for
	// charges of the draft's own period.
	Corrects  metering.Period
	Period    metering.Period // from the first start of a charge to the last end
	Unit      metering.Unit
	Quantity  metering.Quantity
	Estimated metering.Quantity // the part of Quantity that was not measured
	List      money.Money
	Billed    money.Money
	Charges   []accounting.Charge // in the order in which they came
}

func lineOf(c accounting.Charge, corrects metering.Period) Line {
	return Line{Kind: kindOf(c.Origin), Service: c.Service, PriceID: c.PriceID, Card: c.Card, SKU: c.SKU, Region: c.Region,
		Labels: c.Labels, Corrects: corrects, Period: c.Period, Unit: c.Unit}
}

func kindOf(o accounting.Origin) LineKind {
	switch o {
	case accounting.FromCredit:
		return Credited
	case accounting.FromRounding:
		return Rounded
	}
	return Priced
}

// lineKey tells lines apart.
type lineKey struct {
	service  accounting.ServiceID
	price    string
	card     string
	sku      string
	region   string
	labels   metering.Labels
	unit     metering.Unit
	kind     LineKind
	corrects metering.Period
}

func (l Line) key() lineKey {
	return lineKey{l.Service, l.PriceID, l.Card, l.SKU, l.Region, l.Labels, l.Unit, l.Kind, l.Corrects}
}

// compare orders lines.
func (k lineKey) compare(o lineKey) int {
	return cmp.Or(cmp.Compare(k.service, o.service), cmp.Compare(k.price, o.price), cmp.Compare(k.card, o.card),
		cmp.Compare(k.sku, o.sku), cmp.Compare(k.region, o.region), k.labels.Compare(o.labels), cmp.Compare(k.unit.Code(), o.unit.Code()),
		cmp.Compare(k.kind, o.kind), k.corrects.Compare(o.corrects))
}

// add books a charge on the line.
func (l *Line) add(c accounting.Charge) error {
	quantity, err1 := l.Quantity.Add(c.Quantity)
	estimated, err2 := l.Estimated.Add(c.Estimated)
	list, err3 := l.List.Add(c.List)
	billed, err4 := l.Billed.Add(c.Billed)
	if err := cmp.Or(err1, err2, err3, err4); err != nil {
		return err
	}
	l.Quantity, l.Estimated, l.List, l.Billed = quantity, estimated, list, billed
	l.Period = hull(l.Period, c.Period)
	l.Charges = append(l.Charges, c)
	return nil
}

// hull returns the shortest period that covers both; empty ones cover nothing.
func hull(a, b metering.Period) metering.Period {
	switch {
	case a.IsZero():
		return b
	case b.IsZero():
		return a
	}
	start, end := a.Start(), a.End()
	if b.Start().Before(start) {
		start = b.Start()
	}
	if b.End().After(end) {
		end = b.End()
	}
	p, _ := metering.NewPeriod(start, end) // in order and in range, as a and b are
	return p
}

// Recompute returns the billed amount of the line, computed anew from the
// explanations of its charges. It fails as
// [accounting.Explanation.Recompute] does.
func (l Line) Recompute() (money.Money, error) {
	var total money.Money
	for _, c := range l.Charges {
		again, err := c.Explanation.Recompute()
		if err == nil {
			total, err = total.Add(again)
		}
		if err != nil {
			return money.Money{}, fmt.Errorf("price %q: %w", c.PriceID, err)
		}
	}
	return total, nil
}

// Steps returns what the line is made of: the quantity at each price, and flat
// amounts, in the order in which they first occur. Steps of one tier at one
// price are put together; tiers are kept apart, also where their prices are
// equal. The amounts add up to the line's exact amount. What was taken back in
// full is left out.
func (l Line) Steps() []accounting.Step {
	var steps []accounting.Step
	for _, c := range l.Charges {
		for _, s := range c.Explanation.Steps() {
			steps = addStep(steps, s)
		}
	}
	kept := slices.DeleteFunc(slices.Clone(steps), accounting.Step.IsZero)
	if len(kept) == 0 {
		return steps[:min(1, len(steps))]
	}
	return kept
}

// addStep puts s together with the step of its kind. Lines have few steps, as
// many as a price has tiers.
func addStep(steps []accounting.Step, s accounting.Step) []accounting.Step {
	for i := range steps {
		if both, ok := steps[i].Add(s); ok {
			steps[i] = both
			return steps
		}
	}
	return append(steps, s)
}
