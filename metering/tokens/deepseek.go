package tokens

var deepSeek = mustParser(Shape{
	Name:      "deepseek",
	Reference: "https://api-docs.deepseek.com/api/create-chat-completion",
	Fields: []Field{
		{Path: "prompt_tokens", Class: Input, Required: true, Partition: true},
		{Path: "prompt_cache_hit_tokens", Class: CacheRead, Within: []string{"prompt_tokens"}},
		{Path: "prompt_cache_miss_tokens", Class: Input, Within: []string{"prompt_tokens"}},
		{Path: "completion_tokens", Class: Output, Required: true},
		{Path: "completion_tokens_details.reasoning_tokens", Class: Reasoning, Within: []string{"completion_tokens"}},
		{Path: "prompt_tokens_details.cached_tokens", Same: "prompt_cache_hit_tokens"},
	},
	Total: "total_tokens",
	Usage: []Envelope{{Path: "usage"}},
	ID:    []string{"id"}, Model: []string{"model"},
})

// DeepSeek returns the parser of DeepSeek's API. The prompt is a partition:
// prompt_cache_hit_tokens and prompt_cache_miss_tokens sum to prompt_tokens,
// and stand for it where it is absent. prompt_tokens_details.cached_tokens says
// the hits again and is not added to them.
//
// Source: https://api-docs.deepseek.com/api/create-chat-completion and
// https://api-docs.deepseek.com/guides/kv_cache.
func DeepSeek() *Parser { return deepSeek }

// ParseDeepSeek reads the usage object of DeepSeek's API. It is Parse of
// [DeepSeek].
func ParseDeepSeek(usage []byte) (Usage, error) { return deepSeek.Parse(usage) }
