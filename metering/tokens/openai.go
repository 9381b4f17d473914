package tokens

var (
	openAIChat = mustParser(Shape{
		Name:      "openai-chat",
		Reference: "https://platform.openai.com/docs/api-reference/chat/object",
		Fields: []Field{
			{Path: "prompt_tokens", Class: Input, Required: true},
			{Path: "prompt_tokens_details.cached_tokens", Class: CacheRead, Within: []string{"prompt_tokens"}},
			{Path: "prompt_tokens_details.audio_tokens", Class: AudioInput, Within: []string{"prompt_tokens"}, Overlaps: true},
			{Path: "prompt_tokens_details.image_tokens", Class: ImageInput, Within: []string{"prompt_tokens"}, Overlaps: true},
			{Path: "completion_tokens", Class: Output, Required: true},
			{Path: "completion_tokens_details.reasoning_tokens", Class: Reasoning, Within: []string{"completion_tokens"}},
			{Path: "completion_tokens_details.audio_tokens", Class: AudioOutput, Within: []string{"completion_tokens"}},
			{Path: "completion_tokens_details.accepted_prediction_tokens", Class: Output, Within: []string{"completion_tokens"}},
			{Path: "completion_tokens_details.rejected_prediction_tokens", Class: RejectedPrediction, Within: []string{"completion_tokens"}},
		},
		Total:   "total_tokens",
		Ignored: []string{"prompt_tokens_details.text_tokens", "completion_tokens_details.text_tokens"},
		Usage:   []Envelope{{Path: "usage"}},
		ID:      []string{"id"}, Model: []string{"model"},
		Labels: []Label{{"service-tier", "service_tier"}},
	})

	openAIResponses = mustParser(Shape{
		Name:      "openai-responses",
		Reference: "https://platform.openai.com/docs/api-reference/responses/object",
		Fields: []Field{
			{Path: "input_tokens", Class: Input, Required: true},
			{Path: "input_tokens_details.cached_tokens", Class: CacheRead, Within: []string{"input_tokens"}},
			{Path: "input_tokens_details.audio_tokens", Class: AudioInput, Within: []string{"input_tokens"}, Overlaps: true},
			{Path: "input_tokens_details.image_tokens", Class: ImageInput, Within: []string{"input_tokens"}, Overlaps: true},
			{Path: "output_tokens", Class: Output, Required: true},
			{Path: "output_tokens_details.reasoning_tokens", Class: Reasoning, Within: []string{"output_tokens"}},
			{Path: "output_tokens_details.audio_tokens", Class: AudioOutput, Within: []string{"output_tokens"}},
			{Path: "output_tokens_details.image_tokens", Class: ImageOutput, Within: []string{"output_tokens"}},
		},
		Total:   "total_tokens",
		Ignored: []string{"input_tokens_details.text_tokens", "output_tokens_details.text_tokens"},
		Usage:   []Envelope{{Path: "usage"}, {Path: "response.usage"}},
		ID:      []string{"id", "response.id"}, Model: []string{"model", "response.model"},
		Labels: []Label{{"service-tier", "service_tier"}, {"service-tier", "response.service_tier"}},
	})

	openAIRealtime = mustParser(Shape{
		Name:      "openai-realtime",
		Reference: "https://platform.openai.com/docs/api-reference/realtime-server-events/response/done",
		Fields: []Field{
			{Path: "input_tokens", Class: Input, Required: true},
			{Path: "input_token_details.cached_tokens", Class: CacheRead, Within: []string{"input_tokens"}},
			{Path: "input_token_details.audio_tokens", Class: AudioInput, Within: []string{"input_tokens"}, Overlaps: true},
			{Path: "input_token_details.image_tokens", Class: ImageInput, Within: []string{"input_tokens"}, Overlaps: true},
			{Path: "input_token_details.cached_tokens_details.text_tokens", Class: CacheRead, Within: []string{"input_token_details.cached_tokens"}},
			{Path: "input_token_details.cached_tokens_details.audio_tokens", Class: CacheReadAudio,
				Within: []string{"input_token_details.cached_tokens", "input_token_details.audio_tokens"}},
			{Path: "input_token_details.cached_tokens_details.image_tokens", Class: CacheReadImage,
				Within: []string{"input_token_details.cached_tokens", "input_token_details.image_tokens"}},
			{Path: "output_tokens", Class: Output, Required: true},
			{Path: "output_token_details.audio_tokens", Class: AudioOutput, Within: []string{"output_tokens"}},
		},
		Total:   "total_tokens",
		Ignored: []string{"input_token_details.text_tokens", "output_token_details.text_tokens"},
		Usage:   []Envelope{{Path: "response.usage"}},
		ID:      []string{"response.id"}, Model: []string{"response.model"},
	})
)

// OpenAIChat returns the parser of OpenAI's Chat Completions, and of the many
// APIs with the same usage object, Zhipu's and MiniMax's among them. Details
// are subsets: cached, audio and image tokens of prompt_tokens; reasoning,
// audio, accepted and rejected prediction tokens of completion_tokens. Accepted
// prediction tokens are output like any other.
//
// A stream has usage in its last chunk, if the request has
// stream_options.include_usage, and null in the others.
//
// Source: https://platform.openai.com/docs/api-reference/chat/object, and for
// rejected predictions, which are billed as output,
// https://platform.openai.com/docs/guides/predicted-outputs.
func OpenAIChat() *Parser { return openAIChat }

// ParseOpenAIChat reads the usage object of OpenAI's Chat Completions. It is
// Parse of [OpenAIChat].
func ParseOpenAIChat(usage []byte) (Usage, error) { return openAIChat.Parse(usage) }

// OpenAIResponses returns the parser of OpenAI's Responses, and of its images.
// Details are subsets. In a stream usage is in the event that ends it
// (response.completed, incomplete or failed).
//
// Source: https://platform.openai.com/docs/api-reference/responses/object.
func OpenAIResponses() *Parser { return openAIResponses }

// ParseOpenAIResponses reads the usage object of OpenAI's Responses. It is
// Parse of [OpenAIResponses].
func ParseOpenAIResponses(usage []byte) (Usage, error) { return openAIResponses.Parse(usage) }

// OpenAIRealtime returns the parser of OpenAI's Realtime API, where each
// response.done event has the usage of one response. Details are subsets, and
// cached_tokens_details says of which modality the cached tokens were.
//
// Source:
// https://platform.openai.com/docs/api-reference/realtime-server-events/response/done.
func OpenAIRealtime() *Parser { return openAIRealtime }
