package oteltest

import (
	"context"
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/meterbook/meterbook/metering/otelmeter"
)

var seed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")

func random(t *testing.T) *rand.Rand {
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-laws.seed %d", *seed)
	return rand.New(rand.NewPCG(*seed, 0))
}

// A figure is a data point by its instrument and attributes.
type figure struct {
	name string
	set  attribute.Distinct
}

// collected is what a reader collected.
type collected struct {
	ints   map[figure]int64
	floats map[figure]float64
	units  map[string]string
	about  map[string]string // descriptions
	counts map[string]uint64 // of histograms
	sums   map[string]float64
}

func (c collected) int(name string, kv ...attribute.KeyValue) int64 {
	set := attribute.NewSet(kv...)
	return c.ints[figure{name, set.Equivalent()}]
}

func (c collected) float(name string, kv ...attribute.KeyValue) float64 {
	set := attribute.NewSet(kv...)
	return c.floats[figure{name, set.Equivalent()}]
}

// provider is an SDK with a reader that collects when it is asked to.
func provider(t *testing.T) (*sdk.MeterProvider, func() collected) {
	reader := sdk.NewManualReader()
	p := sdk.NewMeterProvider(sdk.WithReader(reader))
	t.Cleanup(func() { require.NoError(t, p.Shutdown(context.Background())) })
	return p, func() collected {
		var all metricdata.ResourceMetrics
		require.NoError(t, reader.Collect(context.Background(), &all))
		return sorted(t, all)
	}
}

func sorted(t *testing.T, all metricdata.ResourceMetrics) collected {
	c := collected{map[figure]int64{}, map[figure]float64{}, map[string]string{}, map[string]string{}, map[string]uint64{}, map[string]float64{}}
	for _, scope := range all.ScopeMetrics {
		require.Equal(t, otelmeter.ScopeName, scope.Scope.Name)
		require.Equal(t, otelmeter.ScopeVersion, scope.Scope.Version)
		require.Equal(t, otelmeter.SchemaURL, scope.Scope.SchemaURL)
		for _, m := range scope.Metrics {
			c.units[m.Name] = m.Unit
			c.about[m.Name] = m.Description
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				ints(c, m.Name, data.DataPoints)
			case metricdata.Gauge[int64]:
				ints(c, m.Name, data.DataPoints)
			case metricdata.Sum[float64]:
				for _, p := range data.DataPoints {
					c.floats[figure{m.Name, p.Attributes.Equivalent()}] = p.Value
				}
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					c.counts[m.Name] += p.Count
					c.sums[m.Name] += p.Sum
				}
			default:
				t.Fatalf("%s: data of type %T", m.Name, data)
			}
		}
	}
	return c
}

func ints(c collected, name string, points []metricdata.DataPoint[int64]) {
	for _, p := range points {
		c.ints[figure{name, p.Attributes.Equivalent()}] = p.Value
	}
}
