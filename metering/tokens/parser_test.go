package tokens_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/tokens"
)

// parsers are all that come with the package.
func parsers() map[string]*tokens.Parser {
	all := map[string]*tokens.Parser{}
	for _, p := range []*tokens.Parser{
		tokens.OpenAIChat(), tokens.OpenAIResponses(), tokens.OpenAIRealtime(), tokens.Anthropic(),
		tokens.DeepSeek(), tokens.Bailian(), tokens.Gemini(), tokens.OpenTelemetry(),
	} {
		all[p.Shape().Name] = p
	}
	return all
}

// TestParse_Vectors runs published figures, of which the source is in the file.
func TestParse_Vectors(t *testing.T) {
	file, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var vectors []struct {
		ID, Shape     string
		Usage         json.RawMessage
		Classes       map[tokens.Class]int64
		Input, Output int64
		Tiers         []int64
		Tier          string
	}
	require.NoError(t, json.Unmarshal(file, &vectors))
	require.NotEmpty(t, vectors)
	for _, v := range vectors {
		t.Run(v.ID, func(t *testing.T) {
			u, err := parsers()[v.Shape].Strict().Parse(v.Usage)
			require.NoError(t, err)
			got := map[tokens.Class]int64{}
			for c, n := range u.All() {
				got[c] = n
			}
			require.Equal(t, v.Classes, got)
			require.Equal(t, metering.Grains(v.Input, metering.Token), u.TotalInput())
			require.Equal(t, metering.Grains(v.Output, metering.Token), u.TotalOutput())
			e, err := u.Event(tokens.Request{Account: "acme", Source: "gw", ID: v.ID, At: time.Unix(0, 0), Model: "m", Tiers: v.Tiers})
			require.NoError(t, err)
			tier, _ := e.Labels.Get(tokens.TierLabel)
			require.Equal(t, v.Tier, tier)
		})
	}
}

// TestParse_Classes: every shape, with details absent, null and unknown.
func TestParse_Classes(t *testing.T) {
	for _, tt := range []struct {
		name, shape, usage string
		want               tokens.Usage
	}{
		{"no details", "openai-chat", `{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}`, tokens.Usage{Input: 7, Output: 5}},
		{"no total", "openai-chat", `{"prompt_tokens":7,"completion_tokens":5}`, tokens.Usage{Input: 7, Output: 5}},
		{"null details", "openai-chat", `{"prompt_tokens":7,"completion_tokens":5,"total_tokens":null,"prompt_tokens_details":null,"completion_tokens_details":{"reasoning_tokens":null}}`, tokens.Usage{Input: 7, Output: 5}},
		{"unknown members", "openai-chat", `{"prompt_tokens":7,"x":{"prompt_tokens":[1,{"y":"}"}]},"completion_tokens":5,"z":-1.5e9,"x":"\"]"}`, tokens.Usage{Input: 7, Output: 5}},
		{"all cached", "openai-chat", `{"prompt_tokens":7,"completion_tokens":0,"prompt_tokens_details":{"cached_tokens":7}}`, tokens.Usage{CacheRead: 7}},
		{"every detail", "openai-chat", `{"prompt_tokens":100,"completion_tokens":80,"total_tokens":180,"prompt_tokens_details":{"cached_tokens":30,"audio_tokens":20},"completion_tokens_details":{"reasoning_tokens":10,"audio_tokens":20,"accepted_prediction_tokens":7,"rejected_prediction_tokens":3}}`,
			tokens.Usage{Input: 50, CacheRead: 30, AudioInput: 20, Output: 47, Reasoning: 10, AudioOutput: 20, RejectedPrediction: 3}},
		{"embedding", "openai-chat", `{"prompt_tokens":8,"total_tokens":8}`, tokens.Usage{Input: 8}},
		{"cached audio is not told: as little as can be", "openai-chat", `{"prompt_tokens":100,"completion_tokens":0,"prompt_tokens_details":{"cached_tokens":80,"audio_tokens":40}}`, tokens.Usage{CacheRead: 80, AudioInput: 20}},
		{"all audio and all images cached", "openai-chat", `{"prompt_tokens":100,"completion_tokens":0,"prompt_tokens_details":{"cached_tokens":100,"audio_tokens":40,"image_tokens":30}}`, tokens.Usage{CacheRead: 100}},
		{"largest", "openai-chat", `{"prompt_tokens":9223372036854775807,"completion_tokens":9223372036854775807}`, tokens.Usage{Input: 1<<63 - 1, Output: 1<<63 - 1}},
		{"spaces and escapes", "openai-chat", " { \"prompt\\u005ftokens\" : 7 , \n\"completion_tokens\":\t5\r} ", tokens.Usage{Input: 7, Output: 5}},
		{"nothing used", "openai-chat", `{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}`, tokens.Usage{}},

		{"responses", "openai-responses", `{"input_tokens":328,"input_tokens_details":{"cached_tokens":128},"output_tokens":52,"output_tokens_details":{"reasoning_tokens":32},"total_tokens":380}`, tokens.Usage{Input: 200, CacheRead: 128, Output: 20, Reasoning: 32}},
		{"images", "openai-responses", `{"input_tokens":50,"input_tokens_details":{"image_tokens":40,"text_tokens":10},"output_tokens":50,"output_tokens_details":{"image_tokens":50},"total_tokens":100}`, tokens.Usage{Input: 10, ImageInput: 40, ImageOutput: 50}},

		{"cached by modality", "openai-realtime", `{"total_tokens":210,"input_tokens":150,"output_tokens":60,"input_token_details":{"text_tokens":60,"audio_tokens":90,"cached_tokens":64,"cached_tokens_details":{"text_tokens":24,"audio_tokens":40}},"output_token_details":{"text_tokens":20,"audio_tokens":40}}`,
			tokens.Usage{Input: 36, AudioInput: 50, CacheRead: 24, CacheReadAudio: 40, Output: 20, AudioOutput: 40}},

		{"nothing cached", "anthropic", `{"input_tokens":10,"cache_creation_input_tokens":null,"cache_read_input_tokens":null,"output_tokens":3}`, tokens.Usage{Input: 10, Output: 3}},
		{"lifetime not told", "anthropic", `{"input_tokens":10,"cache_creation_input_tokens":6,"cache_read_input_tokens":0,"output_tokens":3}`, tokens.Usage{Input: 10, CacheWriteOther: 6, Output: 3}},
		{"one lifetime told", "anthropic", `{"input_tokens":10,"cache_creation_input_tokens":6,"cache_creation":{"ephemeral_1h_input_tokens":4},"output_tokens":3}`, tokens.Usage{Input: 10, CacheWrite1h: 4, CacheWriteOther: 2, Output: 3}},
		{"lifetimes alone", "anthropic", `{"input_tokens":10,"cache_creation":{"ephemeral_5m_input_tokens":5,"ephemeral_1h_input_tokens":4},"output_tokens":3}`, tokens.Usage{Input: 10, CacheWrite5m: 5, CacheWrite1h: 4, Output: 3}},
		{"more read than input", "anthropic", `{"input_tokens":1,"cache_read_input_tokens":900,"output_tokens":3,"service_tier":"batch","server_tool_use":{"web_search_requests":2},"iterations":[{"type":"message","input_tokens":1},{"input_tokens":1,"type":"message"}]}`, tokens.Usage{Input: 1, CacheRead: 900, Output: 3}},

		{"partition", "deepseek", `{"prompt_tokens":10,"prompt_cache_hit_tokens":4,"prompt_cache_miss_tokens":6,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens":9,"completion_tokens_details":{"reasoning_tokens":5},"total_tokens":19}`, tokens.Usage{Input: 6, CacheRead: 4, Output: 4, Reasoning: 5}},
		{"partition without the whole", "deepseek", `{"prompt_cache_hit_tokens":4,"prompt_cache_miss_tokens":6,"completion_tokens":9,"total_tokens":19}`, tokens.Usage{Input: 6, CacheRead: 4, Output: 9}},
		{"misses not told", "deepseek", `{"prompt_tokens":10,"prompt_cache_hit_tokens":4,"completion_tokens":9}`, tokens.Usage{Input: 6, CacheRead: 4, Output: 9}},
		{"hits by their other name", "deepseek", `{"prompt_tokens":10,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens":9}`, tokens.Usage{Input: 6, CacheRead: 4, Output: 9}},
		{"no parts", "deepseek", `{"prompt_tokens":10,"completion_tokens":9}`, tokens.Usage{Input: 10, Output: 9}},

		{"cache made", "bailian", `{"prompt_tokens":2000,"completion_tokens":10,"total_tokens":2010,"prompt_tokens_details":{"cached_tokens":0,"cache_creation_input_tokens":1500,"cache_creation":{"ephemeral_5m_input_tokens":1500},"cache_type":"ephemeral"}}`, tokens.Usage{Input: 500, CacheWrite5m: 1500, Output: 10}},
		{"cache hit and made", "bailian", `{"prompt_tokens":2000,"completion_tokens":10,"prompt_tokens_details":{"cached_tokens":1024,"cache_creation_input_tokens":400}}`, tokens.Usage{Input: 576, CacheRead: 1024, CacheWrite5m: 400, Output: 10}},
		{"video", "bailian", `{"prompt_tokens":100,"completion_tokens":10,"prompt_tokens_details":{"cached_tokens":60,"text_tokens":20,"video_tokens":80},"completion_tokens_details":{"text_tokens":4,"audio_tokens":6}}`, tokens.Usage{CacheRead: 60, VideoInput: 40, Output: 4, AudioOutput: 6}},

		{"thoughts beside candidates", "gemini", `{"promptTokenCount":100,"cachedContentTokenCount":40,"candidatesTokenCount":20,"thoughtsTokenCount":30,"toolUsePromptTokenCount":5,"totalTokenCount":155}`, tokens.Usage{Input: 65, CacheRead: 40, Output: 20, Reasoning: 30}},
		{"modalities", "gemini", `{"promptTokenCount":100,"cachedContentTokenCount":50,"promptTokensDetails":[{"tokenCount":40,"modality":"AUDIO"},{"modality":"TEXT","tokenCount":60}],"cacheTokensDetails":[{"modality":"AUDIO","tokenCount":20},{"modality":"TEXT","tokenCount":30}],"candidatesTokenCount":7,"totalTokenCount":107}`,
			tokens.Usage{Input: 30, AudioInput: 20, CacheRead: 30, CacheReadAudio: 20, Output: 7}},
		{"blocked", "gemini", `{"promptTokenCount":4,"totalTokenCount":4,"candidatesTokensDetails":[]}`, tokens.Usage{Input: 4}},
		{"parts of what is absent", "gemini", `{"promptTokenCount":4,"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1290},{"modality":"TEXT"}],"totalTokenCount":1294}`, tokens.Usage{Input: 4, ImageOutput: 1290}},
		{"an element without a name", "gemini", `{"promptTokenCount":4,"promptTokensDetails":[{"tokenCount":9},{"modality":null},{"modality":"SMELL","tokenCount":1}]}`, tokens.Usage{Input: 4}},
	} {
		t.Run(tt.shape+" "+tt.name, func(t *testing.T) {
			got, err := parsers()[tt.shape].Parse([]byte(tt.usage))
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

// TestParse_Refused: what is wrong is named with what was given and what is
// wanted, and nothing is returned.
func TestParse_Refused(t *testing.T) {
	const count = "; want a whole number from 0 to 9223372036854775807, in digits"
	for _, tt := range []struct {
		shape, usage string
		is           error
		text         string // behind "tokens: " and the shape
	}{
		{"openai-chat", `{"prompt_tokens":100,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":101}}`, tokens.ErrContradiction, "prompt_tokens is 100; want at least 101, the sum of prompt_tokens_details.cached_tokens 101"},
		{"openai-chat", `{"prompt_tokens":100,"completion_tokens":5,"prompt_tokens_details":{"audio_tokens":101}}`, tokens.ErrContradiction, "prompt_tokens is 100; want at least 101, the sum of prompt_tokens_details.audio_tokens 101"},
		{"openai-chat", `{"prompt_tokens":100,"completion_tokens":5,"completion_tokens_details":{"reasoning_tokens":4,"rejected_prediction_tokens":2}}`, tokens.ErrContradiction, "completion_tokens is 5; want at least 6, the sum of completion_tokens_details.reasoning_tokens 4, completion_tokens_details.rejected_prediction_tokens 2"},
		{"openai-chat", `{"prompt_tokens":100,"completion_tokens":5,"total_tokens":106}`, tokens.ErrContradiction, "total_tokens is 106; want 105, the sum of prompt_tokens 100, completion_tokens 5"},
		{"openai-chat", `{"prompt_tokens":0,"completion_tokens":0,"total_tokens":1}`, tokens.ErrContradiction, "total_tokens is 1; want 0, the sum of no parts"},
		{"openai-chat", `{"prompt_tokens":9223372036854775807,"completion_tokens":2,"total_tokens":1}`, tokens.ErrContradiction, "total_tokens is 1; want 9223372036854775809, the sum of prompt_tokens 9223372036854775807, completion_tokens 2"},
		{"openai-chat", `{"prompt_tokens":100,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":80,"audio_tokens":40,"image_tokens":30}}`, tokens.ErrContradiction, "prompt_tokens is 100; want at least 150, the sum of prompt_tokens_details.cached_tokens 80, prompt_tokens_details.audio_tokens 40, prompt_tokens_details.image_tokens 30"},
		{"openai-realtime", `{"input_tokens":10,"output_tokens":0,"input_token_details":{"cached_tokens":5,"audio_tokens":4,"cached_tokens_details":{"audio_tokens":5}}}`, tokens.ErrContradiction, "input_token_details.audio_tokens is 4; want at least 5, the sum of input_token_details.cached_tokens_details.audio_tokens 5"},
		{"anthropic", `{"input_tokens":1,"output_tokens":2,"cache_creation_input_tokens":3,"cache_creation":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":1}}`, tokens.ErrContradiction, "cache_creation_input_tokens is 3; want 2, the sum of cache_creation.ephemeral_5m_input_tokens 1, cache_creation.ephemeral_1h_input_tokens 1"},
		{"deepseek", `{"prompt_tokens":11,"prompt_cache_hit_tokens":4,"prompt_cache_miss_tokens":6,"completion_tokens":9}`, tokens.ErrContradiction, "prompt_tokens is 11; want 10, the sum of prompt_cache_hit_tokens 4, prompt_cache_miss_tokens 6"},
		{"deepseek", `{"prompt_tokens":10,"prompt_cache_hit_tokens":4,"prompt_tokens_details":{"cached_tokens":3},"completion_tokens":9}`, tokens.ErrContradiction, "prompt_tokens_details.cached_tokens is 3; want 4, which is prompt_cache_hit_tokens"},
		{"gemini", `{"promptTokenCount":10,"candidatesTokenCount":1,"thoughtsTokenCount":1,"totalTokenCount":11}`, tokens.ErrContradiction, "totalTokenCount is 11; want 12, the sum of promptTokenCount 10, candidatesTokenCount 1, thoughtsTokenCount 1"},

		{"openai-chat", `{"completion_tokens":5}`, tokens.ErrMissing, "prompt_tokens is missing; want a count"},
		{"openai-chat", `{"prompt_tokens":null,"completion_tokens":5}`, tokens.ErrMissing, "prompt_tokens is missing; want a count"},
		{"openai-chat", `{"prompt_tokens":5,"total_tokens":9}`, tokens.ErrMissing, "completion_tokens is missing; want a count"},
		{"openai-chat", `{"prompt_tokens":5,"completion_tokens_details":{"reasoning_tokens":4},"total_tokens":9}`, tokens.ErrMissing, "completion_tokens is missing; want a count"},
		{"anthropic", `{"output_tokens":15}`, tokens.ErrMissing, "input_tokens is missing; want a count"},
		{"deepseek", `{"prompt_cache_hit_tokens":4,"completion_tokens":9}`, tokens.ErrMissing, "prompt_tokens is missing; want a count"},

		{"openai-chat", `{"prompt_tokens":-1,"completion_tokens":5}`, tokens.ErrCount, "prompt_tokens is -1" + count},
		{"openai-chat", `{"prompt_tokens":-0,"completion_tokens":5}`, tokens.ErrCount, "prompt_tokens is -0" + count},
		{"openai-chat", `{"prompt_tokens":1.0,"completion_tokens":5}`, tokens.ErrCount, "prompt_tokens is 1.0" + count},
		{"openai-chat", `{"prompt_tokens":1e3,"completion_tokens":5}`, tokens.ErrCount, "prompt_tokens is 1e3" + count},
		{"openai-chat", `{"prompt_tokens":1E999999999,"completion_tokens":5}`, tokens.ErrCount, "prompt_tokens is 1E999999999" + count},
		{"openai-chat", `{"prompt_tokens":9223372036854775808,"completion_tokens":5}`, tokens.ErrCount, "prompt_tokens is 9223372036854775808" + count},
		{"openai-chat", `{"prompt_tokens":18446744073709551617,"completion_tokens":5}`, tokens.ErrCount, "prompt_tokens is 18446744073709551617" + count},
		{"openai-chat", `{"prompt_tokens":"5","completion_tokens":5}`, tokens.ErrCount, `prompt_tokens is "5"` + count},
		{"openai-chat", `{"prompt_tokens":true,"completion_tokens":5}`, tokens.ErrCount, `prompt_tokens is true` + count},
		{"openai-chat", `{"prompt_tokens":{"a":[1,2]} ,"completion_tokens":5}`, tokens.ErrCount, `prompt_tokens is {"a":[1,2]}` + count},
		{"openai-chat", `{"prompt_tokens":5,"completion_tokens":` + strings.Repeat("9", 100) + `}`, tokens.ErrCount, "completion_tokens is " + strings.Repeat("9", 64) + "…" + count},

		{"openai-chat", `{"prompt_tokens":1,"completion_tokens":5,"prompt_tokens":1}`, tokens.ErrDuplicate, "prompt_tokens is given again, as 1; want it once"},
		{"openai-chat", `{"prompt_tokens":1,"completion_tokens":5,"prompt\u005Ftokens":2}`, tokens.ErrDuplicate, "prompt_tokens is given again, as 2; want it once"},
		{"openai-chat", `{"prompt_tokens":1,"completion_tokens":5,"prompt_tokens_details":null,"prompt_tokens_details":{}}`, tokens.ErrDuplicate, "prompt_tokens_details is given again, as {}; want it once"},
		{"gemini", `{"promptTokenCount":4,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":1},{"modality":"AUDIO","tokenCount":2}]}`, tokens.ErrDuplicate, `promptTokensDetails[modality=AUDIO] is given again, as {"modality":"AUDIO","tokenCount":2}; want it once`},
		{"gemini", `{"promptTokenCount":4,"promptTokensDetails":[{"modality":"AUDIO","modality":"TEXT"}]}`, tokens.ErrDuplicate, `promptTokensDetails[].modality is given again, as "TEXT"; want it once`},

		{"openai-chat", `{"prompt_tokens":1,"completion_tokens":5,"prompt_tokens_details":[1]}`, tokens.ErrSyntax, "prompt_tokens_details is [1]; want an object or null"},
		{"openai-chat", `{"prompt_tokens":1,"completion_tokens":5`, tokens.ErrSyntax, `text is "{\"prompt_tokens\":1,\"completion_tokens\":5"; want a JSON object`},
		{"openai-chat", ``, tokens.ErrSyntax, `text is ""; want a JSON object`},
		{"openai-chat", `[{}]`, tokens.ErrSyntax, `text is "[{}]"; want a JSON object`},
		{"openai-chat", `{} {}`, tokens.ErrSyntax, `text is "{} {}"; want a JSON object`},
		{"gemini", `{"promptTokensDetails":{}}`, tokens.ErrSyntax, "promptTokensDetails is {}; want an array or null"},
		{"gemini", `{"promptTokensDetails":[null]}`, tokens.ErrSyntax, "promptTokensDetails is null; want objects in the array"},
		{"gemini", `{"promptTokensDetails":[{"modality":1}]}`, tokens.ErrSyntax, "promptTokensDetails[].modality is 1; want a string"},
		{"openai-chat", ` null `, tokens.ErrNoUsage, "usage is null; want a usage object"},
		{"openai-chat", `{"x":"` + strings.Repeat("x", 1<<16) + `"}`, tokens.ErrSize, "size is 65544 bytes; want at most 65536"},
		{"openai-chat", strings.Repeat("[", 1<<15), tokens.ErrSyntax, `text is "` + strings.Repeat("[", 64) + `…"; want a JSON object`},

		{"anthropic", `{"input_tokens":23000,"output_tokens":1000,"iterations":[{"type":"message"},{"output_tokens":3500,"type":"compaction"}]}`, tokens.ErrIncomplete, `iterations[type=compaction] is {"output_tokens":3500,"type":"compaction"}; want none: the counts beside it leave its tokens out`},
		{"gemini", `{"promptTokenCount":9223372036854775807,"toolUsePromptTokenCount":1}`, metering.ErrOverflow, ""},
	} {
		t.Run(tt.shape+" "+tt.usage[:min(len(tt.usage), 80)], func(t *testing.T) {
			got, err := parsers()[tt.shape].Parse([]byte(tt.usage))
			require.ErrorIs(t, err, tt.is)
			require.Zero(t, got)
			if tt.text != "" {
				require.EqualError(t, err, "tokens: "+tt.shape+": "+tt.text)
			}
			_, strictErr := parsers()[tt.shape].Strict().Parse([]byte(tt.usage))
			require.Error(t, strictErr)
		})
	}
}

// TestParse_ErrorFacts: errors carry what a program needs to know.
func TestParse_ErrorFacts(t *testing.T) {
	_, err := tokens.ParseOpenAIChat([]byte(`{"prompt_tokens":1000,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":1300}}`))
	var sum *tokens.SumError
	require.ErrorAs(t, err, &sum)
	require.Equal(t, &tokens.SumError{
		Shape: "openai-chat", Field: "prompt_tokens", Given: 1000, Sum: metering.MustQuantity("1300 {token}"),
		Parts: []tokens.Part{{Field: "prompt_tokens_details.cached_tokens", Count: 1300}},
	}, sum)
	_, err = tokens.ParseAnthropic([]byte(`{"input_tokens":2.5}`))
	var field *tokens.FieldError
	require.ErrorAs(t, err, &field)
	require.Equal(t, "input_tokens", field.Field)
	require.Equal(t, "2.5", field.Given)
	require.Equal(t, "a whole number from 0 to 9223372036854775807, in digits", field.Want)
}

// TestParser_Strict: unknown members are refused within the usage object, at
// any depth the shape reaches, and nowhere else.
func TestParser_Strict(t *testing.T) {
	for _, tt := range []struct{ shape, usage, field string }{
		{"openai-chat", `{"prompt_tokens":1,"completion_tokens":5,"x":2}`, "x"},
		{"openai-chat", `{"prompt_tokens":1,"completion_tokens":5,"prompt_tokens_details":{"cached":2}}`, "prompt_tokens_details.cached"},
		{"openai-chat", `{"prompt_tokens":1,"completion_tokens":5,"Prompt_tokens":2}`, "Prompt_tokens"},
		{"gemini", `{"promptTokenCount":1,"promptTokensDetails":[{"modality":"SMELL","tokenCount":1}]}`, "promptTokensDetails[modality=SMELL]"},
		{"gemini", `{"promptTokenCount":1,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":1,"x":1}]}`, "promptTokensDetails[modality=AUDIO].x"},
	} {
		p := parsers()[tt.shape]
		_, err := p.Parse([]byte(tt.usage))
		require.NoError(t, err)
		_, err = p.Strict().Parse([]byte(tt.usage))
		require.ErrorIs(t, err, tokens.ErrUnknown)
		var field *tokens.FieldError
		require.ErrorAs(t, err, &field)
		require.Equal(t, tt.field, field.Field)
	}
	r, err := tokens.OpenAIChat().Strict().ParseResponse([]byte(`{"object":"x","usage":{"prompt_tokens":1,"completion_tokens":5},"choices":[{"usage":1}]}`))
	require.NoError(t, err)
	require.Equal(t, tokens.Usage{Input: 1, Output: 5}, r.Usage)
}
