package accounting_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

func TestSchedule_Covers(t *testing.T) {
	shanghai, berlin := metering.MustZone("Asia/Shanghai"), metering.MustZone("Europe/Berlin")
	date := func(s string) accounting.Date { d, _ := accounting.ParseDate(s); return d }
	china := accounting.HolidayCalendar{Off: []accounting.Date{date("2026-10-01")}, Work: []accounting.Date{date("2026-10-10")}}
	morning := []accounting.Hours{{From: 540, To: 720}}
	night := []accounting.Hours{{From: 0, To: 360}, {From: 1320, To: 1440}}
	type verdict struct{ some, all bool }
	inside, outside, partly := verdict{true, true}, verdict{false, false}, verdict{true, false}
	for name, c := range map[string]struct {
		schedule accounting.Schedule
		period   string
		want     verdict
	}{
		"always":                         {accounting.Schedule{}, "2026-11-02T00:00:00Z/2026-11-09T00:00:00Z", inside},
		"in the hours":                   {accounting.Schedule{Zone: shanghai, Hours: morning}, "2026-11-02T01:00:00Z/2026-11-02T04:00:00Z", inside},
		"up to the edge":                 {accounting.Schedule{Zone: shanghai, Hours: morning}, "2026-11-02T00:00:00Z/2026-11-02T01:00:00Z", outside},
		"from the edge":                  {accounting.Schedule{Zone: shanghai, Hours: morning}, "2026-11-02T04:00:00Z/2026-11-02T05:00:00Z", outside},
		"over the edge":                  {accounting.Schedule{Zone: shanghai, Hours: morning}, "2026-11-02T03:45:00Z/2026-11-02T04:15:00Z", partly},
		"a night over midnight":          {accounting.Schedule{Zone: shanghai, Hours: night}, "2026-11-02T15:00:00Z/2026-11-02T17:00:00Z", inside},
		"a whole day":                    {accounting.Schedule{Zone: shanghai, Hours: night}, "2026-11-01T16:00:00Z/2026-11-02T16:00:00Z", partly},
		"weekday":                        {accounting.Schedule{Zone: shanghai, Weekdays: []time.Weekday{time.Monday}}, "2026-11-01T16:00:00Z/2026-11-02T16:00:00Z", inside},
		"weekday by the zone's clock":    {accounting.Schedule{Zone: shanghai, Weekdays: []time.Weekday{time.Monday}}, "2026-11-02T16:00:00Z/2026-11-02T17:00:00Z", outside},
		"in a month":                     {accounting.Schedule{Zone: shanghai, Months: []time.Month{time.July, time.August}}, "2026-06-30T16:00:00Z/2026-08-31T16:00:00Z", inside},
		"before a month by the clock":    {accounting.Schedule{Zone: shanghai, Months: []time.Month{time.July}}, "2026-06-30T15:00:00Z/2026-06-30T16:00:00Z", outside},
		"over the edge of a month":       {accounting.Schedule{Zone: shanghai, Months: []time.Month{time.July}}, "2026-06-30T15:45:00Z/2026-06-30T16:15:00Z", partly},
		"other hours in another month":   {accounting.Schedule{Zone: shanghai, Months: []time.Month{time.July}, Hours: morning}, "2026-08-02T01:00:00Z/2026-08-02T04:00:00Z", outside},
		"workday":                        {accounting.Schedule{Zone: shanghai, Days: accounting.Workdays, Calendar: china}, "2026-10-09T02:00:00Z/2026-10-09T03:00:00Z", inside},
		"holiday":                        {accounting.Schedule{Zone: shanghai, Days: accounting.Workdays, Calendar: china}, "2026-10-01T02:00:00Z/2026-10-01T03:00:00Z", outside},
		"Saturday that is worked":        {accounting.Schedule{Zone: shanghai, Days: accounting.Workdays, Calendar: china}, "2026-10-10T02:00:00Z/2026-10-10T03:00:00Z", inside},
		"day of rest":                    {accounting.Schedule{Zone: shanghai, Days: accounting.Restdays, Calendar: china}, "2026-10-01T02:00:00Z/2026-10-01T03:00:00Z", inside},
		"an hour that the clock repeats": {accounting.Schedule{Zone: berlin, Hours: []accounting.Hours{{From: 120, To: 180}}}, "2026-10-25T00:00:00Z/2026-10-25T02:00:00Z", inside},
		"after the repeated hour":        {accounting.Schedule{Zone: berlin, Hours: []accounting.Hours{{From: 120, To: 180}}}, "2026-10-25T02:00:00Z/2026-10-25T03:00:00Z", outside},
		"an hour that the clock skips":   {accounting.Schedule{Zone: berlin, Hours: []accounting.Hours{{From: 120, To: 180}}}, "2026-03-29T00:00:00Z/2026-03-29T02:00:00Z", outside},
	} {
		t.Run(name, func(t *testing.T) {
			period, err := metering.ParsePeriod(c.period)
			require.NoError(t, err)
			some, all := c.schedule.Covers(period)
			require.Equal(t, c.want, verdict{some, all})
		})
	}
	var none *accounting.Schedule
	some, all := none.Covers(metering.MustPeriod("2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z"))
	require.True(t, some && all)
	for _, bad := range []string{"", "2026-13-01", "2026-02-30", "01-10-2026"} {
		_, ok := accounting.ParseDate(bad)
		require.False(t, ok, bad)
	}
}
