package rival

import (
	"context"
	"fmt"
	"math/big"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/exemplar"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// OpenTelemetry counters, read by a manual reader, with everything switched off
// that could be: exemplars, and the limit of 2000 series above which new ones
// are added up as one. Three ways to say which series: attributes for each call;
// a set of them made for each call, which its documentation prefers where speed
// matters; and an option that the program has kept, which spares it finding the
// series by strings.

// otelCounter is a counter with the reader that reads it.
type otelCounter struct {
	metric.Int64Counter
	reader *sdk.ManualReader
}

func newOTelCounter() (otelCounter, error) {
	reader := sdk.NewManualReader()
	provider := sdk.NewMeterProvider(sdk.WithReader(reader), sdk.WithCardinalityLimit(0), sdk.WithExemplarFilter(exemplar.AlwaysOffFilter))
	counter, err := provider.Meter("benchmarks").Int64Counter("usage")
	return otelCounter{counter, reader}, err
}

func (c otelCounter) total() (*big.Int, error) {
	var data metricdata.ResourceMetrics
	if err := c.reader.Collect(context.Background(), &data); err != nil {
		return nil, fmt.Errorf("otel: %w", err)
	}
	total := new(big.Int)
	for _, scope := range data.ScopeMetrics {
		for _, m := range scope.Metrics {
			for _, point := range m.Data.(metricdata.Sum[int64]).DataPoints {
				total.Add(total, big.NewInt(point.Value))
			}
		}
	}
	return total, nil
}

// Names of the attributes.
const (
	otelAccount  attribute.Key = "account"
	otelMeter    attribute.Key = "meter"
	otelResource attribute.Key = "resource"
	otelSKU      attribute.Key = "sku"
	otelRegion   attribute.Key = "region"
	otelLabels   attribute.Key = "labels"
)

// fill3 writes a key's attributes into kv, which a goroutine uses again.
func fill3(kv *[3]attribute.KeyValue, k *workload.Key3) {
	kv[0], kv[1], kv[2] = otelAccount.String(k.Account), otelMeter.String(k.Meter), otelSKU.String(k.SKU)
}

func fill6(kv *[6]attribute.KeyValue, k *workload.Key6) {
	kv[0], kv[1], kv[2] = otelAccount.String(k.Account), otelMeter.String(k.Meter), otelResource.String(k.Resource)
	kv[3], kv[4], kv[5] = otelSKU.String(k.SKU), otelRegion.String(k.Region), otelLabels.String(k.Labels)
}

func otelBound(goroutines int) (*contest.Run, error) {
	c, err := newOTelCounter()
	if err != nil {
		return nil, err
	}
	var kv [3]attribute.KeyValue
	fill3(&kv, &workload.Keys3(1)[0])
	option := []metric.AddOption{metric.WithAttributeSet(attribute.NewSet(kv[:]...))}
	return &contest.Run{
		Loops: contest.Workers(goroutines, func(int) contest.Loop {
			return func(n int) error {
				ctx := context.Background()
				for range n {
					c.Add(ctx, workload.Step, option...)
				}
				return nil
			}
		}),
		Total: c.total,
	}, nil
}
