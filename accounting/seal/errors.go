package seal

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/meterbook/meterbook/metering"
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
	// signs what its public key does not verify; or none where one is needed, as
	// a verifier to open a note with.
	ErrKey = errors.New("unusable key")
	// ErrRecord: a record that cannot be a leaf, or is not what the seal is about;
	// a *[RecordError] says why not.
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

// A RecordError is a record that is not what the seal is about: of another tenant
// or of another time, with a quantity of no meter, or billed on a line that is not
// sealed. It wraps [ErrRecord], and is returned as a pointer; find it with
// [errors.As]. Its text has no ID, which for usage holds the labels.
type RecordError struct {
	Field           string // "account", "period", "meter" or "line"
	Kind            Kind
	ID              string
	Number          int64 // of the record, counted from 0
	Account, Tenant metering.Account
	Period, Sealed  metering.Period
	Line            string
}

func (e *RecordError) Error() string {
	record := fmt.Sprintf("seal: %s, record %d: ", e.Kind, e.Number)
	switch e.Field {
	case "account":
		return record + fmt.Sprintf("account %s, want one of tenant %s; seal other tenants in chains of their own, or set the record's Account where this is a pseudonym: %v",
			quote(string(e.Account)), quote(string(e.Tenant)), ErrRecord)
	case "period":
		return record + fmt.Sprintf("%s is not of %s; ask for the usage and charges of the period that is sealed: %v", stamp(e.Period), e.Sealed, ErrRecord)
	case "meter":
		return record + fmt.Sprintf("quantity without a meter, want the one that it is summed with: %v", ErrRecord)
	}
	return record + fmt.Sprintf("billed on line %s, which is not sealed; add the record of kind line with this ID: %v", quote(e.Line), ErrRecord)
}

// Unwrap returns [ErrRecord].
func (e *RecordError) Unwrap() error { return ErrRecord }

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
