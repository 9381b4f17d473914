// Package proof is what a provider hands out of a sealed month, as JSON: the
// records that are shown, the proofs that they are in the month, and the name of
// the key that signed it.
package proof

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/cloudevents"
)

// A File shows a line of an invoice with events that were billed on it, the sums
// of a month, or that a month was sealed on top of an earlier one; or all of it.
type File struct {
	// Key is the verifier key in the text form of signed notes. It is here to be
	// compared: who forges a proof can put a key of their own beside it.
	Key       string          `json:"key"`
	Line      *Line           `json:"line,omitempty"`
	Events    []Event         `json:"events,omitempty"` // billed on the line
	Sums      *Sums           `json:"sums,omitempty"`
	Extension *seal.Extension `json:"extension,omitempty"`
}

// A Line is a line of an invoice, and its proof. Who has the invoice has the line:
// what is here is that, for those who are shown no other line.
type Line struct {
	Document string           `json:"document"` // the invoice's number
	Hash     invoice.Hash     `json:"hash"`     // of the invoice
	Account  metering.Account `json:"account"`  // of the invoice
	Item     invoice.Item     `json:"item"`     // the line
	Proof    seal.Bundle      `json:"proof"`
}

// NewLine returns a line of an invoice to show.
func NewLine(issued *invoice.Issued, item invoice.Item, proof seal.Bundle) *Line {
	return &Line{issued.Number(), issued.Hash(), issued.Document().Account, item, proof}
}

// Issued returns the line as it was issued.
func (l *Line) Issued() (accounting.IssuedLine, error) {
	text, err := json.Marshal(&l.Item)
	return accounting.IssuedLine{Document: l.Document, Hash: l.Hash, Line: l.Item.Line, Account: l.Account,
		Period: l.Item.Period, Gross: l.Item.Gross, Text: text}, err
}

// An Event is one as CloudEvents JSON, and its proof.
type Event struct {
	Event json.RawMessage `json:"event"`
	Proof seal.Bundle     `json:"proof"`
}

// NewEvent returns an event to show.
func NewEvent(e metering.Event, proof seal.Bundle) (Event, error) {
	text, err := cloudevents.Marshal(e)
	return Event{text, proof}, err
}

// Read returns the event.
func (e Event) Read() (metering.Event, error) { return cloudevents.Unmarshal(e.Event) }

// Sums are the sums that a seal commits to.
type Sums struct {
	Note string     `json:"note"` // signed
	Sums []seal.Sum `json:"sums"`
}

// maxBytes bounds a file that is read: every meter and currency of a month has a sum.
const maxBytes = 1 << 20

// Parse reads a file of at most 1 MiB, and refuses fields that it does not know.
func Parse(r io.Reader) (*File, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxBytes {
		return nil, fmt.Errorf("more than %d bytes", maxBytes)
	}
	var f File
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("text behind the proof")
	}
	if f.Line == nil && f.Sums == nil && f.Extension == nil {
		return nil, fmt.Errorf("no line, sums or extension: nothing to check")
	}
	if f.Line == nil && len(f.Events) > 0 {
		return nil, fmt.Errorf("events without the line that they were billed on")
	}
	return &f, nil
}

// Encode returns the file as indented JSON.
func (f *File) Encode() ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(f)
	return out.Bytes(), err
}
