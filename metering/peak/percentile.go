package peak

import (
	"cmp"
	"fmt"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// An Index says which of n points in order is the percentile p. The zero Index
// is FloorDrop. With x = n·(1 − p), where 8,928 points and 95 % make 446.4:
type Index uint8

// The index rules.
const (
	// FloorDrop drops the floor(x) largest points and takes the next, the 447th.
	// BytePlus states it, and it is the nearest rank, counted from the smallest:
	// ceil(n·p).
	FloorDrop Index = iota
	// CeilDrop drops ceil(x) points: the 448th.
	CeilDrop
	// RoundDrop drops x rounded to the nearest whole number, half up: the 447th.
	RoundDrop
	// Interpolated is linear between the two points around the place (n − 1)·p,
	// as spreadsheets, numpy and PromQL have it. It is no level that was sampled.
	Interpolated

	// NearestRank is FloorDrop by its other name.
	NearestRank = FloorDrop
)

// A Percentile is the rule that ranks all samples of the days that count,
// drops the largest and takes the next. Of says which percentile and is above
// 0, and at most 1; the zero Percentile is not valid. See [P95].
type Percentile struct {
	Of      Ratio
	Index   Index
	Missing Missing
	Days    DayRule
	// Truncate cuts the result to whole units, such as Mbit/s; the zero Unit
	// cuts nothing.
	Truncate metering.Unit
}

func (r Percentile) check() error {
	if r.Of.IsZero() || r.Of.Cmp(Percent(100)) > 0 {
		return fieldError("percentile", r.Of, "want more than 0 and at most 1")
	}
	if r.Index > Interpolated {
		return fieldError("index rule", uint8(r.Index), "want FloorDrop, CeilDrop, RoundDrop or Interpolated")
	}
	return checkPolicies(r.Missing, r.Days)
}

// Excess returns x = n·(1 − Of), the points above the percentile before they
// are made a whole number. It fails with a *metering.FieldError for a rule
// that is not valid and for n outside 1 to [MaxIntervals].
func (r Percentile) Excess(n int) (Ratio, error) {
	if err := cmp.Or(r.check(), checkPoints(n)); err != nil {
		return Ratio{}, err
	}
	return reduced(r.above(n), r.Of.Den()), nil
}

// Rank returns the place of the percentile among n points, from the largest,
// which is 1; for Interpolated the upper of the two points. It fails as
// [Percentile.Excess] does.
func (r Percentile) Rank(n int) (int, error) {
	if err := cmp.Or(r.check(), checkPoints(n)); err != nil {
		return 0, err
	}
	rank, _ := r.rank(n)
	return rank, nil
}

func checkPoints(n int) error {
	if n < 1 || n > MaxIntervals {
		return fieldError("points", n, fmt.Sprintf("want 1 to %d", MaxIntervals))
	}
	return nil
}

// above returns n·(den − num) of the percentile num/den: the excess, times den.
func (r Percentile) above(n int) fixed.Int128 {
	num, _ := r.Of.num.Int64() // at most den
	v, _ := fixed.FromInt64(r.Of.Den() - num).MulInt64(int64(n))
	return v
}

// rank returns the place among n points, and how many parts in Of.Den() of the
// way to the next smaller one an interpolated percentile lies.
func (r Percentile) rank(n int) (rank int, part int64) {
	den := fixed.FromInt64(r.Of.Den())
	if r.Index == Interpolated {
		q, rest, _ := r.above(n - 1).QuoRem(den)
		above, _ := q.Int64()
		part, _ = rest.Int64()
		return int(above) + 1, part
	}
	mode := fixed.Floor
	switch r.Index {
	case CeilDrop:
		mode = fixed.Ceiling
	case RoundDrop:
		mode = fixed.HalfUp
	case FloorDrop, Interpolated:
	}
	q, _, _ := r.above(n).Div(den, mode)
	dropped, _ := q.Int64()
	return min(int(dropped)+1, n), 0
}

// reach returns how many of the largest of n points the percentile looks at.
func (r Percentile) reach(n int) int {
	rank, part := r.rank(n)
	if part > 0 {
		rank++
	}
	return rank
}

func (r Percentile) needs(p *Plan) (kept, error) {
	if err := cmp.Or(r.check(), checkTruncate(r.Truncate, p.dimension)); err != nil {
		return kept{}, err
	}
	n := r.reach(p.intervals) // fewer points reach no further
	if r.Days == ValidDays && p.above > 0 {
		return kept{valid: n}, nil
	}
	return kept{all: n}, nil
}

func (r Percentile) compute(l *Line) (Result, error) {
	res := Result{}
	for day := range l.plan.days {
		if points, counts := l.points(day, r.Missing, r.Days); counts {
			res.Days++
			res.Points += points
		}
	}
	if res.Points == 0 {
		return Result{}, l.noSamples()
	}
	pool, of, keeps := &l.all, "period", l.plan.keeps.all
	if r.Days == ValidDays && l.plan.above > 0 {
		pool, of, keeps = &l.proven, "valid days", l.plan.keeps.valid
	}
	if want := r.reach(res.Points); want > keeps {
		return Result{}, &NotKeptError{of, want, keeps}
	}
	var part int64
	res.Rank, part = r.rank(res.Points)
	at, next := pool.around(res.Rank)
	var err error
	res.Level, err = l.plan.exact(between(at, next, part, r.Of.Den())).truncated(r.Truncate)
	return res, err
}

// between returns the value part/den of the way from a to b.
func between(a, b, part, den int64) Ratio {
	if part == 0 {
		return Ratio{num: fixed.FromInt64(a)}
	}
	// Neither product has more than 126 bits, nor their sum: it is at most
	// max(a, b)·den.
	x, _ := fixed.FromInt64(a).MulInt64(den - part)
	y, _ := fixed.FromInt64(b).MulInt64(part)
	sum, _ := x.Add(y)
	return reduced(sum, den)
}
