package tokens

var anthropic = mustParser(Shape{
	Name:      "anthropic",
	Reference: "https://docs.anthropic.com/en/api/messages",
	Fields: []Field{
		{Path: "input_tokens", Class: Input, Required: true},
		{Path: "cache_read_input_tokens", Class: CacheRead},
		{Path: "cache_creation_input_tokens", Class: CacheWriteOther, Partition: true},
		{Path: "cache_creation.ephemeral_5m_input_tokens", Class: CacheWrite5m, Within: []string{"cache_creation_input_tokens"}},
		{Path: "cache_creation.ephemeral_1h_input_tokens", Class: CacheWrite1h, Within: []string{"cache_creation_input_tokens"}},
		{Path: "output_tokens", Class: Output, Required: true},
	},
	Ignored: []string{"server_tool_use", "inference_geo", "iterations[type=message]"},
	Refused: []string{"iterations[type=compaction]", "iterations[type=advisor_message]"},
	Usage:   []Envelope{{Path: "usage"}, {Path: "message.usage", Opening: true}},
	ID:      []string{"id", "message.id"}, Model: []string{"model", "message.model"},
	Labels: []Label{{"service-tier", "usage.service_tier"}},
})

// Anthropic returns the parser of Anthropic's Messages. Counts are disjoint:
// input_tokens has neither what was read from a cache nor what was written to
// one. What was written is told by lifetime in cache_creation, whose parts sum
// to cache_creation_input_tokens; without them it is [CacheWriteOther], since
// what a write costs depends on a lifetime that was then not told. Reasoning is
// in output_tokens and not told apart.
//
// The label "service-tier" of [Response.Labels] is "batch" for what a batch
// asked, which costs less.
//
// In a stream message_start opens with the input, and counts in message_delta
// are running totals. These have no lifetimes: what a tool that the server runs
// had written to a cache since message_start is [CacheWriteOther].
//
// Usage with iterations of the kinds compaction or advisor_message is refused
// with [ErrIncomplete]: the counts beside them leave the tokens of those out,
// and an advisor's are another model's.
//
// Source: https://docs.anthropic.com/en/api/messages,
// https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching and
// https://docs.anthropic.com/en/docs/build-with-claude/streaming.
func Anthropic() *Parser { return anthropic }

// ParseAnthropic reads the usage object of Anthropic's Messages. It is Parse of
// [Anthropic].
func ParseAnthropic(usage []byte) (Usage, error) { return anthropic.Parse(usage) }
