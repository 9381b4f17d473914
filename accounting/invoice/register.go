package invoice

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A Register issues the documents of one issuer: it numbers them, without gaps
// and each number once, and knows what was issued for what. Make it with
// [NewRegister], or with [Replay] from what its journal kept.
//
// It is for many goroutines; they issue one after the other. It keeps every
// document in memory.
type Register struct {
	issuer Issuer

	// mu guards all below. It is held while the journal writes, so that numbers
	// are in the journal in their order.
	mu       sync.Mutex
	journal  func(text []byte) error
	failed   error // of the journal; nothing is issued after it
	all      []*Issued
	byNumber map[string]*Issued
	byCause  map[string]*Issued
	next     map[[2]string]uint64 // by what stands before and behind the running number
	notes    map[string][]*Issued // by the number they correct
	invoices map[metering.Account][]*Issued
	streams  map[string][]*Issued // parts of progressive bills
}

// NewRegister returns a register that has issued nothing. Journal is given the
// bytes of each document before it counts as issued, and has kept them when it
// returns nil, as [Journal.Keep] has; an error that wraps [ErrTerms] says that it
// refused a document, and kept nothing of it. A nil journal keeps nothing. It fails
// with [ErrNumbering], or with [ErrTerms] for an issuer without a name.
func NewRegister(issuer Issuer, journal func(text []byte) error) (*Register, error) {
	if err := issuer.Numbering.Validate(); err != nil {
		return nil, err
	}
	if err := issuer.Party.check("issuer's"); err != nil {
		return nil, err
	}
	return &Register{issuer: issuer, journal: journal, byNumber: map[string]*Issued{}, byCause: map[string]*Issued{},
		next: map[[2]string]uint64{}, notes: map[string][]*Issued{}, invoices: map[metering.Account][]*Issued{}, streams: map[string][]*Issued{}}, nil
}

// last returns the hash of the document issued last.
func (r *Register) last() Hash {
	if len(r.all) == 0 {
		return Hash{}
	}
	return r.all[len(r.all)-1].hash
}

// number gives a document the next number of its series.
func (r *Register) number(d *Document) error {
	before, behind, width := series(r.issuer.Numbering.of(d.Kind), r.issuer.Party.ID, d.Date)
	d.Number = number(before, behind, width, r.next[[2]string{before, behind}]+1)
	if r.byNumber[d.Number] != nil {
		return fmt.Errorf("%w: the next %s would be %s, which another document has; make the patterns differ", ErrNumbering, d.Kind, quote(d.Number))
	}
	return nil
}

// keep makes a document one that was issued.
func (r *Register) keep(i *Issued) {
	d := &i.doc
	before, behind, _ := series(r.issuer.Numbering.of(d.Kind), r.issuer.Party.ID, d.Date)
	r.next[[2]string{before, behind}]++
	r.all = append(r.all, i)
	r.byNumber[d.Number], r.byCause[d.Cause] = i, i
	if d.Of != nil {
		r.notes[d.Of.Number] = append(r.notes[d.Of.Number], i)
	}
	if d.Kind == Invoice {
		r.invoices[d.Account] = append(r.invoices[d.Account], i)
	}
	if d.Progress != nil {
		r.streams[d.Progress.Stream] = append(r.streams[d.Progress.Stream], i)
	}
}

// issue numbers a document, has it written, and keeps it.
func (r *Register) issue(d *Document) (*Issued, error) {
	if r.failed != nil {
		return nil, fmt.Errorf("%w before; replay it: %w", ErrJournal, r.failed)
	}
	if n := len(r.all); n > 0 && d.Date < r.all[n-1].doc.Date {
		return nil, fmt.Errorf("%w: %s, and the last one is of %s", ErrDate, d.Date, r.all[n-1].doc.Date)
	}
	if err := d.checkSign(); err != nil {
		return nil, err
	}
	if err := r.number(d); err != nil {
		return nil, err
	}
	d.Previous = r.last()
	i, err := sealed(d)
	if err != nil {
		return nil, err
	}
	if r.journal != nil {
		if err := r.journal(i.JSON()); err != nil {
			if errors.Is(err, ErrTerms) { // nothing was kept
				return nil, err
			}
			r.failed = err
			return nil, fmt.Errorf("%w: %s: %w", ErrJournal, quote(d.Number), err)
		}
	}
	r.keep(i)
	return i, nil
}

// checkSign refuses a document that takes back what it is to ask for, or draws
// more credit than it asks for.
func (d *Document) checkSign() error {
	if d.Total.Sign()*d.Kind.sign() < 0 {
		return &NegativeError{d.Kind, d.Total}
	}
	if d.Due.Sign()*d.Kind.sign() < 0 {
		return fmt.Errorf("%w: %s drawn of a total of %s; draw at most that", ErrDraw, d.Drawn, d.Total)
	}
	return nil
}

// known returns the document that was issued for a cause, and the time and the
// issuer to make it again for: those of its issue, since dates and rates follow
// from the one, and the other may have moved.
func (r *Register) known(cause string, at time.Time) (*Issued, time.Time, *Issuer) {
	was := r.byCause[cause]
	if was == nil {
		return nil, at, &r.issuer
	}
	return was, was.doc.Issued, &Issuer{was.doc.Issuer, r.issuer.Numbering, was.doc.Zone}
}

// same holds what was issued against what would be now.
func same(was *Issued, d *Document) (*Issued, error) {
	if d.Content != was.doc.Content && !was.doc.says(d) {
		return nil, &ConflictError{was.doc.Cause, was.doc.Number}
	}
	return was, nil
}

// says reports whether an invoice says what another one would, but for how lines
// are explained: a line names its prices in the order of its charges, which is
// nothing that an invoice depends on. A part of a bill is less what was invoiced
// before, so that it cannot be told.
func (d *Document) says(o *Document) bool {
	var texts [2][]byte
	for i, x := range [...]*Document{d, o} {
		plain := x.clone()
		plain.Number, plain.Content, plain.Previous = "", Hash{}, Hash{}
		for n := range plain.Items {
			plain.Items[n].Explained, plain.Items[n].Corrects = nil, nil
		}
		text, err := json.Marshal(&plain)
		if err != nil || x.Progress != nil {
			return false
		}
		texts[i] = text
	}
	return bytes.Equal(texts[0], texts[1])
}

// Issue issues the invoice of drafts, all of one account; several are those of
// several cards, or of a time before and after a tax changed. Issued again, with
// the same drafts and terms, it is the invoice that there is, with its number,
// its date and its bytes, whatever order their charges are in.
//
// It fails with a *[ConflictError] when another invoice was issued for the
// terms' ID, with a *[NegativeError], a *[NoRateError], with [ErrTerms],
// [ErrTax], [ErrRate], [ErrDraw], [ErrForeign], [ErrContract], [ErrDate],
// [ErrNumbering] or [ErrJournal], and with what money fails with. Nothing is
// issued then, and no number is used.
func (r *Register) Issue(at time.Time, terms Terms, drafts ...*Draft) (*Issued, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	head, err := terms.header(&r.issuer, at, drafts)
	if err != nil {
		return nil, err
	}
	was, at, issuer := r.known(head.Cause, at)
	d, err := build(issuer, at, &terms, drafts)
	if err != nil {
		return nil, err
	}
	if was != nil {
		return same(was, d)
	}
	r.refer(d)
	return r.issue(d)
}

// Preview returns the document that [Register.Issue] would issue, without a
// number, for people to look at. It fails as Issue does, but for what depends on
// what was issued before: the cause, the date and the journal.
func (r *Register) Preview(at time.Time, terms Terms, drafts ...*Draft) (Document, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d, err := build(&r.issuer, at, &terms, drafts)
	if err == nil {
		err = d.checkSign()
	}
	if err != nil {
		return Document{}, err
	}
	r.refer(d)
	return d.clone(), nil
}

// refer has lines that correct an earlier billing period name the line that was
// invoiced for it, where there is one: the latest.
func (r *Register) refer(d *Document) {
	for n := range d.Items {
		item := &d.Items[n]
		if item.Billing.IsZero() {
			continue
		}
		for _, was := range slices.Backward(r.invoices[d.Account]) {
			if line := was.lineLike(item); line > 0 {
				ref := was.Reference(line)
				item.Corrects = &ref
				break
			}
		}
	}
}

// lineLike returns the line of an invoice that an item corrects, 0 for none.
func (i *Issued) lineLike(item *Item) int {
	for n := range i.doc.Items {
		o := &i.doc.Items[n]
		if item.Billing.Covers(o.Period) && o.Billing.IsZero() && o.kind() == item.kind() {
			return o.Line
		}
	}
	return 0
}

// Find returns the document of a number.
func (r *Register) Find(number string) (*Issued, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, ok := r.byNumber[number]
	return i, ok
}

// Documents returns all documents in the order in which they were issued.
func (r *Register) Documents() []*Issued {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.all)
}

// Balance returns what is left of a document's total after the credit notes on
// it. A debit note is a document of its own, with its own balance. It fails with [ErrUnknown] or [money.ErrOverflow].
func (r *Register) Balance(number string) (money.Money, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	of := r.byNumber[number]
	if of == nil {
		return money.Money{}, fmt.Errorf("%w: %s", ErrUnknown, quote(number))
	}
	left := of.doc.Total
	for _, note := range r.notes[number] {
		if note.doc.Kind != CreditNote {
			continue
		}
		var err error
		if left, err = left.Add(note.doc.Total); err != nil {
			return money.Money{}, fmt.Errorf("invoice: %w", err)
		}
	}
	return left, nil
}
