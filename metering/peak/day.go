package peak

import (
	"iter"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Day is what a line knows of one day.
type Day struct {
	Period        metering.Period
	Samples       int // intervals with a sample
	Intervals     int // all of them
	Exists, Valid bool
	Peak          Level // the largest level; zero unless the plan has a Daily rule
}

// Days yields all days of the period, in order.
func (l *Line) Days() iter.Seq[Day] {
	return func(yield func(Day) bool) {
		l.settle()
		for i, period := range l.days() {
			d := Day{Period: period, Samples: l.samplesOf(i), Intervals: l.plan.intervalsOf(i), Valid: l.valid.has(i)}
			d.Exists = d.Samples > 0 || l.marked.has(i)
			if m := l.plan.keeps.day; m > 0 {
				d.Peak = l.plan.exact(Ratio{num: fixed.FromInt64(l.daily.nth(i, 1, m))})
			}
			if !yield(d) {
				return
			}
		}
	}
}

// days returns those of the plan; a zero Line has none.
func (l *Line) days() []metering.Period {
	if l.plan == nil {
		return nil
	}
	return l.plan.days
}

func (l *Line) samplesOf(day int) int {
	return l.seen.count(int(l.plan.first[day]), int(l.plan.first[day+1]))
}
