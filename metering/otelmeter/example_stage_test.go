package otelmeter_test

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric/noop"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/otelmeter"
)

// Two aggregators of one program are told apart by an attribute.
func ExampleWithAttributes() {
	for _, name := range []string{"gpu", "tokens"} {
		stop, err := otelmeter.Observe(metering.NewAggregator(), otelmeter.WithAttributes(attribute.String("stage", name)))
		if err != nil {
			fmt.Println(err)
			return
		}
		defer stop()
	}
	fmt.Println("observed")
	// Output: observed
}

// One watch for a stage: how long operations take, then a span of what was slow.
// Without a provider of traces there are no spans, and nobody to tell.
func ExampleDurations() {
	spans := otelmeter.Spans()
	fmt.Println(spans == nil)
	watch, err := otelmeter.Durations(spans, otelmeter.WithMeterProvider(noop.NewMeterProvider()))
	if err != nil {
		fmt.Println(err)
		return
	}
	watch(context.Background(), metering.Operation{Name: "journal.append", Start: time.Unix(0, 0), Took: 3 * time.Millisecond, Items: 100})
	// Output: true
}

// Usage for a dashboard, of two meters: never what is billed.
func ExampleObserveUsage() {
	var meters []metering.Meter
	for _, id := range []metering.MeterID{metering.AcceleratorTime, metering.InputTokens} {
		m, err := metering.DefaultCatalogue().Lookup(id)
		if err != nil {
			fmt.Println(err)
			return
		}
		meters = append(meters, m)
	}
	stop, err := otelmeter.ObserveUsage(metering.NewAggregator(), meters, otelmeter.WithMeterProvider(noop.NewMeterProvider()),
		otelmeter.WithFields(metering.ByTenant))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(stop())
	// Output: <nil>
}

// Energy comes in microjoules and is shown in whole joules: the rest is carried on.
func ExampleHardware() {
	hardware, err := otelmeter.NewHardware(otelmeter.WithMeterProvider(noop.NewMeterProvider()))
	if err != nil {
		fmt.Println(err)
		return
	}
	gpu, err := hardware.Component(otelmeter.Device{ID: "GPU-7", Type: "gpu", Model: "H100"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(gpu.Add(metering.MustQuantity("1500000 uJ")), gpu.Remainder())
	fmt.Println(hardware.Close())
	// Output:
	// <nil> 500000 uJ
	// <nil>
}
