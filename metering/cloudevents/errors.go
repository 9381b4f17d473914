package cloudevents

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/meterbook/meterbook/metering"
)

// Conditions, found with [errors.Is], of what an [AttributeError] or an
// [EventError] carries. The others are those of package metering, such as
// ErrInexact, ErrOverflow, ErrTimeRange and *FieldError.
var (
	// ErrSyntax: text that is not JSON (RFC 8259), that ends too early, or that
	// goes on behind its end.
	ErrSyntax = errors.New("cloudevents: want JSON as RFC 8259 has it")
	// ErrText: bytes that are not UTF-8, half of a surrogate pair, and in an
	// attribute a control character or a noncharacter (CloudEvents 1.0.2, "Type
	// System", String).
	ErrText = errors.New("cloudevents: want characters of Unicode in UTF-8, in attributes without controls and noncharacters")
	// ErrDuplicate: a name that an object has twice, however it is escaped.
	ErrDuplicate = errors.New("cloudevents: want each name once in an object")
	// ErrMissing: what is required is absent, null or empty.
	ErrMissing = errors.New("cloudevents: want a value")
	// ErrValue: a JSON value of another type or form than is wanted.
	ErrValue = errors.New("cloudevents: want another form of value")
	// ErrName: an attribute whose name CloudEvents does not allow.
	ErrName = errors.New("cloudevents: want attribute names of a-z and 0-9")
	// ErrUnknown: a member of the data that its type does not have.
	ErrUnknown = errors.New("cloudevents: want no member that the type does not have")
	// ErrSpecVersion: another version of the specification than 1.0.
	ErrSpecVersion = errors.New(`cloudevents: want specversion "1.0"`)
	// ErrSource: a source that is no URI-reference, or one that spells an
	// escaped source in another way than [Marshal] does.
	ErrSource = errors.New("cloudevents: want a URI-reference as RFC 3986 has it, spelt as Marshal does")
	// ErrTime: a time that is not RFC 3339, such as one without an offset.
	ErrTime = errors.New("cloudevents: want RFC 3339 with an offset, such as 2026-03-01T05:17:42Z, and no second 60")
	// ErrContentType: data that datacontenttype does not declare to be JSON, or
	// a datacontenttype that is no media type.
	ErrContentType = errors.New("cloudevents: want a media type of JSON, such as application/json")
	// ErrDataTwice: an event with both data and data_base64.
	ErrDataTwice = errors.New("cloudevents: want data or data_base64, not both")
	// ErrClosed: the encoder was closed.
	ErrClosed = errors.New("cloudevents: the encoder is closed")
)

// A TypeError names a type of event that is neither one of this package nor of
// the mapping.
type TypeError struct {
	Type string // clipped to 64 bytes
}

func (e *TypeError) Error() string {
	return fmt.Sprintf("cloudevents: unknown type %q: %s", e.Type, e.want())
}

func (e *TypeError) want() string {
	return "want a type of this package, or a rule for it in the mapping"
}

// A LimitError reports what is larger than an option allows.
type LimitError struct {
	What string // "bytes in an event", "events in a batch", "levels of nesting", …
	Max  int
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("cloudevents: want at most %d %s", e.Max, e.What)
}

// An AttributeError names the attribute of an event, or the place in its data,
// that was refused.
type AttributeError struct {
	// Attribute is the attribute's name, and for data the way to the value, such
	// as "data/items/0/quantity"; empty where it is the event as a whole. It is
	// clipped to 64 bytes, as is Value.
	Attribute string
	Value     string // as it was written, without quotes, and of a label "…"; empty where there is none
	Err       error
}

func (e *AttributeError) Error() string {
	why := strings.TrimPrefix(e.Err.Error(), "cloudevents: ")
	if field, ok := errors.AsType[*metering.FieldError](e.Err); ok {
		why = field.Reason // the rest would say it twice
	}
	if unknown, ok := errors.AsType[*TypeError](e.Err); ok {
		why = unknown.want()
	}
	if e.Attribute == "" {
		return "cloudevents: " + why
	}
	return fmt.Sprintf("cloudevents: %s %q: %s", e.Attribute, e.Value, why)
}

func (e *AttributeError) Unwrap() error { return e.Err }

// An EventError says which event of a batch or stream was refused, and for all
// that is wrong with it.
type EventError struct {
	Index  int   // of the event, from 0
	Offset int64 // of the byte at which the event begins, or at which reading ended; from 0
	Err    error
}

func (e *EventError) Error() string {
	return fmt.Sprintf("cloudevents: event %d at byte %d: %s", e.Index, e.Offset, strings.TrimPrefix(e.Err.Error(), "cloudevents: "))
}

func (e *EventError) Unwrap() error { return e.Err }

// faults gathers what is wrong with one event, and says it in one line.
type faults []error

// maxFaults bounds what is told of one event.
const maxFaults = 16

func (f *faults) add(err error) {
	if len(*f) < maxFaults {
		*f = append(*f, err)
	}
}

// refuse adds a fault of an attribute.
func (f *faults) refuse(attribute, value string, err error) {
	f.add(&AttributeError{clip(attribute), clip(value), err})
}

// unsaid adds faults of a label without its value, which can be anybody's data.
func (f *faults) unsaid(of faults) {
	for _, err := range of {
		if e, ok := errors.AsType[*AttributeError](err); ok && e.Value != "" {
			err = &AttributeError{e.Attribute, hidden, e.Err}
		}
		f.add(err)
	}
}

// hidden stands for what errors do not repeat.
const hidden = "…"

func (f faults) Error() string {
	all := make([]string, len(f))
	for i, err := range f {
		all[i] = strings.TrimPrefix(err.Error(), "cloudevents: ")
	}
	return "cloudevents: " + strings.Join(all, "; ")
}

func (f faults) Unwrap() []error { return f }

// err returns the faults as an error: one as itself, none as nil.
func (f faults) err() error {
	switch len(f) {
	case 0:
		return nil
	case 1:
		return f[0]
	}
	return f
}

// clip bounds what an error repeats of a value, and copies it.
func clip(s string) string {
	const max = 64
	if len(s) <= max {
		return strings.ToValidUTF8(strings.Clone(s), "\uFFFD")
	}
	cut := max
	for cut > max-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strings.ToValidUTF8(strings.Clone(s[:cut]), "\uFFFD") + "…"
}

// What is wanted where a value has another form.
var (
	errString    = fmt.Errorf("%w: want a string", ErrValue)
	errStrings   = fmt.Errorf("%w: want an object of strings", ErrValue)
	errBoolean   = fmt.Errorf("%w: want true or false", ErrValue)
	errObject    = fmt.Errorf("%w: want a JSON object", ErrValue)
	errArray     = fmt.Errorf("%w: want a JSON array", ErrValue)
	errEvent     = fmt.Errorf("%w: want an event, a JSON object", ErrValue)
	errExtension = fmt.Errorf("%w: want a string, true, false or a whole number of 32 bits", ErrValue)
	errNumber    = fmt.Errorf("%w: want a number of JSON in at most %d bytes, or a string that is one", ErrValue, maxNumberBytes)
	errBase64    = fmt.Errorf("%w: want base64 of RFC 4648, clause 4, with its padding", ErrValue)
	errSchema    = fmt.Errorf("%w: want a URI with a scheme", ErrValue)
	errMany      = &LimitError{"items in an event", metering.MaxItems}
)
