package journal

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// A Recorder is the front door: a journal and the aggregator that counts what is
// in it, as one. It has two verbs. [Recorder.Record] takes events, which are
// durable and counted once when it returns. Additions to a [Recorder.Series] cost
// an atomic addition, and are volatile until the next [Recorder.Checkpoint].
//
// Open one with [OpenRecorder]. It is safe for concurrent use.
type Recorder struct {
	j    *Journal
	opts options

	// admit is held for reading from the moment at which events are found to be
	// countable until they are counted, and for writing by who changes what is
	// countable, or looks at all of it.
	admit sync.RWMutex
	open  sync.WaitGroup       // of those who still count; nobody joins while admit is held for writing
	usage *metering.Aggregator // what is in the journal
	hot   *metering.Aggregator // what was added since the last checkpoint

	rules rules // by which it counts

	turn    sync.Mutex // held by who makes a checkpoint; locked before admit
	source  string     // of events of checkpoints
	number  uint64     // of the last one
	pending []metering.Event

	saved      atomic.Uint64 // events up to here are in the snapshot of totals
	stop, done chan struct{} // of the goroutine that makes checkpoints

	additions atomic.Uint64 // sums of additions that were refused
	mu        sync.Mutex
	uncounted uint64 // events of the journal that the aggregator does not take
	err       error  // of the last checkpoint that was made by itself
}

// A RecorderRecovery is what [OpenRecorder] found and did.
type RecorderRecovery struct {
	Recovery
	// Replayed is how many events were counted again, beyond the snapshot of totals.
	Replayed uint64
	// Uncounted is how many the aggregator did not take: events that overflowed when they
	// were recorded, that were appended without a recorder and are late or early for
	// what one had sealed, or that [WithChangedRules] gave up.
	Uncounted uint64
}

// OpenRecorder opens the journal in a directory, as [Open] does, with a recorder
// before it. What was counted is taken from the snapshot of totals and from the
// events after it; leases that were running go on, known up to their last event.
//
// Besides the errors of Open it returns those of [metering.Aggregator.Accept]
// where the catalogue has changed so that events cannot be counted any more, and
// [ErrRules] where events that were counted beyond the snapshot would be late or early
// by rules that have changed: nothing is passed over. A recorder that was closed has
// all of its events in the snapshot, and can be opened with other rules.
func OpenRecorder(dir string, opts ...Option) (*Recorder, RecorderRecovery, error) {
	j, found, err := Open(dir, opts...)
	if err != nil {
		return nil, RecorderRecovery{}, err
	}
	return newRecorder(j, found)
}

// OpenRecorderFiles is [OpenRecorder] on files that are given. It does not close
// them.
func OpenRecorderFiles(files Files, opts ...Option) (*Recorder, RecorderRecovery, error) {
	j, found, err := OpenFiles(files, opts...)
	if err != nil {
		return nil, RecorderRecovery{}, err
	}
	return newRecorder(j, found)
}

func newRecorder(j *Journal, found Recovery) (*Recorder, RecorderRecovery, error) {
	r := &Recorder{j: j, opts: j.opts, usage: metering.NewAggregator(j.opts.usage...), hot: metering.NewAggregator(j.opts.usage...)}
	report := RecorderRecovery{Recovery: found}
	err := r.rules.of(r.usage)
	if err == nil {
		err = r.replay(&report)
	}
	if err == nil {
		err = r.sayRules(context.Background())
	}
	if err == nil {
		// Epochs are told apart by what was in the journal: where an epoch has left
		// events in it, the next one has another name. Journals are told apart
		// because one may import another.
		r.source = fmt.Sprintf("%s%d", r.checkpoints(), j.Durable()+1)
		err = r.catchUp()
	}
	if err != nil {
		return nil, RecorderRecovery{}, errors.Join(outward(err), j.abandon())
	}
	r.start()
	return r, report, nil
}

// checkpoints is what sources of the recorder's own events begin with.
func (r *Recorder) checkpoints() string { return "checkpoint " + r.j.ID().String() + " " }

// catchUp moves the windows of what is hot to those of what was counted.
func (r *Recorder) catchUp() error {
	if t := r.usage.Watermark(); !t.IsZero() {
		if err := r.hot.Seal(t); err != nil {
			return err
		}
	}
	if t := r.usage.Current(); !t.IsZero() {
		return r.hot.Advance(t)
	}
	return nil
}

// Journal returns the journal, to be read, tailed and looked after. What is
// appended to it directly is counted when it is opened again.
func (r *Recorder) Journal() *Journal { return r.j }

// Record makes events durable and counts them, each once. It is [Journal.Append]
// with the rules of the aggregator's catalogue: events that it would refuse are
// refused beforehand, with the errors of [metering.Aggregator.Record], and are not
// in the journal; one that is in it already is a duplicate, whatever was sealed
// since. When the context ends it, events that become durable nevertheless are
// counted nevertheless, and are duplicates when they are sent again.
func (r *Recorder) Record(ctx context.Context, events ...metering.Event) (Result, error) {
	if len(events) > MaxBatch {
		return Result{}, tooMany(len(events))
	}
	start := r.opts.begin()
	r.admit.RLock()
	defer r.admit.RUnlock()
	res, err := r.record(ctx, events, nil, false)
	r.opts.end(ctx, "recorder.record", start, len(events), err)
	return res, err
}

// Import is [Journal.Import] with the rules of [Recorder.Record].
func (r *Recorder) Import(ctx context.Context, from ID, entries ...Entry) (Result, error) {
	start := r.opts.begin()
	r.admit.RLock()
	defer r.admit.RUnlock()
	res, err := r.j.importEach(ctx, from, entries, func(events []metering.Event, at *position) (Result, error) {
		return r.record(ctx, events, at, false)
	})
	r.opts.end(ctx, "recorder.import", start, len(entries), err)
	return res, err
}

// record is Record for who holds admit. Events of checkpoints were within their
// quota when they were added, and are not refused for it.
func (r *Recorder) record(ctx context.Context, events []metering.Event, origin *position, checkpoint bool) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, outward(err)
	}
	checked, err := r.check(ctx, events, checkpoint)
	if err != nil || len(checked.countable) == 0 && origin == nil && len(events) > 0 {
		return checked.Result, err
	}
	var uncounted error // guarded by mu: somebody else may go on counting
	res, err := r.j.appendFrom(ctx, checked.countable, origin, &counter{open: &r.open, count: func(e *metering.Event) {
		if err := r.usage.Accept(e); err != nil {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.uncounted++
			uncounted = errors.Join(uncounted, fmt.Errorf("journal: event %.64q is durable and not counted: %w", e.ID, err))
		}
	}})
	if err != nil {
		return Result{}, err
	}
	res.Duplicates += checked.Duplicates
	for i := range res.Refused {
		res.Refused[i].Index = checked.index(res.Refused[i].Index)
	}
	res.Refused = merged(checked.Refused, res.Refused)
	r.mu.Lock()
	defer r.mu.Unlock()
	return res, uncounted
}

// Usage yields what is durable of the usage in a period, as
// [metering.Aggregator.Usage] does: what was added since the last checkpoint is
// not in it.
func (r *Recorder) Usage(p metering.Period, opts ...metering.QueryOption) iter.Seq2[metering.Usage, error] {
	return r.usage.Usage(p, opts...)
}

// Running yields the resources that hold something and of which nothing was heard at an
// instant or later, as [metering.Aggregator.Running] does: ask before [Recorder.Seal].
func (r *Recorder) Running(before time.Time) iter.Seq[metering.Running] {
	return r.usage.Running(before)
}

// Counts returns what the aggregator has counted, also before the recorder was opened.
// What never came to it is in [Journal.Counts]: events that were known, in conflict, or
// refused.
func (r *Recorder) Counts() metering.Counts { return r.usage.Counts() }

// Watermark returns the instant before which windows are sealed; the zero Time
// while none are.
func (r *Recorder) Watermark() time.Time { return r.usage.Watermark() }

// Seal closes the windows that end at or before t, as [metering.Aggregator.Seal]
// does: what was added to them until then is made durable first. That they are
// sealed is in the journal, and stays so when it is opened again. Record waits
// meanwhile, additions do not.
//
// Nothing opens a window again, so a t of more than a day after what the clock says
// is a *[metering.FieldError]: events of today would be late for good.
func (r *Recorder) Seal(ctx context.Context, t time.Time) error {
	if now := r.opts.now(); t.After(now.Add(24 * time.Hour)) {
		return &metering.FieldError{Field: "seal", Value: t.UTC().Format(time.RFC3339), Reason: "want no time of more than a day after " + now.UTC().Format(time.RFC3339) + ": nothing opens a window again; where that is not the time, see WithClock"}
	}
	start := r.opts.begin()
	err := r.seal(ctx, t)
	r.opts.end(ctx, "recorder.seal", start, 0, err)
	return err
}

func (r *Recorder) seal(ctx context.Context, t time.Time) error {
	r.turn.Lock()
	defer r.turn.Unlock()
	r.admit.Lock()
	defer r.admit.Unlock()
	r.open.Wait()
	// From here on, additions to these windows are late; what they have is drained.
	if err := r.hot.Seal(t); err != nil {
		return err
	}
	if err := r.checkpoint(ctx); err != nil {
		return err
	}
	if !t.After(r.usage.Watermark()) {
		return nil
	}
	if _, err := r.j.control(ctx, windowsSeal, uint64(t.UnixNano())); err != nil {
		return outward(err)
	}
	return r.usage.Seal(t)
}

// Advance makes the window that contains t the current one, in which
// [metering.Series.Add] counts; see [metering.Aggregator.Advance].
func (r *Recorder) Advance(ctx context.Context, t time.Time) error {
	r.turn.Lock()
	defer r.turn.Unlock()
	r.admit.Lock()
	defer r.admit.Unlock()
	r.open.Wait()
	if err := r.hot.Advance(t); err != nil {
		return err
	}
	if _, err := r.j.control(ctx, windowMoved, uint64(t.UnixNano())); err != nil {
		return outward(err)
	}
	return r.usage.Advance(t)
}
