package energy

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Window is the energy of one period, with how much of it was seen.
type Window struct {
	Period metering.Period
	// Energy is E(End) − E(Start), the bridged part included.
	Energy Energy
	// Estimated is the part of Energy that was bridged over gaps. It is a
	// difference of two rounded values too, so that it can be 1 µJ off from
	// the share of Energy it belongs to.
	Estimated Energy
	// Observed is the time within Period between samples that were no
	// further apart than the gap limit.
	Observed time.Duration
	// Bridged is the time within Period that was filled over gaps
	// ([GapFill]). What is neither observed nor bridged has no energy: it lies
	// before the series, after it, or in an excluded gap.
	Bridged time.Duration
}

// Complete reports whether the whole period was observed.
func (w Window) Complete() bool { return w.Observed == w.Period.Duration() }

// Coverage returns the observed part of the period, 0 to 1, rounded down to
// places fractional digits (held to 0 to 18): 1 says that all of it was
// observed. An empty period has coverage 0.
func (w Window) Coverage(places int) decimal.Decimal {
	places = min(max(places, 0), 18)
	all := w.Period.Duration()
	if all <= 0 {
		return decimal.Zero
	}
	scale, _ := fixed.Pow10(places)
	n, _, _ := fixed.MulDiv(fixed.FromInt64(int64(w.Observed)), scale, fixed.FromInt64(int64(all)), fixed.Down)
	return decimal.NewFromBigInt(n.Big(), int32(-places))
}

// between returns the window from mark a at start to mark b at end of a series
// whose gaps are filled or not. Marks grow with time and start at 0, so that no
// difference overflows.
func (p GapPolicy) between(start, end int64, a, b mark) Window {
	// Both ends are instants in range and in order, which are the only ways
	// for NewPeriod to fail.
	period, _ := metering.NewPeriod(at(start), at(end))
	e, _ := b.energy.Sub(a.energy)
	est, _ := b.estimated.Sub(a.estimated)
	w := Window{Period: period, Energy: Energy{e}, Estimated: Energy{est}, Observed: time.Duration(b.observed - a.observed)}
	if p == GapFill {
		w.Bridged = time.Duration(b.missed - a.missed)
	}
	return w
}
