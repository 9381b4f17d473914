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
	// aggregator.quota.refused  0
	// aggregator.series  0
	// aggregator.series.shared  0
	// aggregator.series.evicted  0
	// aggregator.anomalies  0
	// aggregator.refusals invalid 0
	// aggregator.refusals unknown-meter 0
	// aggregator.refusals quota 0
	// aggregator.refusals untimely 0
	// aggregator.refusals overflow 0
}
