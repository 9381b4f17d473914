package custody

import (
	"errors"
	"strconv"
	"strings"
)

// Conditions, found with [errors.Is].
var (
	// ErrPolicy: a policy that cannot be gone by.
	ErrPolicy = errors.New("unusable policy")
	// ErrRegion: no region, or one that the policy does not know.
	ErrRegion = errors.New("unknown region")
	// ErrUnclassified: a class that no rule in force speaks of, or an export that
	// does not say what it has.
	ErrUnclassified = errors.New("not classified")
	// ErrKey: a key that is too short.
	ErrKey = errors.New("unusable key")
)

// quote returns s clipped to 64 bytes, in quotes.
func quote(s string) string {
	if len(s) > 64 {
		s = strings.ToValidUTF8(s[:64], "") + "…"
	}
	return strconv.Quote(s)
}
