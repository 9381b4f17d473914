package model

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/internal/fixed"
)

// A Load is how busy a device is, in parts per million of its full load.
type Load int64

// Units of load: half is 50*model.PercentLoad.
const (
	PercentLoad Load = 10_000
	FullLoad         = 100 * PercentLoad
)

// String returns the load in percent: "12.5 %".
func (l Load) String() string {
	return string(fixed.AppendDecimal(nil, fixed.FromInt64(int64(l)), 4, 0)) + " %"
}

func (l Load) check() error {
	if l < 0 || l > FullLoad {
		return &FieldError{"load", l.String(), "0 to 100 %"}
	}
	return nil
}

// LeastLoad is the load from which a calibrated curve makes a claim. Nearer to
// idle the sleep states of a device, not its load, decide what it draws.
const LeastLoad = 8 * PercentLoad

// A Point is the power that a device was measured to draw at a load.
type Point struct {
	Load  Load
	Power energy.Power
}

// A Curve is a device's power by its load, as lines between measured points.
// Get one with [Calibrate]. It is immutable and safe for concurrent use.
type Curve struct {
	points []Point
	fit    Fit
}

// A Fit says how well a curve predicts a point it was not told of: each point
// at [LeastLoad] or above is predicted from all others, the ends by
// extrapolation.
type Fit struct {
	Points int // that were predicted
	// MeanError is the mean of the errors relative to what was measured, and
	// WorstError the largest, as fractions. They are statistics, and so
	// floats.
	MeanError, WorstError float64
	WorstAt               Load
}

// String returns the fit in words: "mean error 5.8 % over 10 points, at worst
// 21.6 % at 10 %".
func (f Fit) String() string {
	return fmt.Sprintf("mean error %.1f %% over %d points, at worst %.1f %% at %v", 100*f.MeanError, f.Points, 100*f.WorstError, f.WorstAt)
}

// MaxPoints is how many points a curve can have.
const MaxPoints = 1024

// Calibrate returns the curve through measured points in any order. Points of
// one load count as their mean, rounded half-even.
//
// It fails with a *[FieldError] on a load or a power out of range, fewer than
// three loads at [LeastLoad] or above, fewer than four in all, or more than
// [MaxPoints] points.
func Calibrate(points ...Point) (*Curve, error) {
	if len(points) > MaxPoints {
		return nil, &FieldError{"points", fmt.Sprint(len(points)), fmt.Sprintf("at most %d", MaxPoints)}
	}
	for _, p := range points {
		if err := p.Load.check(); err != nil {
			return nil, err
		}
		if p.Power <= 0 || p.Power > energy.MaxPower {
			return nil, &FieldError{"power at " + p.Load.String(), p.Power.String(), "more than 0, as it was measured"}
		}
	}
	c := &Curve{points: merge(points)}
	claimed := 0
	for _, p := range c.points {
		if p.Load >= LeastLoad {
			claimed++
		}
	}
	if claimed < 3 || len(c.points) < 4 {
		return nil, &FieldError{"points", fmt.Sprintf("%d loads, %d of them at 8 %% or above", len(c.points), claimed), "4 loads, 3 of them at 8 % or above"}
	}
	c.fit = c.leaveOneOut()
	return c, nil
}

// merge sorts points by load and takes those of one load together.
func merge(points []Point) []Point {
	sorted := slices.Clone(points)
	slices.SortFunc(sorted, func(a, b Point) int { return int(a.Load - b.Load) })
	var merged []Point
	for i := 0; i < len(sorted); {
		j, sum := i, fixed.Int128{}
		for ; j < len(sorted) && sorted[j].Load == sorted[i].Load; j++ {
			sum, _ = sum.Add(fixed.FromInt64(int64(sorted[j].Power))) // at most 1024 of 10¹⁸
		}
		mean, _, _ := sum.Div(fixed.FromInt64(int64(j-i)), fixed.HalfEven)
		p, _ := mean.Int64()
		merged = append(merged, Point{sorted[i].Load, energy.Power(p)})
		i = j
	}
	return merged
}

// Fit returns how well the curve predicts.
func (c *Curve) Fit() Fit { return c.fit }

// leaveOneOut predicts each point from the others.
func (c *Curve) leaveOneOut() Fit {
	var f Fit
	others := make([]Point, 0, len(c.points))
	sum := 0.0
	for i, p := range c.points {
		if p.Load < LeastLoad {
			continue
		}
		others = append(append(others[:0], c.points[:i]...), c.points[i+1:]...)
		off := math.Abs(float64(predict(others, p.Load)-p.Power)) / float64(p.Power)
		sum = float64(sum + off)
		f.Points++
		if off > f.WorstError {
			f.WorstError, f.WorstAt = off, p.Load
		}
	}
	f.MeanError = sum / float64(f.Points)
	return f
}

// predict reads at least two points in order at a load: on the line between
// its neighbours, or on that of the two nearest where it lies beyond the ends.
// It is rounded half-even to the microwatt and not below 0.
func predict(points []Point, l Load) energy.Power {
	i, _ := slices.BinarySearchFunc(points, l, func(p Point, l Load) int { return int(p.Load - l) })
	i = min(max(i, 1), len(points)-1)
	a, b := points[i-1], points[i]
	width := int64(b.Load - a.Load)
	// Both products are at most 10¹⁸ · 10⁶. Power and rise are rounded together:
	// a tie of the rise alone may be even where that of the sum is not.
	n, _ := fixed.FromInt64(int64(a.Power)).MulInt64(width)
	rise, _ := fixed.FromInt64(int64(b.Power - a.Power)).MulInt64(int64(l - a.Load))
	n, _ = n.Add(rise)
	n, _, _ = n.Div(fixed.FromInt64(width), fixed.HalfEven)
	v, fits := n.Int64()
	switch {
	case n.Sign() < 0:
		return 0
	case !fits || energy.Power(v) > energy.MaxPower:
		return energy.MaxPower
	}
	return energy.Power(v)
}

// An Estimate is a power that was not measured.
type Estimate struct {
	Power energy.Power
	// Low and High are Power less and more the curve's mean error: about what
	// to expect, no guarantee.
	Low, High energy.Power
	// Claimed is false below [LeastLoad], where the error is not known.
	Claimed bool
	// Extrapolated says that the load lies beyond the measured ones.
	Extrapolated bool
}

// At returns the estimated power at a load. It fails with a *[FieldError] on a
// load out of range. It costs a search and allocates nothing.
func (c *Curve) At(l Load) (Estimate, error) {
	if err := l.check(); err != nil {
		return Estimate{}, err
	}
	p := predict(c.points, l)
	// Held to the range of powers, beyond which no conversion is the same on all
	// processors: where one point is a millionth of another, errors have no bound.
	off := energy.Power(min(math.Round(float64(float64(p)*c.fit.MeanError)), float64(energy.MaxPower)))
	e := Estimate{Power: p, Low: max(p-off, 0), High: min(p+off, energy.MaxPower), Claimed: l >= LeastLoad}
	e.Extrapolated = l < c.points[0].Load || l > c.points[len(c.points)-1].Load
	return e, nil
}

// A LoadSample is the load of a device at an instant.
type LoadSample struct {
	Time time.Time
	Load Load
}

// Energy integrates the estimated power of a series of loads over their time.
// All of the result is an estimate: its windows are handed out with all of
// their energy as [energy.Window.Estimated]. It fails as [Curve.At] and
// [energy.Integrate] do.
func (c *Curve) Energy(loads []LoadSample, opts ...energy.Option) ([]energy.Window, error) {
	samples := make([]energy.Sample, len(loads))
	for i, l := range loads {
		e, err := c.At(l.Load)
		if err != nil {
			return nil, fmt.Errorf("model: load %d of %d: %w", i, len(loads), err)
		}
		samples[i] = energy.Sample{Time: l.Time, Power: e.Power}
	}
	curve, err := energy.Integrate(samples, opts...)
	if err != nil {
		return nil, err
	}
	var windows []energy.Window
	for w := range curve.Windows() {
		w.Estimated = w.Energy
		windows = append(windows, w)
	}
	return windows, nil
}
