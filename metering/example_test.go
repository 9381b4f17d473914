package metering_test

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// t0 is the time at which the examples begin: 09:00 in Shanghai.
var t0 = time.Date(2026, 10, 5, 1, 0, 0, 0, time.UTC)

// check stands for what a program does with an error.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

func Example() {
	agg := metering.NewAggregator()
	gpu, err := agg.Series(metering.Key{Account: "acme/vision", Meter: metering.AcceleratorTime, SKU: "H100-SXM5"})
	check(err)
	run, err := gpu.Start(metering.WholeCards(8), t0)
	check(err)
	check(run.Stop(t0.Add(6*time.Hour + 30*time.Minute)))

	month, err := metering.Month(metering.MustZone("Asia/Shanghai"), 2026, time.October)
	check(err)
	for usage, err := range agg.Usage(month, metering.Of("acme")) {
		check(err)
		hours, err := usage.Quantity.In(metering.MustUnit("{card}.h"), 2)
		check(err)
		fmt.Println(usage.Key, hours, "card·h")
	}
	// Output: acme/vision compute.accelerator.time H100-SXM5 52 card·h
}

func ExampleNewAggregator() {
	pages, err := metering.Each("page")
	check(err)
	catalogue, err := metering.DefaultCatalogue().With(metering.Meter{ID: "ocr.pages", Title: "Pages read", Unit: pages,
		Form: metering.Amounts, Aggregation: metering.Sum, Layer: metering.Application, Monotonic: true})
	check(err)
	agg := metering.NewAggregator(metering.WithCatalogue(catalogue), metering.WithWindow(metering.FullHour))
	fmt.Println(agg.Window(), agg.Catalogue().Len())
	// Output: 1h0m0s 54
}

func request(id string, tokens int64) metering.Event {
	return metering.Event{Account: "acme/chat", Source: "gateway", ID: id, Time: t0, Kind: metering.Amount,
		Items: []metering.Item{{Meter: metering.OutputTokens, SKU: "m-large", Quantity: metering.Grains(tokens, metering.Token)}}}
}

func ExampleAggregator_Record() {
	agg := metering.NewAggregator()
	fmt.Println(agg.Record(request("req-1", 350)))
	fmt.Println(agg.Record(request("req-1", 350))) // delivered again: counted once
	fmt.Println(agg.Record(request("req-1", 999))) // another body: refused
	fmt.Printf("%+v\n", agg.Counts())
	// Output:
	// <nil>
	// <nil>
	// metering: another event has this identity: "req-1" of source "gateway", tenant "acme"
	// {Events:1 Duplicates:1 Conflicts:1 Refused:0 Untimely:0 Series:1 Shared:0 Evicted:0 Anomalies:0}
}

// A wrong amount is put right by an event that names it.
func ExampleAggregator_Record_adjustment() {
	agg := metering.NewAggregator()
	check(agg.Record(request("req-1", 350)))
	fix := request("req-1/fix", -50)
	fix.Kind, fix.Adjusts, fix.Reason = metering.Adjustment, "req-1", "the proxy counted a retry"
	check(agg.Record(fix))
	for u, err := range agg.Usage(metering.MustPeriod("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z")) {
		check(err)
		fmt.Println(u.Quantity)
	}
	// Output: 300 {token}
}

// The life of a resource, told in any order, is billed for what it held.
func ExampleAggregator_Record_life() {
	volume := func(id string, kind metering.Kind, after time.Duration, held ...metering.Quantity) metering.Event {
		e := metering.Event{Account: "acme", Source: "storage", ID: id, Time: t0.Add(after), Kind: kind, Resource: "vol-7"}
		for _, q := range held {
			e.Items = append(e.Items, metering.Item{Meter: metering.BlockStorage, SKU: "ssd", Quantity: q})
		}
		return e
	}
	agg := metering.NewAggregator()
	for _, e := range []metering.Event{
		volume("3", metering.Stop, 4*time.Hour),
		volume("1", metering.Start, 0, metering.MustQuantity("100 GiBy")),
		volume("2", metering.Resize, 3*time.Hour, metering.MustQuantity("200 GiBy")),
	} {
		check(agg.Record(e))
	}
	for u, err := range agg.Usage(metering.MustPeriod("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z")) {
		check(err)
		fmt.Println(u.Quantity.In(metering.MustUnit("GiBy.h"), 0))
	}
	// Output: 500 <nil>
}

func ExampleAggregator_Series() {
	agg := metering.NewAggregator()
	egress, err := agg.Series(metering.Key{Account: "acme", Meter: metering.Egress, Region: "cn-north-1"})
	check(err)
	fmt.Println(egress.Key(), "in", egress.Meter().Unit)
	_, err = agg.Series(metering.Key{Account: "acme", Meter: "network.egres"})
	fmt.Println(err)
	// Output:
	// acme network.egress @cn-north-1 in GBy
	// metering: unknown meter: "network.egres"; see Catalogue.All for those there are, and Catalogue.With to add it
}

func ExampleSeries_AddAt() {
	agg := metering.NewAggregator()
	egress, err := agg.Series(metering.Key{Account: "acme", Meter: metering.Egress})
	check(err)
	for range 3 {
		check(egress.AddAt(t0, metering.MustQuantity("1.5 GBy")))
	}
	fmt.Println(egress.AddAt(t0, metering.MustQuantity("-1 By")))
	for u, err := range agg.Usage(metering.MustPeriod("2026-10-05T01:00:00Z", "2026-10-05T01:15:00Z")) {
		check(err)
		fmt.Println(u.Quantity)
	}
	// Output:
	// metering: negative amount on a monotonic meter: -1 By on "network.egress"
	// 4500000000 By
}

// A capacity is held from one instant to the next, and booked as it is seen.
func ExampleSeries_Hold() {
	agg := metering.NewAggregator()
	bucket, err := agg.Series(metering.Key{Account: "acme", Meter: metering.ObjectStorage, Resource: "bucket-1"})
	check(err)
	held, err := bucket.Hold(metering.MustQuantity("10 GiBy"), t0)
	check(err)
	check(held.Set(metering.MustQuantity("30 GiBy"), t0.Add(time.Hour)))
	check(held.Observe(t0.Add(2 * time.Hour)))
	for u, err := range agg.Usage(metering.MustPeriod("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z")) {
		check(err)
		fmt.Println(u.Quantity.In(metering.MustUnit("GiBy.h"), 0))
	}
	// Output: 40 <nil>
}

func ExampleSeries_Start() {
	agg := metering.NewAggregator()
	gpu, err := agg.Series(metering.Key{Account: "acme", Meter: metering.AcceleratorTime, Resource: "pod-1"})
	check(err)
	run, err := gpu.Start(metering.WholeCards(1), t0)
	check(err)
	check(run.Pause(t0.Add(1 * time.Hour)))
	check(run.Resume(t0.Add(5 * time.Hour)))
	check(run.Resize(metering.WholeCards(2), t0.Add(6*time.Hour)))
	check(run.Stop(t0.Add(7 * time.Hour)))
	fmt.Println(run.Stop(t0.Add(8 * time.Hour)))
	for u, err := range agg.Usage(metering.MustPeriod("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z")) {
		check(err)
		fmt.Println(u.Quantity.In(metering.MustUnit("{card}.h"), 1))
	}
	// Output:
	// metering: closed: stop after stop
	// 4 <nil>
}

func ExampleAggregator_Usage() {
	agg := metering.NewAggregator()
	for i, resource := range []string{"pod-1", "pod-2"} {
		gpu, err := agg.Series(metering.Key{Account: "acme", Meter: metering.AcceleratorTime, Resource: resource, SKU: "H100-SXM5"})
		check(err)
		run, err := gpu.Start(metering.WholeCards(1), t0)
		check(err)
		check(run.Stop(t0.Add(time.Duration(i+1) * 12 * time.Hour)))
	}
	shanghai := metering.MustZone("Asia/Shanghai")
	month, err := metering.Month(shanghai, 2026, time.October)
	check(err)
	for u, err := range agg.Usage(month, metering.Per(metering.Days(shanghai)), metering.AcrossResources(), metering.ForMeters(metering.AcceleratorTime)) {
		check(err)
		hours, err := u.Quantity.In(metering.MustUnit("{card}.h"), 1)
		check(err)
		fmt.Println(u.Period.Start().In(shanghai.Location()).Format(time.DateOnly), u.Key.SKU, hours, u.Quality())
	}
	for _, err := range agg.Usage(metering.MustPeriod("2026-10-01T00:00:00Z", "2026-10-01T00:05:00Z")) {
		fmt.Println(err)
	}
	// Output:
	// 2026-10-05 H100-SXM5 27 exact
	// 2026-10-06 H100-SXM5 9 exact
	// metering: 2026-10-01T00:05:00Z is not an edge of the 15m windows kept; move it to one
}

// Events are dealt out by identity, and what was counted is put together.
func ExampleAggregator_Merge() {
	one, two := metering.NewAggregator(), metering.NewAggregator()
	check(one.Record(request("req-1", 100)))
	check(two.Record(request("req-2", 20)))
	check(one.Merge(two))
	for u, err := range one.Usage(metering.MustPeriod("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z")) {
		check(err)
		fmt.Println(u.Quantity)
	}
	fmt.Println(one.Merge(two))
	// Output:
	// 120 {token}
	// metering: both aggregators counted the event: 1 of 1
}

func ExampleAggregator_Counts() {
	agg := metering.NewAggregator()
	stop := metering.Event{Account: "acme", Source: "scheduler", ID: "2", Time: t0, Kind: metering.Stop, Resource: "pod-1"}
	check(agg.Record(stop))
	fmt.Println(agg.Counts().Anomalies, "event does not fit")

	start := stop
	start.ID, start.Kind, start.Time = "1", metering.Start, t0.Add(-time.Hour)
	start.Items = []metering.Item{{Meter: metering.AcceleratorTime, Quantity: metering.WholeCards(1)}}
	check(agg.Record(start)) // it was late
	fmt.Println(agg.Counts().Anomalies)
	// Output:
	// 1 event does not fit
	// 0
}

func ExampleAggregator_Health() {
	agg := metering.NewAggregator()
	check(agg.Record(request("req-1", 100)))
	for v := range agg.Health() {
		if v.Value > 0 {
			fmt.Println(v.Name, v.Outcome, v.Value, v.Unit)
		}
	}
	// Output:
	// aggregator.events counted 1 {event}
	// aggregator.series  1 {series}
}
