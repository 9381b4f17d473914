package invoice

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A Kind says what a document does.
type Kind string

// The kinds of documents. Amounts of a credit note are below zero, so that the
// documents of an account add up to what it owes.
const (
	Invoice    Kind = "invoice"
	CreditNote Kind = "credit-note"
	DebitNote  Kind = "debit-note"
)

// String returns the kind in words.
func (k Kind) String() string {
	switch k {
	case CreditNote:
		return "credit note"
	case DebitNote:
		return "debit note"
	}
	return string(k)
}

// sign is the sign of a total of the kind.
func (k Kind) sign() int {
	if k == CreditNote {
		return -1
	}
	return 1
}

// A Date is a day of the calendar, "2026-11-30". Dates compare as text does.
type Date string

// DateOf returns the date that clocks in a zone show at t.
func DateOf(t time.Time, z metering.Zone) Date {
	return Date(t.In(z.Location()).Format(time.DateOnly))
}

// Valid reports whether d is a day of the years 1970 to 2199.
func (d Date) Valid() bool {
	t, err := time.Parse(time.DateOnly, string(d))
	return err == nil && t.Year() >= 1970 && t.Year() < 2200
}

// after returns the date some days later.
func (d Date) after(days int) Date {
	t, _ := time.Parse(time.DateOnly, string(d))
	return Date(t.AddDate(0, 0, days).Format(time.DateOnly))
}

// A Hash is the SHA-256 of a document's bytes, written in hexadecimal.
type Hash [32]byte

// IsZero reports whether h is of nothing.
func (h Hash) IsZero() bool { return h == Hash{} }

// String returns 64 hexadecimal digits, or "" for the hash of nothing.
func (h Hash) String() string {
	if h.IsZero() {
		return ""
	}
	return hex.EncodeToString(h[:])
}

// MarshalText returns [Hash.String].
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what MarshalText writes, or returns [ErrSyntax].
func (h *Hash) UnmarshalText(text []byte) error {
	var v Hash
	if len(text) != 0 {
		if n, err := hex.Decode(v[:], text[:min(len(text), 2*len(v)+1)]); err != nil || n != len(v) || len(text) != 2*len(v) {
			return fmt.Errorf("%w: hash %s: want 64 hexadecimal digits", ErrSyntax, quote(string(text)))
		}
	}
	*h = v
	return nil
}

// A Party is who issues a document, or who is to pay it.
type Party struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	TaxID   string `json:"tax_id,omitempty"`
	Address string `json:"address,omitempty"`
}

func (p Party) check(what string) error {
	return cmp.Or(checkText(what+" id", p.ID, 1, 256), checkText(what+" name", p.Name, 1, 1024),
		checkText(what+" tax id", p.TaxID, 0, 256), checkText(what+" address", p.Address, 0, 4096))
}

// checkText holds a text of a document to UTF-8 and a size. What is printed is
// cleaned where it is printed.
func checkText(what, s string, least, most int) error {
	if len(s) < least || len(s) > most || !utf8.ValidString(s) {
		return fmt.Errorf("%w: %s %s: want %d to %d bytes of UTF-8", ErrTerms, what, quote(s), least, most)
	}
	return nil
}

// zero returns no money in a currency. An unknown one gives the zero Money.
func zero(c money.Currency) money.Money {
	m, _ := money.FromMinor(0, c)
	return m
}
