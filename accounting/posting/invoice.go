package posting

import (
	"time"

	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/money"
)

// A Tax is a tax on a document: its name, and its amount.
type Tax struct {
	Name   string
	Amount money.Money
}

// Invoice returns the document of an invoice with a number, that was issued at a
// time: its total, and taxes, become receivable. Its charges are posted by
// [Charges].
func Invoice(number string, at time.Time, draft *invoice.Draft, taxes ...Tax) Document {
	tenant := string(draft.Contract.Account.Tenant())
	d := Document{Causes: []string{"invoice", tenant, number}, At: at, Memo: number,
		Items: []Item{{Cause: Invoiced, Amount: draft.Total, Tenant: tenant}}}
	for _, t := range taxes {
		d.Items = append(d.Items, Item{Cause: Taxed, Amount: t.Amount, Tenant: tenant, Detail: t.Name})
	}
	return d
}

// A Part is the part of a credit note that is of one service.
type Part struct {
	Service string
	Amount  money.Money // taken back, above 0; below 0 in a debit note
}

// CreditNote returns the document of a credit note: what it takes back is no
// longer receivable, nor earned.
func CreditNote(number, tenant string, at time.Time, parts []Part, taxes ...Tax) Document {
	d := Document{Causes: []string{"credit note", tenant, number}, At: at, Memo: number}
	for _, p := range parts {
		d.Items = append(d.Items, Item{Cause: Credited, Amount: p.Amount, Tenant: tenant, Service: p.Service})
	}
	for _, t := range taxes {
		d.Items = append(d.Items, Item{Cause: TaxCredited, Amount: t.Amount, Tenant: tenant, Detail: t.Name})
	}
	return d
}

// Payment returns the document of money that a customer paid, under the id that
// the bank or payment service gives it; money that goes back is below 0.
func Payment(id, tenant string, at time.Time, amount money.Money) Document {
	item := Item{Cause: Paid, Amount: amount, Tenant: tenant}
	if amount.Sign() < 0 {
		item.Cause = Refunded
		// The lowest amount has no opposite: it stays, and the transaction refuses it.
		if minus, err := amount.Neg(); err == nil {
			item.Amount = minus
		}
	}
	return Document{Causes: []string{"payment", tenant, id}, At: at, Memo: "payment", Items: []Item{item}}
}
