package ours

import (
	"context"

	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/otelmeter"
)

// NameObserved is the contestant whose aggregator is observed by metering/otelmeter.
const NameObserved = "ours-observed"

// ObservedBound is [Bound]'s first entrant with its health observed by the
// OpenTelemetry SDK, and collected once in each slice: some hundred times as often
// as a reader does.
func ObservedBound(goroutines int) contest.Entrant {
	return observed(func(fresh func() (*metering.Aggregator, error)) (*contest.Run, error) {
		return bound(fresh, goroutines, addLoop)
	})
}

// ObservedKeyed3 is [Keyed3] observed likewise.
func ObservedKeyed3(in func() *workload.Keyed[workload.Key3], goroutines int) contest.Entrant {
	return observed(func(fresh func() (*metering.Aggregator, error)) (*contest.Run, error) {
		return keyed3(fresh, in(), goroutines)
	})
}

func observed(open func(fresh func() (*metering.Aggregator, error)) (*contest.Run, error)) contest.Entrant {
	return contest.Entrant{Name: NameObserved, Open: func() (*contest.Run, error) {
		reader := sdk.NewManualReader()
		provider := sdk.NewMeterProvider(sdk.WithReader(reader))
		run, err := open(func() (*metering.Aggregator, error) {
			agg, err := newAggregator()
			if err == nil {
				_, err = otelmeter.Observe(agg, otelmeter.WithMeterProvider(provider))
			}
			return agg, err
		})
		if err != nil {
			return nil, err
		}
		first := run.Loops[0]
		run.Loops[0] = func(n int) error {
			if err := first(n); err != nil {
				return err
			}
			var all metricdata.ResourceMetrics
			return reader.Collect(context.Background(), &all)
		}
		run.Close = func() error { return provider.Shutdown(context.Background()) }
		return run, nil
	}}
}
