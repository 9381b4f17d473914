package credit

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/segment"
)

// Conditions, found with [errors.Is].
var (
	// ErrConflict: the id was used before, with another amount. The first one stands.
	ErrConflict = errors.New("another amount under this id")
	// ErrUnknown: no hold or grant of this id, or one that is no longer remembered.
	ErrUnknown = errors.New("unknown id")
	// ErrSettled: the hold was committed.
	ErrSettled = errors.New("already committed")
	// ErrReleased: the hold was released.
	ErrReleased = errors.New("already released")
	// ErrExpired: the hold was not settled in time, and its amount went back.
	ErrExpired = errors.New("hold expired")
	// ErrOverHold: more is committed than was held.
	ErrOverHold = errors.New("above what is held")
	// ErrNegative: an amount below 0.
	ErrNegative = errors.New("amount below 0")
	// ErrID: an id that is empty, longer than 256 bytes, or not valid UTF-8.
	ErrID = errors.New("not an id")
	// ErrTime: an instant before 1970 or after 2199, or an expiry that is not after now.
	ErrTime = errors.New("not a usable time")
	// ErrSequence: entries to replay do not follow one another.
	ErrSequence = errors.New("entry out of sequence")
	// ErrReplay: an entry to replay does not fit the state before it.
	ErrReplay = errors.New("entry does not fit")
	// ErrJournal: an entry was not written, and may or may not be in the
	// journal. The wallet refuses all changes; replay the journal.
	ErrJournal = errors.New("journal failed")
	// ErrNotKept: the journal says that it kept nothing of an entry, as on a full
	// disk. The wallet goes on, and the call can be made again.
	ErrNotKept = errors.New("nothing was kept")
	// ErrTerms: the wallet of the account was opened with other terms.
	ErrTerms = errors.New("opened with other terms")
	// ErrLocked: the journal is open already, here or in another process.
	ErrLocked = segment.ErrLocked
)

// An InsufficientError reports a hold that is more than there is. It is
// returned as a pointer; find it with [errors.As].
type InsufficientError struct {
	ID        string
	Asked     money.Money
	Available money.Money // with the overdraft
}

// Error names the hold and both amounts.
func (e *InsufficientError) Error() string {
	return fmt.Sprintf("credit: hold %s of %s: only %s available; grant more or ask for less", quote(e.ID), e.Asked, e.Available)
}

// quote returns s clipped to 64 bytes, in quotes.
func quote(s string) string {
	if len(s) > 64 {
		s = strings.ToValidUTF8(s[:64], "") + "…"
	}
	return strconv.Quote(s)
}

func refuse(what, id string, err error, fix string) error {
	return fmt.Errorf("credit: %s %s: %w; %s", what, quote(id), err, fix)
}
