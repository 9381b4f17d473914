package counter

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/meterbook/meterbook/metering"
)

// Conditions, found with [errors.Is]. Others are those of package metering:
// ErrSyntax, ErrInexact, ErrOverflow and ErrTimeRange.
var (
	// ErrState: a saved state that is damaged, cut short or of another kind.
	ErrState = errors.New("counter: saved state is damaged")
	// ErrVersion: a state that was saved by a later version of this package.
	ErrVersion = errors.New("counter: saved state is of a later version")
	// ErrFull: one counter more than a [Set] may hold. [Set.Forget] makes room.
	ErrFull = errors.New("counter: the set is full")
	// ErrParts: an increase that lies in more than [MaxParts] windows. Place it
	// at its end instead, or in wider windows.
	ErrParts = errors.New("counter: increase lies in too many windows")
)

// A FieldError names an option or a field that was refused, its value
// (clipped to 64 bytes) and what is wanted instead.
type FieldError struct{ Field, Value, Want string }

func (e *FieldError) Error() string {
	return fmt.Sprintf("counter: %s %q: want %s", e.Field, e.Value, e.Want)
}

// checkText holds a string to its length in bytes, to valid UTF-8 and to
// having no control characters, as package metering does with names.
func checkText(field, s string, least, most int) error {
	switch {
	case len(s) < least:
		return &FieldError{field, "", "a value"}
	case len(s) > most:
		return &FieldError{field, clip(s), fmt.Sprintf("at most %d bytes", most)}
	case !utf8.ValidString(s):
		return &FieldError{field, clip(s), "valid UTF-8"}
	case strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || 0x7f <= r && r < 0xa0 }):
		return &FieldError{field, clip(s), "no control characters"}
	}
	return nil
}

// clip bounds what an error repeats of a value from outside, at a cost that
// does not grow with it.
func clip(s string) string {
	const most = 64
	end := ""
	if len(s) > most {
		cut := most
		for cut > most-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s, end = s[:cut], "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD") + end
}

// wrapf puts the package's name and the field before an error of metering's.
func wrapf(field, value string, err error) error {
	return fmt.Errorf("counter: %s %q: %w", field, clip(value), err)
}

// overflow is what a value of more than 128 bits of grains is refused with.
func overflow(field, value string) error { return wrapf(field, value, metering.ErrOverflow) }
