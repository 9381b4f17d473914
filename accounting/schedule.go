package accounting

import (
	"fmt"
	"slices"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// A Schedule is times of the day on kinds of days and in months, by the clock of a zone. The
// zero Schedule is always, in UTC. Where a clock is put forward, an hour that
// it skips is in no schedule; where it is put back, one that it shows twice is
// in twice.
type Schedule struct {
	Zone  metering.Zone
	Hours []Hours // none is the whole day
	// Months are the months of a season; none is the whole year.
	Months []time.Month
	// Weekdays are the days of the week; none is all of them.
	Weekdays []time.Weekday
	// Days narrows that to days that are worked, or not, by Calendar.
	Days     DayKind
	Calendar HolidayCalendar
}

// Hours is a stretch of the day, [From, To) in minutes since the clock showed
// midnight, 0 ≤ From < To ≤ 1440. A night is two of them.
type Hours struct{ From, To int }

// A DayKind says which days a schedule has.
type DayKind uint8

// The kinds of days.
const (
	AnyDay   DayKind = iota
	Workdays         // Monday to Friday but for holidays, and the days worked instead
	Restdays         // all others
)

// A HolidayCalendar is the days of a country that are not as their weekday.
type HolidayCalendar struct {
	Name string
	Off  []Date // holidays
	Work []Date // Saturdays and Sundays that are worked
}

// A Date is a day of the Gregorian calendar, in whatever zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads a date such as 2026-10-01; false if it is none.
func ParseDate(s string) (Date, bool) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, false
	}
	return dateOf(t), true
}

func dateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// String returns the date as 2026-10-01.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// Covers reports whether any of the period is in the schedule, and whether all
// of it is. It costs a few lookups in the zone for each day of the period.
func (s *Schedule) Covers(period metering.Period) (some, all bool) {
	if s == nil {
		return true, true
	}
	all = true
	for day := range metering.Days(s.Zone).Over(period) {
		in, out := s.day(day)
		some, all = some || in, all && !out
	}
	return some, all && some
}

// day reports whether a piece of one local day has times in the schedule, and
// times outside.
func (s *Schedule) day(piece metering.Period) (in, out bool) {
	loc := s.Zone.Location()
	if !s.hasDay(piece.Start().In(loc)) {
		return false, true
	}
	if len(s.Hours) == 0 {
		return true, false
	}
	at := piece.Start()
	for at.Before(piece.End()) {
		local := at.In(loc)
		minute := 60*local.Hour() + local.Minute()
		inside, edge := s.clock(minute)
		if inside {
			in = true
		} else {
			out = true
		}
		// Up to the edge, or to the zone's next shift of the clock.
		since := time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
		next := at.Add(time.Duration(edge-minute)*time.Minute - since)
		if _, shift := local.ZoneBounds(); !shift.IsZero() && shift.After(at) && shift.Before(next) {
			next = shift
		}
		at = next
	}
	return in, out
}

// clock reports whether a minute of the day is in the schedule's hours, and
// the minute at which that may change.
func (s *Schedule) clock(minute int) (inside bool, edge int) {
	edge = 24 * 60
	for _, h := range s.Hours {
		if h.From <= minute && minute < h.To {
			inside = true
		}
		for _, e := range [...]int{h.From, h.To} {
			if e > minute && e < edge {
				edge = e
			}
		}
	}
	return inside, edge
}

func (s *Schedule) hasDay(t time.Time) bool {
	if len(s.Months) > 0 && !slices.Contains(s.Months, t.Month()) {
		return false
	}
	if len(s.Weekdays) > 0 && !slices.Contains(s.Weekdays, t.Weekday()) {
		return false
	}
	if s.Days == AnyDay {
		return true
	}
	date := dateOf(t)
	worked := t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
	if slices.Contains(s.Calendar.Off, date) {
		worked = false
	}
	if slices.Contains(s.Calendar.Work, date) {
		worked = true
	}
	return worked == (s.Days == Workdays)
}
