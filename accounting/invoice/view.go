package invoice

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
)

// A view is a document in the words that people read: what text and HTML show.
// Every text in it is plain.
type view struct {
	Words    *words
	Kind     string
	Number   string // "" for a draft
	Facts    []fact
	Parties  []party
	Currency string
	Groups   []group
	Sums     []fact
	Due      fact
	Capitals string
	Also     []fact
	Rates    []string
	Notes    []string
	Hash     string
	HasList  bool // list prices differ from what is asked
	HasTax   bool
	HasGross bool // some prices contain a tax: rows show what they come to with it
	NetName  string
}

type fact struct{ Name, Value string }

// Wide reports whether the value needs a line of its own.
func (f fact) Wide() bool { return columns(f.Value) > 48 }

type party struct {
	Role, Name, ID, TaxID, Address string
}

type group struct {
	Name     string
	Rows     []viewRow
	Subtotal string // net, or gross where rows show that
}

type viewRow struct {
	Line, Title, Details, Period, Quantity, Unit, List, Net, Tax, Gross, Explained string
	Notes                                                                          []string
}

// Why says on one line what else there is to say of a row.
func (r viewRow) Why() string {
	all := append([]string{r.Details, r.Period, r.Explained}, r.Notes...)
	return strings.Join(slices.DeleteFunc(all, func(s string) bool { return s == "" }), " · ")
}

// view puts a document in words. Hash is that of its bytes, if it was issued.
func (d *Document) view(l accounting.Language, hash Hash) *view {
	w := wordsOf(l)
	v := &view{Words: w, Kind: w.kinds[d.Kind], Number: plain(d.Number), Currency: string(d.Currency), Hash: hash.String(),
		HasList: d.Kind == Invoice && d.List != d.asked(), HasTax: len(d.Taxes) > 0}
	v.HasGross = slices.ContainsFunc(d.Taxes, func(t TaxItem) bool { return t.Inclusive && !t.Base.IsZero() })
	v.NetName = w.Amount
	if v.HasTax {
		v.NetName = w.Net
	}
	v.Parties = []party{
		{w.From, plain(d.Issuer.Name), "", plain(d.Issuer.TaxID), plain(d.Issuer.Address)},
		{w.To, plain(d.Customer.Name), plain(d.Customer.ID), plain(d.Customer.TaxID), plain(d.Customer.Address)},
	}
	d.viewFacts(v)
	d.viewItems(v, l)
	d.viewSums(v, l)
	for _, note := range d.Notes {
		v.Notes = append(v.Notes, plain(note))
	}
	if d.Number == "" {
		v.Notes = append(v.Notes, w.DraftNote)
	}
	return v
}

// asked is what the items ask for at their prices.
func (d *Document) asked() money.Money {
	a, sum := adder{}, zero(d.Currency)
	for i := range d.Items {
		sum = a.add(sum, d.Asked(&d.Items[i]))
	}
	return sum
}

func (d *Document) viewFacts(v *view) {
	w := v.Words
	add := func(name, value string) {
		if value != "" {
			v.Facts = append(v.Facts, fact{name, value})
		}
	}
	add(w.Date, plain(string(d.Date)))
	add(w.DueDate, plain(string(d.DueDate)))
	add(w.Period, periodText(d.Period, d.BillingZone)+" "+d.BillingZone.String())
	if d.Customer.ID != string(d.Account) {
		add(w.Account, plain(string(d.Account)))
	}
	if p := d.Progress; p != nil {
		part := strconv.Itoa(p.Part)
		if p.Final {
			part += w.Comma + w.Final
		}
		add(w.Part, part)
	}
	if d.Of != nil {
		add(w.Corrects, plain(d.Of.Number))
		reason := w.Concession
		if d.Rerated {
			reason = w.Rerated
		}
		add(w.Reason, plain(d.Reason)+w.Open+reason+w.Close)
	}
}

// viewItems puts items in words, one group a service, in the order in which
// services first occur.
func (d *Document) viewItems(v *view, l accounting.Language) {
	at := map[accounting.ServiceID]int{}
	sums := []money.Money{}
	for i := range d.Items {
		item := &d.Items[i]
		n, known := at[item.Service]
		if !known {
			n = len(v.Groups)
			at[item.Service] = n
			v.Groups, sums = append(v.Groups, group{Name: v.Words.serviceName(item.Service)}), append(sums, zero(d.Currency))
		}
		v.Groups[n].Rows = append(v.Groups[n].Rows, d.viewRow(v.Words, item, l))
		amount := item.Net
		if v.HasGross {
			amount = item.Gross
		}
		if sum, err := sums[n].Add(amount); err == nil {
			sums[n] = sum
			v.Groups[n].Subtotal = amountText(sum)
		}
	}
}

func (d *Document) viewRow(w *words, i *Item, l accounting.Language) viewRow {
	r := viewRow{Line: strconv.Itoa(i.Line), Title: plain(i.Title), Details: strings.Join(i.details(), " · "), List: amountText(i.List),
		Net: amountText(i.Net), Gross: amountText(i.Gross), Explained: plain(i.Explain(l))}
	if tax, err := i.Gross.Sub(i.Net); err == nil {
		r.Tax = amountText(tax)
	}
	if i.Period != d.Period {
		r.Period = periodText(i.Period, d.BillingZone)
	}
	if r.Quantity = quantityText(i.Quantity, i.Unit); r.Quantity != "" { // a true-up, or a note's line, has none
		r.Unit = w.unit(i.Unit)
	}
	if estimated := quantityText(i.Estimated, i.Unit); estimated != "" {
		r.Notes = append(r.Notes, w.Estimate+w.Colon+estimated+" "+w.unit(i.Unit))
	}
	if i.Corrects != nil {
		line := w.Line + " " + strconv.Itoa(i.Corrects.Line)
		if strings.Contains(w.Line, "%d") {
			line = fmt.Sprintf(w.Line, i.Corrects.Line)
		}
		r.Notes = append(r.Notes, w.Corrects+w.Colon+plain(i.Corrects.Number)+w.Comma+line)
	}
	if !i.Billing.IsZero() {
		r.Notes = append(r.Notes, w.Earlier+w.Colon+periodText(i.Billing, d.BillingZone))
	}
	if i.Charged.Currency() != d.Currency && i.Charged.Currency() != "" && !i.Charged.IsZero() {
		r.Notes = append(r.Notes, amountText(i.Charged)+" "+string(i.Charged.Currency()))
	}
	return r
}

// taxName names a tax with its rate and what it is on.
func (w *words) taxName(t TaxItem) string {
	name := plain(t.Name)
	if word := w.categories[t.Category]; word != "" {
		name += w.Open + word + w.Close
	} else {
		name += " " + t.Rate.Percent()
	}
	name += w.Comma + w.On + " " + amountText(t.Base)
	if t.Inclusive {
		name += w.Comma + w.Included
	}
	return name
}

func (d *Document) viewSums(v *view, l accounting.Language) {
	w := v.Words
	add := func(name string, m money.Money) { v.Sums = append(v.Sums, fact{name, amountText(m)}) }
	if v.HasList {
		add(w.List, d.List)
	}
	if v.HasTax {
		add(w.Net, d.Net)
		for _, t := range d.Taxes {
			if d.Kind != Invoice && t.Base.IsZero() && t.Amount.IsZero() {
				continue // a note is not about it
			}
			add(w.taxName(t), t.Amount)
			if t.Reason != "" {
				v.Notes = append(v.Notes, plain(t.Name)+w.Colon+plain(t.Reason))
			}
		}
	}
	if len(d.Draws) > 0 {
		add(w.Total, d.Total)
	}
	for _, x := range d.Draws {
		minus, _ := x.Amount.Neg()
		name := w.Drawn
		if x.Amount.Sign() < 0 {
			name = w.Plus
		}
		add(name+w.Colon+plain(x.Title), minus)
	}
	v.Due = fact{w.Due, amountText(d.Due)}
	if d.Kind == CreditNote {
		v.Due.Name = w.Credited
	}
	if text, err := Capitals(d.Due); err == nil && l == accounting.Chinese {
		v.Capitals = text
	}
	for _, x := range d.Also {
		v.Also = append(v.Also, fact{w.Total + " " + string(x.Currency), amountText(x.Total)})
		if v.HasTax {
			v.Also = append(v.Also, fact{w.Tax + " " + string(x.Currency), amountText(x.Tax)})
		}
	}
	for _, x := range d.Exchange {
		v.Rates = append(v.Rates, "1 "+string(x.From)+" = "+string(x.Rate)+" "+string(x.To)+w.Comma+plain(string(x.Date))+w.Comma+plain(x.Source))
	}
}
