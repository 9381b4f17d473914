package invoice

import (
	"fmt"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A Progress says how a billing period is invoiced in parts.
type Progress struct {
	// Stream is the progressive bill; "" is its account, billing period and
	// currency.
	Stream string
	// Least is the threshold: a part is issued once what is open has come to it,
	// before taxes. The zero Money is none.
	Least money.Money
	// Final closes the bill: what is left is invoiced, however little, and
	// nothing more.
	Final bool
}

// Progress issues the next invoice of a progressive bill. Drafts hold all
// charges of the billing period so far; the invoice asks for what they come to,
// taxes and rounding included, less what was invoiced before. What a note took
// back because charges were rated again is open again; what a concession took
// back is not. So all parts add up to the one invoice that the final drafts would
// have made, and the final one closes it exactly.
//
// A line keeps the period of all its charges so far, and says that it is less
// what was invoiced before.
//
// Issued again with the same drafts, of charges in the same order, and the same
// terms and progress, it is the part that there is: an ID of the terms names one part; "" is the stream and the end of
// the drafts' period.
//
// It fails as [Register.Issue] does, with a *[BelowError] below the threshold,
// and with [ErrClosed] after the final part.
func (r *Register) Progress(at time.Time, terms Terms, p Progress, drafts ...*Draft) (*Issued, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	head, err := part(&r.issuer, at, terms, p, drafts, false)
	if err != nil {
		return nil, err
	}
	was, at, issuer := r.known(head.Cause, at)
	d, err := part(issuer, at, terms, p, drafts, true)
	if err != nil {
		return nil, err
	}
	if was != nil {
		return same(was, d)
	}
	before := r.streams[d.Progress.Stream]
	if n := len(before); n > 0 && before[n-1].doc.Progress.Final {
		return nil, fmt.Errorf("%w: %s closed %s; correct it by a note", ErrClosed, quote(before[n-1].doc.Number), quote(d.Progress.Stream))
	}
	if err := r.lessBefore(d, before); err != nil {
		return nil, err
	}
	if err := d.finish(&terms); err != nil {
		return nil, err
	}
	if !p.Final && !p.Least.IsZero() {
		order, err := d.Net.Cmp(p.Least)
		if err != nil {
			return nil, fmt.Errorf("%w: threshold: %w", ErrTerms, err)
		}
		if order < 0 {
			return nil, &BelowError{d.Net, p.Least}
		}
	}
	r.refer(d)
	return r.issue(d)
}

// part returns the document of all that a progressive bill has come to, or its
// head alone. It does not say which part that is: its content does not depend on
// how many there were.
func part(issuer *Issuer, at time.Time, terms Terms, p Progress, drafts []*Draft, whole bool) (*Document, error) {
	document := terms.header
	if whole {
		document = func(issuer *Issuer, at time.Time, drafts []*Draft) (*Document, error) {
			return build(issuer, at, &terms, drafts)
		}
	}
	d, err := document(issuer, at, drafts)
	if err != nil {
		return nil, err
	}
	switch {
	case len(d.Exchange) > 0 && terms.RateOn == "":
		return nil, fmt.Errorf("%w: parts of a bill are converted at one rate; set RateOn", ErrTerms)
	case len(terms.Taxes.Taxes) > 0 && terms.Taxes.Point != AtSupply:
		return nil, fmt.Errorf("%w: parts of a bill are taxed by the time of supply; a rate by the date of issue would change what was invoiced", ErrTax)
	}
	d.Progress = &Part{Stream: p.Stream, Final: p.Final}
	if p.Stream == "" {
		billing, err := drafts[0].Contract.BillingPeriod(d.Period.Start())
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrContract, err)
		}
		d.Progress.Stream = fmt.Sprintf("%s %s %s in parts", d.Account, billing, d.Currency)
	}
	if err := checkText("stream", d.Progress.Stream, 1, 512); err != nil {
		return nil, err
	}
	if terms.ID == "" {
		d.Cause = d.Progress.Stream + " to " + d.Period.End().Format(time.RFC3339Nano)
	}
	if whole {
		d.Content, err = contentOf(d)
	}
	return d, err
}

// lessBefore takes off what the parts before have asked for, and notes that
// followed the charges have not taken back.
func (r *Register) lessBefore(d *Document, before []*Issued) error {
	d.Progress.Part = len(before) + 1
	for _, part := range before {
		for i := range part.doc.Exchange {
			if e := part.doc.Exchange[i]; e.Level != totalLevel && !slices.Contains(d.Exchange, e) {
				return fmt.Errorf("%w: %s was converted at %s of %s, and this part is not; give all parts one RateOn",
					ErrTerms, quote(part.doc.Number), e.Rate, e.Date)
			}
		}
		if err := r.lessOf(d, part); err != nil {
			return err
		}
	}
	kept := d.Items[:0]
	for _, item := range d.Items {
		if item.moves() {
			item.Line = len(kept) + 1
			kept = append(kept, item)
		}
	}
	d.Items = kept
	d.Draws = slices.DeleteFunc(d.Draws, func(x Draw) bool { return x.Amount.IsZero() && x.Charged.IsZero() })
	return nil
}

// lessOf takes a document off, and the notes on it that followed the charges.
func (r *Register) lessOf(d *Document, i *Issued) error {
	if err := d.less(&i.doc); err != nil {
		return err
	}
	for _, note := range r.notes[i.doc.Number] {
		if !note.doc.Rerated {
			continue
		}
		if err := r.lessOf(d, note); err != nil {
			return err
		}
	}
	return nil
}

// moves reports whether an item changes anything.
func (i *Item) moves() bool {
	return !i.Net.IsZero() || !i.Gross.IsZero() || !i.List.IsZero() || !i.Charged.IsZero() || !i.Quantity.IsZero() || !i.Estimated.IsZero() ||
		slices.ContainsFunc(i.Taxes, func(t ItemTax) bool { return !t.Amount.IsZero() })
}

// itemKind tells items apart, as lineKey does lines.
type itemKind struct {
	kind                     LineKind
	service                  accounting.ServiceID
	price, card, sku, region string
	labels                   metering.Labels
	unit                     metering.Unit
	billing                  metering.Period
	currency                 money.Currency
}

func (i *Item) kind() itemKind {
	return itemKind{i.Kind, i.Service, i.Price, i.Card, i.SKU, i.Region, i.Labels, i.Unit, metering.Period{}, i.Charged.Currency()}
}

// kindWithin is kind with the billing period.
func (i *Item) kindWithin() itemKind {
	k := i.kind()
	k.billing = i.Billing
	return k
}

// less takes the items and draws of another document off.
func (d *Document) less(o *Document) error {
	index := make(map[itemKind]int, len(d.Items))
	for i := range d.Items {
		index[d.Items[i].kindWithin()] = i
	}
	taxes := make([]int, len(o.Taxes)) // by o's places, d's
	for n, t := range o.Taxes {
		at := slices.IndexFunc(d.Taxes, func(x TaxItem) bool { return x.kind() == t.kind() })
		if at < 0 {
			at = len(d.Taxes)
			d.Taxes = append(d.Taxes, t)
		}
		taxes[n] = at + 1
	}
	for n := range o.Items {
		was := &o.Items[n]
		i, known := index[was.kindWithin()]
		if !known {
			i = len(d.Items)
			index[was.kindWithin()] = i
			d.Items = append(d.Items, was.nothing(d.Currency))
		}
		if err := d.Items[i].less(was, taxes); err != nil {
			return fmt.Errorf("invoice: less %s, line %d: %w", quote(o.Number), was.Line, err)
		}
	}
	return d.lessDraws(o)
}

// lessDraws takes the draws of another document off.
func (d *Document) lessDraws(o *Document) error {
	a := adder{}
	for _, x := range o.Draws {
		at := slices.IndexFunc(d.Draws, func(o Draw) bool { return o.ID == x.ID })
		if at < 0 {
			at = len(d.Draws)
			d.Draws = append(d.Draws, Draw{ID: x.ID, Title: x.Title, Amount: zero(d.Currency)})
		}
		was := &d.Draws[at]
		was.Amount, was.Charged = a.sub(was.Amount, x.Amount), a.sub(was.Charged, x.Charged)
	}
	if a.err != nil {
		return fmt.Errorf("invoice: %w", a.err)
	}
	return nil
}

// nothing returns an item of the same kind that comes to nothing.
func (i *Item) nothing(c money.Currency) Item {
	n := *i
	n.Quantity, n.Estimated = metering.Quantity{}, metering.Quantity{}
	n.Charged, n.List, n.Net, n.Gross = zero(i.Charged.Currency()), zero(c), zero(c), zero(c)
	n.Taxes, n.Corrects, n.Explained = nil, nil, nil
	return n
}

// less takes what another item comes to off. Taxes gives the places of its
// taxes.
func (i *Item) less(was *Item, taxes []int) error {
	a := adder{}
	i.Charged, i.List = a.sub(i.Charged, was.Charged), a.sub(i.List, was.List)
	i.Net, i.Gross = a.sub(i.Net, was.Net), a.sub(i.Gross, was.Gross)
	for _, t := range was.Taxes {
		place := taxes[t.Tax-1]
		at := slices.IndexFunc(i.Taxes, func(x ItemTax) bool { return x.Tax == place })
		if at < 0 {
			at = len(i.Taxes)
			i.Taxes = append(i.Taxes, ItemTax{Tax: place, Amount: zero(t.Amount.Currency())})
		}
		i.Taxes[at].Amount = a.sub(i.Taxes[at].Amount, t.Amount)
	}
	slices.SortFunc(i.Taxes, func(a, b ItemTax) int { return a.Tax - b.Tax })
	if a.err != nil {
		return a.err
	}
	var err error
	if i.Quantity, err = i.Quantity.Sub(was.Quantity); err == nil {
		i.Estimated, err = i.Estimated.Sub(was.Estimated)
	}
	i.explainRest()
	return err
}

// explainRest says, behind how an item came about in all, that only the rest of
// it is asked for.
func (i *Item) explainRest() {
	rest := map[string]string{"en": "less what was invoiced before", "zh": "减：此前已开具"}
	words := make(map[string]string, len(rest))
	for l, more := range rest {
		words[l] = more
		if was := i.Explained[l]; was != "" && was != more {
			words[l] = was
			if !endsWith(was, more) {
				words[l] = was + "; " + more
			}
		}
	}
	i.Explained = words
}

func endsWith(s, end string) bool { return len(s) >= len(end) && s[len(s)-len(end):] == end }
