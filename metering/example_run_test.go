package metering_test

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
)

func ExampleRunRule() {
	balancer := metering.Meter{ID: "balancer.time", Title: "Load balancer", Unit: metering.MustUnit("{item}.h"), Form: metering.Capacity,
		Aggregation: metering.Sum, Layer: metering.Platform, Late: metering.AdjustLate, Runs: metering.RunRule{Step: time.Hour, Clock: true}}
	catalogue, err := metering.NewCatalogue(balancer)
	check(err)
	agg := metering.NewAggregator(metering.WithCatalogue(catalogue))
	series, err := agg.Series(metering.Key{Account: "acme", Meter: balancer.ID})
	check(err)

	day := metering.MustPeriod("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z")
	run, err := series.Start(metering.Grains(1, metering.Count), day.Start().Add(9*time.Hour+30*time.Minute))
	check(err)
	check(run.Stop(day.Start().Add(12*time.Hour + 30*time.Minute)))
	for u, err := range agg.Usage(day) {
		check(err)
		hours, err := u.Quantity.In(balancer.Unit, 0)
		check(err)
		fmt.Println(hours, "hours:", balancer.Runs)
	}
	// Output: 4 hours: each 1h of the clock
}

func ExampleQuantity_Ceil() {
	file, err := metering.MustQuantity("3 KiBy").Ceil(metering.MustQuantity("4 KiBy"))
	check(err)
	fmt.Println(file)
	// Output: 4096 By
}

func ExampleQuantity_AtLeast() {
	object, err := metering.MustQuantity("10 KiBy").AtLeast(metering.MustQuantity("64 KiBy"))
	check(err)
	fmt.Println(object)
	// Output: 65536 By
}
