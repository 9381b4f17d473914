package main

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
)

// vat is in the example's prices. NAME stands for what it is called.
const vat = `{
  "point": "supply",
  "taxes": [{"id": "vat", "name": "NAME", "category": "standard", "rate": "0.06", "inclusive": true, "mode": "half-up", "places": 2, "level": "bill"}],
  "rules": [{"taxes": ["vat"]}]
}`

// newRegister returns the register of the example's provider.
func (b *books) newRegister() (*invoice.Register, error) {
	return invoice.NewRegister(invoice.Issuer{Party: invoice.Party{ID: "gpucloud", Name: provider}, Numbering: invoice.DefaultNumbering(), Zone: b.Zone}, nil)
}

// issue issues the invoices of the month, on the morning after it.
func (b *books) issue(r *invoice.Register) error {
	taxes, err := invoice.ParseTaxes([]byte(strings.Replace(vat, "NAME", note{"VAT", "增值税"}.in(b.Lang), 1)))
	if err != nil {
		return err
	}
	for _, draft := range b.Invoices {
		issued, err := r.Issue(draft.Period.End().Add(9*time.Hour), invoice.Terms{Taxes: taxes, DueDays: 30}, draft)
		if err != nil {
			return fmt.Errorf("invoice of %s: %w", draft.Contract.Account, err)
		}
		b.Issued = append(b.Issued, issued)
	}
	return nil
}

// reconcileIssued holds what was issued against the drafts: prices contain the
// tax, so that both ask for the same.
func (b *books) reconcileIssued() error {
	for i, issued := range b.Issued {
		if want := b.Invoices[i].Total; issued.Total() != want {
			return fmt.Errorf("%s asks for %v, its charges for %v", issued.Number(), issued.Total(), want)
		}
	}
	return nil
}

// invoicePages returns the files of an invoice: a page to print and, once it is
// issued, the document itself.
func (b *books) invoicePages(i int) ([]output, error) {
	draft := b.Invoices[i]
	name := "invoices/" + invoiceFile(b, draft)
	if b.Issued == nil {
		page, err := invoiceHTML(b, draft)
		return []output{{name, page}}, err
	}
	language := accounting.English
	if b.Lang == "zh" {
		language = accounting.Chinese
	}
	var page bytes.Buffer
	err := b.Issued[i].WriteHTML(&page, language)
	return []output{{name, page.Bytes()}, {strings.TrimSuffix(name, ".html") + ".json", b.Issued[i].JSON()}}, err
}
