package tokens

var bailian = mustParser(Shape{
	Name:      "bailian",
	Reference: "https://help.aliyun.com/zh/model-studio/context-cache",
	Fields: []Field{
		{Path: "prompt_tokens", Class: Input, Required: true},
		{Path: "prompt_tokens_details.cached_tokens", Class: CacheRead, Within: []string{"prompt_tokens"}},
		{Path: "prompt_tokens_details.cache_creation_input_tokens", Class: CacheWrite5m, Within: []string{"prompt_tokens"}, Partition: true},
		{Path: "prompt_tokens_details.cache_creation.ephemeral_5m_input_tokens", Class: CacheWrite5m,
			Within: []string{"prompt_tokens_details.cache_creation_input_tokens"}},
		{Path: "prompt_tokens_details.audio_tokens", Class: AudioInput, Within: []string{"prompt_tokens"}, Overlaps: true},
		{Path: "prompt_tokens_details.image_tokens", Class: ImageInput, Within: []string{"prompt_tokens"}, Overlaps: true},
		{Path: "prompt_tokens_details.video_tokens", Class: VideoInput, Within: []string{"prompt_tokens"}, Overlaps: true},
		{Path: "completion_tokens", Class: Output, Required: true},
		{Path: "completion_tokens_details.reasoning_tokens", Class: Reasoning, Within: []string{"completion_tokens"}},
		{Path: "completion_tokens_details.audio_tokens", Class: AudioOutput, Within: []string{"completion_tokens"}},
	},
	Total:   "total_tokens",
	Ignored: []string{"prompt_tokens_details.text_tokens", "completion_tokens_details.text_tokens"},
	Usage:   []Envelope{{Path: "usage"}},
	ID:      []string{"id"}, Model: []string{"model"},
	Labels: []Label{{"cache-type", "usage.prompt_tokens_details.cache_type"}},
})

// Bailian returns the parser of Alibaba Cloud's Model Studio (百炼) in the form
// that is compatible with OpenAI's. Details are subsets of prompt_tokens, what
// an explicit cache was written with among them; such a cache is kept for five
// minutes.
//
// A hit of an explicit cache costs less than one of the implicit cache. A
// request uses one or the other, and the response says which: the label
// "cache-type" of [Response.Labels] is "ephemeral" for the explicit one.
//
// Source: https://help.aliyun.com/zh/model-studio/context-cache (in English
// https://www.alibabacloud.com/help/en/model-studio/context-cache).
func Bailian() *Parser { return bailian }

// ParseBailian reads the usage object of Alibaba Cloud's Model Studio. It is
// Parse of [Bailian].
func ParseBailian(usage []byte) (Usage, error) { return bailian.Parse(usage) }
