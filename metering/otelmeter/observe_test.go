package otelmeter_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/embedded"
	"go.opentelemetry.io/otel/metric/noop"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/otelmeter"
)

// reader stands in for an SDK: it keeps the callback and runs it.
type reader struct {
	noop.MeterProvider
	callback metric.Callback
	stopped  bool

	made       []string // instruments, with their units
	attributes []string // of what was observed last
}

func (r *reader) Meter(string, ...metric.MeterOption) metric.Meter { return meter{reader: r} }

type meter struct {
	noop.Meter
	noop.Registration
	reader *reader
}

type instrument struct {
	metric.Int64ObservableCounter
	name   string
	reader *reader
}

type upDown struct {
	metric.Int64ObservableUpDownCounter
	name string
}

func (m meter) Int64ObservableCounter(name string, opts ...metric.Int64ObservableCounterOption) (metric.Int64ObservableCounter, error) {
	m.reader.made = append(m.reader.made, name+" "+metric.NewInt64ObservableCounterConfig(opts...).Unit())
	return instrument{name: name, reader: m.reader}, nil
}

func (m meter) Int64ObservableUpDownCounter(name string, opts ...metric.Int64ObservableUpDownCounterOption) (metric.Int64ObservableUpDownCounter, error) {
	m.reader.made = append(m.reader.made, name+" "+metric.NewInt64ObservableUpDownCounterConfig(opts...).Unit())
	return upDown{name: name}, nil
}

func (m meter) Int64ObservableGauge(name string, opts ...metric.Int64ObservableGaugeOption) (metric.Int64ObservableGauge, error) {
	m.reader.made = append(m.reader.made, name+" "+metric.NewInt64ObservableGaugeConfig(opts...).Unit())
	return noop.Int64ObservableGauge{}, nil
}

func (m meter) RegisterCallback(f metric.Callback, _ ...metric.Observable) (metric.Registration, error) {
	m.reader.callback = f
	return m, nil
}

func (m meter) Unregister() error { m.reader.stopped = true; return nil }

type observations struct {
	embedded.Observer
	seen map[string]int64
}

func (o observations) ObserveInt64(in metric.Int64Observable, v int64, opts ...metric.ObserveOption) {
	set := metric.NewObserveConfig(opts).Attributes()
	name := ""
	switch in := in.(type) {
	case instrument:
		name = in.name
		for _, kv := range set.ToSlice() {
			in.reader.attributes = append(in.reader.attributes, string(kv.Key))
		}
	case upDown:
		name = in.name
	}
	if outcome, ok := set.Value("outcome"); ok {
		name += " " + outcome.AsString()
	}
	if site, ok := set.Value("site"); ok {
		name += " at " + site.AsString()
	}
	o.seen[name] = v
}

func (o observations) ObserveFloat64(metric.Float64Observable, float64, ...metric.ObserveOption) {}

func TestObserve(t *testing.T) {
	agg := metering.NewAggregator()
	r := &reader{}
	stop, err := otelmeter.Observe(agg, otelmeter.WithMeterProvider(r), otelmeter.WithAttributes(attribute.String("site", "north")))
	require.NoError(t, err)

	at := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	e := metering.Event{Account: "acme", Source: "api", ID: "1", Time: at, Kind: metering.Amount,
		Items: []metering.Item{{Meter: metering.Requests, Quantity: metering.Grains(3, metering.Count)}}}
	require.NoError(t, agg.Record(e))
	require.NoError(t, agg.Record(e))
	e.Items = nil
	require.Error(t, agg.Record(e))

	got := observations{seen: make(map[string]int64)}
	require.NoError(t, r.callback(context.Background(), got))
	require.Equal(t, map[string]int64{
		"meterbook.aggregator.events counted at north":   1,
		"meterbook.aggregator.events duplicate at north": 1,
		"meterbook.aggregator.events conflict at north":  0,
		"meterbook.aggregator.events refused at north":   1,
		"meterbook.aggregator.untimely at north":         0,
		"meterbook.aggregator.series.shared at north":    0,
		"meterbook.aggregator.series.evicted at north":   0,
		"meterbook.aggregator.series at north":           1,
		"meterbook.aggregator.anomalies at north":        0,

		"meterbook.aggregator.quota.refused at north":          0,
		"meterbook.aggregator.refusals invalid at north":       1,
		"meterbook.aggregator.refusals unknown-meter at north": 0,
		"meterbook.aggregator.refusals quota at north":         0,
		"meterbook.aggregator.refusals untimely at north":      0,
		"meterbook.aggregator.refusals overflow at north":      0,
	}, got.seen)
	require.NoError(t, stop())
	require.True(t, r.stopped)
}

// The global provider does nothing until an application sets one.
func TestObserve_Global(t *testing.T) {
	stop, err := otelmeter.Observe(metering.NewAggregator())
	require.NoError(t, err)
	require.NoError(t, stop())
}
