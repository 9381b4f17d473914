package metering_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// How long usage may be late, and how far ahead it may be.
func ExampleWithLateWindow() {
	agg := metering.NewAggregator(metering.WithLateWindow(24*time.Hour), metering.WithOpenWindows(8))
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	at := func(id string, t time.Time) error {
		return agg.Record(metering.Event{Account: "acme", Source: "node", ID: id, Time: t, Kind: metering.Amount,
			Items: []metering.Item{{Meter: metering.AcceleratorTime, Quantity: metering.MustQuantity("1 {card}.h")}}})
	}
	fmt.Println(at("a", noon), agg.Seal(noon))
	fmt.Println(at("late", noon.Add(-time.Hour)))
	fmt.Println(errors.Is(at("too late", noon.Add(-48*time.Hour)), metering.ErrTooLate))
	fmt.Println(errors.Is(at("too early", noon.Add(3*time.Hour)), metering.ErrTooEarly))
	// Output:
	// <nil> <nil>
	// <nil>
	// true
	// true
}

// Usage of the keys that a function picks.
func ExampleWhere() {
	agg := metering.NewAggregator()
	day := metering.MustPeriod("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z")
	for _, sku := range []string{"H100-SXM5", "A800-SXM4"} {
		key := metering.Key{Account: "acme", Meter: metering.AcceleratorTime, SKU: sku}
		if err := agg.AddAt(&key, day.Start(), metering.MustQuantity("2 {card}.h")); err != nil {
			panic(err)
		}
	}
	for u, err := range agg.Usage(day, metering.Where(func(k metering.Key) bool { return k.SKU != "A800-SXM4" })) {
		fmt.Println(u.Key.SKU, err)
	}
	// Output: H100-SXM5 <nil>
}

func ExampleAggregator_Rules() {
	before, err := metering.NewAggregator().Rules()
	check(err)
	after, err := metering.NewAggregator(metering.WithLateWindow(24 * time.Hour)).Rules()
	check(err)
	fmt.Println(before == after)
	// Output: false
}
