package facility

import (
	"slices"

	"github.com/meterbook/meterbook/metering"
)

// Combine returns the PUE of several results taken together: the sum of their
// totals over the sum of their IT energies, which is not the mean of their
// ratios. The results are either of several sites over one period, or of one
// site over consecutive periods, in any order; for both, combine the periods
// of each site first.
//
// Unobserved time of consecutive periods adds up; of several sites the
// longest counts. Accuracy is carried as of one meter over consecutive
// periods, and as of independent meters over several sites, rounded up.
//
// It fails with [ErrNoResults], [ErrNoITEnergy] on a zero Result, a
// *[KindMismatchError], a *[CategoryMismatchError], a *[TableMismatchError],
// a *[PeriodGapError] when periods are neither all equal nor without gap and
// overlap, or an error that wraps [metering.ErrOverflow].
func Combine(results ...Result) (Result, error) {
	if len(results) == 0 {
		return Result{}, ErrNoResults
	}
	first := results[0]
	sum := Result{category: first.category, kind: first.kind, boundary: first.boundary, table: first.table}
	for _, r := range results {
		if r.it.energy.IsZero() {
			return Result{}, ErrNoITEnergy
		}
		if err := first.alike(r); err != nil {
			return Result{}, err
		}
		if r.kind == designed {
			return Result{}, &KindMismatchError{r.Name(), "PUE"}
		}
		sum.relabel = sum.relabel || r.relabel
	}
	var err error
	if sum.period, err = join(results); err != nil {
		return Result{}, err
	}
	consecutive := sum.period != first.period
	if sum.total, err = add(results, consecutive, func(r *Result) reading { return r.total }); err != nil {
		return Result{}, err
	}
	if sum.it, err = add(results, consecutive, func(r *Result) reading { return r.it }); err != nil {
		return Result{}, err
	}
	over := make([]accuracyOf, len(results))
	for i, r := range results {
		over[i] = accuracyOf{r.Overhead().Microjoules().Big(), r.over}
	}
	sum.over = joint(over, consecutive)
	return sum.judge()
}

// add adds up one of the two readings of all results.
func add(results []Result, consecutive bool, of func(*Result) reading) (sum reading, err error) {
	parts := make([]accuracyOf, 0, len(results))
	for i := range results {
		r := of(&results[i])
		if sum.energy, err = sum.energy.Add(r.energy); err != nil {
			return reading{}, err
		}
		if sum.estimated, err = sum.estimated.Add(r.estimated); err != nil {
			return reading{}, err
		}
		if consecutive {
			sum.unobserved += r.unobserved
		} else {
			sum.unobserved = max(sum.unobserved, r.unobserved)
		}
		sum.fromMemory = sum.fromMemory || r.fromMemory
		parts = append(parts, accuracyOf{r.energy.Microjoules().Big(), r.accuracy})
	}
	sum.accuracy = joint(parts, consecutive)
	return sum, nil
}

// join returns the period that the results are about.
func join(results []Result) (metering.Period, error) {
	first := results[0].period
	if !slices.ContainsFunc(results, func(r Result) bool { return r.period != first }) {
		return first, nil
	}
	periods := make([]metering.Period, len(results))
	for i, r := range results {
		periods[i] = r.period
	}
	slices.SortFunc(periods, metering.Period.Compare)
	for i, p := range periods[1:] {
		if last := periods[i]; !p.Start().Equal(last.End()) {
			return metering.Period{}, &PeriodGapError{Last: last, Next: p}
		}
	}
	return metering.NewPeriod(periods[0].Start(), periods[len(periods)-1].End())
}
