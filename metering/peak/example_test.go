package peak_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/peak"
)

// check stands for what a program does with an error.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

func Example() {
	shanghai := metering.MustZone("Asia/Shanghai")
	june, err := metering.Month(shanghai, 2026, time.June)
	check(err)
	plan, err := peak.NewPlan(peak.Sampling{
		Period: june, Days: metering.Days(shanghai), Dimension: metering.BitRate,
	}, peak.P95(), peak.Enhanced95())
	check(err)

	line := plan.NewLine()
	for at := june.Start(); at.Before(june.End()); at = at.Add(peak.DefaultInterval) {
		in := metering.MustQuantity("20 Mbit/s")
		out := metering.MustQuantity("80 Mbit/s")
		if clock := at.In(shanghai.Location()); clock.Hour() == 20 && clock.Day()%5 == 0 { // an hour of six evenings
			out = metering.MustQuantity("900 Mbit/s")
		}
		check(line.Add(peak.Sample{At: at, In: in, Out: out}))
	}
	for _, rule := range []peak.Rule{peak.P95(), peak.Enhanced95()} {
		bill, err := line.Compute(rule)
		check(err)
		mbit, err := bill.Level.In(metering.MustUnit("Mbit/s"), 0, peak.HalfUp)
		check(err)
		fmt.Println(mbit, "Mbit/s of", bill.Points, "points, rank", bill.Rank)
	}
	// Output:
	// 80 Mbit/s of 8640 points, rank 433
	// 900 Mbit/s of 30 points, rank 0
}

// day is a plan of one day with a sample every hour.
func day(rules ...peak.Rule) *peak.Plan {
	plan, err := peak.NewPlan(peak.Sampling{
		Period: metering.MustPeriod("2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z"), Days: metering.Days(metering.Zone{}),
		Dimension: metering.BitRate, Interval: time.Hour,
	}, rules...)
	check(err)
	return plan
}

func ExampleLine_AddLevels() {
	half := peak.Percentile{Of: peak.Percent(50)}
	line := day(half).NewLine()
	check(line.AddLevels(time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC), []int64{10, 30, 20, 50, 40}))
	median, err := line.Compute(half)
	check(err)
	fmt.Println(median.Level, "of", line.Samples())
	// Output: 30 bit/s of 5
}

// What a collector reads at one instant is a row. A line that did not answer has
// no sample, which is not zero.
func ExampleLines_AddRow() {
	lines, err := day(peak.Maximum()).NewLines(3)
	check(err)
	eight := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	check(lines.AddRow(eight, []int64{10, 20, 30}))
	check(lines.AddRow(eight.Add(time.Hour), []int64{40, 0, peak.NoSample}))
	for i := range lines.Len() {
		line := lines.Line(i)
		most, err := line.Compute(peak.Maximum())
		check(err)
		fmt.Println(most.Level, "of", line.Samples())
	}
	// Output:
	// 40 bit/s of 2
	// 20 bit/s of 2
	// 30 bit/s of 1
}

// A sample that is delivered twice counts once, and lines from several
// collectors are merged in any order.
func ExampleLine_Merge() {
	plan := day(peak.Maximum())
	a, b := plan.NewLine(), plan.NewLine()
	eight := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	check(a.AddLevels(eight, []int64{10, 30}))
	check(b.AddLevels(eight.Add(time.Hour), []int64{30, 20}))
	check(a.Merge(b))
	most, err := a.Compute(peak.Maximum())
	check(err)
	fmt.Println(most.Level, "of", a.Samples(), "samples,", a.Repeated(), "repeated")
	// Output: 30 bit/s of 3 samples, 1 repeated
}

// A percentile of no samples is an error and not zero.
func ExampleLine_Compute_noSamples() {
	line := day(peak.P95()).NewLine()
	_, err := line.Compute(peak.P95())
	fmt.Println(errors.Is(err, peak.ErrNoSamples), err)
	// Output: true peak: no samples in 2026-06-01T00:00:00Z/2026-06-02T00:00:00Z: a level of nothing is not zero
}

func ExampleLine_Days() {
	plan := day(peak.Maximum())
	line := plan.NewLine()
	check(line.AddLevels(time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC), []int64{10, 30, 20}))
	for d := range line.Days() {
		fmt.Println(d.Peak, d.Samples, "of", d.Intervals, d.Exists, d.Valid)
	}
	// Output: 30 bit/s 3 of 24 true true
}

func ExamplePercentile_Rank() {
	for _, index := range []peak.Index{peak.FloorDrop, peak.CeilDrop, peak.RoundDrop} {
		p95 := peak.Percentile{Of: peak.Percent(95), Index: index}
		above, err := p95.Excess(4032)
		check(err)
		x, err := above.Decimal(1, peak.HalfEven)
		check(err)
		rank, err := p95.Rank(4032)
		check(err)
		fmt.Println(x, "are above: rank", rank)
	}
	// Output:
	// 201.6 are above: rank 202
	// 201.6 are above: rank 203
	// 201.6 are above: rank 203
}

// The two legs of an enhanced 95 with a commitment count different days.
func ExamplePlan_Floor() {
	june := metering.MustPeriod("2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z")
	mbit := metering.MustUnit("Mbit/s")
	plan, err := peak.NewPlan(peak.Sampling{Period: june, Days: metering.Days(metering.Zone{}), Dimension: metering.BitRate})
	check(err)
	floor, err := plan.Floor(peak.Commitment{Share: peak.Percent(20), Truncate: mbit},
		peak.Setting{During: metering.MustPeriod("2026-06-19T00:00:00Z", "2026-07-01T00:00:00Z"), Level: metering.MustQuantity("500 Mbit/s")})
	check(err)
	used, err := peak.LevelOf(metering.MustQuantity("80 Mbit/s"))
	check(err)

	usageLeg, err := plan.Prorate(used, 6) // valid days
	check(err)
	floorLeg, err := plan.Prorate(floor.Level, floor.Days)
	check(err)
	due, err := peak.Larger(usageLeg, floorLeg)
	check(err)
	for _, level := range []peak.Level{usageLeg, floorLeg, due} {
		v, err := level.In(mbit, 2, peak.HalfUp)
		check(err)
		fmt.Println(v)
	}
	// Output:
	// 16
	// 40
	// 40
}
