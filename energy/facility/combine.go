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
// It fails with [ErrNoResults], [ErrNoITEnergy] on a zero Result, a
// *[CategoryMismatchError], a *[PeriodGapError] when periods are neither all
// equal nor without gap and overlap, or an error that wraps
// [metering.ErrOverflow].
func Combine(results ...Result) (Result, error) {
	if len(results) == 0 {
		return Result{}, ErrNoResults
	}
	sum := Result{category: results[0].category}
	incomplete := false
	for _, r := range results {
		if r.it.IsZero() {
			return Result{}, ErrNoITEnergy
		}
		if r.category != sum.category {
			return Result{}, &CategoryMismatchError{Got: r.category, Want: sum.category}
		}
		var err error
		if sum.total, err = sum.total.Add(r.total); err != nil {
			return Result{}, err
		}
		if sum.it, err = sum.it.Add(r.it); err != nil {
			return Result{}, err
		}
		incomplete = incomplete || r.Has(PartialCoverage)
	}
	var err error
	if sum.period, err = join(results); err != nil {
		return Result{}, err
	}
	return sum.judge(incomplete)
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
