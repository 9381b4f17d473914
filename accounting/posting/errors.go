package posting

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Conditions, found with [errors.Is].
var (
	// ErrRule: a rule that cannot be posted by, or a cause without one.
	ErrRule = errors.New("unusable rule")
	// ErrValue: something of a document that cannot be posted: no causes, no
	// tenant, or a name that would be more than one segment of a path.
	ErrValue = errors.New("unusable document")
)

func refuse(err error, format string, args ...any) error {
	return fmt.Errorf("posting: %s: %w", fmt.Sprintf(format, args...), err)
}

// quote returns s clipped to 64 bytes, in quotes.
func quote(s string) string {
	if len(s) > 64 {
		s = strings.ToValidUTF8(s[:64], "") + "…"
	}
	return strconv.Quote(s)
}
