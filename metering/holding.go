package metering

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A Holding is a capacity that is held over time (bytes of a volume, cores,
// cards, instances), metered as its exact integral into a series. Usage is
// booked whenever time is observed, up to that instant and never beyond: what
// was not seen is not counted. Get one from [Series.Hold] or [Series.Start];
// the zero Holding is not usable. It is safe for concurrent use and must not
// be copied.
//
// Booking costs what [Series.AddAt] does for each window since the last
// instant seen. What falls in sealed windows is late, as the meter's
// [LatePolicy] has it; a holding that was not seen for longer than the late
// window can only be stopped at the last instant seen.
type Holding struct {
	s *Series

	mu    sync.Mutex   // locked before the series
	held  fixed.Int128 // grains of capacity held since seen, unless paused
	seen  int64        // up to here usage is booked
	state holdingState
}

type holdingState string

const (
	isHeld    holdingState = "held"
	isPaused  holdingState = "paused"
	isStopped holdingState = "stopped"
)

// A Lease is a [Holding] of accelerator cards, or of anything else that is
// started and stopped.
type Lease = Holding

// Hold begins to hold q, a capacity of the series' meter, at t. It fails with
// [ErrTimeRange], a *[DimensionError], [ErrNegative], [ErrOverflow] when q is
// more than the 2.3e19 grains that can be held for 230 years, or a
// *[FieldError] when the meter is not a capacity meter.
func (s *Series) Hold(q Quantity, t time.Time) (*Holding, error) {
	n, err := instant(t)
	if err != nil {
		return nil, err
	}
	if err := s.group.def.holds(q); err != nil {
		return nil, err
	}
	return &Holding{s: s, held: q.n, seen: n, state: isHeld}, nil
}

// Start begins a lease of q at t. It is [Series.Hold] by the name that suits
// what is later stopped.
func (s *Series) Start(q Quantity, t time.Time) (*Lease, error) { return s.Hold(q, t) }

// Set books what was held up to t and holds q from t on. It fails, and
// changes nothing, as [Series.Hold] does, with [ErrState] when t is before the
// last instant seen or the holding is paused, with [ErrClosed] after Stop, or
// with [ErrOverflow] when a window cannot take what was held.
func (h *Holding) Set(q Quantity, t time.Time) error {
	if err := h.s.group.def.holds(q); err != nil {
		return err
	}
	return h.change("set", t, func() { h.held = q.n }, isHeld)
}

// Adjust books what was held up to t and holds q more from t on, or less if q is
// negative. It fails, and changes nothing, as [Holding.Set] does; with
// [ErrNegative] if less than nothing would be held.
func (h *Holding) Adjust(q Quantity, t time.Time) error {
	def := h.s.group.def
	if want := def.capacity(); q.dim != want {
		return &DimensionError{Got: q.dim, Want: want, Meter: def.ID}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	n, ok := h.held.Add(q.n)
	if !ok {
		return fmt.Errorf("%w: %v and %v held of %q", ErrOverflow, Quantity{h.held, q.dim}, q, def.ID)
	}
	if err := def.holds(Quantity{n, q.dim}); err != nil {
		return err
	}
	return h.changeLocked("adjust", t, func() { h.held = n }, isHeld)
}

// Resize is [Holding.Set].
func (h *Holding) Resize(q Quantity, t time.Time) error { return h.Set(q, t) }

// Observe books what was held up to t: the resource was seen alive. A running
// holding costs nothing between observations. Errors as for [Holding.Set]; a
// paused holding can be observed.
func (h *Holding) Observe(t time.Time) error { return h.change("observe", t, nil, isHeld, isPaused) }

// Pause books what was held up to t and stops holding until Resume. Errors as
// for [Holding.Set].
func (h *Holding) Pause(t time.Time) error {
	return h.change("pause", t, func() { h.state = isPaused }, isHeld)
}

// Resume holds again from t what was held before the pause. Errors as for
// [Holding.Set], and [ErrState] when the holding is not paused.
func (h *Holding) Resume(t time.Time) error {
	return h.change("resume", t, func() { h.state = isHeld }, isPaused)
}

// Stop books what was held up to t and ends the holding, paused or not. Errors
// as for [Holding.Set].
func (h *Holding) Stop(t time.Time) error {
	return h.change("stop", t, func() { h.state = isStopped }, isHeld, isPaused)
}

// change books what was held up to t, if the holding is in one of the states
// in which the verb is allowed; then changes it.
func (h *Holding) change(verb string, t time.Time, then func(), in ...holdingState) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.changeLocked(verb, t, then, in...)
}

// changeLocked is change for who has the holding's lock.
func (h *Holding) changeLocked(verb string, t time.Time, then func(), in ...holdingState) error {
	n, err := instant(t)
	if err != nil {
		return err
	}
	switch {
	case h.state == isStopped:
		return fmt.Errorf("%w: %s after stop", ErrClosed, verb)
	case !slices.Contains(in, h.state):
		return fmt.Errorf("%w: %s while %s", ErrState, verb, h.state)
	case n < h.seen:
		return fmt.Errorf("%w: %s at %s, before %s", ErrState, verb, stamp(n), stamp(h.seen))
	}
	held := h.held
	if h.state == isPaused {
		held = fixed.Int128{}
	}
	if err := h.s.addSpan(Period{h.seen, n}, held); err != nil {
		return err
	}
	h.seen = n
	if then != nil {
		then()
	}
	return nil
}
