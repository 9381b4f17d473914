package contest

import (
	"math/rand/v2"
	"slices"
)

const (
	// draws of the bootstrap: enough that the ends of the interval keep still in
	// the digits that are printed.
	draws = 4000
	// tail is what is left out at each end: 95 % of the draws lie between.
	tail = 0.025
)

// An Interval is where a median lies, as far as its sample can tell.
type Interval struct{ Low, High float64 }

// Median returns the middle of values, or the mean of the two in the middle; 0
// for none.
func Median(values []float64) float64 {
	return medianOf(slices.Sorted(slices.Values(values)))
}

func medianOf(sorted []float64) float64 {
	n := len(sorted)
	switch {
	case n == 0:
		return 0
	case n%2 == 1:
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// Bootstrap returns the 95 % interval of the median of values: the percentiles
// of the medians of samples drawn from them, with repetition. The same values
// and seed give the same interval.
func Bootstrap(values []float64, seed uint64) Interval {
	if len(values) == 0 {
		return Interval{}
	}
	random := rand.New(rand.NewPCG(seed, uint64(len(values))))
	medians := make([]float64, draws)
	sample := make([]float64, len(values))
	for i := range medians {
		for j := range sample {
			sample[j] = values[random.IntN(len(values))]
		}
		slices.Sort(sample)
		medians[i] = medianOf(sample)
	}
	slices.Sort(medians)
	cut := int(tail * draws)
	return Interval{medians[cut], medians[draws-1-cut]}
}
