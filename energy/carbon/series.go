package carbon

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Point is the intensity of a grid from an instant on.
type Point struct {
	Time      time.Time
	Intensity Intensity
}

// A HolePolicy says what becomes of energy that no intensity of a series
// covers.
type HolePolicy uint8

// The hole policies.
const (
	// HoleRefuse fails with a *[HoleError]: nothing is ever zero in silence.
	HoleRefuse HolePolicy = iota
	// HoleExclude leaves the energy out and says how much in
	// [Emissions.Uncovered].
	HoleExclude
	// HoleFill takes the intensity before the hole, or where there is none
	// the one after it, and marks the mass as estimated.
	HoleFill
)

// A SeriesSpec says how points are read.
type SeriesSpec struct {
	// MaxHold is how long a point holds when no other follows. It must be
	// more than 0: a series of 15 and 30 minutes takes 30 minutes.
	MaxHold time.Duration
	Holes   HolePolicy
}

// A Series is the intensity of a grid over time, as steps: each point holds
// until the next, and no longer than MaxHold. Steps can be of any length. A
// Series is immutable and safe for concurrent use.
type Series struct {
	steps []step
	spec  SeriesSpec
}

// A step is an intensity over [from, to) in Unix nanoseconds.
type step struct {
	from, to  int64
	intensity Intensity
}

// lastInstant is the end of the range of times, 2200-01-01, in Unix nanoseconds.
const lastInstant = 7_258_118_400_000_000_000

// NewSeries returns the series of points in any order. A point that is given
// twice counts once.
//
// It fails with a *[FieldError] on a field of the spec or an intensity out of
// range, an *[OrderError] when two points of one instant differ, or with an
// error that wraps [metering.ErrTimeRange].
func NewSeries(spec SeriesSpec, points ...Point) (*Series, error) {
	switch {
	case spec.MaxHold <= 0:
		return nil, &FieldError{"max hold", spec.MaxHold.String(), "more than 0: how long an intensity holds"}
	case spec.Holes > HoleFill:
		return nil, &FieldError{"hole policy", fmt.Sprint(uint8(spec.Holes)), "HoleRefuse, HoleExclude or HoleFill"}
	}
	steps := make([]step, 0, len(points))
	for i, p := range points {
		if err := p.Intensity.check(); err != nil {
			return nil, fmt.Errorf("carbon: point %d of %d: %w", i, len(points), err)
		}
		// A period checks the instant and the end of what it can hold for.
		if _, err := metering.NewPeriod(p.Time, p.Time); err != nil {
			return nil, fmt.Errorf("carbon: point %d of %d: %w", i, len(points), err)
		}
		steps = append(steps, step{from: p.Time.UnixNano(), intensity: p.Intensity})
	}
	slices.SortFunc(steps, func(a, b step) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.intensity, b.intensity)) })
	steps = slices.Compact(steps)
	for i := range steps {
		// No hold reaches beyond the range of times, where it could overflow.
		end := steps[i].from + min(int64(spec.MaxHold), lastInstant-steps[i].from)
		if i+1 < len(steps) {
			if steps[i+1].from == steps[i].from {
				return nil, &OrderError{time.Unix(0, steps[i].from), steps[i].intensity, steps[i+1].intensity}
			}
			end = min(end, steps[i+1].from)
		}
		steps[i].to = end
	}
	return &Series{steps, spec}, nil
}

// Constant returns a series of one intensity at all times. It fails with a
// *[FieldError] for an intensity that is not 0 to [MaxIntensity].
func Constant(i Intensity) (*Series, error) {
	if err := i.check(); err != nil {
		return nil, err
	}
	return &Series{steps: []step{{0, lastInstant, i}}}, nil
}

// Emissions is what energy emits, time-aligned.
type Emissions struct {
	// Mass is the location-based mass of the energy that was covered or
	// filled; Estimated is the part of it that was filled over holes or whose
	// energy was estimated.
	Mass, Estimated Mass
	// Energy is all that was given, and Uncovered the part that no intensity
	// covered and that has no mass.
	Energy, Uncovered energy.Energy
}

// Emissions multiplies the energy of windows with the intensity of their
// time. Energy is even within a window: one that crosses a step is split by
// time. Each window's mass is rounded half-even to the nanogram, so that the
// masses of windows add up to that of all of them.
//
// It fails with a *[HoleError] as the policy says, with a *[FieldError] on
// negative energy or an empty window with energy, or with an error that wraps
// [metering.ErrOverflow].
func (s *Series) Emissions(windows ...energy.Window) (Emissions, error) {
	var sum Emissions
	for _, w := range windows {
		e, err := s.window(w)
		if err != nil {
			return Emissions{}, err
		}
		if sum, err = sum.add(e); err != nil {
			return Emissions{}, err
		}
	}
	return sum, nil
}

// Of is [Series.Emissions] of one window that was wholly observed.
func (s *Series) Of(e energy.Energy, p metering.Period) (Emissions, error) {
	return s.Emissions(energy.Window{Period: p, Energy: e, Observed: p.Duration()})
}

func (sum Emissions) add(e Emissions) (out Emissions, err error) {
	if out.Mass, err = sum.Mass.Add(e.Mass); err != nil {
		return out, err
	}
	if out.Estimated, err = sum.Estimated.Add(e.Estimated); err != nil {
		return out, err
	}
	if out.Energy, err = sum.Energy.Add(e.Energy); err != nil {
		return out, err
	}
	out.Uncovered, err = sum.Uncovered.Add(e.Uncovered)
	return out, err
}

// window aligns one window. Sums are of intensity times time, in ng/kWh · ns:
// at most 9·10¹⁵ · 7·10¹⁸.
func (s *Series) window(w energy.Window) (Emissions, error) {
	start, end := w.Period.Start().UnixNano(), w.Period.End().UnixNano()
	switch {
	case w.Energy.Sign() < 0:
		return Emissions{}, &FieldError{"energy of " + w.Period.String(), w.Energy.String(), "0 or more"}
	case start == end && !w.Energy.IsZero():
		return Emissions{}, &FieldError{"energy of " + w.Period.String(), w.Energy.String(), "a window with a length"}
	case w.Energy.IsZero():
		return Emissions{}, nil
	}
	a := aligned{s: s, at: start}
	i, _ := slices.BinarySearchFunc(s.steps, start, func(x step, t int64) int {
		if x.to <= t {
			return -1
		}
		return 1
	})
	for ; i < len(s.steps) && s.steps[i].from < end; i++ {
		if err := a.hole(i, min(s.steps[i].from, end)); err != nil {
			return Emissions{}, err
		}
		a.take(&a.known, s.steps[i].intensity, min(s.steps[i].to, end))
	}
	if err := a.hole(i, end); err != nil {
		return Emissions{}, err
	}
	return a.emissions(w, end-start)
}

// aligned walks a window from at on.
type aligned struct {
	s             *Series
	at            int64
	known, filled fixed.Int128 // intensity times time
	missing       int64        // ns
}

// take counts the time up to an instant at an intensity.
func (a *aligned) take(to *fixed.Int128, i Intensity, until int64) {
	part, _ := fixed.FromInt64(int64(i)).MulInt64(until - a.at)
	*to, _ = to.Add(part)
	a.at = until
}

// hole counts the time up to an instant, if any, that lies before step i.
func (a *aligned) hole(i int, until int64) error {
	switch {
	case until <= a.at:
		return nil
	case a.s.spec.Holes == HoleRefuse || a.s.spec.Holes == HoleFill && len(a.s.steps) == 0:
		p, _ := metering.NewPeriod(time.Unix(0, a.at), time.Unix(0, until))
		return &HoleError{p}
	case a.s.spec.Holes == HoleExclude:
		a.missing += until - a.at
		a.at = until
		return nil
	}
	a.take(&a.filled, a.s.steps[max(i-1, 0)].intensity, until)
	return nil
}

// emissions makes the sums of a window's time into masses.
func (a *aligned) emissions(w energy.Window, width int64) (Emissions, error) {
	out := Emissions{Energy: w.Energy}
	unit, _ := microjoulesPerKWh.MulInt64(width) // 3.6·10¹² · 7·10¹⁸ fits
	mass := func(e energy.Energy, sum fixed.Int128) (Mass, error) {
		n, _, ok := fixed.MulDiv(e.Microjoules(), sum, unit, fixed.HalfEven)
		if !ok {
			return Mass{}, fmt.Errorf("carbon: %v of %v: %w", e, w.Period, metering.ErrOverflow)
		}
		return Mass{n}, nil
	}
	all, _ := a.known.Add(a.filled)
	var err error
	if out.Mass, err = mass(w.Energy, all); err != nil {
		return Emissions{}, err
	}
	// What is certain is measured energy at known intensities.
	certain, _ := w.Energy.Sub(w.Estimated)
	if certain.Sign() < 0 { // Estimated is rounded by itself
		certain = energy.Energy{}
	}
	sure, err := mass(certain, a.known)
	if err != nil {
		return Emissions{}, err
	}
	if out.Estimated, err = out.Mass.Sub(sure); err != nil {
		return Emissions{}, err
	}
	n, _, _ := fixed.MulDiv(w.Energy.Microjoules(), fixed.FromInt64(a.missing), fixed.FromInt64(width), fixed.HalfEven)
	out.Uncovered = energy.MicrojoulesWide(n)
	return out, nil
}

// Along returns the emissions of a curve over a period. The energy of each
// step of the series is the curve's own, not a part by time of a window's.
// Errors are those of [Series.Emissions].
func (s *Series) Along(c energy.Curve, p metering.Period) (Emissions, error) {
	var windows []energy.Window
	at, end := p.Start().UnixNano(), p.End().UnixNano()
	cut := func(until int64) {
		if until <= at {
			return
		}
		// Both lie within p, so the period is valid.
		part, _ := metering.NewPeriod(time.Unix(0, at), time.Unix(0, until))
		windows = append(windows, c.Over(part))
		at = until
	}
	for _, x := range s.steps {
		if x.to > at && x.from < end {
			cut(min(x.from, end))
			cut(min(x.to, end))
		}
	}
	cut(end)
	return s.Emissions(windows...)
}
