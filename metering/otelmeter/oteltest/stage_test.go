package oteltest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/energy/attribution"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/otelmeter"
)

func request(id string) metering.Event {
	return metering.Event{Account: "acme", Source: "api", ID: id, Time: day, Kind: metering.Amount,
		Items: []metering.Item{{Meter: metering.Requests, Quantity: metering.Grains(1, metering.Count)}}}
}

// stopwatch goes on by a second each time it is looked at.
func stopwatch() func() time.Time {
	looks := make(chan time.Time, 1)
	looks <- day
	return func() time.Time {
		t := (<-looks).Add(time.Second)
		looks <- t
		return t
	}
}

func TestObserve_Recorder(t *testing.T) {
	rec, _, err := journal.OpenRecorder(t.TempDir(), journal.WithClock(func() time.Time { return day }), journal.WithStopwatch(stopwatch()))
	require.NoError(t, err)
	defer func() { require.NoError(t, rec.Close()) }()
	p, collect := provider(t)
	_, err = otelmeter.Observe(rec, otelmeter.WithMeterProvider(p))
	require.NoError(t, err)
	before := collect()

	bad := request("3")
	bad.Items[0].Meter = "no.such.meter"
	_, err = rec.Record(context.Background(), request("1"), request("2"), request("1"), bad)
	require.NoError(t, err)
	got := collect()
	outcome := func(name string) attribute.KeyValue { return attribute.String("outcome", name) }
	require.Equal(t, int64(2), got.int("meterbook.journal.events", outcome("accepted")))
	require.Equal(t, int64(2), got.int("meterbook.aggregator.events", outcome("counted")))
	require.Equal(t, int64(1), got.int("meterbook.aggregator.series"))
	syncs := got.int("meterbook.journal.syncs") - before.int("meterbook.journal.syncs")
	require.Positive(t, syncs)
	require.Equal(t, float64(syncs), got.float("meterbook.journal.sync.duration")-before.float("meterbook.journal.sync.duration"), "a second for each")
	require.Equal(t, 1.0, got.float("meterbook.journal.sync.slowest"))
	require.Equal(t, "s", got.units["meterbook.journal.sync.duration"])
}

// A program that sets the global provider later is observed all the same.
func TestObserve_GlobalProvider(t *testing.T) {
	agg := metering.NewAggregator()
	stop, err := otelmeter.Observe(agg)
	require.NoError(t, err)
	defer func() { require.NoError(t, stop()) }()
	require.NoError(t, agg.Record(request("1")))
	p, collect := provider(t)
	otel.SetMeterProvider(p)
	require.Equal(t, int64(1), collect().int("meterbook.aggregator.events", attribute.String("outcome", "counted")))
}

func TestSpans(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	watch := otelmeter.Spans(otelmeter.WithTracerProvider(tracers), otelmeter.WithAttributes(attribute.String("site", "north")))
	rec, _, err := journal.OpenRecorder(t.TempDir(), journal.WithClock(func() time.Time { return day }),
		journal.WithStopwatch(stopwatch()), journal.WithCheckpoints(0), journal.WithWatch(time.Second, watch))
	require.NoError(t, err)
	defer func() { require.NoError(t, rec.Close()) }()

	ctx, parent := tracers.Tracer("test").Start(context.Background(), "caller")
	_, err = rec.Record(ctx, request("1"), request("2"))
	require.NoError(t, err)
	parent.End()
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = rec.Record(canceled, request("3"))
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, rec.Checkpoint(context.Background()))

	ended := spans.Ended()
	require.Len(t, ended, 4)
	ok, failed, checkpoint := ended[0], ended[2], ended[3]
	require.Equal(t, "meterbook.recorder.record", ok.Name())
	require.Equal(t, parent.SpanContext().SpanID(), ok.Parent().SpanID())
	require.Equal(t, otelmeter.ScopeName, ok.InstrumentationScope().Name)
	require.Equal(t, otelmeter.ScopeVersion, ok.InstrumentationScope().Version)
	require.Equal(t, otelmeter.SchemaURL, ok.InstrumentationScope().SchemaURL)
	require.ElementsMatch(t, []attribute.KeyValue{attribute.String("site", "north"), attribute.Int("meterbook.items", 2)}, ok.Attributes())
	require.GreaterOrEqual(t, ok.EndTime().Sub(ok.StartTime()), time.Second)
	require.Equal(t, day, ok.StartTime().UTC().Truncate(24*time.Hour))
	require.Equal(t, codes.Unset, ok.Status().Code)
	require.Equal(t, sdktrace.Status{Code: codes.Error}, failed.Status(), "no text of an error in a trace")
	require.Contains(t, failed.Attributes(), attribute.String("error.type", "canceled"))
	require.Equal(t, "meterbook.recorder.checkpoint", checkpoint.Name())
	require.False(t, checkpoint.Parent().IsValid())
}

// What is faster than asked for is no span.
func TestSpans_OnlySlow(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	watch := otelmeter.Spans(otelmeter.WithTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))))
	j, _, err := journal.Open(t.TempDir(), journal.WithClock(func() time.Time { return day }), journal.WithWatch(time.Hour, watch))
	require.NoError(t, err)
	_, err = j.Append(context.Background(), request("1"))
	require.NoError(t, err)
	require.NoError(t, j.Close())
	require.Empty(t, spans.Ended())
}

func TestDurations(t *testing.T) {
	p, collect := provider(t)
	next := 0
	watch, err := otelmeter.Durations(func(context.Context, metering.Operation) { next++ }, otelmeter.WithMeterProvider(p))
	require.NoError(t, err)
	watch(context.Background(), metering.Operation{Name: "journal.append", Took: 250 * time.Millisecond})
	watch(context.Background(), metering.Operation{Name: "journal.append", Took: time.Second, Err: errors.New("disk is full")})
	got := collect()
	require.Equal(t, uint64(2), got.counts["meterbook.operation.duration"])
	require.Equal(t, 1.25, got.sums["meterbook.operation.duration"])
	require.Equal(t, 2, next)
}

// Figures about stages are as many with a thousand tenants as with one, and have no
// attribute but the outcome.
func TestObserve_FewFigures(t *testing.T) {
	p, collect := provider(t)
	agg := metering.NewAggregator()
	now := func() time.Time { return day.Add(time.Hour) }
	for _, stage := range []otelmeter.Stage{agg, rating.NewProgress(now, nil), attribution.NewProgress(now)} {
		_, err := otelmeter.Observe(stage, otelmeter.WithMeterProvider(p))
		require.NoError(t, err)
	}
	before := collect()
	for n := range 1000 {
		e := request("1")
		e.Account = metering.Account(fmt.Sprintf("tenant-%d", n))
		require.NoError(t, agg.Record(e))
	}
	after := collect()
	require.Equal(t, len(before.ints), len(after.ints))
	require.Equal(t, len(before.floats), len(after.floats))
	require.Less(t, len(after.ints)+len(after.floats), 40)
	for _, name := range []string{"meterbook.rating.lag", "meterbook.attribution.lag", "meterbook.attribution.residual", "meterbook.rating.duration"} {
		require.Contains(t, after.units, name)
	}
	require.Equal(t, "J", after.units["meterbook.attribution.residual"])
	require.Equal(t, int64(1000), after.int("meterbook.aggregator.series"))
}
