package otelmeter_test

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/otelmeter"
)

// A program has one of the SDK here, which shows what is observed.
var meters, tracers = noop.NewMeterProvider(), tracenoop.NewTracerProvider()

// Usage for a dashboard: by SKU, of the month so far. The bill is made of the
// aggregator's usage, and never of this.
func ExampleObserveUsage() {
	agg := metering.NewAggregator()
	cards, err := metering.DefaultCatalogue().Lookup(metering.AcceleratorTime)
	if err != nil {
		fmt.Println(err)
		return
	}
	month := func() metering.Period {
		p, _ := metering.Month(metering.MustZone("Asia/Shanghai"), 2026, time.October)
		return p
	}
	stop, err := otelmeter.ObserveUsage(agg, []metering.Meter{cards}, otelmeter.WithMeterProvider(meters),
		otelmeter.WithFields(metering.BySKU), otelmeter.WithSets(100), otelmeter.WithPeriod(month))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(stop())
	// Output: <nil>
}

// Energy that comes in parts of a joule is shown in whole ones, and none is lost.
func ExampleHardware() {
	hw, err := otelmeter.NewHardware(otelmeter.WithMeterProvider(meters))
	if err != nil {
		fmt.Println(err)
		return
	}
	gpu, err := hw.Component(otelmeter.Device{ID: "GPU-5f1c", Type: "gpu", Model: "H100"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		if err := gpu.Add(metering.MustQuantity("0.7 J")); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println("2 J are shown, carried:", gpu.Remainder())
	fmt.Println(gpu.Set(metering.MustQuantity("412.3 W")))
	fmt.Println(hw.Close())
	// Output:
	// 2 J are shown, carried: 100000 uJ
	// <nil>
	// <nil>
}

// A stage that takes a watch tells it of what was slow; a journal does so by
// journal.WithWatch.
func ExampleSpans() {
	watch, err := otelmeter.Durations(otelmeter.Spans(otelmeter.WithTracerProvider(tracers)), otelmeter.WithMeterProvider(meters))
	if err != nil {
		fmt.Println(err)
		return
	}
	watch(context.Background(), metering.Operation{Name: "billing.export", Start: time.Now(), Took: 3 * time.Second, Items: 1200})
	fmt.Println(otelmeter.Spans() == nil, "without a provider")
	// Output: true without a provider
}
