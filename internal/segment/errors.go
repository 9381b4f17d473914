package segment

import (
	"errors"
	"fmt"
	"syscall"
)

var (
	// ErrClosed means that the log was closed.
	ErrClosed = errors.New("segment: log is closed")
	// ErrPoisoned means that a Sync failed, or that a failed write could not be
	// taken back: what was not acknowledged before may be on disk or not, and
	// nothing more is written until the log is opened again. It wraps the cause.
	ErrPoisoned = errors.New("segment: log is poisoned, open it again")
	// ErrNoSpace means that the disk or the quota is full. Nothing of the batch
	// was kept, and appending works again once there is room.
	ErrNoSpace = errors.New("segment: no space left")
	// ErrCorrupt means that bytes which had been durable are not what was
	// written. A [CorruptError] says where.
	ErrCorrupt = errors.New("segment: corrupt")
	// ErrVersion means that the log was written in a format that this version
	// of the package does not know. Nothing was changed.
	ErrVersion = errors.New("segment: format is newer than this program")
	// ErrForeign means that the directory holds another journal than the one
	// asked for. Nothing was changed.
	ErrForeign = errors.New("segment: log of another journal")
	// ErrTooLarge means that a record or a batch is above its limit. Nothing of
	// the batch was kept.
	ErrTooLarge = errors.New("segment: record or batch too large")
	// ErrFull means that too many bytes wait to be written: wait with
	// [Log.Ready], then try again.
	ErrFull = errors.New("segment: too much is waiting to be written")
	// ErrDropped means that the record asked for was removed by [Log.Drop].
	ErrDropped = errors.New("segment: record was dropped")
	// ErrOption means that an option is out of its range.
	ErrOption = errors.New("segment: option out of range")
	// ErrUnsafe means that a directory or a file cannot be trusted: others may
	// write the directory, or a name is no plain file.
	ErrUnsafe = errors.New("segment: unsafe directory or file")
	// ErrName means that a name is not one of a file of a log.
	ErrName = errors.New("segment: bad file name")
)

// A CorruptError says where a log is not what was written. It wraps
// [ErrCorrupt].
type CorruptError struct {
	File   string
	Offset int64 // of the first frame that does not check
	Reason string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("segment: %s at %d: %s; read what is left with Salvage", e.File, e.Offset, e.Reason)
}

// Unwrap returns [ErrCorrupt].
func (e *CorruptError) Unwrap() error { return ErrCorrupt }

// failed says which operation on which file failed, and tells a full disk apart.
func failed(op, name string, err error) error {
	if isFull(err) {
		return fmt.Errorf("%w: %s %s: %w", ErrNoSpace, op, name, err)
	}
	return fmt.Errorf("segment: %s %s: %w", op, name, err)
}

// diskFull is ERROR_DISK_FULL of Windows, which syscall does not name.
const diskFull = syscall.Errno(112)

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || onWindows && errors.Is(err, diskFull)
}

// poisoned joins the verdict to its cause.
func poisoned(cause error) error {
	return fmt.Errorf("%w: %w", ErrPoisoned, cause)
}
