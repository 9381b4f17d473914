package posting

import (
	"cmp"
	"slices"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/money"
)

// Issued returns the document of an invoice or a note that was issued: what is
// due becomes receivable, taxes become payable to the tax office, each under the
// tax's id, and what was charged is no longer unbilled, to the last digit: what
// the invoice's rounding adds, and what it converts, are items of their own.
//
// Charges are posted by [Charges]: of a note whose charges were rated again,
// post their corrections, too, as a bill with a revision. A concession has none:
// it takes revenue back. Credit that paid for an invoice is posted by
// [Wallet.Credit], or as a charge; what a note gives back of it is posted here,
// so do not post the grant that puts it back into a wallet.
//
// It fails with [money.ErrOverflow].
func Issued(i *invoice.Issued) (Document, error) {
	d := i.Document()
	tenant := string(d.Account.Tenant())
	p := issued{Document: Document{Causes: []string{d.Kind.String(), tenant, d.Number}, At: d.Issued, Memo: d.Number}, doc: &d, tenant: tenant}
	if d.Kind == invoice.Invoice || d.Rerated {
		p.charges()
	} else {
		p.concession()
	}
	for _, t := range d.Taxes {
		if d.Kind == invoice.CreditNote {
			p.add(TaxCredited, p.minus(t.Amount), "", t.ID)
		} else {
			p.add(Taxed, t.Amount, "", t.ID)
		}
	}
	if p.err != nil {
		return Document{}, refuse(p.err, "%s", quote(d.Number))
	}
	return p.Document, nil
}

// issued makes the items of a document, and keeps the first error.
type issued struct {
	Document
	doc    *invoice.Document
	tenant string
	err    error
}

func (p *issued) add(cause Cause, amount money.Money, service, detail string) {
	if !amount.IsZero() {
		p.Items = append(p.Items, Item{cause, amount, p.tenant, service, detail})
	}
}

func (p *issued) minus(m money.Money) money.Money { return p.sub(money.Money{}, m) }

func (p *issued) sub(a, b money.Money) money.Money {
	out, err := a.Sub(b)
	p.err = cmp.Or(p.err, err)
	return out
}

// charges takes what was charged out of what is unbilled.
func (p *issued) charges() {
	d := p.doc
	p.add(Invoiced, d.Net, "", "")
	if d.Kind == invoice.Invoice {
		p.add(Invoiced, p.minus(d.Drawn), "", "") // the use of credit made it billed
	} else {
		p.add(CreditReturned, p.minus(d.Drawn), "", "")
	}
	for i := range d.Items {
		item := &d.Items[i]
		asked := d.Asked(item)
		p.add(TaxIncluded, p.sub(asked, item.Net), string(item.Service), "")
		p.moved(asked, item.Charged)
	}
	for _, x := range d.Draws {
		if !x.Charged.IsZero() {
			p.moved(p.minus(x.Amount), p.minus(x.Charged))
		}
	}
	p.together()
}

// moved says what an amount that was charged became.
func (p *issued) moved(asked, charged money.Money) {
	if charged.Currency() == asked.Currency() {
		p.add(Rounded, p.sub(asked, charged), "", "")
		return
	}
	p.add(Converted, charged, "", "")
	p.add(Converted, p.minus(asked), "", "")
}

// together puts items of one cause, currency, service and detail together.
func (p *issued) together() {
	var kept []Item
	for _, item := range p.Items {
		at := slices.IndexFunc(kept, func(o Item) bool {
			return o.Cause == item.Cause && o.Service == item.Service && o.Detail == item.Detail && o.Amount.Currency() == item.Amount.Currency()
		})
		if at < 0 {
			kept = append(kept, item)
			continue
		}
		sum, err := kept[at].Amount.Add(item.Amount)
		kept[at].Amount, p.err = sum, cmp.Or(p.err, err)
	}
	p.Items = kept
}

// concession changes revenue, service by service, and no charge.
func (p *issued) concession() {
	d := p.doc
	sums := map[accounting.ServiceID]money.Money{}
	for i := range d.Items {
		item := &d.Items[i]
		sums[item.Service] = p.sub(sums[item.Service], item.Net)
	}
	services := make([]accounting.ServiceID, 0, len(sums))
	for id := range sums {
		services = append(services, id)
	}
	slices.Sort(services)
	for _, id := range services {
		p.add(Credited, sums[id], string(id), "")
	}
	p.add(CreditReturned, p.minus(d.Drawn), "", "")
}
