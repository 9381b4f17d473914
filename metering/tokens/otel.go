package tokens

var openTelemetry = mustParser(Shape{
	Name:      "opentelemetry",
	Reference: "https://github.com/open-telemetry/semantic-conventions-genai",
	Fields: []Field{
		{Path: "gen_ai.usage.input_tokens", Class: Input, Required: true},
		{Path: "gen_ai.usage.cache_read.input_tokens", Class: CacheRead, Within: []string{"gen_ai.usage.input_tokens"}},
		{Path: "gen_ai.usage.cache_creation.input_tokens", Class: CacheWriteOther, Within: []string{"gen_ai.usage.input_tokens"}},
		{Path: "gen_ai.usage.output_tokens", Class: Output, Required: true},
		{Path: "gen_ai.usage.reasoning.output_tokens", Class: Reasoning, Within: []string{"gen_ai.usage.output_tokens"}},
		{Path: "gen_ai.usage.prompt_tokens", Same: "gen_ai.usage.input_tokens"},
		{Path: "gen_ai.usage.completion_tokens", Same: "gen_ai.usage.output_tokens"},
	},
})

// OpenTelemetry returns the parser of the attributes of a generative AI span,
// for [Parser.Counts]: gen_ai.usage.input_tokens includes all that was read
// from a cache or written to one, and output_tokens includes reasoning. The
// deprecated gen_ai.usage.prompt_tokens and completion_tokens are read as the
// names that took their place. Lifetimes of caches are not told.
//
// Spans are events and have the id of the response (gen_ai.response.id); a
// metric such as gen_ai.client.token.usage has no identity and is for
// reconciliation.
//
// Source: https://github.com/open-telemetry/semantic-conventions-genai, and
// before it OpenTelemetry's semantic conventions for generative AI spans.
func OpenTelemetry() *Parser { return openTelemetry }

// ParseOpenTelemetry reads the attributes of a generative AI span. It is
// Counts of [OpenTelemetry].
func ParseOpenTelemetry(attributes map[string]int64) (Usage, error) {
	return openTelemetry.Counts(attributes)
}
