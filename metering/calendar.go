package metering

import (
	"fmt"
	"iter"
	"time"
)

type step uint8

const (
	stepHour step = iota + 1
	stepDay
	stepMonth
)

// A Calendar cuts time into consecutive periods that tile it: no gap, no
// overlap. Days and months begin at the first instant at which the zone's
// clock shows their first midnight or later, so a day may last 23, 24 or 25
// hours, and what follows is one rule and no exceptions. Where a zone skips
// midnight, the day begins where the gap ends; a day that a zone skips has no
// period; where the clock is put back over midnight, the day has begun and
// goes on.
//
// Calendars are comparable with == and safe to copy; the zero Calendar is
// invalid and yields nothing.
type Calendar struct {
	step   step
	zone   Zone
	anchor int // the day a month begins on
}

// Hours is the calendar of clock hours: 3600 s pieces that begin when the
// zone's clock shows a full hour. Each hour that a clock put back shows twice
// is a piece of its own. Where the clock shifts by less than an hour, or not
// at a full hour, the hour that holds the shift is cut there.
func Hours(z Zone) Calendar { return Calendar{stepHour, z, 1} }

// Days is the calendar of local days.
func Days(z Zone) Calendar { return Calendar{stepDay, z, 1} }

// Months is the calendar of local months.
func Months(z Zone) Calendar { return Calendar{stepMonth, z, 1} }

// AnchoredMonths is the calendar of months that begin on day (1 to 31). In a
// month without that day the period begins on its last day, and the next one
// on the anchor again: 31 January, 28 February, 31 March. It fails with a
// *[FieldError] on any other day.
func AnchoredMonths(z Zone, day int) (Calendar, error) {
	if day < 1 || day > 31 {
		return Calendar{}, &FieldError{"anchor day", fmt.Sprint(day), "want 1 to 31"}
	}
	return Calendar{stepMonth, z, day}, nil
}

// Month returns the period of the given month of [Months] in zone z. As in
// [time.Date], month 13 is January of the next year. It fails with
// [ErrTimeRange] outside 1970 to 2199.
func Month(z Zone, year int, month time.Month) (Period, error) {
	const far = 12 * 2200 // bounds both terms, so that their sum cannot overflow
	if year >= -far && year <= far && month >= -far && month <= far {
		if i := monthIndex(year, month); i >= 12*1970 && i < 12*2200 {
			return Months(z).whole(i), nil
		}
	}
	return Period{}, fmt.Errorf("%w: month %d of year %d", ErrTimeRange, int(month), year)
}

// Zone returns the calendar's zone.
func (c Calendar) Zone() Zone { return c.zone }

// String returns the calendar for people, such as "days of Asia/Shanghai".
func (c Calendar) String() string {
	switch {
	case c.step == stepHour:
		return "hours of " + c.zone.String()
	case c.step == stepDay:
		return "days of " + c.zone.String()
	case c.step == stepMonth && c.anchor == 1:
		return "months of " + c.zone.String()
	case c.step == stepMonth:
		return fmt.Sprintf("months from day %d of %s", c.anchor, c.zone)
	}
	return "no calendar"
}

// At returns the calendar's period that contains t. It fails with
// [ErrTimeRange], or with a *[FieldError] for the zero Calendar.
func (c Calendar) At(t time.Time) (Period, error) {
	n, err := instant(t)
	if err != nil {
		return Period{}, err
	}
	if c.step == 0 {
		return Period{}, &FieldError{"calendar", "", "the zero Calendar has no periods"}
	}
	return c.around(n), nil
}

// Over yields the pieces of p cut at the calendar's edges, in order; the
// first and last may be shorter than a whole period of the calendar. A piece
// costs a few lookups in the zone, about a microsecond.
func (c Calendar) Over(p Period) iter.Seq[Period] {
	return func(yield func(Period) bool) {
		if c.step == 0 {
			return
		}
		for s := p.start; s < p.end; {
			e := min(c.around(s).end, p.end)
			if !yield(Period{s, e}) {
				return
			}
			s = e
		}
	}
}

// around returns the whole period that contains n.
func (c Calendar) around(n int64) Period {
	if c.step == stepHour {
		return c.hourAround(n)
	}
	// The clock's date at n is a guess: a clock that was put back over midnight
	// shows the day before the one that has begun.
	i := c.index(n)
	for c.begin(i)*second > n {
		i--
	}
	for c.begin(i+1)*second <= n {
		i++
	}
	return c.whole(i)
}

// whole returns the day or month of that index. The edges of the range of
// times bound it.
func (c Calendar) whole(i int) Period {
	return Period{clampTime(c.begin(i)), clampTime(c.begin(i + 1))}
}

// Days are counted from 1970-01-01, months from January of the year 0.

// index returns the number of the day or month that the clock shows at n.
func (c Calendar) index(n int64) int {
	if c.step == stepMonth {
		y, m, _ := time.Unix(0, n).In(c.zone.Location()).Date()
		return monthIndex(y, m)
	}
	sec := n / second
	off, _, _ := c.zone.offset(sec)
	return int(floorDiv(sec+off, secondsPerDay))
}

func monthIndex(y int, m time.Month) int { return 12*y + int(m) - 1 }

// begin returns the second at which the day or month of that index begins.
func (c Calendar) begin(i int) int64 {
	if c.step == stepDay {
		return c.zone.firstShows(int64(i) * secondsPerDay)
	}
	year, month := i/12, time.Month(i%12+1)
	last := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return c.zone.firstShows(time.Date(year, month, min(c.anchor, last), 0, 0, 0, 0, time.UTC).Unix())
}

// hourAround returns the clock hour that contains n, cut where the offset
// changes.
func (c Calendar) hourAround(n int64) Period {
	const hour = 3600
	sec := n / second
	off, from, to := c.zone.offset(sec)
	start := floorDiv(sec+off, hour)*hour - off
	end := start + hour
	// A stretch can end where the next has the same offset.
	for from > start {
		before, earlier, _ := c.zone.offset(from - 1)
		if before != off {
			start = from
		}
		from = earlier
	}
	for to < end {
		after, _, later := c.zone.offset(to)
		if after != off {
			end = to
		}
		to = later
	}
	return Period{clampTime(start), clampTime(end)}
}

// clampTime converts a second to nanoseconds within the range of times.
func clampTime(sec int64) int64 { return min(max(sec, minTime), maxTime/second) * second }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
