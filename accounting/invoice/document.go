package invoice

import (
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A Document is an invoice, a credit note or a debit note: all that is on the
// paper, and nothing that has to be looked up. It adds up:
//
//	Net   = Σ items' Net, Tax = Σ taxes' Amount, Total = Net + Tax
//	Due   = Total − Drawn, Drawn = Σ draws
//	Gross = Net + Σ Taxes, of every item
//
// Amounts of a credit note are below 0. A Document is data that anybody may
// change; what was issued is an [Issued], which nobody can.
type Document struct {
	Kind        Kind             `json:"kind"`
	Number      string           `json:"number"` // "" before it is issued
	Issued      time.Time        `json:"issued"`
	Date        Date             `json:"date"` // of Issued, in Zone
	DueDate     Date             `json:"due_date,omitempty"`
	Zone        metering.Zone    `json:"zone"`
	Cause       string           `json:"cause"`    // what it was issued for; an issuer has one document of a cause
	Content     Hash             `json:"content"`  // of what it was made from
	Previous    Hash             `json:"previous"` // of the issuer's document before it; zero for the first
	Issuer      Party            `json:"issuer"`
	Customer    Party            `json:"customer"`
	Account     metering.Account `json:"account"`
	Period      metering.Period  `json:"period"`       // what it says it is for; items have their own
	BillingZone metering.Zone    `json:"billing_zone"` // of the contract: whose days periods are shown in
	Currency    money.Currency   `json:"currency"`

	Of       *Reference `json:"of,omitempty"`       // the document that a note corrects
	Reason   string     `json:"reason,omitempty"`   // of a note
	Rerated  bool       `json:"rerated,omitempty"`  // of a note: the charges were rated again
	Progress *Part      `json:"progress,omitempty"` // of a progressive bill

	Items    []Item       `json:"items"`
	Taxes    []TaxItem    `json:"taxes,omitempty"`
	Draws    []Draw       `json:"draws,omitempty"`
	Exchange []Exchange   `json:"exchange,omitempty"`
	Also     []Equivalent `json:"also,omitempty"`
	Notes    []string     `json:"notes,omitempty"`

	List  money.Money `json:"list"` // at list prices
	Net   money.Money `json:"net"`
	Tax   money.Money `json:"tax"`
	Total money.Money `json:"total"`
	Drawn money.Money `json:"drawn"`
	Due   money.Money `json:"due"`
}

// A Reference names a document, or a line of it, and holds it by its hash.
type Reference struct {
	Number string `json:"number"`
	Hash   Hash   `json:"hash"`
	Line   int    `json:"line,omitempty"` // 0 for the whole
}

// A Part is the place of an invoice in a progressive bill.
type Part struct {
	Stream string `json:"stream"` // of the bill
	Part   int    `json:"part"`   // 1, 2, 3, …
	Final  bool   `json:"final,omitempty"`
}

// An Item is a line of a document. It keeps the period of its charges, also in
// a note, or on an invoice of a later period.
type Item struct {
	Line      int                  `json:"line"` // 1, 2, 3, …
	Kind      LineKind             `json:"kind"`
	Service   accounting.ServiceID `json:"service,omitempty"`
	Price     string               `json:"price"`
	Card      string               `json:"card"`
	Title     string               `json:"title"`
	SKU       string               `json:"sku,omitempty"`
	Region    string               `json:"region,omitempty"`
	Labels    metering.Labels      `json:"labels,omitzero"`
	Period    metering.Period      `json:"period"`
	Billing   metering.Period      `json:"billing,omitzero"` // the earlier billing period that it corrects
	Corrects  *Reference           `json:"corrects,omitempty"`
	Unit      metering.Unit        `json:"unit,omitzero"`
	Quantity  metering.Quantity    `json:"quantity,omitzero"`
	Estimated metering.Quantity    `json:"estimated,omitzero"`
	Charged   money.Money          `json:"charged"` // the charges, in the card's currency, before the document's rounding
	List      money.Money          `json:"list"`
	Net       money.Money          `json:"net"` // without taxes
	Taxes     []ItemTax            `json:"taxes,omitempty"`
	Gross     money.Money          `json:"gross"`
	Explained map[string]string    `json:"explained,omitempty"` // by language, "en" and "zh"
}

// A Draw is prepaid credit that paid for a part of a document; below 0 where a
// credit note gives it back.
type Draw struct {
	ID     string      `json:"id"`
	Title  string      `json:"title"`
	Amount money.Money `json:"amount"`
	// Charged is what the charges of a credit came to, in the card's currency and
	// before the document's rounding; zero for credit that is in no charge, and in
	// notes.
	Charged money.Money `json:"charged,omitzero"`
}

// An Equivalent is what a document comes to in another currency, at one of its
// exchange rates.
type Equivalent struct {
	Currency money.Currency `json:"currency"`
	Net      money.Money    `json:"net"`
	Tax      money.Money    `json:"tax"`
	Total    money.Money    `json:"total"`
}

// Explain returns how the item came about, in a language; in English if there
// is no other.
func (i *Item) Explain(l accounting.Language) string {
	if l == accounting.Chinese && i.Explained["zh"] != "" {
		return i.Explained["zh"]
	}
	return i.Explained["en"]
}

// inclusive reports whether the prices of an item contain its taxes.
func (d *Document) inclusive(i *Item) bool {
	if len(i.Taxes) == 0 {
		return false
	}
	n := i.Taxes[0].Tax - 1
	return n >= 0 && n < len(d.Taxes) && d.Taxes[n].Inclusive
}

// Asked returns what an item asks for at its prices: net, or gross where prices
// contain the taxes.
func (d *Document) Asked(i *Item) money.Money {
	if d.inclusive(i) {
		return i.Gross
	}
	return i.Net
}

// clone returns a copy that shares nothing that can be changed.
func (d *Document) clone() Document {
	c := *d
	c.Items = slices.Clone(d.Items)
	for i := range c.Items {
		it := &c.Items[i]
		it.Taxes = slices.Clone(it.Taxes)
		it.Corrects = copied(it.Corrects)
		if it.Explained != nil {
			words := make(map[string]string, len(it.Explained))
			for k, v := range it.Explained {
				words[k] = v
			}
			it.Explained = words
		}
	}
	c.Taxes, c.Draws, c.Exchange = slices.Clone(d.Taxes), slices.Clone(d.Draws), slices.Clone(d.Exchange)
	c.Also, c.Notes = slices.Clone(d.Also), slices.Clone(d.Notes)
	c.Of, c.Progress = copied(d.Of), copied(d.Progress)
	return c
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}
