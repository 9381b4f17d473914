package journal

import (
	"errors"
	"strings"

	"github.com/meterbook/meterbook/internal/segment"
)

// What the log under a journal returns.
var (
	// ErrLocked: the journal is open already, here or in another process: close
	// that one, or give this one another directory.
	ErrLocked = segment.ErrLocked
	// ErrCorrupt: bytes that were durable are not what was written. A
	// [*CorruptError] says where.
	ErrCorrupt = segment.ErrCorrupt
	// ErrPoisoned: a sync failed. What was not acknowledged before is on the disk
	// or not; nothing more is taken until the journal is opened again.
	ErrPoisoned = segment.ErrPoisoned
	// ErrNoSpace: the disk is full. Nothing of what was given is kept, and the
	// same call works again once there is room.
	ErrNoSpace = segment.ErrNoSpace
	// ErrVersion: the journal was written in a format that this version does not
	// know.
	ErrVersion = segment.ErrVersion
	// ErrDropped: events that were asked for were removed by [Journal.Drop].
	ErrDropped = segment.ErrDropped
	// ErrUnsafe: others may write the directory, or a name in it is no plain file.
	ErrUnsafe = segment.ErrUnsafe
	// ErrClosed: the journal was closed.
	ErrClosed = segment.ErrClosed
	// ErrRecorded: a recorder has the journal, and is the way to append and import.
	ErrRecorded = errors.New("journal: a recorder has this journal, use its Record and Import")
	// ErrRules: an event was counted by rules that are not those of the options given, by
	// which it would be late or early. Open the recorder with the options of before and
	// close it, which keeps what was counted; then it can be opened with others. Where
	// that is not possible, see [WithChangedRules].
	ErrRules = errors.New("journal: counted by other rules than these, open it with the options of before and close it first")
	// ErrIndex: a file of identities is damaged. Nothing can be told apart by it,
	// so nothing is taken until the journal is opened again, which makes it anew
	// from the log.
	ErrIndex = errors.New("journal: index of identities is damaged, open the journal again")
)

// A CorruptError says where a journal is not what was written, in its fields File,
// Offset (of the first byte that does not check) and Reason. It wraps [ErrCorrupt].
type CorruptError = segment.CorruptError

// An outer error says what an inner one does by this package's name.
type outer struct{ error }

func (e outer) Error() string {
	return "journal: " + strings.TrimPrefix(strings.TrimPrefix(e.error.Error(), "segment: "), "journal: ")
}

func (e outer) Unwrap() error { return e.error }

// outward returns an error for who called the package.
func outward(err error) error {
	var damage *damageError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &damage):
		return outer{errors.Join(ErrIndex, err)}
	}
	return outer{err}
}
