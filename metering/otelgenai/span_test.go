package otelgenai_test

import (
	"context"
	"errors"
	"flag"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/otelgenai"
	"github.com/meterbook/meterbook/metering/tokens"
)

var seed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")

func random(t *testing.T) *rand.Rand {
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-laws.seed %d", *seed)
	return rand.New(rand.NewPCG(*seed, 0))
}

var at = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

// kept is a sink that keeps events as they come.
type kept struct{ events []metering.Event }

func (k *kept) Record(_ context.Context, events ...metering.Event) (journal.Result, error) {
	k.events = append(k.events, slices.Clone(events)...)
	return journal.Result{Accepted: len(events)}, nil
}

// traced runs spans through the SDK and returns what the sink got, and refusals.
func traced(t *testing.T, spans []map[string]any, opts ...otelgenai.Option) ([]metering.Event, []otelgenai.Refusal) {
	var refusals []otelgenai.Refusal
	sink := &kept{}
	p, err := otelgenai.New(sink, otelgenai.ByAttribute("tenant.id"),
		append([]otelgenai.Option{otelgenai.WithRefusals(func(r otelgenai.Refusal) { refusals = append(refusals, r) })}, opts...)...)
	require.NoError(t, err)
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p), sdktrace.WithResource(resource.NewSchemaless(attribute.String("tenant.id", "acme"))))
	for _, attributes := range spans {
		_, span := tracers.Tracer("test").Start(context.Background(), "chat")
		for _, k := range slices.Sorted(maps.Keys(attributes)) {
			span.SetAttributes(keyValue(k, attributes[k]))
		}
		span.End(trace.WithTimestamp(at))
	}
	require.NoError(t, tracers.Shutdown(context.Background()))
	return sink.events, refusals
}

func keyValue(k string, v any) attribute.KeyValue {
	switch v := v.(type) {
	case int:
		return attribute.Int(k, v)
	case float64:
		return attribute.Float64(k, v)
	}
	return attribute.String(k, v.(string))
}

func items(e metering.Event) map[metering.MeterID]string {
	all := map[metering.MeterID]string{}
	for _, it := range e.Items {
		all[it.Meter] = it.SKU + " " + it.Quantity.Grains().String()
	}
	return all
}

func TestEvent(t *testing.T) {
	events, refusals := traced(t, []map[string]any{
		{
			"gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic", "gen_ai.request.model": "claude", "gen_ai.response.model": "claude-4",
			"gen_ai.response.id": "msg_1", "openai.response.service_tier": "flex", "server.port": 443,
			"gen_ai.usage.input_tokens": 14000, "gen_ai.usage.cache_read.input_tokens": 10000, "gen_ai.usage.cache_creation.input_tokens": 3000,
			"gen_ai.usage.output_tokens": 500, "gen_ai.usage.reasoning.output_tokens": 100,
		},
		{"tenant.id": "beta/search", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4", "gen_ai.usage.prompt_tokens": 7, "gen_ai.usage.completion_tokens": 2},
		{"gen_ai.operation.name": "embeddings", "gen_ai.response.id": "emb_1", "gen_ai.usage.input_tokens": 9},
		{"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 14000, "gen_ai.usage.output_tokens": 500},
		{"http.request.method": "GET"},
	})
	require.Empty(t, refusals)
	require.Len(t, events, 3)
	first := events[0]
	require.Equal(t, metering.Identity{Tenant: "acme", Source: "gen_ai", ID: "msg_1"}, first.Identity())
	require.Equal(t, at, first.Time.UTC())
	require.Equal(t, metering.MustLabels("provider", "anthropic", "service-tier", "flex"), first.Labels)
	require.False(t, first.Estimated)
	require.Equal(t, map[metering.MeterID]string{metering.Requests: "claude-4 1", metering.InputTokens: "claude-4 1000", metering.CachedTokens: "claude-4 10000",
		metering.CacheWriteTokens: "claude-4 3000", metering.OutputTokens: "claude-4 400", metering.ReasoningTokens: "claude-4 100"}, items(first))

	old := events[1]
	require.Equal(t, metering.Account("beta/search"), old.Account)
	require.Regexp(t, `^span [0-9a-f]{32} [0-9a-f]{16}$`, old.ID)
	require.Equal(t, metering.MustLabels("provider", "openai"), old.Labels)
	require.Equal(t, map[metering.MeterID]string{metering.Requests: "gpt-4 1", metering.InputTokens: "gpt-4 7", metering.OutputTokens: "gpt-4 2"}, items(old))
	require.Equal(t, map[metering.MeterID]string{metering.Requests: " 1", metering.InputTokens: " 9"}, items(events[2]))
}

func TestEvent_Refused(t *testing.T) {
	usage := func(more map[string]any) map[string]any {
		all := map[string]any{"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 1}
		maps.Copy(all, more)
		return all
	}
	for _, test := range []struct {
		name string
		span map[string]any
		want error
	}{
		{"text for a count", usage(map[string]any{"gen_ai.usage.input_tokens": "10"}), otelgenai.ErrType},
		{"a float for a count", usage(map[string]any{"gen_ai.usage.input_tokens": 10.0}), otelgenai.ErrType},
		{"below 0", usage(map[string]any{"gen_ai.usage.output_tokens": -1}), tokens.ErrCount},
		{"no output", map[string]any{"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 10}, tokens.ErrMissing},
		{"more cached than there is", usage(map[string]any{"gen_ai.usage.cache_read.input_tokens": 11}), tokens.ErrContradiction},
		{"two names, two counts", usage(map[string]any{"gen_ai.usage.prompt_tokens": 11}), tokens.ErrContradiction},
		{"account is a number", usage(map[string]any{"tenant.id": 7}), otelgenai.ErrType},
		{"account is empty", usage(map[string]any{"tenant.id": ""}), otelgenai.ErrNoAccount},
	} {
		t.Run(test.name, func(t *testing.T) {
			events, refusals := traced(t, []map[string]any{test.span})
			require.Empty(t, events)
			require.Len(t, refusals, 1)
			require.ErrorIs(t, refusals[0].Err, test.want)
			require.True(t, refusals[0].Span.IsValid())
		})
	}
	_, refusals := traced(t, []map[string]any{usage(map[string]any{"gen_ai.response.id": strings.Repeat("x", 257)})})
	var field *metering.FieldError
	require.ErrorAs(t, refusals[0].Err, &field)
}

// What an instrumentation adds to the usage beside the counts of the shape is
// passed over, whatever its type is, unless the parser is strict.
func TestEvent_UnknownUsage(t *testing.T) {
	span := map[string]any{"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 1,
		"gen_ai.usage.cost": 0.00125, "gen_ai.usage.currency": "USD", "gen_ai.usage.total_tokens": 11}
	events, refusals := traced(t, []map[string]any{span})
	require.Empty(t, refusals)
	require.Equal(t, map[metering.MeterID]string{metering.Requests: " 1", metering.InputTokens: " 10", metering.OutputTokens: " 1"}, items(events[0]))

	events, refusals = traced(t, []map[string]any{span}, otelgenai.WithParser(tokens.OpenTelemetry().Strict()))
	require.Empty(t, events)
	require.ErrorIs(t, refusals[0].Err, tokens.ErrUnknown)
	require.ErrorContains(t, refusals[0].Err, "gen_ai.usage.cost")
}

func TestLaw_Event_GivesTheClassesBack(t *testing.T) {
	rng := random(t)
	for range 200 {
		parts := [5]int{rng.IntN(1000), rng.IntN(1000), rng.IntN(1000), rng.IntN(1000), rng.IntN(1000)}
		span := map[string]any{"gen_ai.usage.cache_read.input_tokens": parts[1], "gen_ai.usage.cache_creation.input_tokens": parts[2], "gen_ai.usage.reasoning.output_tokens": parts[4]}
		in, out := parts[0]+parts[1]+parts[2], parts[3]+parts[4]
		switch rng.IntN(3) { // current names, deprecated ones, both
		case 0:
			span["gen_ai.usage.input_tokens"], span["gen_ai.usage.output_tokens"] = in, out
		case 1:
			span["gen_ai.usage.prompt_tokens"], span["gen_ai.usage.completion_tokens"] = in, out
		default:
			span["gen_ai.usage.input_tokens"], span["gen_ai.usage.completion_tokens"], span["gen_ai.usage.prompt_tokens"] = in, out, in
		}
		events, refusals := traced(t, []map[string]any{span})
		require.Empty(t, refusals)
		got := map[metering.MeterID]int64{}
		for _, it := range events[0].Items {
			got[it.Meter], _ = it.Quantity.Grains().Int64()
		}
		for i, m := range []metering.MeterID{metering.InputTokens, metering.CachedTokens, metering.CacheWriteTokens, metering.OutputTokens, metering.ReasoningTokens} {
			require.Equal(t, int64(parts[i]), got[m], "seed %d: %s of %v", *seed, m, span)
		}
		require.Equal(t, int64(1), got[metering.Requests])
	}
}

// A span of which the SDK dropped attributes may have lost a count.
func TestEvent_DroppedAttributesAreEstimated(t *testing.T) {
	sink := &kept{}
	p, err := otelgenai.New(sink, func(sdktrace.ReadOnlySpan) (metering.Account, error) { return "acme", nil }, otelgenai.WithSource("gateway"))
	require.NoError(t, err)
	limits := sdktrace.NewSpanLimits()
	limits.AttributeCountLimit = 2
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p), sdktrace.WithRawSpanLimits(limits))
	_, span := tracers.Tracer("test").Start(context.Background(), "chat")
	span.SetAttributes(attribute.Int("gen_ai.usage.input_tokens", 10), attribute.Int("gen_ai.usage.output_tokens", 1), attribute.Int("gen_ai.usage.cache_read.input_tokens", 9))
	span.End()
	require.NoError(t, tracers.Shutdown(context.Background()))
	require.True(t, sink.events[0].Estimated)
	require.Equal(t, "gateway", sink.events[0].Source)
}

func TestWithRequest(t *testing.T) {
	events, refusals := traced(t, []map[string]any{{"gen_ai.usage.input_tokens": 300, "gen_ai.usage.output_tokens": 1, "cloud.region": "north"}},
		otelgenai.WithRequest(func(span sdktrace.ReadOnlySpan, r *tokens.Request) { r.Region, r.Tiers = "north", []int64{200} }))
	require.Empty(t, refusals)
	require.Equal(t, "north", events[0].Region)
	tier, _ := events[0].Labels.Get(tokens.TierLabel)
	require.Equal(t, tokens.BeyondTiers, tier)
}

func TestByAttribute(t *testing.T) {
	var refusals []otelgenai.Refusal
	p, err := otelgenai.New(&kept{}, otelgenai.ByAttribute("nobody"), otelgenai.WithRefusals(func(r otelgenai.Refusal) { refusals = append(refusals, r) }))
	require.NoError(t, err)
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(p))
	_, span := tracers.Tracer("test").Start(context.Background(), "chat")
	span.SetAttributes(attribute.Int("gen_ai.usage.input_tokens", 10), attribute.Int("gen_ai.usage.output_tokens", 1))
	span.End()
	require.NoError(t, tracers.Shutdown(context.Background()))
	require.Len(t, refusals, 1)
	require.True(t, errors.Is(refusals[0].Err, otelgenai.ErrNoAccount))
}
