package metering

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxTextBytes bounds the text of a unit, quantity, period, zone or constant
// before anything else looks at it. Nothing valid is longer.
const maxTextBytes = 160

// checkText holds a string to its length in bytes, to valid UTF-8 and to
// having no control characters (C0, DEL and C1, as Unicode's category Cc),
// which no identifier needs and which break logs, files and terminals.
func checkText(field, s string, min, max int) error {
	switch {
	case len(s) < min:
		return &FieldError{field, "", "want a value"}
	case len(s) > max:
		return &FieldError{field, clip(s), fmt.Sprintf("want at most %d bytes, got %d", max, len(s))}
	}
	ascii := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < 0x20 || c == 0x7f {
			return &FieldError{field, clip(s), "want no control characters"}
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	switch {
	case ascii:
		return nil
	case !utf8.ValidString(s):
		return &FieldError{field, clip(strings.ToValidUTF8(s, "\uFFFD")), "want valid UTF-8"}
	case strings.ContainsFunc(s, func(r rune) bool { return 0x80 <= r && r < 0xa0 }):
		return &FieldError{field, clip(s), "want no control characters"}
	}
	return nil
}

// plainName reports whether s is 1 to max of the bytes a-z, 0-9, '-' and '_'.
func plainName(s string, max int) bool {
	if len(s) == 0 || len(s) > max {
		return false
	}
	for i := 0; i < len(s); i++ {
		if !isPlain(s[i]) {
			return false
		}
	}
	return true
}

func isPlain(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

// Constants of this package are written by name, so that stored text does not
// depend on their numbers. The invalid zero of a type is written as "".

// nameOf returns the name of a constant, for people.
func nameOf[T ~uint8](names []string, v T) string {
	if int(v) >= len(names) || names[v] == "" {
		return "invalid"
	}
	return names[v]
}

// textOf returns the name of a constant as text.
func textOf[T ~uint8](what string, names []string, v T) ([]byte, error) {
	if int(v) >= len(names) {
		return nil, fmt.Errorf("%w: no %s has the number %d", ErrSyntax, what, v)
	}
	return []byte(names[v]), nil
}

// readName sets v to the constant of that name.
func readName[T ~uint8](v *T, what string, names []string, text []byte) error {
	if len(text) <= maxTextBytes {
		if i := slices.Index(names, string(text)); i >= 0 {
			*v = T(i)
			return nil
		}
	}
	return fmt.Errorf("%w: %s %q: want one of: %s", ErrSyntax, what, clip(bounded(text)), strings.TrimSpace(strings.Join(names, " ")))
}

// bounded returns text as a string of at most one byte more than anything
// valid has, so that text of any length is refused at the same cost.
func bounded(text []byte) string { return string(text[:min(len(text), maxTextBytes+1)]) }
