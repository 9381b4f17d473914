package metering_test

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
)

func ExampleNewPeriod() {
	p, err := metering.NewPeriod(t0, t0.Add(90*time.Minute))
	fmt.Println(p, p.Duration(), err)
	_, err = metering.NewPeriod(time.Time{}, t0)
	fmt.Println(err)
	// Output:
	// 2026-10-05T01:00:00Z/2026-10-05T02:30:00Z 1h30m0s <nil>
	// metering: time outside 1970-01-01 to 2200-01-01 UTC: 0001-01-01T00:00:00Z
}

func ExampleParsePeriod() {
	fmt.Println(metering.ParsePeriod("2026-10-05T09:00:00+08:00/2026-10-05T10:00:00+08:00"))
	// Output: 2026-10-05T01:00:00Z/2026-10-05T02:00:00Z <nil>
}

func ExamplePeriod_Contains() {
	hour := metering.MustPeriod("2026-10-05T01:00:00Z", "2026-10-05T02:00:00Z")
	fmt.Println(hour.Contains(hour.Start()), hour.Contains(hour.End()))
	// Output: true false
}

func ExamplePeriod_Covers() {
	day := metering.MustPeriod("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z")
	fmt.Println(day.Covers(metering.MustPeriod("2026-10-05T23:00:00Z", "2026-10-06T00:00:00Z")))
	// Output: true
}

func ExamplePeriod_Intersect() {
	day := metering.MustPeriod("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z")
	run := metering.MustPeriod("2026-10-04T20:00:00Z", "2026-10-05T03:00:00Z")
	fmt.Println(day.Overlaps(run), day.Intersect(run))
	// Output: true 2026-10-05T00:00:00Z/2026-10-05T03:00:00Z
}

func ExamplePeriod_Overlaps() {
	first := metering.MustPeriod("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z")
	next := metering.MustPeriod("2026-10-06T00:00:00Z", "2026-10-07T00:00:00Z")
	fmt.Println(first.Overlaps(next))
	// Output: false
}

func ExamplePeriod_Compare() {
	first := metering.MustPeriod("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z")
	next := metering.MustPeriod("2026-10-06T00:00:00Z", "2026-10-07T00:00:00Z")
	fmt.Println(first.Compare(next))
	// Output: -1
}

func ExamplePeriod_Windows() {
	for w := range metering.MustPeriod("2026-10-05T01:10:00Z", "2026-10-05T01:40:00Z").Windows(15 * time.Minute) {
		fmt.Println(w, w.Duration())
	}
	// Output:
	// 2026-10-05T01:10:00Z/2026-10-05T01:15:00Z 5m0s
	// 2026-10-05T01:15:00Z/2026-10-05T01:30:00Z 15m0s
	// 2026-10-05T01:30:00Z/2026-10-05T01:40:00Z 10m0s
}

func ExampleLoadZone() {
	z, err := metering.LoadZone("Asia/Shanghai")
	fmt.Println(z, t0.In(z.Location()).Format(time.TimeOnly), err)
	_, err = metering.LoadZone("Local")
	fmt.Println(err)
	// Output:
	// Asia/Shanghai 09:00:00 <nil>
	// metering: zone "Local": want an IANA time zone name of release 2025c
}

func ExampleMonth() {
	fmt.Println(metering.Month(metering.MustZone("Asia/Shanghai"), 2026, time.February))
	// Output: 2026-01-31T16:00:00Z/2026-02-28T16:00:00Z <nil>
}

func ExampleCalendar_At() {
	days := metering.Days(metering.MustZone("America/New_York"))
	for _, at := range []string{"2026-03-08T12:00:00Z", "2026-06-01T12:00:00Z", "2026-11-01T12:00:00Z"} {
		noon, err := time.Parse(time.RFC3339, at)
		check(err)
		day, err := days.At(noon)
		fmt.Println(day, day.Duration(), err)
	}
	// Output:
	// 2026-03-08T05:00:00Z/2026-03-09T04:00:00Z 23h0m0s <nil>
	// 2026-06-01T04:00:00Z/2026-06-02T04:00:00Z 24h0m0s <nil>
	// 2026-11-01T04:00:00Z/2026-11-02T05:00:00Z 25h0m0s <nil>
}

func ExampleCalendar_Over() {
	lordHowe := metering.MustZone("Australia/Lord_Howe")
	for hour := range metering.Hours(lordHowe).Over(metering.MustPeriod("2026-04-04T14:00:00Z", "2026-04-04T16:30:00Z")) {
		fmt.Println(hour.Start().In(lordHowe.Location()).Format("15:04 -0700"), hour.Duration())
	}
	// Output:
	// 01:00 +1100 1h0m0s
	// 01:30 +1030 30m0s
	// 02:00 +1030 1h0m0s
}

func ExampleMonths() {
	fmt.Println(metering.Months(metering.MustZone("Asia/Shanghai")).At(t0))
	// Output: 2026-09-30T16:00:00Z/2026-10-31T16:00:00Z <nil>
}

func ExampleAnchoredMonths() {
	months, err := metering.AnchoredMonths(metering.Zone{}, 31)
	check(err)
	for p := range months.Over(metering.MustPeriod("2026-01-31T00:00:00Z", "2026-04-30T00:00:00Z")) {
		fmt.Println(p.Start().Format(time.DateOnly), p.End().Format(time.DateOnly))
	}
	// Output:
	// 2026-01-31 2026-02-28
	// 2026-02-28 2026-03-31
	// 2026-03-31 2026-04-30
}
