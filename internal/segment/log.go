package segment

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// A Log is a log that is open for appending. A goroutine of its own writes what
// nobody waits for, and ends with Close. Its methods can be called from many goroutines at once.
type Log struct {
	files Files
	opts  Options
	id    ID
	lock  io.Closer

	// mu protects what follows. It is held while a batch is encoded, never
	// while the disk is waited for.
	mu       sync.Mutex
	segments []span
	group    *group   // being filled
	inflight *group   // handed over to the writer
	spare    [][]byte // buffers of earlier groups
	batch    Batch
	end      place         // behind the last frame written
	synced   place         // behind the last frame that is durable
	durable  atomic.Uint64 // the last record before it
	busy     atomic.Bool   // there is a group in flight
	err      error         // ErrPoisoned or ErrClosed, for good
	closing  bool
	held     int           // how many hold
	closed   error         // what Close returned
	watch    chan struct{} // closed at the next change, nil while nobody waits

	wake    chan struct{} // tells the log's goroutine that there is something to do
	stopped chan struct{} // closed when it has ended

	dropping sync.Mutex // held by Drop: one at a time

	// writing is held by who writes, before mu. It protects what follows.
	writing sync.Mutex
	file    File
	alloc   int64            // length of the file
	blank   int64            // up to where it was written, also with zeros
	dirty   bool             // something is written that is not synced
	due     <-chan time.Time // when the next Sync is, nil if nothing waits for one
}

// A span is a segment and its first sequence.
type span struct{ number, first uint64 }

// Open takes the lock of a directory, recovers the log in it or makes a new one,
// and readies it for appending. It reads the last segment whole and the ends of
// the others.
//
// It returns [ErrLocked] if the log is open elsewhere, a [*CorruptError] if
// durable bytes are damaged, [ErrVersion] for a newer format and [ErrForeign]
// for another journal; in each of these cases it has changed nothing. It can
// also fail with [ErrNoSpace], and be called again once there is room.
func Open(files Files, opts Options) (*Log, Recovery, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, Recovery{}, err
	}
	lock, err := files.Lock(lockName)
	if err != nil {
		if errors.Is(err, ErrLocked) {
			return nil, Recovery{}, err
		}
		return nil, Recovery{}, failed("lock", lockName, err)
	}
	r := recovery{files: files, opts: opts}
	if err := r.run(); err != nil {
		return nil, Recovery{}, errors.Join(err, lock.Close())
	}
	l := &Log{
		files: files, opts: opts, id: r.report.ID, lock: lock,
		segments: r.segments, end: r.end, synced: r.end,
		wake: make(chan struct{}, 1), stopped: make(chan struct{}),
		file: r.file, alloc: r.end.off,
	}
	l.group = &group{start: l.end, at: l.end, done: make(chan struct{})}
	l.durable.Store(l.synced.seq)
	go l.run()
	return l, r.report, nil
}

// ID returns the journal's.
func (l *Log) ID() ID { return l.id }

// First returns the sequence of the oldest record that was not dropped, or the
// next one if there is none.
func (l *Log) First() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.segments[0].first
}

// Firsts returns the sequence that the first record of each segment has or will
// have, oldest first: places from which a Reader begins without reading on.
func (l *Log) Firsts() []uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	firsts := make([]uint64, len(l.segments))
	for i, s := range l.segments {
		firsts[i] = s.first
	}
	return firsts
}

// Durable returns the sequence of the last record that is durable, or one less
// than First.
func (l *Log) Durable() uint64 { return l.durable.Load() }

// Busy reports whether something was handed over to be written and was not yet
// answered for. Once it is not, Gather is called.
func (l *Log) Busy() bool { return l.busy.Load() }

// Err returns [ErrPoisoned] with its cause, or [ErrClosed], or nil while the log
// takes batches.
func (l *Log) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.refusal()
}

func (l *Log) refusal() error {
	if l.err == nil && l.closing {
		return ErrClosed
	}
	return l.err
}

// WaitPast waits until a record with a higher sequence than seq is durable. It
// returns the context's error, or why there will be no more: [ErrClosed] or
// [ErrPoisoned].
func (l *Log) WaitPast(ctx context.Context, seq uint64) error {
	return l.await(ctx, func() bool { return l.synced.seq > seq })
}

// Ready waits until a batch can be staged: [ErrFull] is over.
func (l *Log) Ready(ctx context.Context) error {
	return l.await(ctx, func() bool { return len(l.group.buf) < l.opts.MaxPending })
}

// await waits for a condition, which is looked at with mu held.
func (l *Log) await(ctx context.Context, ok func() bool) error {
	for {
		l.mu.Lock()
		if ok() {
			l.mu.Unlock()
			return nil
		}
		if l.err != nil {
			defer l.mu.Unlock()
			return l.err
		}
		if l.watch == nil {
			l.watch = make(chan struct{})
		}
		watch := l.watch
		if l.inflight != nil || l.group.records > 0 { // of which nobody may wait for the ticket
			l.nudge()
		}
		l.mu.Unlock()
		select {
		case <-watch:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// changed wakes who waits for a condition. mu is held.
func (l *Log) changed() {
	if l.watch != nil {
		close(l.watch)
		l.watch = nil
	}
}

// Close writes what was staged, makes it durable, marks the log as closed and
// lets go of the lock. Later calls return what the first one did. After
// [ErrPoisoned] nothing is written; an error leaves a log that is recovered by
// the next Open.
func (l *Log) Close() error {
	l.mu.Lock()
	l.closing = true
	l.mu.Unlock()
	l.nudge()
	<-l.stopped
	return l.closed
}
