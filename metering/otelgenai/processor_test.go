package otelgenai_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/otelgenai"
	"github.com/meterbook/meterbook/metering/otelmeter"
	"github.com/meterbook/meterbook/metering/tokens"
)

var _ otelmeter.Stage = (*otelgenai.Processor)(nil)

func acme(sdktrace.ReadOnlySpan) (metering.Account, error) { return "acme", nil }

func chat(tracers *sdktrace.TracerProvider, id string, input, output int64) {
	_, span := tracers.Tracer("test").Start(context.Background(), "chat")
	span.SetAttributes(attribute.String("gen_ai.response.id", id), attribute.Int64("gen_ai.usage.input_tokens", input), attribute.Int64("gen_ai.usage.output_tokens", output))
	span.End(trace.WithTimestamp(at))
}

func vitals(p *otelgenai.Processor) map[string]int64 {
	all := map[string]int64{}
	for v := range p.Health() {
		all[v.Name+" "+v.Outcome] = v.Value
	}
	return all
}

// atOnce is a timer that does not wait.
func atOnce() func(time.Duration) <-chan time.Time {
	return func(time.Duration) <-chan time.Time { c := make(chan time.Time, 1); c <- at; return c }
}

func recorder(t *testing.T, dir string) *journal.Recorder {
	rec, _, err := journal.OpenRecorder(dir, journal.WithClock(func() time.Time { return at }), journal.WithCheckpoints(0))
	require.NoError(t, err)
	return rec
}

// flaky is a recorder whose answers get lost: before it has recorded, or after.
type flaky struct {
	journal *journal.Recorder
	calls   int
}

func (f *flaky) Record(ctx context.Context, events ...metering.Event) (journal.Result, error) {
	f.calls++
	switch f.calls % 4 {
	case 1:
		return journal.Result{}, errors.New("the disk is busy")
	case 2:
		if _, err := f.journal.Record(ctx, events...); err != nil {
			return journal.Result{}, err
		}
		return journal.Result{}, errors.New("the answer is lost")
	case 3:
		panic("a sink that panics")
	}
	return f.journal.Record(ctx, events...)
}

func TestLaw_Processor_EachResponseOnce(t *testing.T) {
	rng := random(t)
	dir := t.TempDir()
	type counts struct{ input, output int64 }
	want := map[string]counts{}
	for restart := range 4 { // a program that starts again, and is told again what it was told before
		rec := recorder(t, dir)
		p, err := otelgenai.New(&flaky{journal: rec}, acme, otelgenai.WithTimer(atOnce()))
		require.NoError(t, err)
		tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p))
		var wait sync.WaitGroup
		for range 4 {
			var mine []string
			for range 200 {
				id := fmt.Sprintf("msg-%d", rng.IntN(300*(restart+1)))
				mine = append(mine, id)
				if _, known := want[id]; !known {
					want[id] = counts{rng.Int64N(10_000), rng.Int64N(10_000)}
				}
			}
			said := make([]counts, len(mine))
			for i, id := range mine {
				said[i] = want[id]
			}
			wait.Go(func() {
				for i, id := range mine {
					chat(tracers, id, said[i].input, said[i].output)
				}
			})
		}
		wait.Wait()
		require.NoError(t, p.ForceFlush(context.Background()))
		require.NoError(t, tracers.Shutdown(context.Background()))
		got := vitals(p)
		require.Zero(t, got["genai.spans dropped"])
		require.Zero(t, got["genai.queue "])
		require.Positive(t, got["genai.retries "])
		require.Equal(t, int64(800), got["genai.spans recorded"]+got["genai.spans duplicate"], "seed %d", *seed)
		require.NoError(t, rec.Close())
	}
	rec := recorder(t, dir)
	defer func() { require.NoError(t, rec.Close()) }()
	var input, output int64
	for _, c := range want {
		input, output = input+c.input, output+c.output
	}
	day, err := metering.NewPeriod(at.Truncate(24*time.Hour), at.Truncate(24*time.Hour).Add(24*time.Hour))
	require.NoError(t, err)
	got := map[metering.MeterID]string{}
	for u, err := range rec.Usage(day) {
		require.NoError(t, err)
		got[u.Key.Meter] = u.Quantity.Grains().String()
	}
	require.Equal(t, map[metering.MeterID]string{metering.Requests: fmt.Sprint(len(want)), metering.InputTokens: fmt.Sprint(input), metering.OutputTokens: fmt.Sprint(output)}, got, "seed %d", *seed)
}

// Another body under a response's id is no second request: the first stands.
func TestProcessor_Conflict(t *testing.T) {
	agg := metering.NewAggregator()
	p, err := otelgenai.New(otelgenai.Aggregator(agg), acme)
	require.NoError(t, err)
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p))
	chat(tracers, "msg-1", 10, 1)
	chat(tracers, "msg-1", 10, 1)
	chat(tracers, "msg-1", 11, 1)
	require.NoError(t, tracers.ForceFlush(context.Background()))
	require.Equal(t, int64(1), vitals(p)["genai.refusals conflict"])
	require.Equal(t, metering.Counts{Events: 1, Duplicates: 1, Conflicts: 1, Series: 3}, agg.Counts())
	require.NoError(t, tracers.Shutdown(context.Background()))
	require.NoError(t, p.Shutdown(context.Background()))
	require.NoError(t, p.ForceFlush(context.Background()))

	_, span := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p)).Tracer("test").Start(context.Background(), "chat")
	span.SetAttributes(attribute.Int64("gen_ai.usage.input_tokens", 1))
	span.End()
	require.Equal(t, int64(1), vitals(p)["genai.spans dropped"], "nobody is there to record it")
}

// stuck never answers, whatever its context says.
type stuck struct{ called, release chan struct{} }

func (s stuck) Record(context.Context, ...metering.Event) (journal.Result, error) {
	s.called <- struct{}{}
	<-s.release
	return journal.Result{}, errors.New("too late")
}

// A sink that hangs holds nobody up, and what it did not take is handed back.
func TestProcessor_NeverBlocks(t *testing.T) {
	sink := stuck{make(chan struct{}, 1), make(chan struct{})}
	p, err := otelgenai.New(sink, acme, otelgenai.WithQueue(3))
	require.NoError(t, err)
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p))
	chat(tracers, "msg-0", 1, 1)
	<-sink.called
	for n := 1; n <= 5; n++ {
		output := int64(1)
		if n == 2 {
			output = -1
		}
		chat(tracers, fmt.Sprintf("msg-%d", n), 1, output)
	}
	require.Equal(t, int64(2), vitals(p)["genai.spans dropped"])
	require.Equal(t, int64(4), vitals(p)["genai.queue "])
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, p.ForceFlush(ended), context.Canceled)
	err = p.Shutdown(ended)
	var lost *otelgenai.LossError
	require.ErrorAs(t, err, &lost)
	require.ErrorIs(t, err, context.Canceled)
	var ids []string
	for _, e := range lost.Events {
		ids = append(ids, e.ID)
	}
	require.Equal(t, []string{"msg-0", "msg-1", "msg-3"}, ids)
	require.Len(t, lost.Refusals, 1, "of no use to anybody, and told all the same")
	require.ErrorIs(t, lost.Refusals[0].Err, tokens.ErrCount)
	chat(tracers, "msg-9", 1, 1)
	require.Equal(t, int64(3), vitals(p)["genai.spans dropped"])
	close(sink.release)
	require.ErrorAs(t, p.Shutdown(context.Background()), &lost, "they are still not recorded")
	require.ErrorAs(t, p.ForceFlush(context.Background()), &lost)
}

// A span that is being read when the processor is shut down is handed back, too:
// it waits no more, and is no event yet.
func TestProcessor_LossWhileReading(t *testing.T) {
	called, release := make(chan struct{}), make(chan struct{})
	var calls atomic.Int32
	p, err := otelgenai.New(&kept{}, func(sdktrace.ReadOnlySpan) (metering.Account, error) {
		if calls.Add(1) == 1 {
			close(called)
			<-release
		}
		return "acme", nil
	})
	require.NoError(t, err)
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p))
	chat(tracers, "msg-1", 1, 1)
	<-called
	chat(tracers, "msg-2", 1, 1)
	require.Equal(t, int64(2), vitals(p)["genai.queue "])
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	err = p.Shutdown(ended)
	close(release)
	var lost *otelgenai.LossError
	require.ErrorAs(t, err, &lost)
	require.Len(t, lost.Events, 2)
	require.Equal(t, "msg-1", lost.Events[0].ID)
}

// What a function that was handed in panics with is a refusal, and the next span is
// none the worse.
func TestProcessor_Panic(t *testing.T) {
	sink := &kept{}
	spans := 0
	p, err := otelgenai.New(sink, func(sdktrace.ReadOnlySpan) (metering.Account, error) {
		if spans++; spans == 1 {
			panic("no tenant here")
		}
		return "acme", nil
	}, otelgenai.WithRefusals(func(r otelgenai.Refusal) { panic(r.Err) }))
	require.NoError(t, err)
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p))
	chat(tracers, "msg-1", 1, 1)
	chat(tracers, "msg-2", 1, 1)
	require.NoError(t, tracers.Shutdown(context.Background()))
	require.Equal(t, int64(1), vitals(p)["genai.refusals panic"])
	require.Len(t, sink.events, 1)
}

func TestNew_Refuses(t *testing.T) {
	var field *metering.FieldError
	for _, make := range []func() (*otelgenai.Processor, error){
		func() (*otelgenai.Processor, error) { return otelgenai.New(nil, acme) },
		func() (*otelgenai.Processor, error) { return otelgenai.New(&kept{}, nil) },
		func() (*otelgenai.Processor, error) {
			return otelgenai.New(&kept{}, acme, otelgenai.WithQueue(0))
		},
	} {
		_, err := make()
		require.ErrorAs(t, err, &field)
	}
}

// What is not sampled is metered where the SDK is told to record it.
func TestProcessor_NotSampled(t *testing.T) {
	sink := &kept{}
	p, err := otelgenai.New(sink, acme)
	require.NoError(t, err)
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.AlwaysRecord(sdktrace.NeverSample())), sdktrace.WithSpanProcessor(p))
	chat(tracers, "msg-1", 1, 1)
	require.NoError(t, tracers.Shutdown(context.Background()))
	require.Len(t, sink.events, 1)
}
