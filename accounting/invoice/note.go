package invoice

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting/money"
)

// A Note says what a credit note or a debit note corrects.
type Note struct {
	ID     string // what the note is for; required, and issuing it again returns the note
	Of     string // the number of the invoice or debit note that it corrects
	Reason string // for people; required
	// Rerated says that the charges were rated again, and that what the note
	// takes back or adds is in their corrections. Else the note is a concession:
	// it changes what is owed, and no charge.
	Rerated bool
	// Lines are what is corrected, each line once. None, of a credit note, is all
	// that is left of the document.
	Lines []Change
}

// Credit issues a credit note: it takes back what a document asked for, with the
// taxes on it, in the period of the line that it names. Taxes follow as the part
// of the line's that all notes on it come to, rounded as the tax is, less what
// notes before it took back: a line that is taken back in full has no tax left.
// What credit had paid of the document comes back once nothing is due on it.
//
// It fails with an *[AboveError] for more than is left of a line or of the
// document, with [ErrUnknown], [ErrTerms], a *[ConflictError], a
// *[NegativeError], [ErrDate] or [ErrJournal]. Nothing is issued then.
func (r *Register) Credit(at time.Time, n Note) (*Issued, error) { return r.note(at, CreditNote, n) }

// Debit issues a debit note: it asks for more, on lines of a document, with the
// taxes of these lines. It is taken back, in turn, by a credit note on it. It
// fails as [Register.Credit] does.
func (r *Register) Debit(at time.Time, n Note) (*Issued, error) { return r.note(at, DebitNote, n) }

func (r *Register) note(at time.Time, kind Kind, n Note) (*Issued, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(n.Lines) == 0 {
		n.Lines = nil
	}
	content, err := contentOf(struct {
		Kind Kind
		Note Note
	}{kind, n})
	if err != nil {
		return nil, fmt.Errorf("%w: note: %w", ErrTerms, err)
	}
	if was := r.byCause[n.ID]; was != nil {
		if was.doc.Content != content {
			return nil, &ConflictError{n.ID, was.doc.Number}
		}
		return was, nil
	}
	of := r.byNumber[n.Of]
	if of == nil {
		return nil, fmt.Errorf("%w: %s", ErrUnknown, quote(n.Of))
	}
	d, err := r.noteOf(at, kind, &n, of)
	if err != nil {
		return nil, err
	}
	d.Content = content
	return r.issue(d)
}

// noteOf makes the document of a note.
func (r *Register) noteOf(at time.Time, kind Kind, n *Note, of *Issued) (*Document, error) {
	if err := cmp.Or(checkText("note's id", n.ID, 1, 256), checkText("note's reason", n.Reason, 1, 4096)); err != nil {
		return nil, err
	}
	if of.doc.Kind == CreditNote || len(n.Lines) == 0 && kind == DebitNote {
		return nil, fmt.Errorf("%w: %s on %s: want lines of an invoice or a debit note", ErrTerms, kind, quote(n.Of))
	}
	at = at.UTC().Round(0)
	was, ref := of.doc.clone(), of.Reference(0)
	d := &Document{Kind: kind, Issued: at, Date: DateOf(at, r.issuer.Zone), Zone: r.issuer.Zone, Cause: n.ID, Issuer: r.issuer.Party,
		Customer: was.Customer, Account: was.Account, Period: was.Period, BillingZone: was.BillingZone, Currency: was.Currency, Of: &ref, Reason: n.Reason,
		Rerated: n.Rerated, Items: []Item{}, Taxes: was.Taxes, Exchange: slices.DeleteFunc(slices.Clone(was.Exchange), func(e Exchange) bool { return e.Level == totalLevel })}
	if !d.Date.Valid() {
		return nil, fmt.Errorf("%w: issued at %s: want a year from 1970 to 2199", ErrTerms, at)
	}
	changes := n.Lines
	if len(changes) == 0 {
		var err error
		if changes, err = r.rest(of); err != nil {
			return nil, err
		}
	}
	seen := map[int]bool{}
	for _, c := range changes {
		if c.Line < 1 || c.Line > len(was.Items) || seen[c.Line] {
			return nil, fmt.Errorf("%w: line %d of %s, which has %d: want each once", ErrUnknown, c.Line, quote(n.Of), len(was.Items))
		}
		seen[c.Line] = true
		item, err := r.change(d, of, c, len(n.Lines) == 0)
		if err != nil {
			return nil, err
		}
		item.Line = len(d.Items) + 1
		d.Items = append(d.Items, item)
	}
	if err := d.sum(); err != nil {
		return nil, err
	}
	if kind == CreditNote {
		if err := r.giveBack(d, of); err != nil {
			return nil, err
		}
	}
	if err := d.sum(); err != nil {
		return nil, err
	}
	for _, e := range was.Exchange {
		if e.Level == totalLevel {
			if err := d.equivalent(e); err != nil {
				return nil, err
			}
		}
	}
	return d, nil
}

// A left is what of a line notes have not taken back.
type left struct {
	taken    *big.Rat // part of the line's net amount, or gross where it has none, that notes have taken back
	item     Item     // what is left
	original *Item
}

// leftOf returns what is left of a line of a document.
func (r *Register) leftOf(of *Issued, line int) (left, error) {
	l := left{original: &of.doc.Items[line-1], item: of.doc.clone().Items[line-1]}
	places := make([]int, len(of.doc.Taxes))
	for i := range places {
		places[i] = i + 1
	}
	taken := zero(of.doc.Currency)
	a := adder{}
	for _, note := range r.notes[of.doc.Number] {
		for i := range note.doc.Items {
			it := &note.doc.Items[i]
			if note.doc.Kind != CreditNote || it.Corrects.Line != line {
				continue
			}
			minus := it.opposite()
			if err := l.item.less(&minus, places); err != nil {
				return l, fmt.Errorf("invoice: %w", err)
			}
			taken = a.sub(taken, it.Net)
		}
	}
	l.taken = ratOf(taken)
	return l, a.err
}

// opposite returns an item with every amount negated. Amounts of documents are
// far from the one that has no opposite: it has too many digits.
func (i *Item) opposite() Item {
	o := *i
	minus := func(m money.Money) money.Money { out, _ := m.Neg(); return out }
	o.Charged, o.List, o.Net, o.Gross = minus(i.Charged), minus(i.List), minus(i.Net), minus(i.Gross)
	o.Quantity, _ = i.Quantity.Neg()
	o.Estimated, _ = i.Estimated.Neg()
	o.Taxes = slices.Clone(i.Taxes)
	for n := range o.Taxes {
		o.Taxes[n].Amount = minus(o.Taxes[n].Amount)
	}
	return o
}

// rest returns the changes that take back all that is left.
func (r *Register) rest(of *Issued) (changes []Change, err error) {
	for i := range of.doc.Items {
		l, err := r.leftOf(of, i+1)
		if err != nil {
			return nil, err
		}
		if l.item.moves() {
			changes = append(changes, Change{Line: i + 1, Net: l.item.Net, Quantity: l.item.Quantity, Charged: l.item.Charged})
		}
	}
	return changes, nil
}

// giveBack holds a credit note to what is left of its document, and returns
// credit that had paid for it: what is beyond what is due.
func (r *Register) giveBack(d *Document, of *Issued) error {
	a := adder{}
	leftTotal, leftDue := of.doc.Total, of.doc.Due
	draws := slices.Clone(of.doc.Draws)
	for _, note := range r.notes[of.doc.Number] {
		if note.doc.Kind != CreditNote {
			continue
		}
		leftTotal, leftDue = a.add(leftTotal, note.doc.Total), a.add(leftDue, note.doc.Due)
		for _, x := range note.doc.Draws {
			i := slices.IndexFunc(draws, func(o Draw) bool { return o.ID == x.ID })
			draws[i].Amount = a.add(draws[i].Amount, x.Amount)
		}
	}
	if above := a.add(leftTotal, d.Total); above.Sign() < 0 {
		asked, _ := d.Total.Neg()
		return &AboveError{of.doc.Number, 0, asked, leftTotal}
	}
	back := a.add(leftDue, d.Total) // below 0: beyond what is due
	for _, x := range slices.Backward(draws) {
		if a.err != nil || back.Sign() >= 0 {
			break
		}
		if x.Amount.Sign() <= 0 {
			continue
		}
		part := x.Amount
		if rest := a.add(back, x.Amount); rest.Sign() > 0 {
			part = a.sub(zero(d.Currency), back)
		}
		back = a.add(back, part)
		minus := a.sub(zero(d.Currency), part)
		d.Draws = append(d.Draws, Draw{ID: x.ID, Title: x.Title, Amount: minus})
	}
	return a.err
}
