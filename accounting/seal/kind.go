package seal

import (
	"fmt"
	"slices"
)

// A Kind says what a record is.
type Kind uint8

// The kinds of records.
const (
	Event   Kind = iota + 1 // a usage event, as it was recorded
	Usage                   // usage of a key in a window
	Charge                  // usage at a price
	Line                    // a line of an invoice
	Posting                 // a transaction of the ledger
)

var kindNames = []string{"", Event: "event", Usage: "usage", Charge: "charge", Line: "line", Posting: "posting"}

// Valid reports whether k is one of the kinds.
func (k Kind) Valid() bool { return k >= Event && k <= Posting }

// String returns the name, such as "event", or "invalid".
func (k Kind) String() string {
	if !k.Valid() {
		return "invalid"
	}
	return kindNames[k]
}

// MarshalText returns the name, or [ErrSyntax] for what is no kind.
func (k Kind) MarshalText() ([]byte, error) {
	if !k.Valid() {
		return nil, fmt.Errorf("seal: kind %d: %w", k, ErrSyntax)
	}
	return []byte(kindNames[k]), nil
}

// UnmarshalText reads a name, or returns [ErrSyntax].
func (k *Kind) UnmarshalText(text []byte) error {
	i := slices.Index(kindNames, string(text))
	if i < 1 {
		return refuse(ErrSyntax, "kind %s", quote(string(text)))
	}
	*k = Kind(i)
	return nil
}
