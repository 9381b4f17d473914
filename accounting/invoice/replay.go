package invoice

import (
	"fmt"
	"iter"
	"slices"
)

// Replay returns the register that issued documents, from their bytes in the
// order in which its journal was given them, and goes on with the journal. Each
// is held to its sums, to its number in its series, to the hash of the one before
// it, and to the issuer's ID, whose name and address may have changed. It fails
// with [ErrSyntax], [ErrForged], as NewRegister does, or with the error of the
// sequence.
func Replay(issuer Issuer, documents iter.Seq2[[]byte, error], journal func(text []byte) error) (*Register, error) {
	r, err := NewRegister(issuer, nil)
	if err != nil {
		return nil, err
	}
	for text, err := range documents {
		if err != nil {
			return nil, fmt.Errorf("invoice: after %d documents: %w", len(r.all), err)
		}
		doc, err := Read(text)
		if err == nil {
			err = r.follows(doc)
		}
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", len(r.all)+1, err)
		}
		r.keep(doc)
	}
	r.journal = journal
	return r, nil
}

// follows holds a document against those before it.
func (r *Register) follows(i *Issued) error {
	d := &i.doc
	want := *d
	if err := r.number(&want); err != nil {
		return err
	}
	switch {
	case d.Previous != r.last():
		return fmt.Errorf("%w: %s does not follow the document before it", ErrForged, quote(d.Number))
	case d.Number != want.Number:
		return fmt.Errorf("%w: %s, want %s", ErrForged, quote(d.Number), quote(want.Number))
	case r.byCause[d.Cause] != nil:
		return fmt.Errorf("%w: %s is for what was issued before", ErrForged, quote(d.Number))
	case d.Issuer.ID != r.issuer.Party.ID: // its address may be another by now
		return fmt.Errorf("%w: %s is another issuer's", ErrForged, quote(d.Number))
	case len(r.all) > 0 && d.Date < r.all[len(r.all)-1].doc.Date:
		return fmt.Errorf("%w: %w", ErrForged, ErrDate)
	case d.Of != nil:
		of := r.byNumber[d.Of.Number]
		if of == nil || of.hash != d.Of.Hash || !d.fits(&of.doc) {
			return fmt.Errorf("%w: %s corrects %s, which is not before it or has other lines", ErrForged, quote(d.Number), quote(d.Of.Number))
		}
	}
	return nil
}

// fits reports whether a note is made of the lines, the taxes and the draws of
// its document.
func (d *Document) fits(of *Document) bool {
	if d.Currency != of.Currency || d.Account != of.Account || of.Kind == CreditNote ||
		!slices.EqualFunc(d.Taxes, of.Taxes, func(a, b TaxItem) bool { return a.kind() == b.kind() }) {
		return false
	}
	for i := range d.Items {
		item := &d.Items[i]
		line := item.Corrects.Line
		if item.Corrects.Number != d.Of.Number || item.Corrects.Hash != d.Of.Hash || line < 1 || line > len(of.Items) ||
			!slices.EqualFunc(item.Taxes, of.Items[line-1].Taxes, func(a, b ItemTax) bool { return a.Tax == b.Tax }) {
			return false
		}
	}
	for _, x := range d.Draws {
		if !slices.ContainsFunc(of.Draws, func(o Draw) bool { return o.ID == x.ID }) {
			return false
		}
	}
	return true
}
