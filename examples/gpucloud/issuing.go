package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/meterbook/meterbook/accounting/invoice"
)

// issue issues the invoices, those of earlier months first: each on the first
// instant after its period, so that a run gives the same bytes whenever it is
// made. A program that goes on would keep the register's journal on disk.
func (b *books) issue() error {
	numbering := invoice.DefaultNumbering()
	numbering.Invoice = "GC-{year}{month}-{seq:3}"
	register, err := invoice.NewRegister(invoice.Issuer{Party: invoice.Party{ID: "gpucloud", Name: "GPU Cloud"}, Numbering: numbering, Zone: b.Zone}, nil)
	if err != nil {
		return err
	}
	order := make([]int, len(b.Invoices))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return b.Invoices[x].Period.Compare(b.Invoices[y].Period) })
	b.Issued = make([]*invoice.Issued, len(b.Invoices))
	for _, i := range order {
		draft := b.Invoices[i]
		if b.Issued[i], err = register.Issue(draft.Period.End(), invoice.Terms{DueDays: 30}, draft); err != nil {
			return fmt.Errorf("invoice of %s for %v: %w", draft.Contract.Account, draft.Period, err)
		}
	}
	return nil
}

// issuedAs returns what a draft was issued as, nil for one that was not.
func (b *books) issuedAs(draft *invoice.Draft) *invoice.Issued {
	if i := slices.Index(b.Invoices, draft); i >= 0 && i < len(b.Issued) {
		return b.Issued[i]
	}
	return nil
}

// documentFile returns the name of the file that an invoice's document is in:
// that of its page, for machines.
func documentFile(b *books, draft *invoice.Draft) string {
	return strings.TrimSuffix(invoiceFile(b, draft), ".html") + ".json"
}
