package peak

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Fold says how the levels of days become one. The zero Fold is Mean.
type Fold uint8

// The folds. Top is that of [Daily].
const (
	Mean    Fold = iota // the mean of the Top largest, or of all there are; of all when Top is 0
	Highest             // the Top-th largest, 0 when there are fewer days
	Total               // the sum of all; Top is 0
)

// A Daily is the rule that takes one level of each day that counts and folds
// them into one. The zero Daily is not valid; see [Maximum],
// [AverageDailyPeak], [FourthPeak], [Enhanced95] and [MonthlyTop5].
type Daily struct {
	// Rank says which level of a day is taken, from the largest: 1 is the day's
	// peak. Where a day has fewer points it is the smallest. It is 0 when
	// Percentile is given instead.
	Rank int
	// Percentile is taken of each day, by its Of and Index, which is not
	// Interpolated. Its other fields are zero: those of the Daily hold.
	Percentile Percentile
	Fold       Fold
	Top        int
	// Missing says whether a day that counts has all its points. With
	// IgnoreMissing a day without a sample is left out, with ZeroFill it is 0.
	Missing Missing
	Days    DayRule
	// Truncate cuts each day's level to whole units, such as Mbit/s, and the
	// result again; the zero Unit cuts nothing.
	Truncate metering.Unit
}

func (r Daily) check() error {
	if err := checkPolicies(r.Missing, r.Days); err != nil {
		return err
	}
	switch p := r.Percentile; {
	case r.Rank < 0 || r.Rank > MaxIntervals:
		return fieldError("rank", r.Rank, fmt.Sprintf("want 1 to %d", MaxIntervals))
	case r.Rank == 0 && p == Percentile{}:
		return fieldError("rank", r.Rank, "want a rank or a percentile of each day")
	case r.Rank > 0 && p != Percentile{}:
		return fieldError("rank", r.Rank, "want 0 beside a percentile of each day")
	case r.Rank == 0 && (p.Index == Interpolated || p != Percentile{Of: p.Of, Index: p.Index}):
		return fieldError("daily percentile", p.Of, "want its Of and Index alone, and no interpolation")
	case r.Rank == 0 && p.check() != nil:
		return p.check()
	case r.Fold > Total:
		return fieldError("fold", uint8(r.Fold), "want Mean, Highest or Total")
	case r.Top < 0 || r.Top > MaxIntervals,
		r.Fold == Highest && r.Top == 0,
		r.Fold == Total && r.Top != 0:
		return fieldError("top", r.Top, "want 1 or more for Highest, 0 for Total, either for Mean")
	}
	return nil
}

// rank returns the place taken of a day's points.
func (r Daily) rank(points int) int {
	if r.Rank > 0 {
		return min(r.Rank, points)
	}
	rank, _ := r.Percentile.rank(points)
	return rank
}

func (r Daily) needs(p *Plan) (kept, error) {
	if err := cmp.Or(r.check(), checkTruncate(r.Truncate, p.dimension)); err != nil {
		return kept{}, err
	}
	n := 0
	for day := range p.days {
		n = max(n, r.rank(p.intervalsOf(day)))
	}
	return kept{day: n}, nil
}

func (r Daily) compute(l *Line) (Result, error) {
	var levels []Level
	for day := range l.plan.days {
		points, counts := l.points(day, r.Missing, r.Days)
		if !counts || points == 0 {
			continue
		}
		rank := r.rank(points)
		if keeps := l.plan.keeps.day; rank > keeps {
			return Result{}, &NotKeptError{"day", rank, keeps}
		}
		level, err := l.plan.exact(Ratio{num: fixed.FromInt64(l.daily.nth(day, rank, l.plan.keeps.day))}).truncated(r.Truncate)
		if err != nil {
			return Result{}, err
		}
		levels = append(levels, level)
	}
	if len(levels) == 0 {
		return Result{}, l.noSamples()
	}
	return r.fold(l.plan, levels)
}

// fold makes one level of those of all days, which are whole.
func (r Daily) fold(p *Plan, levels []Level) (Result, error) {
	res := Result{Days: len(levels), Points: len(levels)}
	slices.SortFunc(levels, func(a, b Level) int { return b.value.Cmp(a.value) })
	if r.Fold == Highest {
		res.Level = p.exact(Ratio{})
		if r.Top <= len(levels) {
			res.Level, res.Rank = levels[r.Top-1], r.Top
		}
		return res, nil
	}
	if r.Top > 0 {
		levels = levels[:min(r.Top, len(levels))]
	}
	sum := fixed.Int128{}
	for _, v := range levels {
		sum, _ = sum.Add(v.value.num) // at most 2^16 values below 2^63
	}
	den := int64(len(levels))
	if r.Fold == Total {
		den = 1
	}
	var err error
	res.Level, err = p.exact(reduced(sum, den)).truncated(r.Truncate)
	return res, err
}
