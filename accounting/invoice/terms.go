package invoice

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/credit"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A CreditUse says whether what credits of the contract paid lowers what taxes
// are on.
type CreditUse uint8

// The uses of credit.
const (
	// CreditsBeforeTax are lines below zero, as discounts are.
	CreditsBeforeTax CreditUse = iota
	// CreditsAfterTax are draws: taxes are on what was used, and the credit pays
	// a part of the total, as money paid in advance does.
	CreditsAfterTax
)

// Terms are what an invoice says that charges do not. The zero Terms ask for
// the charges in the currency of their card, without taxes.
type Terms struct {
	// ID is what the invoice is for, such as an order's number; "" is its
	// account, period and currency. There is one document for an ID: issuing it
	// again returns that.
	ID string
	// Customer is who is to pay. Its ID and Name are the contract's if empty.
	Customer Party
	// Currency is what the invoice asks for; "" is that of the first draft's card.
	// Other currencies are converted at Rates, of the date RateOn, or of the date
	// of issue if that is empty.
	Currency money.Currency
	Rates    ExchangeRates
	RateOn   Date
	// Also are currencies in which totals are shown beside the invoice's, such as
	// the one that the tax office reads.
	Also []money.Currency
	// Rounding rounds amounts that have more digits than the currency: charges of
	// a card that keeps more, and what was converted. The zero value is the
	// card's mode and level, with the currency's digits.
	Rounding accounting.Rounding
	Taxes    Taxes
	Credits  CreditUse
	// Draws are prepaid credit that pays for the invoice: of a progressive bill,
	// all that was drawn for it so far. See [DrawOf].
	Draws   []Draw
	DueDays int // after the date of issue, 0 to 3650
	Notes   []string
}

// DrawOf returns what was committed of a wallet within a period, as a draw of
// an invoice. Entries are those of the wallet, in any order. It fails with a
// [money.CurrencyMismatchError] or [money.ErrOverflow].
func DrawOf(id, title string, entries []credit.Entry, period metering.Period) (Draw, error) {
	d := Draw{ID: id, Title: title}
	for _, e := range entries {
		if e.Op != credit.Committed || !period.Contains(e.At) {
			continue
		}
		var err error
		if d.Amount, err = d.Amount.Add(e.Amount); err != nil {
			return Draw{}, fmt.Errorf("invoice: draw %s: %w", quote(id), err)
		}
	}
	return d, nil
}

// An Issuer is who issues documents: a party, its series of numbers, and the
// zone whose dates the documents have.
type Issuer struct {
	Party     Party
	Numbering Numbering
	Zone      metering.Zone
}

func (t *Terms) check() error {
	err := t.Taxes.Validate()
	if err == nil {
		err = checkText("id", t.ID, 0, 256)
	}
	for i := 0; err == nil && i < len(t.Notes); i++ {
		err = checkText("note", t.Notes[i], 1, 4096)
	}
	switch {
	case err != nil:
		return err
	case t.DueDays < 0 || t.DueDays > 3650:
		return fmt.Errorf("%w: due in %d days: want 0 to 3650", ErrTerms, t.DueDays)
	case t.RateOn != "" && !t.RateOn.Valid():
		return fmt.Errorf("%w: rates of %s: want a day such as 2026-11-30", ErrTerms, quote(string(t.RateOn)))
	case t.Currency != "" && !t.Currency.Valid():
		return fmt.Errorf("%w: %w: %s", ErrTerms, money.ErrUnknownCurrency, quote(string(t.Currency)))
	case t.Credits > CreditsAfterTax:
		return fmt.Errorf("%w: credits %d", ErrTerms, t.Credits)
	}
	return nil
}

// header returns a document that says all but amounts.
func (t *Terms) header(issuer *Issuer, at time.Time, drafts []*Draft) (*Document, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if len(drafts) == 0 || drafts[0] == nil || drafts[0].Contract.Card == nil {
		return nil, fmt.Errorf("%w: no draft", ErrTerms)
	}
	at = at.UTC().Round(0)
	contract := drafts[0].Contract
	d := &Document{Kind: Invoice, Issued: at, Date: DateOf(at, issuer.Zone), Zone: issuer.Zone, Issuer: issuer.Party, Customer: t.Customer,
		Account: contract.Account, BillingZone: contract.Zone, Currency: t.Currency, Items: []Item{}, Notes: t.Notes}
	if !d.Date.Valid() {
		return nil, fmt.Errorf("%w: issued at %s: want a year from 1970 to 2199", ErrTerms, at)
	}
	if d.Customer.ID == "" {
		d.Customer.ID = string(contract.Account)
	}
	if d.Customer.Name == "" {
		d.Customer.Name = contract.CustomerName()
	}
	if err := d.Customer.check("customer's"); err != nil {
		return nil, err
	}
	if d.Currency == "" {
		d.Currency = contract.Card.Currency
	}
	for _, draft := range drafts {
		if draft == nil || draft.Contract.Account != contract.Account || draft.Contract.Card == nil {
			return nil, fmt.Errorf("%w: drafts of several accounts, or none", ErrForeign)
		}
		d.Period = hull(d.Period, draft.Period)
	}
	if t.DueDays > 0 {
		if d.DueDate = d.Date.after(t.DueDays); !d.DueDate.Valid() {
			return nil, fmt.Errorf("%w: due on %s: want a year from 1970 to 2199", ErrTerms, d.DueDate)
		}
	}
	d.Cause = t.ID
	if d.Cause == "" {
		d.Cause = fmt.Sprintf("%s %s %s", d.Account, d.Period, d.Currency)
	}
	return d, nil
}
