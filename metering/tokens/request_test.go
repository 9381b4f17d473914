package tokens_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/tokens"
)

var request = tokens.Request{
	Account: "acme/chat", Source: "gateway", ID: "resp-1", At: time.Date(2026, 10, 5, 9, 0, 0, 0, time.UTC), Model: "m-large", Region: "north",
}

// TestCatalogue: each class has a meter, of its own, that counts tokens.
func TestCatalogue(t *testing.T) {
	seen := map[metering.MeterID]bool{}
	for _, c := range tokens.Classes() {
		m, err := metering.DefaultCatalogue().Lookup(c.Meter())
		require.NoError(t, err)
		require.Equal(t, metering.Token, m.Unit.Dimension())
		require.Equal(t, metering.AI, m.Layer)
		require.True(t, m.Monotonic)
		require.False(t, seen[m.ID])
		seen[m.ID] = true

		text, err := c.MarshalText()
		require.NoError(t, err)
		require.Equal(t, c.String(), string(text))
		var back tokens.Class
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, c, back)
	}
	require.Len(t, seen, 15)
	var c tokens.Class
	require.ErrorIs(t, c.UnmarshalText([]byte("cached")), tokens.ErrSyntax)
	require.NoError(t, c.UnmarshalText(nil))
	require.Empty(t, tokens.Class(0).Meter())
	require.Empty(t, tokens.Class(200).Meter())
	require.Equal(t, "none", tokens.Class(0).String())
	require.Equal(t, "class 200", tokens.Class(200).String())
	_, err := tokens.Class(200).MarshalText()
	require.ErrorIs(t, err, tokens.ErrSyntax)
	require.Zero(t, tokens.Usage{Input: 1}.Of(0))
}

// TestUsage_Fold_KeepsArguments: what is folded is read, and the caller's list of
// classes, which may go on behind it, is not written to.
func TestUsage_Fold_KeepsArguments(t *testing.T) {
	all := tokens.Classes()
	u, err := tokens.Usage{Output: 1, Reasoning: 2, AudioOutput: 4}.Fold(tokens.Output, all[11:12]...)
	require.NoError(t, err)
	require.Equal(t, tokens.Usage{Output: 3, AudioOutput: 4}, u)
	require.Equal(t, tokens.Classes(), all)
}

// TestUsage_Event_Refused: a request that is not right makes no event.
func TestUsage_Event_Refused(t *testing.T) {
	for _, tt := range []struct {
		name   string
		usage  tokens.Usage
		change func(*tokens.Request)
		text   string
	}{
		{"negative", tokens.Usage{Output: -1}, func(*tokens.Request) {}, "tokens: output is -1; want a whole number from 0 to 9223372036854775807, in digits"},
		{"no id", tokens.Usage{}, func(r *tokens.Request) { r.ID = "" }, `tokens: request: metering: id "": want a value`},
		{"no account", tokens.Usage{}, func(r *tokens.Request) { r.Account = "" }, `tokens: request: metering: account "": want a value`},
		{"long model", tokens.Usage{}, func(r *tokens.Request) { r.Model = strings.Repeat("m", 257) }, `tokens: request: metering: SKU "` + strings.Repeat("m", 64) + `…": want at most 256 bytes, got 257`},
		{"before 1970", tokens.Usage{}, func(r *tokens.Request) { r.At = time.Time{} }, "outside 1970"},
		{"tiers do not ascend", tokens.Usage{}, func(r *tokens.Request) { r.Tiers = []int64{10, 10} }, "tokens: tier is 10; want more than 10: tiers ascend"},
		{"a tier of 0", tokens.Usage{}, func(r *tokens.Request) { r.Tiers = []int64{0} }, "tokens: tier is 0; want more than 0: tiers ascend"},
		{"two tiers", tokens.Usage{}, func(r *tokens.Request) {
			r.Tiers, r.Labels = []int64{1}, metering.MustLabels(tokens.TierLabel, "9")
		}, `tokens: label input-tokens-up-to is given again, as …; want none beside tiers`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := request
			tt.change(&r)
			e, err := tt.usage.Event(r)
			require.ErrorContains(t, err, tt.text)
			require.Zero(t, e)
		})
	}
}

// TestUsage_Event_Tiers: bounds are inclusive, and what was cached is input.
func TestUsage_Event_Tiers(t *testing.T) {
	for _, tt := range []struct {
		usage tokens.Usage
		want  string
	}{
		{tokens.Usage{Output: 1 << 40}, "100"},
		{tokens.Usage{Input: 60, CacheRead: 30, CacheWrite5m: 5, ImageInput: 5, Output: 1000}, "100"},
		{tokens.Usage{Input: 60, CacheRead: 30, CacheWrite5m: 5, ImageInput: 6}, "200"},
		{tokens.Usage{Input: 200}, "200"},
		{tokens.Usage{Input: 201}, tokens.BeyondTiers},
		{tokens.Usage{Input: math.MaxInt64, CacheRead: math.MaxInt64}, tokens.BeyondTiers},
	} {
		r := request
		r.Tiers, r.Labels = []int64{100, 200}, metering.MustLabels("env", "prod")
		e, err := tt.usage.Event(r)
		require.NoError(t, err)
		require.Equal(t, metering.MustLabels("env", "prod", tokens.TierLabel, tt.want), e.Labels)
	}
}

func TestUsage_Overflow(t *testing.T) {
	full := tokens.Usage{Input: math.MaxInt64, Reasoning: math.MaxInt64, Output: 1}
	_, err := full.Add(tokens.Usage{Input: 1})
	require.ErrorIs(t, err, metering.ErrOverflow)
	_, err = full.Fold(tokens.Output, tokens.Reasoning)
	require.ErrorIs(t, err, metering.ErrOverflow)
	_, err = full.Add(tokens.Usage{Input: -1})
	require.ErrorIs(t, err, tokens.ErrCount)
	_, err = tokens.Usage{Input: -1}.Add(full)
	require.ErrorIs(t, err, tokens.ErrCount)
	_, err = tokens.Usage{Input: -1}.Fold(tokens.Output)
	require.ErrorIs(t, err, tokens.ErrCount)
	_, err = full.Fold(0, tokens.Input)
	require.ErrorIs(t, err, tokens.ErrSyntax)
	require.Equal(t, metering.MustQuantity("18446744073709551615 {token}"), full.Total())
	require.Equal(t, "no tokens", tokens.Usage{}.String())
}

// TestUsage_Event_CountsOnce: a report that is sent again counts once, and
// other counts under the same id are a conflict.
func TestUsage_Event_CountsOnce(t *testing.T) {
	agg := metering.NewAggregator()
	u := tokens.Usage{Input: 700, CacheRead: 300, Output: 500, Reasoning: 20}
	for range 2 {
		e, err := u.Event(request)
		require.NoError(t, err)
		require.NoError(t, agg.Record(e))
	}
	u.Output++
	e, err := u.Event(request)
	require.NoError(t, err)
	require.ErrorIs(t, agg.Record(e), metering.ErrConflict)

	got := map[metering.MeterID]string{}
	for usage, err := range agg.Usage(metering.MustPeriod("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z")) {
		require.NoError(t, err)
		got[usage.Key.Meter] = usage.Quantity.String()
	}
	require.Equal(t, map[metering.MeterID]string{
		metering.Requests: "1 1", metering.InputTokens: "700 {token}", metering.CachedTokens: "300 {token}",
		metering.OutputTokens: "500 {token}", metering.ReasoningTokens: "20 {token}",
	}, got)
}

// TestParse_Allocations: reading usage allocates nothing, an event its items.
func TestParse_Allocations(t *testing.T) {
	text := []byte(`{"prompt_tokens":1000,"completion_tokens":500,"total_tokens":1500,"prompt_tokens_details":{"cached_tokens":300}}`)
	fewest := math.Inf(1) // a pool of package json forgets at random under the race detector
	for range 5 {
		fewest = min(fewest, testing.AllocsPerRun(100, func() {
			if _, err := tokens.ParseOpenAIChat(text); err != nil {
				panic(err)
			}
		}))
	}
	require.Zero(t, fewest)
	u := tokens.Usage{Input: 700, CacheRead: 300, Output: 500}
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() {
		if _, err := u.Event(request); err != nil {
			panic(err)
		}
	}), 1.0)
}

func BenchmarkParse(b *testing.B) {
	text := []byte(`{"prompt_tokens":1000,"completion_tokens":500,"total_tokens":1500,"prompt_tokens_details":{"cached_tokens":300,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":128,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}`)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tokens.ParseOpenAIChat(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEvent(b *testing.B) {
	u := tokens.Usage{Input: 700, CacheRead: 300, Output: 372, Reasoning: 128}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := u.Event(request); err != nil {
			b.Fatal(err)
		}
	}
}
