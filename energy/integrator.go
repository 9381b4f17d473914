package energy

import (
	"fmt"
	"iter"

	"github.com/meterbook/meterbook/internal/fixed"
)

// An Integrator turns samples, as they come, into the energy of windows. Get
// one with [NewIntegrator]. It must not be copied, and it is for one
// goroutine at a time; use one for each device.
//
// It keeps no samples: its memory is its last sample and the steps across
// window edges that wait for [Integrator.Drain], of which [WithBacklog] bounds
// the number.
type Integrator struct {
	// What every sample touches. Before the first sample and after Close,
	// edge is 0, so that no sample passes for one within the open window.
	last   int64 // instant of the last sample
	edge   int64 // end of the open window
	maxGap int64
	power  Power // of the last sample
	area   fixed.Int128

	// The rest of what is cumulative at last.
	estimated fixed.Int128
	missed    int64
	first     int64 // instant of the first sample

	cfg     config
	started bool
	closed  bool

	// waiting[head:] are the steps that crossed window edges and were not
	// handed out yet. The next window to hand out begins at start, where the
	// series stood at base.
	waiting []step
	head    int
	start   int64
	base    mark
}

// NewIntegrator returns an integrator without samples. It fails with a
// *[FieldError] on an option out of its range.
func NewIntegrator(opts ...Option) (*Integrator, error) {
	cfg, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	return &Integrator{maxGap: int64(cfg.maxGap), cfg: cfg}, nil
}

// Add counts a sample. Samples come in order of time; a second sample of the
// same instant is a step in power, and one that equals the last adds nothing.
//
// It fails, and changes nothing, with a *[PowerError], an *[OrderError], an
// error that wraps [metering.ErrTimeRange], [ErrBacklog] or [ErrClosed].
// Within the open window it costs a multiplication and an addition of 128
// bits and allocates nothing.
func (in *Integrator) Add(s Sample) error {
	t, ok := instant(s.Time)
	if !ok || uint64(s.Power) > uint64(MaxPower) {
		return s.check()
	}
	dt := t - in.last
	if dt <= 0 || dt > in.maxGap || t >= in.edge {
		return in.addStep(t, s.Power)
	}
	in.area = addArea(in.area, in.power+s.Power, dt)
	in.last, in.power = t, s.Power
	return nil
}

// addStep counts a sample that is not simply the next one of the window.
func (in *Integrator) addStep(t int64, p Power) error {
	switch {
	case in.closed:
		return ErrClosed
	case !in.started:
		in.started = true
		in.first, in.last, in.power = t, t, p
		in.start = in.cfg.floor(t)
		in.edge = in.start + int64(in.cfg.width)
		return nil
	case t < in.last:
		return &OrderError{at(t), at(in.last)}
	case t == in.last:
		in.power = p
		return nil
	}
	s := step{t0: in.last, t1: t, p0: in.power, p1: p, kind: in.cfg.kind(t - in.last), before: in.cumulative()}
	if t >= in.edge {
		if n := len(in.waiting) - in.head; n >= in.cfg.backlog {
			return fmt.Errorf("%w: %d, at sample %s; range over Drain, or set WithBacklog higher", ErrBacklog, n, stamp(at(t)))
		}
		in.wait(s)
		in.edge = in.cfg.floor(t) + int64(in.cfg.width)
	}
	c := s.after()
	in.area, in.estimated, in.missed = c.area, c.estimated, c.missed
	in.last, in.power = t, p
	return nil
}

// wait appends a step, in the room of those handed out when it can.
func (in *Integrator) wait(s step) {
	if in.head > 0 && len(in.waiting) == cap(in.waiting) {
		in.waiting = in.waiting[:copy(in.waiting, in.waiting[in.head:])]
		in.head = 0
	}
	in.waiting = append(in.waiting, s)
}

func (in *Integrator) cumulative() cumulative {
	return cumulative{in.area, in.estimated, in.missed}
}

// Total returns E at the last sample: the energy since the first one. After
// Close it is the sum of the windows that were handed out.
func (in *Integrator) Total() Energy { return Energy{microjoules(in.area)} }

// Close ends the series: the window that is open, with what was seen of it,
// joins those that [Integrator.Drain] hands out. Samples are refused from now
// on. Closing again does nothing.
func (in *Integrator) Close() {
	in.closed = true
	in.edge = 0
}

// Drain yields the windows that were closed, by a sample at or past their end
// or by [Integrator.Close], in order, and forgets each one as it hands it out:
// a loop that is left early goes on with the next Drain. Samples may be added
// within the loop.
//
// Windows are aligned to UTC and have their full period, also where the
// series begins or ends inside; Observed tells. A window of which nothing was
// observed or bridged is not handed out.
func (in *Integrator) Drain() iter.Seq[Window] {
	return func(yield func(Window) bool) {
		for in.head < len(in.waiting) {
			s := &in.waiting[in.head]
			if in.start+int64(in.cfg.width) > s.t1 {
				in.head++
				continue
			}
			if w, ok := in.next(s); ok && !yield(w) {
				return
			}
		}
		in.waiting, in.head = in.waiting[:0], 0
		if w, ok := in.partial(); ok {
			yield(w)
		}
	}
}

// next closes the window at in.start, which ends within or with step s, and
// reports whether there is anything in it.
func (in *Integrator) next(s *step) (Window, bool) {
	end := in.start + int64(in.cfg.width)
	m := s.mark(end, in.first)
	w := in.cfg.policy.between(in.start, end, in.base, m)
	in.start, in.base = end, m
	if s.kind == excluded {
		// Nothing is seen until t1: go on with the window it lies in.
		in.start = in.cfg.floor(s.t1)
		in.base = s.mark(in.start, in.first)
	}
	return w, w.Observed > 0 || w.Bridged > 0
}

// partial returns, once, the window that was open when the series was closed.
func (in *Integrator) partial() (Window, bool) {
	if !in.closed || in.last <= max(in.start, in.first) {
		return Window{}, false
	}
	// A step without width at the end: its mark is where the series stands.
	s := step{t0: in.last, t1: in.last, before: in.cumulative()}
	m := s.mark(in.last, in.first)
	end := in.start + int64(in.cfg.width)
	w := in.cfg.policy.between(in.start, end, in.base, m)
	in.start, in.base = end, m
	return w, w.Observed > 0 || w.Bridged > 0
}
