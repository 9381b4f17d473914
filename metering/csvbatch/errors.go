package csvbatch

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/meterbook/meterbook/metering"
)

// Conditions, found with [errors.Is], of what a *[RowError] carries. The
// others are those of package metering: ErrSyntax, ErrInexact, ErrTimeRange
// and *FieldError.
var (
	// ErrHeader: no header, one without a column that the layout names, or
	// with two of that name.
	ErrHeader = errors.New("csvbatch: the header does not fit the layout")
	// ErrFields: a row with more fields or fewer than the header.
	ErrFields = errors.New("csvbatch: want as many fields as the header has")
	// ErrQuote: a quote within a field that does not begin with one, or text
	// between a closing quote and the comma, or a quote that is never closed.
	ErrQuote = errors.New("csvbatch: quotes are not as RFC 4180 has them")
	// ErrRowBytes: a row, or what a quote that is never closed makes of the
	// rows behind it, of more than [MaxRowBytes].
	ErrRowBytes = errors.New("csvbatch: want at most 1 MiB in a row")
	// ErrAmountRange: an amount of more steps than fit in 64 bits, which are a
	// million units at least.
	ErrAmountRange = errors.New("csvbatch: amount does not fit in 64 bits")
	// ErrSplit: a quoted field holds the line break at which [Split] cut.
	ErrSplit = errors.New("csvbatch: the file was split within quotes: read it with one reader")
)

// A RowError names the row that was refused, and the field when it was one
// field's fault.
type RowError struct {
	// Line is that of the row's first byte, from 1 as editors count; 0 when the
	// file that was split could not be read again to count them.
	Line int64
	// Offset is that of the row's first byte, from 0.
	Offset int64
	// Column is the column's name in the header, and Field what the layout takes
	// it for: "account", "resource", "SKU", "region", "time" or "amount". Both
	// are empty where the row as a whole is refused.
	Column, Field string
	// Value is the field's value, clipped to 64 bytes.
	Value string
	Err   error
}

func (e *RowError) Error() string {
	why := e.Err.Error()
	if field, ok := errors.AsType[*metering.FieldError](e.Err); ok {
		why = field.Reason // the rest would say it twice
	}
	if e.Field == "" {
		return fmt.Sprintf("csvbatch: line %d: %s", e.Line, why)
	}
	return fmt.Sprintf("csvbatch: line %d: %s %q in column %q: %s", e.Line, e.Field, e.Value, e.Column, why)
}

func (e *RowError) Unwrap() error { return e.Err }

// A DictionaryError reports a column with more different values than
// [WithMaxValues] allows.
type DictionaryError struct{ Max int }

func (e *DictionaryError) Error() string {
	return fmt.Sprintf("csvbatch: want at most %d different values in a column", e.Max)
}

// clip bounds what an error repeats of a value, and copies it.
func clip(value []byte) string {
	const max = 64
	if len(value) <= max {
		return strings.ToValidUTF8(string(value), "\uFFFD")
	}
	cut := max
	for cut > max-utf8.UTFMax && !utf8.RuneStart(value[cut]) {
		cut--
	}
	return strings.ToValidUTF8(string(value[:cut]), "\uFFFD") + "…"
}
