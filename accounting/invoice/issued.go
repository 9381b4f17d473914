package invoice

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// An Issued is a document that was issued. It cannot be changed: what it says is
// in its bytes, which have one form, and [Issued.Hash] is theirs. Get one from a
// [Register], or from its bytes with [Read]. It is for many goroutines.
type Issued struct {
	doc  Document
	text []byte
	hash Hash
}

// MaxBytes bounds the bytes of a document that is read.
const MaxBytes = 64 << 20

// seal makes a document one that was issued.
func sealed(d *Document) (*Issued, error) {
	text, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTerms, err)
	}
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("%w: a document of %d bytes, want at most %d", ErrTerms, len(text), MaxBytes)
	}
	return Read(text)
}

// Read reads a document from its bytes. It fails with [ErrSyntax] for what is
// not the one form of a document, down to the order of fields and the spaces,
// and with [ErrForged] for one that does not add up. That it was issued, and by
// whom, its bytes alone do not show: hold its hash against the issuer's.
func Read(text []byte) (*Issued, error) {
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("%w: %d bytes, want at most %d", ErrSyntax, len(text), MaxBytes)
	}
	i := &Issued{text: slices.Clone(text), hash: sha256.Sum256(text)}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&i.doc); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	if again, err := json.Marshal(&i.doc); err != nil || !bytes.Equal(again, text) {
		return nil, fmt.Errorf("%w: it is not in the form that this package writes", ErrSyntax)
	}
	if err := i.doc.check(); err != nil {
		return nil, err
	}
	return i, nil
}

// Number returns the document's number.
func (i *Issued) Number() string { return i.doc.Number }

// Kind returns what the document does.
func (i *Issued) Kind() Kind { return i.doc.Kind }

// Hash returns the SHA-256 of the document's bytes.
func (i *Issued) Hash() Hash { return i.hash }

// Total returns what the document comes to, taxes included and before what
// credit paid.
func (i *Issued) Total() money.Money { return i.doc.Total }

// Due returns what is to be paid.
func (i *Issued) Due() money.Money { return i.doc.Due }

// JSON returns a copy of the document's bytes.
func (i *Issued) JSON() []byte { return slices.Clone(i.text) }

// MarshalJSON returns the document's bytes.
func (i *Issued) MarshalJSON() ([]byte, error) { return i.JSON(), nil }

// Document returns a copy of what the document says.
func (i *Issued) Document() Document { return i.doc.clone() }

// LineOf returns the line that has a charge, and whether there is one: the line
// that a correction of the charge names. Corrections of an earlier bill are
// found by their billing period.
func (i *Issued) LineOf(c accounting.Charge) (line int, ok bool) {
	for n := range i.doc.Items {
		item := &i.doc.Items[n]
		if item.Service == c.Service && item.Price == c.PriceID && item.Card == c.Card && item.SKU == c.SKU && item.Region == c.Region &&
			item.Labels == c.Labels && item.Unit == c.Unit && item.Kind == kindOf(c.Origin) && item.Charged.Currency() == c.Billed.Currency() && item.holds(c.Period) {
			return item.Line, true
		}
	}
	return 0, false
}

// holds reports whether charges of a period are on the item.
func (i *Item) holds(p metering.Period) bool {
	if !i.Billing.IsZero() {
		return i.Billing.Covers(p)
	}
	return i.Period.Covers(p)
}

// Reference returns the name and the hash of a line, or of the document for
// line 0.
func (i *Issued) Reference(line int) Reference { return Reference{i.doc.Number, i.hash, line} }
