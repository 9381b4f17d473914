package tokens_test

import (
	"fmt"

	"github.com/meterbook/meterbook/metering/tokens"
)

// What the APIs say of a request, read into classes that do not overlap.
func ExampleParser_Parse() {
	for _, tt := range []struct {
		parser *tokens.Parser
		usage  string
	}{
		{tokens.OpenAIResponses(), `{"input_tokens":1000,"input_tokens_details":{"cached_tokens":300},"output_tokens":500,"output_tokens_details":{"reasoning_tokens":128},"total_tokens":1500}`},
		{tokens.OpenAIRealtime(), `{"input_tokens":120,"output_tokens":80,"total_tokens":200,"input_token_details":{"text_tokens":20,"audio_tokens":100},"output_token_details":{"text_tokens":30,"audio_tokens":50}}`},
		{tokens.DeepSeek(), `{"prompt_tokens":1000,"prompt_cache_hit_tokens":640,"prompt_cache_miss_tokens":360,"completion_tokens":200,"total_tokens":1200}`},
		{tokens.Bailian(), `{"prompt_tokens":1000,"completion_tokens":200,"total_tokens":1200,"prompt_tokens_details":{"cached_tokens":400}}`},
		{tokens.Gemini(), `{"promptTokenCount":1000,"cachedContentTokenCount":400,"candidatesTokenCount":150,"thoughtsTokenCount":50,"totalTokenCount":1200}`},
	} {
		usage, err := tt.parser.Parse([]byte(tt.usage))
		fmt.Println(usage, err)
	}
	usage, err := tokens.OpenTelemetry().Counts(map[string]int64{"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 200})
	fmt.Println(usage, err)
	fmt.Println(len(tokens.Classes()), "classes in all")
	// Output:
	// input 700, cache-read 300, output 372, reasoning 128 <nil>
	// input 20, audio-input 100, output 30, audio-output 50 <nil>
	// input 360, cache-read 640, output 200 <nil>
	// input 600, cache-read 400, output 200 <nil>
	// input 600, cache-read 400, output 150, reasoning 50 <nil>
	// input 1000, output 200 <nil>
	// 15 classes in all
}
