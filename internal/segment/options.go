package segment

import (
	"crypto/rand"
	"fmt"
	"io"
	"time"
)

// Options say how a log is written. The zero value is the safe choice.
type Options struct {
	// SegmentSize is the length after which a segment is finished, in bytes:
	// 4 KiB to 1 GiB, 0 for 64 MiB. A segment is longer by what was written
	// last.
	SegmentSize int64
	// MaxRecord is the most bytes of a record: 1 to [MaxRecord], 0 for 1 MiB.
	MaxRecord int
	// MaxPending is how many bytes may wait to be written before Stage returns
	// [ErrFull]: 64 KiB to 256 MiB, 0 for 16 MiB. One batch can have as many,
	// with 16 for each record, and up to four times as many are in memory.
	MaxPending int
	// Interval is 0 to acknowledge what is durable. Above it, at most an hour, a
	// batch is acknowledged once the operating system has it, and a Sync begins
	// no later than that long afterwards: nothing acknowledged is lost when the
	// process ends, and at most that long, and the Sync, when the machine does.
	Interval time.Duration
	// Preallocate is how many bytes a segment is grown by ahead of what is
	// written: 0 for 4 MiB, negative for none, at most 1 GiB. A file that does
	// not grow is synced faster, and 4 KiB of it are kept for closing the log
	// when the disk is full. Of it up to 1 MiB is written with zeros where that
	// makes small groups faster still.
	Preallocate int64
	// ID is the journal's: the zero ID takes that of the log that is there, or
	// a new one. Any other one must be that of the log.
	ID ID
	// Known is what is known of a log that is there: one that is not as long is
	// damaged, whatever its end looks like.
	Known Known
	// Random is where a new ID comes from, nil for crypto/rand.
	Random io.Reader
	// After is what Interval is measured with, nil for time.After.
	After func(time.Duration) <-chan time.Time
	// Sync makes the segment that is being written durable, nil for its Sync
	// alone: whoever wants to know how long that takes calls it from here. One
	// call at a time is under way.
	Sync func(File) error
	// Ahead is how many bytes are worth a write of their own while a Sync is held:
	// see Hold. 0 for 64 KiB.
	Ahead int
	// Gather is for who collects records while the log is [Log.Busy], to stage them at
	// once: the writer calls it whenever it has answered for a group, before it takes
	// the next one. It may call Stage, and must not wait for the log.
	Gather func()
}

// Known says that the log of a journal was durable from record First on, or from an
// earlier one, up to record Durable. The zero Known says nothing.
type Known struct {
	ID      ID
	First   uint64
	Durable uint64
}

const (
	minSegment     = 4 << 10
	maxSegment     = 1 << 30
	defaultSegment = 64 << 20
	minPending     = 64 << 10
	maxPending     = 256 << 20
	// reserve is what preallocation keeps beyond a group: room for the marks
	// that end a log.
	reserve = 4 << 10
)

// withDefaults fills in what was left out and refuses what is out of range.
func (o Options) withDefaults() (Options, error) {
	if o.SegmentSize == 0 {
		o.SegmentSize = defaultSegment
	}
	if o.MaxRecord == 0 {
		o.MaxRecord = 1 << 20
	}
	if o.MaxPending == 0 {
		o.MaxPending = 16 << 20
	}
	if o.Preallocate == 0 {
		o.Preallocate = 4 << 20
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.After == nil {
		o.After = time.After
	}
	if o.Sync == nil {
		o.Sync = File.Sync
	}
	if o.Ahead <= 0 {
		o.Ahead = 64 << 10
	}
	switch {
	case o.SegmentSize < minSegment || o.SegmentSize > maxSegment:
		return o, fmt.Errorf("%w: SegmentSize %d, use %d to %d", ErrOption, o.SegmentSize, minSegment, maxSegment)
	case o.MaxRecord < 1 || o.MaxRecord > MaxRecord:
		return o, fmt.Errorf("%w: MaxRecord %d, use 1 to %d", ErrOption, o.MaxRecord, MaxRecord)
	case o.MaxPending < minPending || o.MaxPending > maxPending:
		return o, fmt.Errorf("%w: MaxPending %d, use %d to %d", ErrOption, o.MaxPending, minPending, maxPending)
	case o.Interval < 0 || o.Interval > time.Hour:
		return o, fmt.Errorf("%w: Interval %v, use 0 to 1h", ErrOption, o.Interval)
	case o.Preallocate > maxSegment:
		return o, fmt.Errorf("%w: Preallocate %d, use at most %d", ErrOption, o.Preallocate, maxSegment)
	}
	return o, nil
}
