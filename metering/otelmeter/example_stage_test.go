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
