package tokens

var gemini = mustParser(Shape{
	Name:      "gemini",
	Reference: "https://ai.google.dev/api/generate-content#UsageMetadata",
	Fields: []Field{
		{Path: "promptTokenCount", Class: Input, Required: true},
		{Path: "cachedContentTokenCount", Class: CacheRead, Within: []string{"promptTokenCount"}},
		{Path: "promptTokensDetails[modality=AUDIO].tokenCount", Class: AudioInput, Within: []string{"promptTokenCount"}, Overlaps: true},
		{Path: "promptTokensDetails[modality=IMAGE].tokenCount", Class: ImageInput, Within: []string{"promptTokenCount"}, Overlaps: true},
		{Path: "promptTokensDetails[modality=VIDEO].tokenCount", Class: VideoInput, Within: []string{"promptTokenCount"}, Overlaps: true},
		{Path: "cacheTokensDetails[modality=AUDIO].tokenCount", Class: CacheReadAudio,
			Within: []string{"cachedContentTokenCount", "promptTokensDetails[modality=AUDIO].tokenCount"}},
		{Path: "cacheTokensDetails[modality=IMAGE].tokenCount", Class: CacheReadImage,
			Within: []string{"cachedContentTokenCount", "promptTokensDetails[modality=IMAGE].tokenCount"}},
		{Path: "cacheTokensDetails[modality=VIDEO].tokenCount", Class: CacheRead,
			Within: []string{"cachedContentTokenCount", "promptTokensDetails[modality=VIDEO].tokenCount"}},
		{Path: "toolUsePromptTokenCount", Class: Input},
		{Path: "candidatesTokenCount", Class: Output},
		{Path: "candidatesTokensDetails[modality=AUDIO].tokenCount", Class: AudioOutput, Within: []string{"candidatesTokenCount"}},
		{Path: "candidatesTokensDetails[modality=IMAGE].tokenCount", Class: ImageOutput, Within: []string{"candidatesTokenCount"}},
		{Path: "thoughtsTokenCount", Class: Reasoning},
	},
	Total: "totalTokenCount",
	Ignored: []string{
		"promptTokensDetails[modality=TEXT]", "promptTokensDetails[modality=DOCUMENT]", "promptTokensDetails[modality=MODALITY_UNSPECIFIED]",
		"cacheTokensDetails[modality=TEXT]", "cacheTokensDetails[modality=DOCUMENT]", "cacheTokensDetails[modality=MODALITY_UNSPECIFIED]",
		"candidatesTokensDetails[modality=TEXT]", "toolUsePromptTokensDetails",
	},
	Usage: []Envelope{{Path: "usageMetadata"}},
	ID:    []string{"responseId"}, Model: []string{"modelVersion"},
	Labels: []Label{{"traffic-type", "usageMetadata.trafficType"}},
})

// Gemini returns the parser of Google's Gemini API. Cached tokens are a subset
// of promptTokenCount; thoughts and tool-use prompts are counted beside
// candidates and prompt, and all four sum to the total. Modalities of prompt,
// cache and candidates are told apart; those of tool-use prompts are input, and
// so are documents.
//
// Each chunk of a stream has the counts so far: of one that was broken off the
// last chunk's are all that is known.
//
// Source: https://ai.google.dev/api/generate-content#UsageMetadata. What a
// cache costs while it is kept is tokens held over time, and not in a response.
func Gemini() *Parser { return gemini }

// ParseGemini reads the usageMetadata of Google's Gemini API. It is Parse of
// [Gemini].
func ParseGemini(usage []byte) (Usage, error) { return gemini.Parse(usage) }
