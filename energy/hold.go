package energy

import (
	"cmp"
	"slices"
	"time"
)

// Hold returns the samples as those of a meter whose readings hold until the
// next one, such as one that reports only changes: each is followed by itself
// at the instant of the next, so that power changes in steps. Of a meter that
// samples what varies between readings it is the wrong reading: held values
// are off where lines between them are not.
//
// The result is in order of time, those of one instant as they were given;
// samples is not changed.
func Hold(samples []Sample) []Sample {
	sorted := slices.Clone(samples)
	slices.SortStableFunc(sorted, func(a, b Sample) int {
		return cmp.Or(cmp.Compare(a.Time.Unix(), b.Time.Unix()), cmp.Compare(a.Time.Nanosecond(), b.Time.Nanosecond()))
	})
	held := make([]Sample, 0, 2*len(sorted))
	for i, s := range sorted {
		if i > 0 && !s.Time.Equal(sorted[i-1].Time) {
			held = append(held, Sample{s.Time, sorted[i-1].Power})
		}
		held = append(held, s)
	}
	return held
}

// MeanPower returns the constant power that makes up the window's energy over
// what was observed or bridged of it, rounded half-even to the microwatt: the
// demand of a quarter hour. Where nothing was, it is 0.
//
// Of a window put together by a caller that says how much was estimated, and
// not in how much time, the whole period counts.
func (w Window) MeanPower() Power {
	over := w.Observed + w.Bridged
	partly := w.Estimated.Sign() > 0 && w.Estimated.Cmp(w.Energy) < 0
	if w.Bridged == 0 && (partly || over == 0) {
		over = w.Period.Duration()
	}
	return w.Energy.Mean(over)
}

// Mean returns e over d as a constant power, rounded half-even to the
// microwatt, held to 64 bits. Over no time it is 0.
func (e Energy) Mean(d time.Duration) Power {
	if d <= 0 {
		return 0
	}
	return mean(e, d)
}
