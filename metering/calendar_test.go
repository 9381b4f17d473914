package metering_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

// TestDays_Lengths: days where the clock was put forward or back, in every
// manner there is.
func TestDays_Lengths(t *testing.T) {
	for _, tt := range []struct {
		name, zone, day, start, end string
	}{
		{"always 24 hours", "Asia/Shanghai", "2026-03-08", "2026-03-07T16:00:00Z", "2026-03-08T16:00:00Z"},
		{"23 hours", "America/New_York", "2026-03-08", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"},
		{"25 hours", "America/New_York", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},
		{"a half hour less", "Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z"},
		{"a half hour more", "Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z"},
		{"a quarter to the hour", "Asia/Kathmandu", "2026-04-05", "2026-04-04T18:15:00Z", "2026-04-05T18:15:00Z"},
		{"midnight skipped", "America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"},
		{"23:00 shown twice", "America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", "2018-02-18T03:00:00Z"},
		{"midnight skipped", "Asia/Beirut", "2022-03-27", "2022-03-26T22:00:00Z", "2022-03-27T21:00:00Z"},
		{"23:00 shown twice", "Asia/Beirut", "2022-10-29", "2022-10-28T21:00:00Z", "2022-10-29T22:00:00Z"},
		{"midnight skipped", "Africa/Cairo", "2024-04-26", "2024-04-25T22:00:00Z", "2024-04-26T21:00:00Z"},
		{"23:00 shown twice", "Africa/Cairo", "2024-10-31", "2024-10-30T21:00:00Z", "2024-10-31T22:00:00Z"},
		{"Ramadan begins", "Africa/Casablanca", "2026-02-15", "2026-02-14T23:00:00Z", "2026-02-16T00:00:00Z"},
		{"Ramadan ends", "Africa/Casablanca", "2026-03-22", "2026-03-22T00:00:00Z", "2026-03-22T23:00:00Z"},
		{"the day before a skipped one", "Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"},
		{"the day after a skipped one", "Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"},
		// At 00:01 the clock went back to 23:01 of the day before: midnight came
		// twice, and the day began the first time.
		{"the day before midnight twice", "America/St_Johns", "2010-11-06", "2010-11-06T02:30:00Z", "2010-11-07T02:30:00Z"},
		{"midnight twice", "America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z", "2010-11-08T03:30:00Z"},
		{"a minute after midnight, forward", "America/St_Johns", "2011-03-13", "2011-03-13T03:30:00Z", "2011-03-14T02:30:00Z"},
		{"the last day of a leap year, by rule", "America/New_York", "2048-12-31", "2048-12-31T05:00:00Z", "2049-01-01T05:00:00Z"},
	} {
		t.Run(tt.zone+" "+tt.name, func(t *testing.T) {
			z := metering.MustZone(tt.zone)
			noon, err := time.ParseInLocation("2006-01-02 15:04", tt.day+" 12:00", z.Location())
			require.NoError(t, err)
			want := metering.MustPeriod(tt.start, tt.end)
			require.Equal(t, want, checkTile(t, metering.Days(z), noon))
			for h := range metering.Hours(z).Over(want) { // every instant of the day, hour by hour
				require.Equal(t, want, checkTile(t, metering.Days(z), h.Start()))
				require.Equal(t, want, checkTile(t, metering.Days(z), h.End().Add(-1)))
			}
		})
	}
}

// TestHours_Shifts: hours about a shift of the clock.
func TestHours_Shifts(t *testing.T) {
	for _, tt := range []struct {
		name, zone, from, to string
		want                 []string
	}{
		{"an hour shown twice", "America/New_York", "2026-11-01T04:00:00Z", "2026-11-01T08:00:00Z",
			[]string{"00:00 EDT 60", "01:00 EDT 60", "01:00 EST 60", "02:00 EST 60"}},
		{"an hour skipped", "America/New_York", "2026-03-08T06:00:00Z", "2026-03-08T08:00:00Z",
			[]string{"01:00 EST 60", "03:00 EDT 60"}},
		{"a half hour back", "Australia/Lord_Howe", "2026-04-04T14:00:00Z", "2026-04-04T16:30:00Z",
			[]string{"01:00 +11 60", "01:30 +1030 30", "02:00 +1030 60"}},
		{"a half hour forward", "Australia/Lord_Howe", "2026-10-03T14:30:00Z", "2026-10-03T17:00:00Z",
			[]string{"01:00 +1030 60", "02:30 +11 30", "03:00 +11 60"}},
		{"a quarter to the hour", "Asia/Kathmandu", "2026-01-01T00:15:00Z", "2026-01-01T02:15:00Z",
			[]string{"06:00 +0545 60", "07:00 +0545 60"}},
		{"a minute after midnight", "America/St_Johns", "2010-11-07T01:30:00Z", "2010-11-07T04:30:00Z",
			[]string{"23:00 NDT 60", "00:00 NDT 1", "23:01 NST 59", "00:00 NST 60"}},
		{"the last day of a leap year, by rule", "America/New_York", "2048-12-31T23:00:00Z", "2049-01-01T01:00:00Z",
			[]string{"18:00 EST 60", "19:00 EST 60"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			z := metering.MustZone(tt.zone)
			var got []string
			for h := range metering.Hours(z).Over(metering.MustPeriod(tt.from, tt.to)) {
				checkTile(t, metering.Hours(z), h.Start())
				got = append(got, h.Start().In(z.Location()).Format("15:04 MST ")+strings.TrimSuffix(h.Duration().Truncate(time.Minute).String(), "0s"))
			}
			for i, w := range tt.want {
				fields := strings.Fields(w)
				minutes, err := time.ParseDuration(fields[2] + "m")
				require.NoError(t, err)
				tt.want[i] = fields[0] + " " + fields[1] + " " + strings.TrimSuffix(minutes.String(), "0s")
			}
			require.Equal(t, tt.want, got)
		})
	}
}

// TestCalendars_LastDayOfLeapYears: past the last shift that a zone's file
// lists, package time says that a stretch ends where 31 December of a leap
// year begins. Every period of that day still has an end after its start.
func TestCalendars_LastDayOfLeapYears(t *testing.T) {
	for _, name := range lawZones {
		z := metering.MustZone(name)
		for _, year := range []int{2012, 2024, 2048, 2096, 2196} {
			for _, c := range lawCalendars(z, 31) {
				for h := range 50 {
					checkTile(t, c, time.Date(year, 12, 31, h-12, 7, 0, 0, time.UTC))
				}
			}
			day := period(time.Date(year, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(year+1, 1, 1, 0, 0, 0, 0, time.UTC))
			require.LessOrEqual(t, len(slices.Collect(metering.Hours(z).Over(day))), 25)
		}
	}
}

func TestMonths(t *testing.T) {
	shanghai := metering.MustZone("Asia/Shanghai")
	feb, err := metering.Month(shanghai, 2026, time.February)
	require.NoError(t, err)
	require.Equal(t, metering.MustPeriod("2026-01-31T16:00:00Z", "2026-02-28T16:00:00Z"), feb)
	require.Equal(t, feb, checkTile(t, metering.Months(shanghai), feb.Start()))
	january, err := metering.Month(metering.Zone{}, 2026, 13)
	require.NoError(t, err)
	require.Equal(t, metering.MustPeriod("2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z"), january)
	december, err := metering.Month(metering.Zone{}, 2026, 0)
	require.NoError(t, err)
	require.Equal(t, metering.MustPeriod("2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z"), december)

	// The edges of the range bound a month.
	first, err := metering.Month(shanghai, 1970, time.January)
	require.NoError(t, err)
	require.Equal(t, metering.MustPeriod("1970-01-01T00:00:00Z", "1970-01-31T16:00:00Z"), first)
	last, err := metering.Month(metering.MustZone("America/New_York"), 2199, time.December)
	require.NoError(t, err)
	require.Equal(t, metering.MustPeriod("2199-12-01T05:00:00Z", "2200-01-01T00:00:00Z"), last)
	for _, m := range []struct {
		year  int
		month time.Month
	}{{1969, 12}, {2200, 1}, {1970, 0}, {2199, 13}, {math.MaxInt32, 1}, {math.MinInt32, 1}, {2026, math.MaxInt32}, {2026, math.MinInt32}} {
		_, err = metering.Month(metering.Zone{}, m.year, m.month)
		require.ErrorIs(t, err, metering.ErrTimeRange, m)
	}
}

// TestAnchoredMonths: the anchor sticks to the end of shorter months and comes
// back.
func TestAnchoredMonths(t *testing.T) {
	starts := func(zone string, anchor int, from, to string) (days []string) {
		z := metering.MustZone(zone)
		c, err := metering.AnchoredMonths(z, anchor)
		require.NoError(t, err)
		for p := range c.Over(metering.MustPeriod(from, to)) {
			days = append(days, checkTile(t, c, p.Start()).Start().In(z.Location()).Format("2006-01-02 15:04"))
		}
		return days
	}
	require.Equal(t, []string{"2027-12-31 00:00", "2028-01-31 00:00", "2028-02-29 00:00", "2028-03-31 00:00", "2028-04-30 00:00"},
		starts("UTC", 31, "2028-01-30T00:00:00Z", "2028-05-01T00:00:00Z"))
	require.Equal(t, []string{"2026-01-30 00:00", "2026-02-28 00:00", "2026-03-30 00:00"},
		starts("Asia/Shanghai", 30, "2026-02-10T00:00:00Z", "2026-04-01T00:00:00Z"))
	// On 30 March 2014 the clock of Beirut skipped midnight; Samoa had no 30
	// December 2011.
	require.Equal(t, []string{"2014-02-28 00:00", "2014-03-30 01:00", "2014-04-30 00:00"},
		starts("Asia/Beirut", 30, "2014-03-01T00:00:00Z", "2014-05-01T00:00:00Z"))
	require.Equal(t, []string{"2011-11-30 00:00", "2011-12-31 00:00", "2012-01-30 00:00"},
		starts("Pacific/Apia", 30, "2011-12-01T00:00:00Z", "2012-02-01T00:00:00Z"))

	for _, day := range []int{0, 32, -1, math.MaxInt32} {
		_, err := metering.AnchoredMonths(metering.Zone{}, day)
		var field *metering.FieldError
		require.ErrorAs(t, err, &field)
	}
}

func TestCalendar_Edges(t *testing.T) {
	var none metering.Calendar
	_, err := none.At(firstInstant)
	var field *metering.FieldError
	require.ErrorAs(t, err, &field)
	require.Empty(t, slices.Collect(none.Over(metering.MustPeriod("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"))))
	require.Empty(t, slices.Collect(metering.Days(metering.Zone{}).Over(metering.Period{})))
	_, err = metering.Days(metering.Zone{}).At(time.Time{})
	require.ErrorIs(t, err, metering.ErrTimeRange)

	whole := period(firstInstant, lastInstant.Add(1))
	months := 0
	for range metering.Months(metering.MustZone("Pacific/Apia")).Over(whole) {
		months++
	}
	require.Equal(t, 1+230*12+1, months, "a part of December 1969, west of the date line, and of January 2200, east of it")

	anchored, err := metering.AnchoredMonths(metering.MustZone("Asia/Shanghai"), 15)
	require.NoError(t, err)
	require.Equal(t, []string{"hours of UTC", "days of Asia/Shanghai", "months of UTC", "months from day 15 of Asia/Shanghai", "no calendar"},
		[]string{metering.Hours(metering.Zone{}).String(), metering.Days(anchored.Zone()).String(), metering.Months(metering.Zone{}).String(), anchored.String(), none.String()})
}

func TestLoadZone(t *testing.T) {
	require.Equal(t, metering.Zone{}, metering.MustZone("UTC"))
	require.Equal(t, metering.Zone{}, metering.MustZone(""))
	require.Equal(t, metering.MustZone("Asia/Shanghai"), metering.MustZone("Asia/Shanghai"), "zones are comparable")
	require.Equal(t, "UTC", metering.Zone{}.String())
	for _, name := range []string{"Local", "asia/shanghai", "../UTC", "Mars/Olympus", strings.Repeat("a", 1<<20)} {
		_, err := metering.LoadZone(name)
		var field *metering.FieldError
		require.ErrorAs(t, err, &field, "%.20q", name)
	}
	require.Panics(t, func() { metering.MustZone("Local") })

	for _, name := range []string{"UTC", "Asia/Shanghai"} {
		text, err := json.Marshal(metering.MustZone(name))
		require.NoError(t, err)
		require.Equal(t, `"`+name+`"`, string(text))
		back := metering.MustZone("Europe/Berlin")
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, metering.MustZone(name), back)
	}
	z := metering.MustZone("Europe/Berlin")
	require.Error(t, json.Unmarshal([]byte(`"Local"`), &z))
	require.Equal(t, metering.MustZone("Europe/Berlin"), z)
}

// TestZones_QuarterHours: since 1980 days and months begin at quarter hours of
// UTC, in every zone of the list, and so do hours but for those that a clock
// cuts by being shifted a minute after midnight.
func TestZones_QuarterHours(t *testing.T) {
	since := metering.MustPeriod("1980-01-01T00:00:00Z", "2040-01-01T00:00:00Z")
	for _, name := range lawZones {
		z := metering.MustZone(name)
		for d := range metering.Days(z).Over(since) {
			require.Zero(t, d.Start().UnixNano()%int64(15*time.Minute), "%v in %s", d, name)
		}
	}
}
