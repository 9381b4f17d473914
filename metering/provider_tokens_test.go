package metering_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	aitokens "github.com/meterbook/meterbook/metering/tokens"
)

// Drivers of tokens. A fee is the sum of what was counted of each class times its
// price of a million: it is right only if each token is in one class.

// object is JSON of a usage object.
type object map[string]any

func (in inputs) usage(parse func([]byte) (aitokens.Usage, error), usage object) aitokens.Usage {
	in.t.Helper()
	src, err := json.Marshal(usage)
	require.NoError(in.t, err)
	u, err := parse(src)
	require.NoError(in.t, err)
	return u
}

// counted records usage as an event, twice, and returns what the meters of the
// classes have: by class, and no other.
func (in inputs) counted(u aitokens.Usage, tiers ...int64) (providerFigures, metering.Event) {
	in.t.Helper()
	e, err := u.Event(aitokens.Request{Account: "acme", Source: "gateway", ID: "r-1", At: anyStart, Model: "m", Tiers: tiers})
	require.NoError(in.t, err)
	a := metering.NewAggregator()
	record(in.t, a, e, e)
	got := providerFigures{}
	for _, c := range aitokens.Classes() {
		for _, row := range mustCollect(in.t, a.Usage(longTime, metering.ForMeters(c.Meter()))) {
			got[c.String()] = exactly(row.Quantity, metering.MustUnit("{token}"))
		}
	}
	return got, e
}

// million multiplies counts with prices of a million, and adds up. A class that
// was not used has no count.
func (f providerFigures) million(prices map[aitokens.Class]*big.Rat) *big.Rat {
	sum, priced := new(big.Rat), 0
	for c, price := range prices {
		if n, used := f[c.String()].(*big.Rat); used {
			sum.Add(sum, times(n, price, ratio(1, 1e6)))
			priced++
		}
	}
	if priced != len(f) {
		return nil // a class without a price
	}
	return sum
}

// measureCachedSubset: cached tokens are among those of the prompt, and reasoning
// among what is completed.
func measureCachedSubset(in inputs) providerFigures {
	o := object{
		"prompt_tokens": in.get("prompt_tokens"), "completion_tokens": in.get("completion_tokens"),
		"prompt_tokens_details": object{"cached_tokens": in.get("cached_tokens")},
	}
	if in.has("reasoning_tokens") {
		o["completion_tokens_details"] = object{"reasoning_tokens": in.get("reasoning_tokens")}
	}
	got, _ := in.counted(in.usage(aitokens.ParseOpenAIChat, o))
	prices := in.list("prices")
	output := number(in.t, prices[2])
	fee := got.million(map[aitokens.Class]*big.Rat{
		aitokens.Input: number(in.t, prices[0]), aitokens.CacheRead: number(in.t, prices[1]), aitokens.Output: output, aitokens.Reasoning: output,
	})
	got["fee_usd"] = fee
	return got
}

// measureCacheDisjoint: what was read from a cache or written to one is beside
// the input, and OpenTelemetry's input is all of it.
func measureCacheDisjoint(in inputs) providerFigures {
	w5m, w1h := in.whole("cache_creation_5m"), in.whole("cache_creation_1h")
	u := in.usage(aitokens.ParseAnthropic, object{
		"input_tokens": in.get("input_tokens"), "output_tokens": in.get("output_tokens"),
		"cache_read_input_tokens": in.get("cache_read"), "cache_creation_input_tokens": w5m + w1h,
		"cache_creation": object{"ephemeral_5m_input_tokens": w5m, "ephemeral_1h_input_tokens": w1h},
	})
	got, _ := in.counted(u)
	input, output := in.number("base_in"), in.number("base_out")
	factor := func(name string) *big.Rat { return times(input, number(in.t, in.get("mult").(map[string]any)[name])) }
	fee := got.million(map[aitokens.Class]*big.Rat{
		aitokens.Input: input, aitokens.Output: output,
		aitokens.CacheWrite5m: factor("w5m"), aitokens.CacheWrite1h: factor("w1h"), aitokens.CacheRead: factor("read"),
	})
	total, ok := u.TotalInput().Grains().Int64()
	require.True(in.t, ok)
	span, err := aitokens.ParseOpenTelemetry(map[string]int64{
		"gen_ai.usage.input_tokens": total, "gen_ai.usage.cache_read.input_tokens": u.CacheRead,
		"gen_ai.usage.cache_creation.input_tokens": w5m + w1h, "gen_ai.usage.output_tokens": u.Output,
	})
	require.NoError(in.t, err)
	require.Equal(in.t, u.Input, span.Input, "the span says the same")
	got["fee_usd"], got["otel_input_tokens"] = fee, exactly(u.TotalInput(), metering.MustUnit("{token}"))
	return got
}

func measureTokens(in inputs) providerFigures {
	got, _ := in.counted(in.usage(aitokens.ParseBailian, object{"prompt_tokens": in.get("input_tokens"), "completion_tokens": in.get("output_tokens")}))
	got["fee_cny"] = got.million(map[aitokens.Class]*big.Rat{aitokens.Input: in.number("input_price_per_m"), aitokens.Output: in.number("output_price_per_m")})
	return got
}

// measureCacheSplit: hits and misses make up the prompt.
func measureCacheSplit(in inputs) providerFigures {
	got, _ := in.counted(in.usage(aitokens.ParseDeepSeek, object{
		"prompt_tokens": in.whole("hit") + in.whole("miss"), "prompt_cache_hit_tokens": in.get("hit"),
		"prompt_cache_miss_tokens": in.get("miss"), "completion_tokens": in.get("out"),
	}))
	prices := in.list("prices_per_m")
	got["total_exact"] = got.million(map[aitokens.Class]*big.Rat{
		aitokens.CacheRead: number(in.t, prices[0]), aitokens.Input: number(in.t, prices[1]), aitokens.Output: number(in.t, prices[2]),
	})
	return got
}

// measureTokenTier: the event's label says which tier the request's input is in,
// for sums over requests no longer tell.
func measureTokenTier(in inputs) providerFigures {
	var bounds []int64
	for _, row := range in.list("tiers") {
		bounds = append(bounds, whole(in.t, row.([]any)[0]))
	}
	u := in.usage(aitokens.ParseBailian, object{"prompt_tokens": in.get("input_tokens"), "completion_tokens": in.get("output_tokens")})
	got, e := in.counted(u, bounds...)
	tier, labelled := e.Labels.Get(aitokens.TierLabel)
	require.True(in.t, labelled)
	var fee *big.Rat
	for _, row := range in.list("tiers") {
		if columns := row.([]any); fmt.Sprint(columns[0]) == tier {
			fee = got.million(map[aitokens.Class]*big.Rat{aitokens.Input: number(in.t, columns[1]), aitokens.Output: number(in.t, columns[2])})
		}
	}
	got["tier"], got["fee_cny"] = tier, fee
	return got
}

// TestMillion: a class that has no price is no sum.
func TestMillion(t *testing.T) {
	f := providerFigures{"input": ratio(1e6, 1), "output": ratio(1, 1)}
	require.Nil(t, f.million(map[aitokens.Class]*big.Rat{aitokens.Input: ratio(1, 1)}))
	require.Equal(t, ratio(3, 1), f.million(map[aitokens.Class]*big.Rat{aitokens.Input: ratio(1, 1), aitokens.Output: ratio(2e6, 1)}))
}
