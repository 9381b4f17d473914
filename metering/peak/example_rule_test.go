package peak_test

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/peak"
)

// One line by the rules of several providers: five days with one busy hour each.
func ExampleDaily() {
	rules := []peak.Rule{peak.Maximum(), peak.AverageDailyPeak(), peak.FourthPeak(), peak.MonthlyTop5()}
	period := metering.MustPeriod("2026-06-01T00:00:00Z", "2026-06-06T00:00:00Z")
	plan, err := peak.NewPlan(peak.Sampling{Period: period, Days: metering.Days(metering.Zone{}), Dimension: metering.BitRate, Interval: time.Hour}, rules...)
	check(err)
	line := plan.NewLine()
	for at := period.Start(); at.Before(period.End()); at = at.Add(time.Hour) {
		level := metering.MustQuantity("10 Mbit/s")
		if at.Hour() == 20 {
			level, err = metering.NewQuantity(int64(100*at.Day()), metering.MustUnit("Mbit/s"))
			check(err)
		}
		check(line.Add(peak.Sample{At: at, Out: level}))
	}
	for _, rule := range rules {
		bill, err := line.Compute(rule)
		check(err)
		mbit, err := bill.Level.In(metering.MustUnit("Mbit/s"), 1, peak.HalfUp)
		fmt.Println(mbit, err)
	}
	// Output:
	// 500 <nil>
	// 300 <nil>
	// 200 <nil>
	// 10 <nil>
}

// A percentile that no provider has: a share of 19/20, as a ratio.
func ExampleNewRatio() {
	r, err := peak.NewRatio(19, 20)
	fmt.Println(r == peak.Percent(95), err)
	_, err = peak.NewRatio(1, 0)
	fmt.Println(err)
	// Output:
	// true <nil>
	// metering: denominator "0": want 1 or more
}
