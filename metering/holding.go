package metering

import (
	"fmt"
	"sync"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A Holding is a capacity that is held over time (bytes of a volume, cores,
// cards, instances), metered as its exact integral into a series. Usage is
// booked whenever time is observed, up to that instant and never beyond: what
// was not seen is not counted. Where the meter has a [RunRule], what it adds is
// booked with it. Get one from [Series.Hold] or [Series.Start]; the zero Holding
// is one that was stopped. It is safe for concurrent use, and copies are the same
// holding.
//
// Booking costs what [Series.AddAt] does for each window since the last
// instant seen. What falls in sealed windows is late, as the meter's
// [LatePolicy] has it; a holding that was not seen for longer than the late
// window can only be stopped at the last instant seen. What a stopped holding
// needed is used again by the next: starting and stopping does not allocate.
type Holding struct {
	h    *holding
	life uint64
}

// holding is what a Holding stands for as long as their lives are the same.
type holding struct {
	mu     sync.Mutex // locked before the series
	life   uint64     // counts what it was used for
	s      *Series
	held   fixed.Int128 // grains of capacity held since seen, unless paused
	seen   int64        // up to here usage is booked
	paused bool

	run  run          // where the meter has a rule
	last fixed.Int128 // held at its end
}

// A Lease is a [Holding] of accelerator cards, or of anything else that is
// started and stopped.
type Lease = Holding

// Hold begins to hold q, a capacity of the series' meter, at t. It fails with
// [ErrTimeRange], a *[DimensionError], [ErrNegative], [ErrOverflow] when q is
// more than the 2.3e19 grains that can be held for 230 years (9e16 where runs
// count by a rule), or a *[FieldError] when the meter is not a capacity meter.
func (s *Series) Hold(q Quantity, t time.Time) (Holding, error) {
	n, err := instant(t)
	if err != nil {
		return Holding{}, err
	}
	if err := s.group.def.holds(q); err != nil {
		return Holding{}, err
	}
	h, _ := s.group.agg.holdings.Get().(*holding)
	if h == nil {
		h = new(holding)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.s, h.held, h.seen = s, q.n, n
	return Holding{h, h.life}, nil
}

// Start begins a lease of q at t. It is [Series.Hold] by the name that suits
// what is later stopped.
func (s *Series) Start(q Quantity, t time.Time) (Lease, error) { return s.Hold(q, t) }

// Set books what was held up to t and holds q from t on. It fails, and
// changes nothing, as [Series.Hold] does, with [ErrState] when t is before the
// last instant seen or the holding is paused, with [ErrClosed] after Stop, or
// with [ErrOverflow] when a window cannot take what was held.
func (h Holding) Set(q Quantity, t time.Time) error {
	in, err := h.enter("set")
	if err != nil {
		return err
	}
	defer in.mu.Unlock()
	if err := in.s.group.def.holds(q); err != nil {
		return err
	}
	return in.change("set", t, whileHeld, q.n, false)
}

// Adjust books what was held up to t and holds q more from t on, or less if q is
// negative. It fails, and changes nothing, as [Holding.Set] does; with
// [ErrNegative] if less than nothing would be held.
func (h Holding) Adjust(q Quantity, t time.Time) error {
	in, err := h.enter("adjust")
	if err != nil {
		return err
	}
	defer in.mu.Unlock()
	def := in.s.group.def
	if want := def.capacity(); q.dim != want {
		return &DimensionError{Got: q.dim, Want: want, Meter: def.ID}
	}
	n, ok := in.held.Add(q.n)
	if !ok {
		return fmt.Errorf("%w: %v and %v held of %q", ErrOverflow, Quantity{in.held, q.dim}, q, def.ID)
	}
	if err := def.holds(Quantity{n, q.dim}); err != nil {
		return err
	}
	return in.change("adjust", t, whileHeld, n, false)
}

// Resize is [Holding.Set].
func (h Holding) Resize(q Quantity, t time.Time) error { return h.Set(q, t) }

// Observe books what was held up to t: the resource was seen alive. A running
// holding costs nothing between observations. Errors as for [Holding.Set]; a
// paused holding can be observed.
func (h Holding) Observe(t time.Time) error {
	in, err := h.enter("observe")
	if err != nil {
		return err
	}
	defer in.mu.Unlock()
	return in.change("observe", t, whileHeld|whilePaused, in.held, in.paused)
}

// Pause books what was held up to t and stops holding until Resume. Errors as
// for [Holding.Set].
func (h Holding) Pause(t time.Time) error {
	in, err := h.enter("pause")
	if err != nil {
		return err
	}
	defer in.mu.Unlock()
	return in.change("pause", t, whileHeld, in.held, true)
}

// Resume holds again from t what was held before the pause. Errors as for
// [Holding.Set], and [ErrState] when the holding is not paused.
func (h Holding) Resume(t time.Time) error {
	in, err := h.enter("resume")
	if err != nil {
		return err
	}
	defer in.mu.Unlock()
	return in.change("resume", t, whilePaused, in.held, false)
}

// Stop books what was held up to t and ends the holding, paused or not. Errors
// as for [Holding.Set].
func (h Holding) Stop(t time.Time) error {
	in, err := h.enter("stop")
	if err != nil {
		return err
	}
	defer in.mu.Unlock()
	if err := in.change("stop", t, whileHeld|whilePaused|atLast, in.held, in.paused); err != nil {
		return err
	}
	in.release()
	return nil
}

// enter locks what the Holding stands for, if it was not stopped.
func (h Holding) enter(verb string) (*holding, error) {
	if h.h == nil {
		return nil, fmt.Errorf("%w: %s of a holding that was not started", ErrClosed, verb)
	}
	h.h.mu.Lock()
	if h.h.life != h.life {
		h.h.mu.Unlock()
		return nil, fmt.Errorf("%w: %s after stop", ErrClosed, verb)
	}
	return h.h, nil
}

// Below, the holding is locked.

// An allowance says in which states a verb is allowed, and that nothing follows it.
type allowance uint8

const (
	whileHeld allowance = 1 << iota
	whilePaused
	atLast
)

// change books what was held up to t, if the verb is allowed then, and holds
// something else; or it does nothing.
func (h *holding) change(verb string, t time.Time, when allowance, held fixed.Int128, paused bool) error {
	n, err := instant(t)
	switch {
	case err != nil:
		return err
	case h.paused && when&whilePaused == 0:
		return fmt.Errorf("%w: %s while paused", ErrState, verb)
	case !h.paused && when&whileHeld == 0:
		return fmt.Errorf("%w: %s while held", ErrState, verb)
	case n < h.seen:
		return fmt.Errorf("%w: %s at %s, before %s", ErrState, verb, stamp(n), stamp(h.seen))
	}
	now := stretch{Period: Period{h.seen, n}}
	if !h.paused {
		now.grains = h.held
	}
	if h.s.group.def.Runs != (RunRule{}) {
		err = h.observe(now, when&atLast != 0)
	} else {
		err = h.s.addStretches(&now, nil)
	}
	if err == nil {
		h.held, h.seen, h.paused = held, n, paused
	}
	return err
}

// observe books what a rule makes of a time in which something, or nothing, was
// held.
func (h *holding) observe(now stretch, over bool) error {
	run, last := h.run, h.last
	book := run.observe(h.s.group.def.Runs, now, &last, over)
	if err := h.s.addStretches(&book[0], book[1:]); err != nil {
		return err
	}
	h.run, h.last = run, last
	return nil
}

// release lets another life begin: what still refers to this one finds it
// stopped.
func (h *holding) release() {
	spare := &h.s.group.agg.holdings
	h.life++
	h.s, h.paused, h.run = nil, false, run{}
	spare.Put(h)
}
