package journal

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/meterbook/meterbook/internal/segment"
	"github.com/meterbook/meterbook/metering"
)

// Files is the directory that a journal lives in: List, Open, Edit, Create, Rename,
// Remove, SyncDir and Lock. [Directory] makes one of the operating system; tests
// have others, and a kit for one's own, in metering/meteringtest.
type Files = segment.Files

// A File is an open file of [Files]: ReadAt, WriteAt, Size, Truncate, Sync, Close.
type File = segment.File

// An ID tells journals apart: 16 random bytes, which String writes in hexadecimal
// digits. IsZero tells the one that no journal has.
type ID = segment.ID

// ParseID reads what String of an ID writes. Errors wrap [metering.ErrSyntax].
func ParseID(text string) (id ID, err error) {
	if n, bad := hex.Decode(id[:], []byte(text[:min(len(text), 2*len(id))])); bad != nil || n != len(id) || len(text) != 2*len(id) {
		return ID{}, fmt.Errorf("journal: %w: id %.40q, want %d hexadecimal digits", metering.ErrSyntax, text, 2*len(id))
	}
	return id, nil
}

type options struct {
	log      segment.Options
	window   int // days of identities before today
	inMemory int // identities
	now      func() time.Time
	random   io.Reader
	after    func(time.Duration) <-chan time.Time
	retain   func(*metering.Event) error

	stopwatch func() time.Time
	watch     metering.Watch

	piece int // events of a piece of a batch that has several

	// Of recorders.
	usage       []metering.Option
	anyRules    bool
	checkpoints time.Duration
}

// An Option changes how [Open] opens a journal.
type Option interface{ apply(options) options }

type optionFunc func(options) options

func (f optionFunc) apply(o options) options { return f(o) }

// Sync makes Append return when its events are on the disk. It is the default.
func Sync() Option {
	return optionFunc(func(o options) options { o.log.Interval = 0; return o })
}

// Interval makes Append return when the operating system has its events, which
// are on the disk at most d, and one sync, later: what a power failure can take.
// The end of the process takes nothing. d is up to an hour; not above 0 it is
// [Sync].
func Interval(d time.Duration) Option {
	return optionFunc(func(o options) options { o.log.Interval = max(d, 0); return o })
}

// DefaultWindow is for how many days before today identities are kept.
const DefaultWindow = 35

// MaxWindow is the most of [WithWindow].
const MaxWindow = 59

// WithWindow sets for how many days before today identities are kept, 1 to
// [MaxWindow], and events taken; [DefaultWindow] by default. It should be no less
// than the late window of the aggregators that count the events.
func WithWindow(days int) Option {
	return optionFunc(func(o options) options { o.window = days; return o })
}

// WithRetention sets what is asked, besides the journal's own rules, of each event
// that [Journal.Drop] is to remove: an error keeps the event, and with it all of
// the call. It is where law or a dispute is asked; none by default. The event is
// lent, and not to be changed. It is called from the goroutine of Drop alone.
func WithRetention(may func(*metering.Event) error) Option {
	return optionFunc(func(o options) options { o.retain = may; return o })
}

// WithIdentitiesInMemory sets how many identities may be in memory before days are
// moved to files, at 42 to 48 bytes each; 16 million by default, at least 1024. Today and
// yesterday stay in memory as long as they can.
func WithIdentitiesInMemory(n int) Option {
	return optionFunc(func(o options) options { o.inMemory = n; return o })
}

// WithSegmentSize sets after how many bytes a file of the log is finished, 4 KiB
// to 1 GiB; 64 MiB by default.
func WithSegmentSize(n int64) Option {
	return optionFunc(func(o options) options { o.log.SegmentSize = n; return o })
}

// WithPreallocation sets by how many bytes files grow ahead of what is written, 4 MiB
// by default; not above 0 for none. On ext4 and XFS what many small appends are going to
// take is written with zeros before, a MiB at a time: their syncs are faster for it, and
// the disk writes them twice.
func WithPreallocation(n int64) Option {
	return optionFunc(func(o options) options {
		if n <= 0 {
			n = -1
		}
		o.log.Preallocate = n
		return o
	})
}

// WithClock sets what tells the day; time.Now by default. A clock that goes back
// does not move the window of identities.
func WithClock(now func() time.Time) Option {
	return optionFunc(func(o options) options { o.now = now; return o })
}

// WithRandom sets where the journal's id and secret come from; crypto/rand by
// default. Both are made once, when the journal is.
func WithRandom(r io.Reader) Option {
	return optionFunc(func(o options) options { o.random = r; return o })
}

// WithTimer sets what [Interval] and [WithCheckpoints] wait with; time.After by
// default.
func WithTimer(after func(time.Duration) <-chan time.Time) Option {
	return optionFunc(func(o options) options { o.after = after; return o })
}

// WithStopwatch sets what tells how long something took; time.Now by default. It is
// called from many goroutines.
func WithStopwatch(now func() time.Time) Option {
	return optionFunc(func(o options) options { o.stopwatch = now; return o })
}

// WithWatch has operations that took at least so long told to a watch, such as that
// of metering/otelmeter, which makes spans of them: append, import, snapshot, and of a
// recorder record, checkpoint, seal. One that failed is told however long it took.
// None by default, and then nothing is measured but the disk.
func WithWatch(slow time.Duration, watch metering.Watch) Option {
	return optionFunc(func(o options) options { o.watch = watch.Over(slow); return o })
}

// WithUsage adds options of a recorder's aggregator: its catalogue, windows, late
// window and quota. They are to be the same whenever the journal is opened after a
// crash: what is in it is counted by them ([ErrRules]).
func WithUsage(opts ...metering.Option) Option {
	return optionFunc(func(o options) options { o.usage = slices.Concat(o.usage, opts); return o })
}

// WithChangedRules opens a recorder although events were counted by other rules that
// took them, where these do not: what is late or early by these is given up, and is in
// [RecorderRecovery.Uncounted]. Without it that is [ErrRules].
func WithChangedRules() Option {
	return optionFunc(func(o options) options { o.anyRules = true; return o })
}

// DefaultCheckpoints is how often a recorder makes checkpoints.
const DefaultCheckpoints = 10 * time.Second

// WithCheckpoints sets how often a recorder makes what was added to series
// durable; [DefaultCheckpoints] by default, and not by itself for 0 or less. It is
// what a crash can take of additions.
func WithCheckpoints(every time.Duration) Option {
	return optionFunc(func(o options) options { o.checkpoints = every; return o })
}

// maxRecord has room for a block and its last event, and for a piece that is
// imported.
const maxRecord = 4 << 20

// check refuses what is out of range, as the log does for its own.
func (o *options) check() error {
	switch {
	case o.window < 1 || o.window > MaxWindow:
		return &metering.FieldError{Field: "window", Value: fmt.Sprint(o.window), Reason: fmt.Sprintf("want 1 to %d days", MaxWindow)}
	case o.inMemory < minInMemory:
		return &metering.FieldError{Field: "identities in memory", Value: fmt.Sprint(o.inMemory), Reason: fmt.Sprintf("want at least %d", minInMemory)}
	}
	return nil
}

const minInMemory = 1024

func newOptions(opts []Option) options {
	o := options{window: DefaultWindow, inMemory: 16 << 20, piece: pieceLeast, checkpoints: DefaultCheckpoints}
	for _, one := range opts {
		if one != nil {
			o = one.apply(o)
		}
	}
	if o.now == nil {
		o.now = time.Now
	}
	if o.random == nil {
		o.random = rand.Reader
	}
	if o.after == nil {
		o.after = time.After
	}
	if o.stopwatch == nil {
		o.stopwatch = time.Now
	}
	o.log.MaxRecord = maxRecord
	o.log.Random, o.log.After = o.random, o.after
	return o
}
