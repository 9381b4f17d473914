package tokens_test

import (
	"flag"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/tokens"
)

var (
	lawsN    = flag.Int("laws.n", 5000, "cases of each law")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
)

// law runs check on random cases, the same ones again for the same seed.
func law(t *testing.T, check func(t *testing.T, r *rand.Rand)) {
	t.Helper()
	seed := *lawsSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d cases, -laws.seed %d", *lawsN, seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for i := 0; i < *lawsN && !t.Failed(); i++ {
		check(t, r)
	}
}

// someTokens is small, zero or large.
func someTokens(r *rand.Rand) int64 {
	switch r.IntN(4) {
	case 0:
		return 0
	case 1:
		return r.Int64N(4)
	case 2:
		return r.Int64N(1e6)
	}
	return r.Int64N(1 << 55)
}

// rendered is how each API tells usage of which the classes are known. A class
// that an API does not tell is set to 0 first.
var rendered = map[string]func(u *tokens.Usage) string{
	"openai-chat": func(u *tokens.Usage) string {
		u.VideoInput, u.CacheReadAudio, u.CacheReadImage, u.CacheWrite5m, u.CacheWrite1h, u.CacheWriteOther, u.ImageOutput = 0, 0, 0, 0, 0, 0, 0
		in := u.Input + u.CacheRead + u.AudioInput + u.ImageInput
		out := u.Output + u.Reasoning + u.AudioOutput + u.RejectedPrediction
		return fmt.Sprintf(`{"total_tokens":%d,"prompt_tokens_details":{"cached_tokens":%d,"audio_tokens":%d,"image_tokens":%d},"prompt_tokens":%d,"completion_tokens":%d,
			"completion_tokens_details":{"reasoning_tokens":%d,"audio_tokens":%d,"accepted_prediction_tokens":%d,"rejected_prediction_tokens":%d}}`,
			in+out, u.CacheRead, u.AudioInput, u.ImageInput, in, out, u.Reasoning, u.AudioOutput, u.Output/2, u.RejectedPrediction)
	},
	"openai-realtime": func(u *tokens.Usage) string {
		*u = tokens.Usage{Input: u.Input, AudioInput: u.AudioInput, ImageInput: u.ImageInput, CacheRead: u.CacheRead,
			CacheReadAudio: u.CacheReadAudio, CacheReadImage: u.CacheReadImage, Output: u.Output, AudioOutput: u.AudioOutput}
		cached := u.CacheRead + u.CacheReadAudio + u.CacheReadImage
		in, out := u.Input+u.AudioInput+u.ImageInput+cached, u.Output+u.AudioOutput
		return fmt.Sprintf(`{"input_tokens":%d,"output_tokens":%d,"total_tokens":%d,"output_token_details":{"audio_tokens":%d,"text_tokens":%d},
			"input_token_details":{"cached_tokens":%d,"audio_tokens":%d,"image_tokens":%d,"text_tokens":%d,
			"cached_tokens_details":{"text_tokens":%d,"audio_tokens":%d,"image_tokens":%d}}}`,
			in, out, in+out, u.AudioOutput, u.Output, cached, u.AudioInput+u.CacheReadAudio, u.ImageInput+u.CacheReadImage, u.Input+u.CacheRead,
			u.CacheRead, u.CacheReadAudio, u.CacheReadImage)
	},
	"anthropic": func(u *tokens.Usage) string {
		*u = tokens.Usage{Input: u.Input, CacheRead: u.CacheRead, CacheWrite5m: u.CacheWrite5m, CacheWrite1h: u.CacheWrite1h, Output: u.Output}
		return fmt.Sprintf(`{"input_tokens":%d,"cache_read_input_tokens":%d,"cache_creation":{"ephemeral_5m_input_tokens":%d,"ephemeral_1h_input_tokens":%d},"cache_creation_input_tokens":%d,"output_tokens":%d}`,
			u.Input, u.CacheRead, u.CacheWrite5m, u.CacheWrite1h, u.CacheWrite5m+u.CacheWrite1h, u.Output)
	},
	"deepseek": func(u *tokens.Usage) string {
		*u = tokens.Usage{Input: u.Input, CacheRead: u.CacheRead, Output: u.Output, Reasoning: u.Reasoning}
		return fmt.Sprintf(`{"prompt_cache_hit_tokens":%d,"prompt_cache_miss_tokens":%d,"prompt_tokens":%d,"completion_tokens":%d,"completion_tokens_details":{"reasoning_tokens":%d},"prompt_tokens_details":{"cached_tokens":%[1]d}}`,
			u.CacheRead, u.Input, u.Input+u.CacheRead, u.Output+u.Reasoning, u.Reasoning)
	},
	"bailian": func(u *tokens.Usage) string {
		*u = tokens.Usage{Input: u.Input, CacheRead: u.CacheRead, CacheWrite5m: u.CacheWrite5m, VideoInput: u.VideoInput, Output: u.Output, Reasoning: u.Reasoning}
		in, out := u.Input+u.CacheRead+u.CacheWrite5m+u.VideoInput, u.Output+u.Reasoning
		return fmt.Sprintf(`{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,"completion_tokens_details":{"reasoning_tokens":%d},
			"prompt_tokens_details":{"cached_tokens":%d,"cache_creation_input_tokens":%d,"cache_creation":{"ephemeral_5m_input_tokens":%[6]d},"video_tokens":%d}}`,
			in, out, in+out, u.Reasoning, u.CacheRead, u.CacheWrite5m, u.VideoInput)
	},
	"gemini": func(u *tokens.Usage) string {
		u.CacheWrite5m, u.CacheWrite1h, u.CacheWriteOther, u.RejectedPrediction = 0, 0, 0, 0
		video := u.CacheRead / 3 // of what was cached
		cached := u.CacheRead + u.CacheReadAudio + u.CacheReadImage
		tool := u.Input / 4
		in, out := u.Input-tool+u.AudioInput+u.ImageInput+u.VideoInput+cached, u.Output+u.AudioOutput+u.ImageOutput
		return fmt.Sprintf(`{"promptTokenCount":%d,"cachedContentTokenCount":%d,"toolUsePromptTokenCount":%d,"candidatesTokenCount":%d,"thoughtsTokenCount":%d,"totalTokenCount":%d,
			"promptTokensDetails":[{"modality":"AUDIO","tokenCount":%d},{"tokenCount":%d,"modality":"IMAGE"},{"modality":"VIDEO","tokenCount":%d}],
			"cacheTokensDetails":[{"modality":"AUDIO","tokenCount":%d},{"modality":"TEXT","tokenCount":1},{"modality":"IMAGE","tokenCount":%d},{"modality":"VIDEO","tokenCount":%d}],
			"candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":%d},{"modality":"IMAGE","tokenCount":%d}]}`,
			in, cached, tool, out, u.Reasoning, in+tool+out+u.Reasoning,
			u.AudioInput+u.CacheReadAudio, u.ImageInput+u.CacheReadImage, u.VideoInput+video,
			u.CacheReadAudio, u.CacheReadImage, video, u.AudioOutput, u.ImageOutput)
	},
}

// TestLaw_Parse_GivesTheClassesBack: usage whose classes are known, told as
// each API tells it, is read as those classes: no token is lost or counted
// twice, however the counts include each other.
func TestLaw_Parse_GivesTheClassesBack(t *testing.T) {
	shapes := slices.Sorted(maps.Keys(rendered))
	law(t, func(t *testing.T, r *rand.Rand) {
		shape := shapes[r.IntN(len(shapes))]
		want := tokens.Usage{
			Input: someTokens(r), AudioInput: someTokens(r), ImageInput: someTokens(r), VideoInput: someTokens(r),
			CacheRead: someTokens(r), CacheReadAudio: someTokens(r), CacheReadImage: someTokens(r),
			CacheWrite5m: someTokens(r), CacheWrite1h: someTokens(r), CacheWriteOther: someTokens(r),
			Output: someTokens(r), Reasoning: someTokens(r), AudioOutput: someTokens(r), ImageOutput: someTokens(r), RejectedPrediction: someTokens(r),
		}
		text := rendered[shape](&want)
		got, err := parsers()[shape].Strict().Parse([]byte(text))
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	})
}

// membersOf are what the oracle knows, for texts that are often nearly right.
var membersOf = map[string]struct{ top, in, out []string }{
	"openai-chat": {
		[]string{"prompt_tokens", "completion_tokens", "total_tokens"},
		[]string{"prompt_tokens_details", "cached_tokens", "audio_tokens", "image_tokens"},
		[]string{"completion_tokens_details", "reasoning_tokens", "audio_tokens", "accepted_prediction_tokens", "rejected_prediction_tokens"},
	},
	"anthropic": {
		[]string{"input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"},
		[]string{"cache_creation", "ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"},
		[]string{"server_tool_use", "web_search_requests"},
	},
	"deepseek": {
		[]string{"prompt_tokens", "completion_tokens", "total_tokens", "prompt_cache_hit_tokens", "prompt_cache_miss_tokens"},
		[]string{"prompt_tokens_details", "cached_tokens"},
		[]string{"completion_tokens_details", "reasoning_tokens"},
	},
}

// usageText writes members that are there or not, with values that fit each
// other or not, and here and there a fault.
func usageText(r *rand.Rand, shape string) string {
	m := membersOf[shape]
	object := func(names []string, there float64, small int) string {
		var all []string
		for _, name := range names {
			if r.Float64() < there {
				all = append(all, strconv.Quote(name)+":"+someValue(r, small))
			}
		}
		if len(all) > 0 && r.IntN(200) == 0 {
			all = append(all, all[0])
		}
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		return strings.Join(all, ",")
	}
	text := object(m.top, 0.85, 4)
	for _, details := range [][]string{m.in, m.out} {
		if r.IntN(2) == 0 {
			text += "," + strconv.Quote(details[0]) + ":{" + object(details[1:], 0.5, 2) + "}"
		}
	}
	return "{" + strings.TrimPrefix(text, ",") + "}"
}

func someValue(r *rand.Rand, small int) string {
	if r.IntN(100) == 0 {
		bad := []string{"null", "-1", "1.5", "1e2", `"1"`, "[]", "{}", "9223372036854775807", "9223372036854775808", "null", "true"}
		return bad[r.IntN(len(bad))]
	}
	return strconv.Itoa(r.IntN(small + 1))
}

func sameAsOracle(t *testing.T, shape string, text []byte) {
	t.Helper()
	want, ok := oracleUsage(shape, text)
	u, err := parsers()[shape].Parse(text)
	if ok != (err == nil) {
		t.Fatalf("%s %s:\ngot  %v, %v\nwant %v, fine: %v", shape, text, u, err, want, ok)
	}
	got := map[string]string{}
	for c, n := range u.All() {
		got[c.String()] = strconv.FormatInt(n, 10)
	}
	if !maps.Equal(got, want) {
		t.Fatalf("%s %s:\ngot  %v\nwant %v", shape, text, got, want)
	}
}

// TestLaw_Parse_IsWhatTheOracleSays: counts that agree are read as what they
// say, and those that do not are refused.
func TestLaw_Parse_IsWhatTheOracleSays(t *testing.T) {
	shapes := slices.Sorted(maps.Keys(membersOf))
	fine := 0
	law(t, func(t *testing.T, r *rand.Rand) {
		shape := shapes[r.IntN(len(shapes))]
		text := usageText(r, shape)
		if _, ok := oracleUsage(shape, []byte(text)); ok {
			fine++
		}
		sameAsOracle(t, shape, []byte(text))
	})
	require.Greater(t, fine, *lawsN/10, "too few texts are right to judge by")
	require.Less(t, fine, *lawsN*9/10, "too few texts are wrong to judge by")
}

// FuzzParse_SameAsOracle is the same law on any bytes.
func FuzzParse_SameAsOracle(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	shapes := slices.Sorted(maps.Keys(membersOf))
	for i := range 60 {
		f.Add(byte(i), []byte(usageText(r, shapes[i%len(shapes)])))
	}
	f.Add(byte(1), []byte(`{"prompt\u005ftokens":1,"x\"":"\\","completion_tokens":2,"y":[{"a":"]}"}]}`))
	f.Fuzz(func(t *testing.T, shape byte, text []byte) {
		name := shapes[int(shape)%len(shapes)]
		if strings.Contains(string(text), "iterations") {
			return // refused by what the oracle does not read
		}
		sameAsOracle(t, name, text)
	})
}

// FuzzParse_AllShapes: no text makes a parser panic, and what it returns holds.
func FuzzParse_AllShapes(f *testing.F) {
	f.Add([]byte(`{"promptTokenCount":4,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":1}]}`))
	f.Add([]byte(`{"id":"a","usage":{"input_tokens":1,"output_tokens":2},"message":{"usage":null}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, p := range parsers() {
			u, err := p.Parse(text)
			if r, errBody := p.ParseResponse(text); errBody != nil && r != (tokens.Response{}) {
				t.Fatalf("%v beside %v", r, errBody)
			}
			if err != nil && u != (tokens.Usage{}) || u.Validate() != nil {
				t.Fatalf("%v, %v", u, err)
			}
			if strict, strictErr := p.Strict().Parse(text); strictErr == nil && (err != nil || strict != u) {
				t.Fatalf("strict %v, else %v, %v", strict, u, err)
			}
		}
	})
}

// TestLaw_Usage_SumsAreOfTheClasses: totals, sums and folds keep every token.
func TestLaw_Usage_SumsAreOfTheClasses(t *testing.T) {
	law(t, func(t *testing.T, r *rand.Rand) {
		u := tokens.Usage{Input: someTokens(r), CacheRead: someTokens(r), Output: someTokens(r), Reasoning: someTokens(r), CacheWrite1h: someTokens(r)}
		v := tokens.Usage{Input: someTokens(r), AudioOutput: someTokens(r), Reasoning: someTokens(r), ImageInput: someTokens(r)}
		in, out := new(big.Int), new(big.Int)
		for _, n := range []int64{u.Input, u.CacheRead, u.CacheWrite1h, v.Input, v.ImageInput} {
			in.Add(in, big.NewInt(n))
		}
		for _, n := range []int64{u.Output, u.Reasoning, v.AudioOutput, v.Reasoning} {
			out.Add(out, big.NewInt(n))
		}
		sum, err := u.Add(v)
		require.NoError(t, err)
		other, err := v.Add(u)
		require.NoError(t, err)
		require.Equal(t, sum, other)
		require.Equal(t, in.String(), sum.TotalInput().Grains().Big().String())
		require.Equal(t, out.String(), sum.TotalOutput().Grains().Big().String())
		require.Equal(t, new(big.Int).Add(in, out).String(), sum.Total().Grains().Big().String())
		all := tokens.Classes()
		folded, err := sum.Fold(tokens.Output, all[r.IntN(len(all))], tokens.Reasoning, tokens.Output)
		require.NoError(t, err)
		require.Equal(t, sum.Total(), folded.Total())
		require.Zero(t, folded.Reasoning)
	})
}

// TestLaw_Event_ItemsAreTheUsage: the items of an event sum to the usage, each
// class on a meter of its own, and one request.
func TestLaw_Event_ItemsAreTheUsage(t *testing.T) {
	law(t, func(t *testing.T, r *rand.Rand) {
		var u tokens.Usage
		for _, c := range tokens.Classes() {
			one := []*int64{&u.Input, &u.AudioInput, &u.ImageInput, &u.VideoInput, &u.CacheRead, &u.CacheReadAudio, &u.CacheReadImage,
				&u.CacheWrite5m, &u.CacheWrite1h, &u.CacheWriteOther, &u.Output, &u.Reasoning, &u.AudioOutput, &u.ImageOutput, &u.RejectedPrediction}
			*one[int(c)-1] = someTokens(r)
			require.Equal(t, *one[int(c)-1], u.Of(c))
		}
		e, err := u.Event(tokens.Request{Account: "acme/chat", Source: "gw", ID: "1", At: time.Unix(1e9, 0), Model: "m", Region: "r"})
		require.NoError(t, err)
		sum, seen := metering.Quantity{}, map[metering.MeterID]bool{}
		for _, it := range e.Items {
			require.False(t, seen[it.Meter])
			require.Equal(t, "m", it.SKU)
			if seen[it.Meter] = true; it.Meter == metering.Requests {
				require.Equal(t, metering.Grains(1, metering.Count), it.Quantity)
				continue
			}
			require.Positive(t, it.Quantity.Sign())
			sum, err = sum.Add(it.Quantity)
			require.NoError(t, err)
		}
		require.Zero(t, sum.Grains().Big().Cmp(u.Total().Grains().Big()))
		require.True(t, seen[metering.Requests])
		require.NoError(t, metering.NewAggregator().Record(e))
	})
}
