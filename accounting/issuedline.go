package accounting

import (
	"strconv"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// An IssuedLine is a line of an issued document: what others hold on to who know
// nothing of invoices. Get it from invoice.Issued.Lines, also of a document that
// invoice.Read has read; seal.FromLine seals it. It is a value; Text is not to be
// changed.
type IssuedLine struct {
	Document string   // its number
	Hash     [32]byte // SHA-256 of the document's bytes
	Line     int      // 1, 2, 3, …
	Account  metering.Account
	Period   metering.Period // of the line
	// Gross is what the line asks for, taxes included: the lines of a document add
	// up to its total.
	Gross money.Money
	// Text is the line as the document has it, byte for byte: JSON.
	Text []byte
}

// ID names the line, such as "INV-2026-000001/3"; "" for the zero IssuedLine and
// for line 0, which is no line.
func (l IssuedLine) ID() string {
	if l.Line == 0 {
		return ""
	}
	return l.Document + "/" + strconv.Itoa(l.Line)
}
