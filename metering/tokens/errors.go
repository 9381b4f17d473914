package tokens

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/meterbook/meterbook/metering"
)

// Conditions, found with [errors.Is].
var (
	// ErrSyntax: what is no JSON object, a member that is of another type than
	// the shape has, or text that is no name of a constant.
	ErrSyntax = errors.New("tokens: not well formed")
	// ErrSize: more bytes than [MaxUsageBytes] or [MaxResponseBytes].
	ErrSize = errors.New("tokens: too large to be read")
	// ErrNoUsage: a response or stream without a usage object, or null for one.
	// OpenAI's streams have none unless the request asks for it.
	ErrNoUsage = errors.New("tokens: no usage object")
	// ErrUnfinished: a stream that ended before its last word on usage.
	ErrUnfinished = errors.New("tokens: the stream did not end")
	// ErrCount: a count that is not a whole number of 0 or more in 64 bits,
	// written in digits.
	ErrCount = errors.New("tokens: not a count")
	// ErrMissing: a count without which the usage is not known.
	ErrMissing = errors.New("tokens: count missing")
	// ErrContradiction: counts that cannot all be true.
	ErrContradiction = errors.New("tokens: counts contradict each other")
	// ErrDuplicate: a member that is given twice: which one holds is not known.
	ErrDuplicate = errors.New("tokens: given twice")
	// ErrIncomplete: a member that stands for tokens which the counts leave out.
	ErrIncomplete = errors.New("tokens: the counts leave tokens out")
	// ErrUnknown: a member that the shape does not have, where unknown ones are
	// refused. See [Parser.Strict].
	ErrUnknown = errors.New("tokens: unknown member")
	// ErrShape: a [Shape] that does not say how to read usage.
	ErrShape = errors.New("tokens: not a shape")
)

// A FieldError names what was refused, what was given (clipped to 64 bytes)
// and what is wanted. Err is the condition.
type FieldError struct {
	Shape string // its name; "" where no shape is concerned
	Field string // path within the usage object or response
	Given string // as it was written
	Want  string
	Err   error
}

func (e *FieldError) Error() string {
	given := "is " + e.Given
	switch {
	case errors.Is(e.Err, ErrMissing):
		given = "is missing"
	case errors.Is(e.Err, ErrDuplicate):
		given = "is given again, as " + e.Given
	}
	return fmt.Sprintf("tokens: %s%s %s; want %s", prefix(e.Shape), e.Field, given, e.Want)
}

func (e *FieldError) Unwrap() error { return e.Err }

// A SumError reports a count that does not agree with the counts of its parts.
// It wraps [ErrContradiction].
type SumError struct {
	Shape string
	Field string // the whole
	Given int64
	Parts []Part // those that are not zero
	// Sum is what the parts come to, each token counted once.
	Sum metering.Quantity
	// Exact: the whole has to be the sum. Else it has to be at least the sum.
	Exact bool
}

// A Part is one count that is a part of another.
type Part struct {
	Field string
	Count int64
}

func (e *SumError) Error() string {
	want := "at least "
	if e.Exact {
		want = ""
	}
	parts := make([]string, len(e.Parts))
	for i, p := range e.Parts {
		parts[i] = fmt.Sprintf("%s %d", p.Field, p.Count)
	}
	of := "no parts"
	if len(parts) > 0 {
		of = strings.Join(parts, ", ")
	}
	return fmt.Sprintf("tokens: %s%s is %d; want %s%v, the sum of %s", prefix(e.Shape), e.Field, e.Given, want, e.Sum.Grains().Big(), of)
}

func (e *SumError) Unwrap() error { return ErrContradiction }

func prefix(shape string) string {
	if shape == "" {
		return ""
	}
	return shape + ": "
}

// clip bounds what an error repeats of a hostile value, and copies it.
func clip[T string | []byte](value T) string {
	const max = 64
	cut := len(value)
	if cut > max {
		for cut = max; cut > max-utf8.UTFMax && !utf8.RuneStart(value[cut]); {
			cut--
		}
	}
	s := strings.ToValidUTF8(string(value[:cut]), "\uFFFD")
	if cut < len(value) {
		s += "…"
	}
	return s
}
