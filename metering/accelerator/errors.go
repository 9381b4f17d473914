package accelerator

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Conditions, found with [errors.Is]. The error types below wrap them and carry
// what was given and what was expected.
var (
	// ErrUnknownModel: the catalogue or table has no such accelerator, or the
	// resource leaves open which one is meant.
	ErrUnknownModel = errors.New("accelerator: unknown model")
	// ErrUnknownResource: no device plugin of the catalogue has this resource.
	ErrUnknownResource = errors.New("accelerator: unknown resource")
	// ErrUnknownPartition: the model is not cut in this way.
	ErrUnknownPartition = errors.New("accelerator: unknown partition")
	// ErrUnknownFigure: the figure that is needed was never published, or the
	// catalogue does not have it. It is never taken to be 0.
	ErrUnknownFigure = errors.New("accelerator: unknown figure")
	// ErrShare: a share that is not above 0 and at most 1 of a card.
	ErrShare = errors.New("accelerator: share out of range")
	// ErrNotReserved: the policy bills what the reservation does not have.
	ErrNotReserved = errors.New("accelerator: nothing reserved to bill by")
	// ErrFull: the card has less left than is asked for.
	ErrFull = errors.New("accelerator: card full")
	// ErrTable: amounts of two tables do not add up, nor do versions of one.
	ErrTable = errors.New("accelerator: different tables")
	// ErrData: a model, resource, table or listing that is not well formed.
	ErrData = errors.New("accelerator: bad data")
)

// An UnknownError reports a name that is not known. It wraps
// [ErrUnknownModel], [ErrUnknownResource] or [ErrUnknownPartition].
type UnknownError struct {
	Err   error    // which condition
	Given string   // clipped to 64 bytes
	Want  []string // names that are known and close, at most eight
	Hint  string   // what else to do
}

func (e *UnknownError) Error() string {
	s := fmt.Sprintf("%v %q", e.Err, e.Given)
	if len(e.Want) > 0 {
		s += ": want " + strings.Join(e.Want, ", ")
	}
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Unwrap returns the condition.
func (e *UnknownError) Unwrap() error { return e.Err }

// A FigureError reports a figure that is not known of a model or resource. It
// wraps [ErrUnknownFigure].
type FigureError struct {
	Of     string // the model's id or the resource's name
	Figure string // such as "dense fp16 rate"
	Hint   string
}

func (e *FigureError) Error() string {
	return fmt.Sprintf("%v: %s of %q: %s", ErrUnknownFigure, e.Figure, e.Of, e.Hint)
}

// Unwrap returns [ErrUnknownFigure].
func (e *FigureError) Unwrap() error { return ErrUnknownFigure }

// A ShareError reports a share that is out of range. It wraps [ErrShare], or
// [ErrFull] where the share is more than a card has left.
type ShareError struct {
	Err   error
	Field string // such as "memory"
	Given string
	Want  string
}

func (e *ShareError) Error() string {
	return fmt.Sprintf("%v: %s %s: want %s", e.Err, e.Field, e.Given, e.Want)
}

// Unwrap returns the condition.
func (e *ShareError) Unwrap() error { return e.Err }

// A FieldError names the field of a value that was refused, the value (clipped
// to 64 bytes) and what is wanted instead. It wraps [ErrData].
type FieldError struct{ Field, Value, Reason string }

func (e *FieldError) Error() string {
	return fmt.Sprintf("accelerator: %s %q: %s", e.Field, e.Value, e.Reason)
}

// Unwrap returns [ErrData].
func (e *FieldError) Unwrap() error { return ErrData }

// clip bounds what an error repeats of a value from outside, at a cost that
// does not grow with it.
func clip(s string) string {
	const most = 64
	if len(s) <= most {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	cut := most
	for cut > most-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strings.ToValidUTF8(s[:cut], "\uFFFD") + "…"
}
