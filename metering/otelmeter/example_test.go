package otelmeter_test

import (
	"fmt"

	"go.opentelemetry.io/otel/metric/noop"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/otelmeter"
)

func ExampleObserve() {
	agg := metering.NewAggregator()
	stop, err := otelmeter.Observe(agg, otelmeter.WithMeterProvider(noop.NewMeterProvider()))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	for v := range agg.Health() {
		fmt.Println(v.Name, v.Outcome, v.Value)
	}
	// Output:
	// aggregator.events counted 0
	// aggregator.events duplicate 0
	// aggregator.events conflict 0
	// aggregator.events refused 0
	// aggregator.untimely  0
	// aggregator.series  0
	// aggregator.series.shared  0
	// aggregator.series.evicted  0
	// aggregator.anomalies  0
}
