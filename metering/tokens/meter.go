package tokens

import "github.com/meterbook/meterbook/metering"

// Ids of the meters in [Meters]. Input, cached input and output tokens are
// counted by metering.InputTokens, CachedTokens and OutputTokens.
const (
	AudioInputTokens         metering.MeterID = "ai.tokens.audio-input"
	ImageInputTokens         metering.MeterID = "ai.tokens.image-input"
	VideoInputTokens         metering.MeterID = "ai.tokens.video-input"
	CachedAudioTokens        metering.MeterID = "ai.tokens.cached-audio"
	CachedImageTokens        metering.MeterID = "ai.tokens.cached-image"
	CacheWrite5mTokens       metering.MeterID = "ai.tokens.cache-write-5m"
	CacheWrite1hTokens       metering.MeterID = "ai.tokens.cache-write-1h"
	CacheWriteTokens         metering.MeterID = "ai.tokens.cache-write"
	ReasoningTokens          metering.MeterID = "ai.tokens.reasoning"
	AudioOutputTokens        metering.MeterID = "ai.tokens.audio-output"
	ImageOutputTokens        metering.MeterID = "ai.tokens.image-output"
	RejectedPredictionTokens metering.MeterID = "ai.tokens.rejected-prediction"
)

// Meters returns the meters of classes that metering.DefaultCatalogue does not
// have, read in millions of tokens as the default ones are.
func Meters() []metering.Meter {
	known := metering.DefaultCatalogue()
	like, err := known.Lookup(metering.InputTokens)
	if err != nil {
		panic(err) // the default catalogue counts input tokens; a test looks
	}
	var all []metering.Meter
	for _, c := range Classes() {
		row := classTable[c]
		if _, err := known.Lookup(row.meter); err == nil {
			continue
		}
		m := like
		m.ID, m.Title = row.meter, row.title
		all = append(all, m)
	}
	return all
}

// Catalogue returns the default catalogue with [Meters]: what an aggregator
// needs to record the events of [Usage.Event].
func Catalogue() *metering.Catalogue {
	c, err := metering.DefaultCatalogue().With(Meters()...)
	if err != nil {
		panic(err) // the table of classes is wrong; a test builds it
	}
	return c
}
