package facility

import (
	"strconv"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// kind tells ratios that must not be mixed.
type kind uint8

const (
	measured kind = iota
	partial
	designed
)

var kindKPI = [...]KPI{measured: KPIPUE, partial: KPIPartialPUE, designed: KPIDesignPUE}

// Partial returns the partial PUE of a sub-system that is named by boundary,
// such as cooling: (sub + IT) / IT (ISO/IEC 30134-2). It fails as [PUE] does,
// and with [ErrNoBoundary] when boundary is "" or a *[FieldError] when it is
// longer than 256 bytes.
func Partial(boundary string, sub, it Measured, c Category) (Result, error) {
	switch {
	case boundary == "":
		return Result{}, ErrNoBoundary
	case len(boundary) > metering.MaxNameBytes:
		return Result{}, &FieldError{"boundary", strconv.Quote(clip(boundary)), "at most 256 bytes"}
	}
	if err := same("sub-system", sub, "IT", it); err != nil {
		return Result{}, err
	}
	if c == CategoryUnknown {
		c = it.Point.Category()
	}
	if err := atIT(it, c); err != nil {
		return Result{}, err
	}
	total := readingOf(sub)
	var err error
	if total.energy, err = sub.Energy.Add(it.Energy); err != nil {
		return Result{}, err
	}
	if total.estimated, err = sub.Estimated.Add(it.Estimated); err != nil {
		return Result{}, err
	}
	total.unobserved = max(sub.Unobserved, it.Unobserved)
	total.accuracy = joint([]accuracyOf{{sub.Energy.Microjoules().Big(), sub.Accuracy}, {it.Energy.Microjoules().Big(), it.Accuracy}}, false)
	r := Result{total: total, it: readingOf(it), over: sub.Accuracy, period: it.Period, category: c, kind: partial, boundary: boundary, table: sub.Table}
	return r.judge()
}

// Compose returns the PUE of a facility from the partial PUEs of all its
// sub-systems: 1 + Σ (pPUE − 1). Their product, which is often shown, is
// wrong: it counts the energy of one as a load of the other.
//
// All are over one period and one IT energy, and each boundary comes once. It
// fails with [ErrNoResults], a *[KindMismatchError], a
// *[PeriodMismatchError], a *[CategoryMismatchError], a
// *[TableMismatchError], or a *[FieldError] on a boundary that comes twice or
// an IT energy that differs.
func Compose(parts ...Result) (Result, error) {
	if len(parts) == 0 {
		return Result{}, ErrNoResults
	}
	first := parts[0]
	seen := make(map[string]bool, len(parts))
	sum := Result{total: first.it, it: first.it, period: first.period, category: first.category, table: first.table}
	var accuracies []accuracyOf // of the sub-systems
	for _, p := range parts {
		like := p
		like.boundary = first.boundary
		switch err := first.alike(like); {
		case p.kind != partial:
			return Result{}, &KindMismatchError{p.Name(), "pPUE"}
		case err != nil:
			return Result{}, err
		case p.period != first.period:
			return Result{}, &PeriodMismatchError{Got: p.period, Want: first.period}
		case p.it.energy != first.it.energy:
			return Result{}, &FieldError{"IT energy of " + clip(p.boundary), p.it.energy.String(), first.it.energy.String() + ", that of the other parts"}
		case seen[p.boundary]:
			return Result{}, &FieldError{"boundary", strconv.Quote(clip(p.boundary)), "each sub-system once"}
		}
		seen[p.boundary] = true
		var err error
		if sum.total.energy, err = sum.total.energy.Add(p.Overhead()); err != nil {
			return Result{}, err
		}
		extra, _ := p.total.estimated.Sub(p.it.estimated) // Partial added them
		if sum.total.estimated, err = sum.total.estimated.Add(extra); err != nil {
			return Result{}, err
		}
		sum.total.unobserved = max(sum.total.unobserved, p.total.unobserved)
		sum.relabel = sum.relabel || p.relabel
		sum.total.fromMemory = sum.total.fromMemory || p.total.fromMemory
		accuracies = append(accuracies, accuracyOf{p.Overhead().Microjoules().Big(), p.over})
	}
	sum.over = joint(accuracies, false)
	sum.total.accuracy = joint(append(accuracies, accuracyOf{first.it.energy.Microjoules().Big(), first.it.accuracy}), false)
	return sum.judge()
}

// A Design says what a designed PUE holds for.
type Design struct {
	LoadPercent int    // of the IT load that was designed for, 1 to 100; 0 when unknown
	Climate     string // such as a weather file or a design temperature
}

// Designed returns the designed PUE, dPUE, of what the facility and its IT
// equipment are expected to draw at a load. It never mixes with measured
// results: [Combine] and [Result.Compare] refuse it.
//
// It fails as [PUE] does, and with a *[FieldError] on a load out of range.
func Designed(total, it energy.Power, period metering.Period, d Design, c Category) (Result, error) {
	if d.LoadPercent < 0 || d.LoadPercent > 100 {
		return Result{}, &FieldError{"design load", strconv.Itoa(d.LoadPercent) + " %", "1 to 100 %, 0 when unknown"}
	}
	t := Measured{Energy: total.Over(period.Duration()), Period: period}
	i := Measured{Energy: it.Over(period.Duration()), Period: period}
	if err := same("total", t, "IT", i); err != nil {
		return Result{}, err
	}
	r := Result{total: readingOf(t), it: readingOf(i), period: period, category: c, kind: designed, design: d}
	return r.judge()
}

// Design returns what a designed PUE holds for.
func (r Result) Design() Design { return r.design }
