package journal

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// Series returns the series of a key, for usage that is recorded often: additions
// to it, and leases of it, cost what they do in memory, and are volatile until the
// next checkpoint. The series is one of an aggregator of its own, whose windows
// are those of the recorder. It fails as [metering.Aggregator.Series] does.
func (r *Recorder) Series(key metering.Key) (*metering.Series, error) { return r.hot.Series(key) }

// AddAt adds to the series of a key; see [Recorder.Series].
func (r *Recorder) AddAt(key *metering.Key, t time.Time, q metering.Quantity) error {
	return r.hot.AddAt(key, t, q)
}

// Checkpoint makes durable what was added to series until now: each series'
// difference to the checkpoint before is one event of its window's start, of a
// source that is this journal's and begins with "checkpoint ", and a number; it
// counts once. A crash loses what was added since the last one at most, and doubles
// nothing. It makes one by itself as often as [WithCheckpoints] says;
// [Recorder.Seal] and Close make one, too. What a lease holds is added when the
// lease is observed, changed or stopped, and not by a checkpoint.
//
// After an error the same events are tried again at the next one. What the
// aggregator refuses is a *[CheckpointError] that tells how much of what it was.
func (r *Recorder) Checkpoint(ctx context.Context) error {
	start := r.opts.begin()
	r.turn.Lock()
	defer r.turn.Unlock()
	r.admit.RLock()
	defer r.admit.RUnlock()
	err := r.checkpoint(ctx)
	r.opts.end(ctx, "recorder.checkpoint", start, 0, err)
	return err
}

// A CheckpointError reports what was added to series and could not be made an
// event: nothing of it is counted.
type CheckpointError struct {
	Refused []RefusedAddition
}

// A RefusedAddition is what was added to a key in a window, and why it is not
// counted.
type RefusedAddition struct {
	Key      metering.Key
	Window   time.Time // its start
	Quantity metering.Quantity
	Err      error
}

func (e *CheckpointError) Error() string {
	first := e.Refused[0]
	return fmt.Sprintf("journal: checkpoint: %d sums of additions are refused, the first of %v for meter %q: %v", len(e.Refused), first.Quantity, first.Key.Meter, first.Err)
}

// Unwrap returns why.
func (e *CheckpointError) Unwrap() []error {
	errs := make([]error, len(e.Refused))
	for i := range e.Refused {
		errs[i] = e.Refused[i].Err
	}
	return errs
}

// checkpoint is Checkpoint for who holds turn and admit.
func (r *Recorder) checkpoint(ctx context.Context) error {
	if err := r.flush(ctx); err != nil {
		return err
	}
	drained, err := r.hot.Drain()
	if err != nil {
		return err
	}
	for u := range drained {
		if !u.Quantity.IsZero() {
			r.number++
			r.pending = append(r.pending, r.eventOf(u))
		}
	}
	return r.flush(ctx)
}

// eventOf returns the event that tells what was added to a key in a window.
func (r *Recorder) eventOf(u metering.Usage) metering.Event {
	return metering.Event{
		Account: u.Key.Account, Source: r.source, ID: strconv.FormatUint(r.number, 10), Time: u.Period.Start(), Kind: metering.Amount,
		Resource: u.Key.Resource, Region: u.Key.Region, Labels: u.Key.Labels,
		Items: []metering.Item{{Meter: u.Key.Meter, SKU: u.Key.SKU, Quantity: u.Quantity}},
	}
}

// flush records what is pending.
func (r *Recorder) flush(ctx context.Context) error {
	var lost []RefusedAddition
	for len(r.pending) > 0 {
		n := min(len(r.pending), MaxBatch)
		res, err := r.record(ctx, r.pending[:n], nil, true)
		if err != nil {
			return err
		}
		r.additions.Add(uint64(len(res.Refused)))
		for _, one := range res.Refused {
			e := &r.pending[one.Index]
			it := e.Items[0]
			lost = append(lost, RefusedAddition{metering.Key{Account: e.Account, Meter: it.Meter, Resource: e.Resource, SKU: it.SKU, Region: e.Region, Labels: e.Labels},
				e.Time, it.Quantity, one.Err})
		}
		r.pending = r.pending[n:]
	}
	r.pending = nil
	if lost != nil {
		return &CheckpointError{lost}
	}
	return nil
}

// start makes checkpoints by itself, if it is to.
func (r *Recorder) start() {
	stop, done := make(chan struct{}), make(chan struct{})
	r.stop, r.done = stop, done // Close forgets them
	if r.opts.checkpoints <= 0 {
		close(done)
		return
	}
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			case <-r.opts.after(r.opts.checkpoints):
			}
			err := r.Checkpoint(context.Background())
			r.mu.Lock()
			if _, lost := errors.AsType[*CheckpointError](r.err); !lost { // which stays
				r.err = err
			}
			r.mu.Unlock()
		}
	}()
}

// Err returns the error of the last checkpoint that the recorder made by itself,
// or nil: what it would have made durable is tried again. A *[CheckpointError]
// stays, as what it tells of is not.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Close makes a checkpoint and a snapshot, and closes the journal. What is
// recorded afterwards is [ErrClosed], what is added to series
// [metering.ErrClosed].
func (r *Recorder) Close() error {
	r.mu.Lock()
	stop := r.stop
	r.stop = nil
	r.mu.Unlock()
	if stop == nil {
		return nil
	}
	close(stop)
	<-r.done
	ctx := context.Background()
	err := r.hot.Close()
	if err == nil {
		err = r.Checkpoint(ctx)
	}
	if err == nil {
		err = r.Snapshot(ctx)
	}
	return errors.Join(err, r.j.Close(), r.usage.Close())
}
