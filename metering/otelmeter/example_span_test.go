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

// A stage that takes a watch tells it of what was slow; a journal does so by
// journal.WithWatch.
func ExampleSpans() {
	tracers, meters := tracenoop.NewTracerProvider(), noop.NewMeterProvider() // a program has those of the SDK
	watch, err := otelmeter.Durations(otelmeter.Spans(otelmeter.WithTracerProvider(tracers)), otelmeter.WithMeterProvider(meters))
	if err != nil {
		fmt.Println(err)
		return
	}
	watch(context.Background(), metering.Operation{Name: "billing.export", Start: time.Now(), Took: 3 * time.Second, Items: 1200})
	fmt.Println(otelmeter.Spans() == nil, "without a provider")
	// Output: true without a provider
}
