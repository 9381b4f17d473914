package invoice

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/meterbook/meterbook/accounting/money"
)

// Conditions, found with [errors.Is].
var (
	// ErrForeign: a charge of another billing account.
	ErrForeign = errors.New("invoice: charge of another billing account")
	// ErrContract: the contract has no card, or its card no currency.
	ErrContract = errors.New("invoice: contract cannot be invoiced")
	// ErrTerms: terms that nothing can be issued by.
	ErrTerms = errors.New("invoice: unusable terms")
	// ErrTax: a tax that cannot be computed with, or a line without a rule.
	ErrTax = errors.New("invoice: unusable tax")
	// ErrRate: an exchange rate that cannot be computed with.
	ErrRate = errors.New("invoice: unusable exchange rate")
	// ErrNumbering: a pattern that gives no series of numbers, or a number that
	// is another document's.
	ErrNumbering = errors.New("invoice: unusable numbering")
	// ErrUnknown: no document of that number, or no line of it.
	ErrUnknown = errors.New("invoice: unknown document or line")
	// ErrDate: a document dated before the one issued last.
	ErrDate = errors.New("invoice: date before the last document's")
	// ErrClosed: a progressive bill whose final invoice was issued.
	ErrClosed = errors.New("invoice: bill is closed")
	// ErrDraw: prepaid credit that a document cannot draw.
	ErrDraw = errors.New("invoice: unusable draw of credit")
	// ErrJournal: the journal failed. The register takes nothing more until it
	// is replayed, since nobody knows whether the document was written.
	ErrJournal = errors.New("invoice: journal failed")
	// ErrSyntax: not a document in its one form.
	ErrSyntax = errors.New("invoice: not a document")
	// ErrForged: a document that breaks its own sums or its series.
	ErrForged = errors.New("invoice: document does not add up")
	// ErrCapitals: an amount that the capital-letter form cannot write.
	ErrCapitals = errors.New("invoice: no capital-letter form")
)

// A ConflictError reports that something was issued already, with other
// content.
type ConflictError struct {
	Cause  string // what it was issued for
	Number string // as which document
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("invoice: %s was issued as %s with other content; correct that by a credit or debit note, or give this an id of its own",
		quote(e.Cause), quote(e.Number))
}

// An AboveError reports a credit note above what is left of its document: of
// one line, or of the whole when Line is 0.
type AboveError struct {
	Number string
	Line   int
	Asked  money.Money
	Left   money.Money
}

func (e *AboveError) Error() string {
	of := "document " + quote(e.Number)
	if e.Line > 0 {
		of = fmt.Sprintf("line %d of %s", e.Line, quote(e.Number))
	}
	return fmt.Sprintf("invoice: credit of %s on %s, which has %s left; credit at most that", e.Asked, of, e.Left)
}

// A NegativeError reports an invoice or debit note that would come to less than
// 0, or a credit note that would come to more.
type NegativeError struct {
	Kind  Kind
	Total money.Money
}

func (e *NegativeError) Error() string {
	return fmt.Sprintf("invoice: %s of %s has the wrong sign; give money back by a credit note on the document that asked for it", e.Kind, e.Total)
}

// A NoRateError reports that there is no exchange rate for a date. Neither the
// day before nor the inverse stands in for it.
type NoRateError struct {
	From, To money.Currency
	Date     Date
}

func (e *NoRateError) Error() string {
	return fmt.Sprintf("invoice: no rate from %s to %s on %s; add it with its source", e.From, e.To, e.Date)
}

// A BelowError reports a progressive bill that has not reached its threshold.
type BelowError struct {
	Open  money.Money // what is not invoiced, before taxes
	Least money.Money
}

func (e *BelowError) Error() string {
	return fmt.Sprintf("invoice: %s are open, less than the threshold of %s", e.Open, e.Least)
}

// quote returns s clipped to 64 bytes, in quotes.
func quote(s string) string {
	if len(s) > 64 {
		s = strings.ToValidUTF8(s[:64], "") + "…"
	}
	return strconv.Quote(s)
}
