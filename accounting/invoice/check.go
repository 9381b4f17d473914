package invoice

import (
	"fmt"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting/money"
)

// check holds a document to its sums.
func (d *Document) check() error {
	if err := d.checkHead(); err != nil {
		return err
	}
	for i := range d.Items {
		if err := d.checkItem(i); err != nil {
			return fmt.Errorf("%w: line %d: %w", ErrForged, i+1, err)
		}
	}
	for i, t := range d.Taxes {
		tax := Tax{ID: t.ID, Name: t.Name, Category: t.Category, Rate: t.Rate, Inclusive: t.Inclusive, Mode: t.Mode, Places: t.Places, Level: t.Level, Reason: t.Reason}
		if err := tax.Validate(); err != nil {
			return fmt.Errorf("%w: %w", ErrForged, err)
		}
		if t.Rate != t.Rate.canonical() || slices.ContainsFunc(d.Taxes[:i], func(o TaxItem) bool { return o.kind() == t.kind() }) {
			return fmt.Errorf("%w: tax %s twice, or its rate in another form", ErrForged, quote(t.ID))
		}
	}
	sums := d.clone()
	if err := sums.sum(); err != nil {
		return fmt.Errorf("%w: %w", ErrForged, err)
	}
	if sums.List != d.List || sums.Net != d.Net || sums.Tax != d.Tax || sums.Total != d.Total || sums.Drawn != d.Drawn || sums.Due != d.Due ||
		!slices.Equal(sums.Taxes, d.Taxes) {
		return fmt.Errorf("%w: totals are not the sums of lines, taxes and draws", ErrForged)
	}
	return d.checkExchange()
}

func (d *Document) checkHead() error {
	var err error
	switch {
	case d.Kind != Invoice && d.Kind != CreditNote && d.Kind != DebitNote:
		err = fmt.Errorf("kind %s: want invoice, credit-note or debit-note", quote(string(d.Kind)))
	case d.Number == "" || checkText("number", d.Number, 1, 512) != nil:
		err = fmt.Errorf("number %s", quote(d.Number))
	case !d.Currency.Valid():
		err = fmt.Errorf("currency %s", quote(string(d.Currency)))
	case d.Issued.Location() != time.UTC:
		err = fmt.Errorf("time of issue %s: want it in UTC", d.Issued)
	case !d.Date.Valid() || DateOf(d.Issued, d.Zone) != d.Date || d.DueDate != "" && !d.DueDate.Valid():
		err = fmt.Errorf("date %s is not that of the time of issue", quote(string(d.Date)))
	case (d.Kind == Invoice) == (d.Of != nil), d.Kind != Invoice && d.Progress != nil:
		err = fmt.Errorf("a note names a document, and an invoice none; no note is a part of a bill")
	case d.Items == nil:
		err = fmt.Errorf("no list of items")
	case d.Content.IsZero():
		err = fmt.Errorf("no hash of its content")
	case d.Total.Sign()*d.Kind.sign() < 0 || d.Due.Sign()*d.Kind.sign() < 0:
		err = fmt.Errorf("total %s, due %s of a %s", d.Total, d.Due, d.Kind)
	default:
		err = d.Account.Validate()
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrForged, err)
	}
	return nil
}

// checkItem holds an item to its sum.
func (d *Document) checkItem(i int) error {
	item := &d.Items[i]
	if item.Line != i+1 {
		return fmt.Errorf("it is called %d", item.Line)
	}
	if (d.Kind != Invoice) && item.Corrects == nil {
		return fmt.Errorf("it names no line that it corrects")
	}
	gross, last := item.Net, 0
	a := adder{}
	for _, t := range item.Taxes {
		if t.Tax <= last || t.Tax > len(d.Taxes) {
			return fmt.Errorf("tax %d, want one of %d, in order", t.Tax, len(d.Taxes))
		}
		last = t.Tax
		if !d.own(t.Amount) || d.Taxes[t.Tax-1].Category != Standard && !t.Amount.IsZero() {
			return fmt.Errorf("tax of %s", t.Amount)
		}
		gross = a.add(gross, t.Amount)
	}
	switch {
	case a.err != nil:
		return a.err
	case !d.own(item.Net) || !d.own(item.Gross) || !d.own(item.List):
		return fmt.Errorf("amounts %s, %s and %s, want %s", item.Net, item.Gross, item.List, d.Currency)
	case gross != item.Gross:
		return fmt.Errorf("net and taxes come to %s, and not to %s", gross, item.Gross)
	}
	return nil
}

// own reports whether an amount is in whole minor units of the document's
// currency.
func (d *Document) own(m money.Money) bool {
	whole, err := m.Round(money.Rounding{Mode: money.Down, Places: d.Currency.Digits()})
	return err == nil && whole == m && m.Currency() == d.Currency
}

// checkExchange holds rates, draws and equivalents to what they are.
func (d *Document) checkExchange() error {
	for _, x := range d.Draws {
		if !d.own(x.Amount) || x.ID == "" {
			return fmt.Errorf("%w: draw %s of %s", ErrForged, quote(x.ID), x.Amount)
		}
	}
	again := Document{Currency: d.Currency, Total: d.Total, Tax: d.Tax}
	for _, e := range d.Exchange {
		if err := e.Validate(); err != nil {
			return fmt.Errorf("%w: %w", ErrForged, err)
		}
		if e.Level != totalLevel {
			continue
		}
		if err := again.equivalent(e); err != nil {
			return fmt.Errorf("%w: %w", ErrForged, err)
		}
	}
	if !slices.Equal(again.Also, d.Also) {
		return fmt.Errorf("%w: totals in other currencies are not at its rates", ErrForged)
	}
	return nil
}
