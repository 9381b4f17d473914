package seal

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Conditions, found with [errors.Is].
var (
	// ErrForged: what is shown is not what was sealed: a note without a valid
	// signature of a known key, a leaf that is not in the tree, records or sums
	// that are not those of the seal, a seal that does not follow the other.
	ErrForged = errors.New("not what was sealed")
	// ErrSyntax: not the text or bytes of what is to be read, in their only
	// form, or cut off.
	ErrSyntax = errors.New("not in canonical form")
	// ErrKey: a key that is too short, of a kind that is not known, or that
	// signs what its public key does not verify.
	ErrKey = errors.New("unusable key")
	// ErrRecord: a record that cannot be a leaf.
	ErrRecord = errors.New("unusable record")
	// ErrDuplicate: a record of this kind and id is in the period already.
	ErrDuplicate = errors.New("record is sealed already")
	// ErrUnknown: no record of this kind and id in the period.
	ErrUnknown = errors.New("no such record")
	// ErrPeriod: the period does not begin where the last one ended, or the
	// tenant or the cards of a seal are none.
	ErrPeriod = errors.New("period cannot be sealed")
	// ErrSealed: the period was sealed, and takes no more records.
	ErrSealed = errors.New("period is sealed")
)

func refuse(err error, format string, args ...any) error {
	return fmt.Errorf("seal: %s: %w", fmt.Sprintf(format, args...), err)
}

// quote returns s clipped to 64 bytes, in quotes.
func quote(s string) string {
	if len(s) > 64 {
		s = strings.ToValidUTF8(s[:64], "") + "…"
	}
	return strconv.Quote(s)
}
