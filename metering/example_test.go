package metering_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/metering"
)

var nine = time.Date(2026, 10, 5, 9, 0, 0, 0, time.UTC)

func Example() {
	agg := metering.NewAggregator()
	gpu, err := agg.Series(metering.Key{Account: "acme/vision", Meter: metering.AcceleratorTime, SKU: "H100-SXM5"})
	if err != nil {
		fmt.Println(err)
		return
	}
	run, _ := gpu.Start(metering.WholeCards(8), nine)
	_ = run.Stop(nine.Add(90 * time.Minute))

	day := metering.MustPeriod("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z")
	for u, err := range agg.Usage(day, metering.Per(metering.Hours(metering.Zone{}))) {
		hours, _ := u.Quantity.In(metering.MustUnit("{card}.h"), 2)
		fmt.Println(u.Period.Start().Format("15:04"), u.Key.Account, hours, err)
	}
	// Output:
	// 09:00 acme/vision 8 <nil>
	// 10:00 acme/vision 4 <nil>
}

func ExampleAggregator_Record() {
	agg := metering.NewAggregator()
	e := metering.Event{
		Account: "acme", Source: "gateway", ID: "req-1", Time: nine, Kind: metering.Amount, Resource: "llm-72b",
		Items: []metering.Item{
			{Meter: metering.InputTokens, SKU: "llm-72b", Quantity: metering.Grains(1_200, metering.Token)},
			{Meter: metering.OutputTokens, SKU: "llm-72b", Quantity: metering.Grains(80, metering.Token)},
		},
	}
	fmt.Println(agg.Record(e))
	fmt.Println(agg.Record(e)) // delivered twice, counted once

	e.Items[1].Quantity = metering.Grains(81, metering.Token)
	fmt.Println(errors.Is(agg.Record(e), metering.ErrConflict))
	c := agg.Counts()
	fmt.Println(c.Events, c.Duplicates, c.Conflicts)
	// Output:
	// <nil>
	// <nil>
	// true
	// 1 1 1
}

func ExampleAggregator_Record_life() {
	agg := metering.NewAggregator()
	event := func(id string, kind metering.Kind, after time.Duration, cards ...metering.Quantity) metering.Event {
		e := metering.Event{Account: "acme", Source: "scheduler", ID: id, Time: nine.Add(after), Kind: kind, Resource: "pod-7"}
		for _, q := range cards {
			e.Items = append(e.Items, metering.Item{Meter: metering.AcceleratorTime, SKU: "A800", Quantity: q})
		}
		return e
	}
	// Events may come in any order.
	_ = agg.Record(event("3", metering.Stop, 3*time.Hour))
	_ = agg.Record(event("1", metering.Start, 0, metering.WholeCards(1)))
	_ = agg.Record(event("2", metering.Resize, time.Hour, metering.WholeCards(4)))

	day := metering.MustPeriod("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z")
	for u, err := range agg.Usage(day) {
		hours, _ := u.Quantity.In(metering.MustUnit("{card}.h"), 2)
		fmt.Println(u.Key.Resource, hours, err)
	}
	// Output:
	// pod-7 9 <nil>
}

func ExampleAggregator_Merge() {
	day := metering.MustPeriod("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z")
	key := metering.Key{Account: "acme", Meter: metering.Egress, Region: "north"}
	east, west := metering.NewAggregator(), metering.NewAggregator()
	for i, a := range []*metering.Aggregator{east, west} {
		s, _ := a.Series(key)
		_ = s.AddAt(nine, metering.Grains(int64(1+i)*1_000_000_000, metering.Bytes))
	}
	fmt.Println(east.Merge(west))
	for u := range east.Usage(day) {
		fmt.Println(u.Key, u.Quantity)
	}
	// Output:
	// <nil>
	// acme network.egress @north 3000000000 By
}

func ExampleSeries_Hold() {
	agg := metering.NewAggregator()
	s, _ := agg.Series(metering.Key{Account: "acme", Meter: metering.BlockStorage, Resource: "vol-1", SKU: "ssd"})
	volume, _ := s.Hold(metering.MustQuantity("100 GiBy"), nine)
	_ = volume.Set(metering.MustQuantity("250 GiBy"), nine.Add(2*time.Hour))
	_ = volume.Stop(nine.Add(3 * time.Hour))

	day := metering.MustPeriod("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z")
	for u := range agg.Usage(day) {
		held, _ := u.Quantity.In(metering.MustUnit("GiBy.h"), 0)
		fmt.Println(held, "GiB·h")
	}
	// Output:
	// 450 GiB·h
}

func ExampleCardShare() {
	slice, err := metering.CardShare(3, 7) // three of seven MIG slices
	fmt.Println(slice, err)
	_, err = metering.CardShare(1, 17)
	fmt.Println(errors.Is(err, metering.ErrInexact))
	// Output:
	// 30888000 {share} <nil>
	// true
}

func ExampleQuantityOf() {
	q, _ := metering.QuantityOf(decimal.RequireFromString("0.25"), metering.MustUnit("kW.h"))
	fmt.Println(q)
	again, _ := metering.ParseQuantity("0.25 kW.h")
	fmt.Println(q == again)
	// Output:
	// 900000000000 uJ
	// true
}

func ExampleQuantity_Split() {
	parts, _ := metering.Grains(10, metering.Token).Split(1, 1, 1)
	fmt.Println(parts)
	// Output:
	// [4 {token} 3 {token} 3 {token}]
}

func ExampleAnchoredMonths() {
	months, _ := metering.AnchoredMonths(metering.MustZone("Asia/Shanghai"), 31)
	for t, i := nine, 0; i < 3; i++ {
		p, _ := months.At(t)
		fmt.Println(p.Start().In(months.Zone().Location()).Format(time.DateOnly))
		t = p.End()
	}
	// Output:
	// 2026-09-30
	// 2026-10-31
	// 2026-11-30
}

func ExampleCalendar_Over() {
	zone := metering.MustZone("America/New_York")
	weekend := metering.MustPeriod("2026-10-31T04:00:00Z", "2026-11-02T05:00:00Z")
	for day := range metering.Days(zone).Over(weekend) {
		fmt.Println(day.Duration())
	}
	// Output:
	// 24h0m0s
	// 25h0m0s
}

func ExampleCatalogue_With() {
	robots, _ := metering.Each("robot")
	catalogue, err := metering.DefaultCatalogue().With(metering.Meter{
		ID: "factory.robots", Title: "Robots built", Unit: robots,
		Form: metering.Amounts, Aggregation: metering.Sum, Layer: metering.Application,
	})
	fmt.Println(err)
	m, _ := catalogue.Lookup("factory.robots")
	fmt.Println(m.Title, m.Unit)
	// Output:
	// <nil>
	// Robots built {robot}
}

func ExampleNewLabels() {
	a, _ := metering.NewLabels("team", "vision", "tier", "spot")
	b, _ := metering.NewLabels("tier", "spot", "team", "vision")
	fmt.Println(a == b, a)
	// Output:
	// true {team="vision", tier="spot"}
}
