package ledger

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/meterbook/meterbook/accounting/money"
)

// Conditions, found with [errors.Is].
var (
	// ErrConflict: the id, account or reversal is in the book with another
	// body. The first one stands. A [ConflictError] names the id.
	ErrConflict = errors.New("in the book with another body")
	// ErrUnknown: no transaction of this id.
	ErrUnknown = errors.New("no such transaction")
	// ErrReversal: what a reversal reverses is not what it takes back, or was
	// taken back by another one.
	ErrReversal = errors.New("not the reversal of it")
	// ErrReplay: a record of the store is none of a book, or does not fit what
	// is before it.
	ErrReplay = errors.New("record does not fit")
	// ErrSequence: a store has other records than the book that appends to it,
	// as another one does. It comes with ErrBroken.
	ErrSequence = errors.New("another record has this number")
	// ErrNotKept: the store says that it kept nothing of what it was given. The
	// book can be used on.
	ErrNotKept = errors.New("nothing was kept")
	// ErrBroken: an append to the store failed, and may be in it or not. The
	// book takes nothing more: open it again and post again.
	ErrBroken = errors.New("store failed, open the book again")
)

// A FieldError names a value that breaks a rule. It is returned as a pointer;
// find it with [errors.As].
type FieldError struct{ Field, Value, Rule string }

// Error names the field, the value and the rule.
func (e *FieldError) Error() string {
	return fmt.Sprintf("ledger: %s %s: %s", e.Field, strconv.Quote(e.Value), e.Rule)
}

// An UnbalancedError reports a transaction whose debits are not its credits,
// with debits less credits of each currency in which they differ, in order of
// the codes.
type UnbalancedError struct {
	ID          ID
	Differences []money.Money
}

// Error names the differences.
func (e *UnbalancedError) Error() string {
	parts := make([]string, len(e.Differences))
	for i, d := range e.Differences {
		parts[i] = d.String()
	}
	return fmt.Sprintf("ledger: transaction %s: debits less credits are %s; want 0 in each currency",
		short(e.ID), strings.Join(parts, ", "))
}

// A ConflictError reports an ID that is in the book with another body.
type ConflictError struct{ ID ID }

// Error names the transaction.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("ledger: transaction %s: %v; correct it with a new entry", short(e.ID), ErrConflict)
}

// Unwrap returns [ErrConflict].
func (e *ConflictError) Unwrap() error { return ErrConflict }

// A ClosedError reports a transaction that would count before the time up to
// which the book is closed.
type ClosedError struct {
	ID     ID
	At     time.Time
	Closed time.Time
}

// Error names both times.
func (e *ClosedError) Error() string {
	return fmt.Sprintf("ledger: transaction %s at %s: the book is closed before %s; correct it with an entry of an open period",
		short(e.ID), e.At.UTC().Format(time.RFC3339Nano), e.Closed.UTC().Format(time.RFC3339Nano))
}

// An UnknownAccountError reports an account that was not opened.
type UnknownAccountError struct {
	Path     Path
	Currency money.Currency
}

// Error names the account.
func (e *UnknownAccountError) Error() string {
	return fmt.Sprintf("ledger: account %s of %q: not in the book; open it first", strconv.Quote(clip(string(e.Path))), clip(string(e.Currency)))
}

func refuse(id ID, err error) error {
	return fmt.Errorf("ledger: transaction %s: %w", short(id), err)
}

// unbalanced makes the error of sums that are not 0, or returns nil.
func unbalanced(id ID, sums []sum) error {
	var differences []money.Money
	for _, s := range sums {
		if s.total.IsZero() {
			continue
		}
		v, fits := s.total.Int128()
		m, err := money.FromScaled(v, s.currency)
		if err != nil || !fits {
			return refuse(id, fmt.Errorf("debits less credits: %w", money.ErrOverflow))
		}
		differences = append(differences, m)
	}
	if differences == nil {
		return nil
	}
	slices.SortFunc(differences, func(a, b money.Money) int {
		return strings.Compare(string(a.Currency()), string(b.Currency()))
	})
	return &UnbalancedError{id, differences}
}

// short is enough of an ID to find it by.
func short(id ID) string { return id.String()[:16] }

// clip bounds what an error repeats.
func clip(s string) string {
	if len(s) > 64 {
		return strings.ToValidUTF8(s[:64], "") + "…"
	}
	return s
}

// checkText holds a text against its length, and to printable UTF-8.
func checkText(field, s string, least, most int) error {
	if len(s) < least || len(s) > most {
		return &FieldError{field, clip(s), fmt.Sprintf("want %d to %d bytes", least, most)}
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= utf8.RuneSelf || c < ' ' || c == 0x7f {
			return checkRunes(field, s)
		}
	}
	return nil
}

func checkRunes(field, s string) error {
	if !utf8.ValidString(s) {
		return &FieldError{field, clip(s), "want valid UTF-8"}
	}
	if strings.IndexFunc(s, unicode.IsControl) >= 0 {
		return &FieldError{field, clip(s), "want no control characters"}
	}
	return nil
}
