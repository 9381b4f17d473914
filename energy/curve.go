package energy

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// A Curve is the cumulative energy of a whole series of samples, to be asked
// about any instant and any period. Get one with [Integrate]. It is immutable
// and safe for concurrent use; a sample takes 56 bytes. The zero Curve has no
// samples, no energy and no coverage.
type Curve struct {
	cfg    config
	points []point
}

// A point is a sample with what is cumulative at it.
type point struct {
	t   int64
	p   Power
	sum cumulative
}

// Integrate adds up samples in any order of time: it sorts a copy. Samples of
// one instant keep their given order, since that is the direction of a step;
// only the first and the last of them count. It gives to the microjoule what
// an [Integrator] gives.
//
// It fails with a *[FieldError] on an option, and otherwise with the first
// sample that has a *[PowerError] or a time that wraps
// [metering.ErrTimeRange]. [WithBacklog] has no effect.
func Integrate(samples []Sample, opts ...Option) (Curve, error) {
	cfg, err := newConfig(opts)
	if err != nil {
		return Curve{}, err
	}
	points := make([]point, len(samples))
	for i, s := range samples {
		if err := s.check(); err != nil {
			return Curve{}, fmt.Errorf("energy: sample %d of %d: %w", i, len(samples), err)
		}
		t, _ := instant(s.Time)
		points[i] = point{t: t, p: s.Power}
	}
	byTime := func(a, b point) int { return cmp.Compare(a.t, b.t) }
	if !slices.IsSortedFunc(points, byTime) {
		slices.SortStableFunc(points, byTime)
	}
	c := Curve{cfg, points}
	for i := 1; i < len(points); i++ {
		if points[i].t == points[i-1].t {
			points[i].sum = points[i-1].sum
			continue
		}
		s := c.step(i - 1)
		points[i].sum = s.after()
	}
	return c, nil
}

// step returns the line from point i to the next one.
func (c Curve) step(i int) step {
	a, b := c.points[i], c.points[i+1]
	return step{t0: a.t, t1: b.t, p0: a.p, p1: b.p, kind: c.cfg.kind(b.t - a.t), before: a.sum}
}

// mark returns the mark at any instant: nothing before the first sample, and
// the last sample's from there on.
func (c Curve) mark(t int64) mark {
	// The first point past t; the one before it, the last of its instant, is
	// where the line through t begins.
	i, _ := slices.BinarySearchFunc(c.points, t, func(p point, t int64) int {
		if p.t <= t {
			return -1
		}
		return 1
	})
	switch {
	case i == 0:
		return mark{}
	case i == len(c.points):
		end := c.points[i-1]
		s := step{t0: end.t, t1: end.t, before: end.sum}
		return s.mark(end.t, c.points[0].t)
	}
	s := c.step(i - 1)
	return s.mark(t, c.points[0].t)
}

// At returns E(t), the energy from the first sample to t, rounded half-even
// to the microjoule. It is 0 before the first sample and stays what it is
// after the last.
func (c Curve) At(t time.Time) Energy { return Energy{c.mark(clamp(t)).energy} }

// Over returns the energy of a period, E(End) − E(Start), so that the
// energies of consecutive periods add up to the energy of the whole. Time
// before the first sample and after the last is not observed and adds
// nothing: see [Window.Complete].
func (c Curve) Over(p metering.Period) Window {
	start, end := clamp(p.Start()), clamp(p.End())
	return c.cfg.policy.between(start, end, c.mark(start), c.mark(end))
}

// Total returns E at the last sample.
func (c Curve) Total() Energy {
	if len(c.points) == 0 {
		return Energy{}
	}
	return Energy{microjoules(c.points[len(c.points)-1].sum.area)}
}

// Windows yields the windows that an [Integrator] with the same options hands
// out for the same samples once it is closed.
func (c Curve) Windows() iter.Seq[Window] {
	return func(yield func(Window) bool) {
		if len(c.points) == 0 {
			return
		}
		width, first, last := int64(c.cfg.width), c.points[0].t, c.points[len(c.points)-1].t
		if first == last {
			return // an instant holds no energy
		}
		for start := c.cfg.floor(first); start < last; {
			end := start + width
			w := c.cfg.policy.between(start, end, c.mark(start), c.mark(end))
			if w.Observed > 0 || w.Bridged > 0 {
				if !yield(w) {
					return
				}
			} else if i := c.after(end); i > 0 {
				// Nothing was seen of this window: go on with the window of
				// the next sample, not through every one of a long gap.
				end = max(end, c.cfg.floor(c.points[i].t))
			}
			start = end
		}
	}
}

// after returns the index of the first point at or after t, 0 if none.
func (c Curve) after(t int64) int {
	i, _ := slices.BinarySearchFunc(c.points, t, func(p point, t int64) int { return cmp.Compare(p.t, t) })
	if i == len(c.points) {
		return 0
	}
	return i
}
