package peak

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Plan is a [Sampling] and what its rules need a [Line] to keep. It is
// immutable, safe for concurrent use and shared by any number of lines.
type Plan struct {
	period    metering.Period
	calendar  metering.Calendar
	dimension metering.Dimension
	direction Direction
	interval  time.Duration
	above     int64
	keeps     kept

	start     time.Time
	intervals int
	days      []metering.Period
	first     []int32  // the first interval of each day, and the end of the last
	dayOf     []uint16 // the day of each interval
}

// NewPlan returns a plan whose lines keep what the rules need, and so answer
// them; with no rule they count samples alone. It fails with a
// *metering.FieldError or *metering.DimensionError on a sampling or a rule
// that is not valid, [ErrNegative] or [ErrRange] on ValidAbove. It costs a few
// lookups in the calendar for each day, and 2 bytes for each interval.
func NewPlan(s Sampling, rules ...Rule) (*Plan, error) {
	p := &Plan{
		period: s.Period, calendar: s.Days, dimension: s.Dimension, direction: s.Direction,
		interval: cmp.Or(s.Interval, DefaultInterval), start: s.Period.Start(),
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	if err := p.cut(); err != nil {
		return nil, err
	}
	var err error
	if p.above, err = p.grains(&s.ValidAbove, "valid above"); err != nil {
		return nil, err
	}
	var broken []error
	for _, r := range rules {
		k, err := needs(r, p)
		broken = append(broken, err)
		p.keeps = kept{max(p.keeps.all, k.all), max(p.keeps.valid, k.valid), max(p.keeps.day, k.day)}
	}
	if err := errors.Join(broken...); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Plan) check() error {
	d := p.period.Duration()
	switch {
	case !p.dimension.Valid():
		return fieldError("dimension", p.dimension, "want one of metering's dimensions")
	case p.direction > SumInOut:
		return fieldError("direction", p.direction, "want MaxInOut, InOnly, OutOnly or SumInOut")
	case p.interval < 0:
		return fieldError("interval", p.interval, "want more than 0, or 0 for five minutes")
	case d == 0:
		return fieldError("period", p.period, "want one that is not empty")
	case d%p.interval != 0:
		return fieldError("interval", p.interval, fmt.Sprintf("want a divisor of the period, %v", d))
	case d/p.interval > MaxIntervals:
		return fieldError("interval", p.interval, fmt.Sprintf("want at most %d intervals in the period", MaxIntervals))
	}
	p.intervals = int(d / p.interval)
	return nil
}

// cut lays the days over the intervals.
func (p *Plan) cut() error {
	p.dayOf = make([]uint16, 0, p.intervals)
	for day := range p.calendar.Over(p.period) {
		begin := day.Start().Sub(p.start)
		if begin%p.interval != 0 {
			return fieldError("interval", p.interval, fmt.Sprintf("want intervals that no day cuts: one begins at %s", day.Start().Format(time.RFC3339)))
		}
		p.first = append(p.first, int32(begin/p.interval))
		for len(p.dayOf) < int(day.End().Sub(p.start)/p.interval) {
			p.dayOf = append(p.dayOf, uint16(len(p.days)))
		}
		p.days = append(p.days, day)
	}
	if len(p.dayOf) < p.intervals { // the last day ends where the period does
		return fieldError("days", p.calendar, "want a calendar, such as metering.Days of a zone")
	}
	p.first = append(p.first, int32(p.intervals))
	return nil
}

// Days yields the days that the calendar cuts the period into, in order.
func (p *Plan) Days() iter.Seq[metering.Period] { return slices.Values(p.days) }

// DayCount returns how many days the period has.
func (p *Plan) DayCount() int { return len(p.days) }

// Intervals returns how many sampling intervals the period has.
func (p *Plan) Intervals() int { return p.intervals }

func (p *Plan) intervalsOf(day int) int { return int(p.first[day+1] - p.first[day]) }

// Prorate returns level·days/[Plan.DayCount], exactly: what a level of some
// days of the period counts for. It fails with a *metering.FieldError unless
// days is within 0 and DayCount, and with [ErrOverflow].
func (p *Plan) Prorate(level Level, days int) (Level, error) {
	if days < 0 || days > len(p.days) || len(p.days) == 0 {
		return Level{}, fieldError("days", days, fmt.Sprintf("want 0 to the %d of the period", len(p.days)))
	}
	return level.Times(reduced(fixed.FromInt64(int64(days)), int64(len(p.days))))
}

func (p *Plan) exact(v Ratio) Level { return Level{v, p.dimension} }

// same reports whether lines of two plans can be merged: they divide time and
// choose levels alike, and keep as many.
func (p *Plan) same(q *Plan) bool {
	return p == q || q != nil && p.period == q.period && p.calendar == q.calendar && p.dimension == q.dimension &&
		p.direction == q.direction && p.interval == q.interval && p.above == q.above && p.keeps == q.keeps
}

// LineBytes returns about how much memory a line takes at most, in bytes.
// Where a percentile of valid days has [Sampling.ValidAbove] above 0, each
// sample of a day that is not valid and above 0 takes 10 to 20 bytes more.
func (p *Plan) LineBytes() int {
	const line, entry, rounding = 352, 10, 9 // an entry is a level and its interval
	entries := poolSize(p.keeps.all, p.intervals) + poolSize(p.keeps.valid, p.intervals) + len(p.days)*p.keeps.day
	n := line + 8*p.lineWords() + entry*entries
	return n + n/rounding // sizes that an allocator hands out are up to a ninth larger
}
