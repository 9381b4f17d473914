package otelmeter_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/semconv/v1.43.0/hwconv"

	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/otelmeter"
)

// Observing costs the hot path nothing: no allocation, whether it is off or on.
func TestObserve_HotPathDoesNotAllocate(t *testing.T) {
	agg := metering.NewAggregator()
	stop, err := otelmeter.Observe(agg, otelmeter.WithMeterProvider(noop.NewMeterProvider()))
	require.NoError(t, err)
	defer func() { require.NoError(t, stop()) }()
	stopUsage, err := otelmeter.ObserveUsage(agg, requests(t), otelmeter.WithMeterProvider(noop.NewMeterProvider()))
	require.NoError(t, err)
	defer func() { require.NoError(t, stopUsage()) }()

	at := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	require.NoError(t, agg.Advance(at))
	key := metering.Key{Account: "acme", Meter: metering.Requests}
	series, err := agg.Series(key)
	require.NoError(t, err)
	one := metering.Grains(1, metering.Count)
	require.Zero(t, testing.AllocsPerRun(1000, func() { _ = series.Add(one) }))
	require.Zero(t, testing.AllocsPerRun(1000, func() { _ = agg.AddAt(&key, at, one) }))
}

func requests(t *testing.T) []metering.Meter {
	m, err := metering.DefaultCatalogue().Lookup(metering.Requests)
	require.NoError(t, err)
	return []metering.Meter{m}
}

// Without a provider of tracers there is no watch, and so nothing that a stage
// measures.
func TestSpans_Off(t *testing.T) {
	require.Nil(t, otelmeter.Spans())
	require.Nil(t, otelmeter.Spans(otelmeter.WithTracerProvider(nil)))
}

func TestDurations_Off(t *testing.T) {
	told := 0
	watch, err := otelmeter.Durations(func(context.Context, metering.Operation) { told++ }, otelmeter.WithMeterProvider(noop.NewMeterProvider()))
	require.NoError(t, err)
	ctx, op := context.Background(), metering.Operation{Name: "journal.append"}
	require.Zero(t, testing.AllocsPerRun(100, func() { watch(ctx, op) }))
	require.Equal(t, 101, told)
}

// Names are those of the conventions whose schema the scope names.
func TestConventions(t *testing.T) {
	require.Equal(t, semconv.SchemaURL, otelmeter.SchemaURL)
	r := &reader{}
	hw, err := otelmeter.NewHardware(otelmeter.WithMeterProvider(r))
	require.NoError(t, err)
	require.Equal(t, []string{
		hwconv.Energy{}.Name() + " " + hwconv.Energy{}.Unit(), hwconv.HostEnergy{}.Name() + " " + hwconv.HostEnergy{}.Unit(),
		hwconv.Power{}.Name() + " " + hwconv.Power{}.Unit(), hwconv.HostPower{}.Name() + " " + hwconv.HostPower{}.Unit(),
	}, r.made)
	gpu, err := hw.Component(otelmeter.Device{ID: "GPU-1", Type: string(hwconv.TypeGpu), Name: "left", Parent: "host", Model: "H100", Vendor: "NVIDIA", Serial: "7"})
	require.NoError(t, err)
	require.NoError(t, gpu.Add(metering.MustQuantity("1 J")))
	got := observations{seen: make(map[string]int64)}
	require.NoError(t, r.callback(context.Background(), got))
	require.Equal(t, map[string]int64{"hw.energy": 1}, got.seen)
	for _, kv := range []string{
		string(semconv.HwID("GPU-1").Key), string(semconv.HwTypeGpu.Key), string(semconv.HwName("").Key), string(semconv.HwParent("").Key),
		string(semconv.HwModel("").Key), string(semconv.HwVendor("").Key), string(semconv.HwSerialNumber("").Key),
	} {
		require.Contains(t, r.attributes, kv)
	}
}
