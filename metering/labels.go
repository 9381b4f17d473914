package metering

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
	"unique"
	"unsafe"
)

// Labels is an immutable set of name and value pairs in canonical form: sorted
// by name, names unique. Two sets with the same pairs are equal under ==, so
// Labels can be part of a map key; a copy is one word, as equal sets are one
// in memory. The zero value is the empty set.
//
// At most 32 labels; names are 1 to 128 bytes, values 0 to 1024 bytes, both
// valid UTF-8 without control characters, compared byte by byte. In JSON a set
// is an object of strings.
type Labels struct{ set unique.Handle[string] }

// canonical returns the canonical form.
func (l Labels) canonical() string {
	if l == (Labels{}) {
		return ""
	}
	return l.set.Value()
}

// word is a number that is the same for equal sets, in one process: where the
// canonical form lies. A handle is that pointer and nothing else.
func (l *Labels) word() uint64 { return uint64(*(*uintptr)(unsafe.Pointer(&l.set))) }

// Limits of [Labels].
const (
	MaxLabels          = 32
	MaxLabelNameBytes  = 128
	MaxLabelValueBytes = 1024
)

// Control characters are refused in names and values, so they can separate
// them without escaping.
const (
	labelValueSep = '\x1f'
	labelEnd      = '\x1e'
)

// NewLabels builds a set from alternating names and values. It fails with a
// *[FieldError] on an odd count, a name given twice, or a broken limit, and
// copies nothing before it has seen that every limit holds.
func NewLabels(pairs ...string) (Labels, error) {
	if len(pairs)%2 != 0 {
		return Labels{}, &FieldError{"labels", "", "want a value for every name"}
	}
	if len(pairs) > 2*MaxLabels {
		return Labels{}, &FieldError{"labels", fmt.Sprint(len(pairs) / 2), fmt.Sprintf("want at most %d", MaxLabels)}
	}
	sorted := make([]label, 0, len(pairs)/2)
	size := 0
	for i := 0; i < len(pairs); i += 2 {
		name, value := pairs[i], pairs[i+1]
		if err := checkText("label name", name, 1, MaxLabelNameBytes); err != nil {
			return Labels{}, err
		}
		if err := checkText("label value", value, 0, MaxLabelValueBytes); err != nil {
			return Labels{}, unsaid(err, name)
		}
		sorted = append(sorted, label{name, value})
		size += len(name) + len(value) + 2
	}
	slices.SortFunc(sorted, func(a, b label) int { return strings.Compare(a.name, b.name) })
	var b strings.Builder
	b.Grow(size)
	for i, l := range sorted {
		if i > 0 && sorted[i-1].name == l.name {
			return Labels{}, &FieldError{"label", clip(l.name), "given twice"}
		}
		b.WriteString(l.name)
		b.WriteByte(labelValueSep)
		b.WriteString(l.value)
		b.WriteByte(labelEnd)
	}
	if size == 0 {
		return Labels{}, nil
	}
	return Labels{unique.Make(b.String())}, nil
}

type label struct{ name, value string }

// unsaid returns the error of a label's value with the label's name in its place: values
// can be anybody's data, and errors end up in logs.
func unsaid(err error, name string) error {
	if e, ok := errors.AsType[*FieldError](err); ok {
		return &FieldError{e.Field, clip(name) + "=…", e.Reason}
	}
	return err
}

// MustLabels is [NewLabels] for constants and tests: it panics on error.
func MustLabels(pairs ...string) Labels {
	l, err := NewLabels(pairs...)
	if err != nil {
		panic(err)
	}
	return l
}

// All yields the pairs in order of name.
func (l Labels) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for rest := l.canonical(); rest != ""; {
			var pair string
			pair, rest, _ = strings.Cut(rest, string(labelEnd))
			name, value, _ := strings.Cut(pair, string(labelValueSep))
			if !yield(name, value) {
				return
			}
		}
	}
}

// Get returns the value of name. Its cost grows with the number of labels.
func (l Labels) Get(name string) (value string, ok bool) {
	for n, v := range l.All() {
		if n == name {
			return v, true
		}
	}
	return "", false
}

// Len returns the number of labels.
func (l Labels) Len() int { return strings.Count(l.canonical(), string(labelEnd)) }

// Contains reports whether every label of sub is in l.
func (l Labels) Contains(sub Labels) bool {
	for n, v := range sub.All() {
		if got, ok := l.Get(n); !ok || got != v {
			return false
		}
	}
	return true
}

// only returns the labels of the given names.
func (l Labels) only(names []string) Labels {
	var pairs []string
	for n, v := range l.All() {
		if slices.Contains(names, n) {
			pairs = append(pairs, n, v)
		}
	}
	kept, _ := NewLabels(pairs...) // a part of a valid set is valid
	return kept
}

// Compare orders sets by their canonical form: -1, 0 or +1, 0 only when l == m.
func (l Labels) Compare(m Labels) int { return strings.Compare(l.canonical(), m.canonical()) }

// names returns the set as {name, …}, without its values.
func (l Labels) names() string {
	var names []string
	for name := range l.All() {
		names = append(names, name)
	}
	return "{" + strings.Join(names, ", ") + "}"
}

// String returns the set as {name="value", …}, for people. Programs read and
// write the JSON form.
func (l Labels) String() string {
	var b strings.Builder
	b.WriteByte('{')
	for n, v := range l.All() {
		if b.Len() > 1 {
			b.WriteString(", ")
		}
		b.WriteString(n)
		b.WriteString(`="`)
		b.WriteString(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v))
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}

// MarshalJSON returns the set as an object of strings in order of name: equal
// sets are equal bytes.
func (l Labels) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for n, v := range l.All() {
		if len(b) > 1 {
			b = append(b, ',')
		}
		for i, s := range [...]string{n, v} {
			if i > 0 {
				b = append(b, ':')
			}
			text, _ := json.Marshal(s) // a string always has a text
			b = append(b, text...)
		}
	}
	return append(b, '}'), nil
}

// maxLabelsJSON is what the largest set takes when every byte is escaped, as
// \u0041, without spaces between.
const maxLabelsJSON = 2 + MaxLabels*(6*(MaxLabelNameBytes+MaxLabelValueBytes)+len(`"":"",`))

// UnmarshalJSON reads an object of strings and holds it to the rules of
// [NewLabels]; null changes nothing. Unlike package json it refuses a name
// given twice and bytes that are not UTF-8, with a *[FieldError]; what is no
// object of strings is an error that wraps [ErrSyntax].
func (l *Labels) UnmarshalJSON(text []byte) error {
	switch {
	case string(text) == "null":
		return nil
	case len(text) > maxLabelsJSON:
		return &FieldError{"labels", "", fmt.Sprintf("want at most %d bytes of JSON, got %d", maxLabelsJSON, len(text))}
	case !utf8.Valid(text):
		return &FieldError{"labels", "", "want valid UTF-8"}
	}
	pairs, ok := stringsOf(json.NewDecoder(bytes.NewReader(text)))
	if !ok {
		return fmt.Errorf("%w: labels: want a JSON object of strings", ErrSyntax)
	}
	set, err := NewLabels(pairs...)
	if err != nil {
		return err
	}
	*l = set
	return nil
}

// stringsOf reads one JSON object of strings as names and values in the order
// of the text, and reports whether there was that and nothing else.
func stringsOf(d *json.Decoder) (pairs []string, ok bool) {
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, false
	}
	for d.More() {
		t, err := d.Token()
		s, isString := t.(string)
		if err != nil || !isString {
			return nil, false
		}
		pairs = append(pairs, s)
	}
	if end, err := d.Token(); err != nil || end != json.Delim('}') {
		return nil, false
	}
	_, err := d.Token()
	return pairs, err == io.EOF
}
