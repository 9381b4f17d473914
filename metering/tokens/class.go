package tokens

import (
	"fmt"
	"slices"
	"strings"

	"github.com/meterbook/meterbook/metering"
)

// A Class says what a token was used for, as far as prices tell it apart. A
// token is of one class. Classes are written by name in text and JSON.
type Class uint8

// The classes of tokens. The zero Class is none.
const (
	_                  Class = iota
	Input                    // read by the model and not from a cache: text, or of no modality that is told
	AudioInput               // audio, read and not from a cache
	ImageInput               // images, read and not from a cache
	VideoInput               // video, read and not from a cache
	CacheRead                // read from a cache: text, or of no modality that is told
	CacheReadAudio           // audio, read from a cache
	CacheReadImage           // images, read from a cache
	CacheWrite5m             // written to a cache to be kept for five minutes
	CacheWrite1h             // written to a cache to be kept for an hour
	CacheWriteOther          // written to a cache for another time, or one that is not told
	Output                   // made by the model and shown: text, or of no modality that is told
	Reasoning                // made by the model while it reasons
	AudioOutput              // audio, made by the model
	ImageOutput              // images, made by the model
	RejectedPrediction       // of a predicted output, not in what the model made
	classes                  // their number, kept last
)

var classTable = [classes]struct {
	name, title string
	meter       metering.MeterID
}{
	Input:              {"input", "Input tokens", metering.InputTokens},
	AudioInput:         {"audio-input", "Audio input tokens", AudioInputTokens},
	ImageInput:         {"image-input", "Image input tokens", ImageInputTokens},
	VideoInput:         {"video-input", "Video input tokens", VideoInputTokens},
	CacheRead:          {"cache-read", "Cached input tokens", metering.CachedTokens},
	CacheReadAudio:     {"cache-read-audio", "Cached audio input tokens", CachedAudioTokens},
	CacheReadImage:     {"cache-read-image", "Cached image input tokens", CachedImageTokens},
	CacheWrite5m:       {"cache-write-5m", "Tokens cached for five minutes", CacheWrite5mTokens},
	CacheWrite1h:       {"cache-write-1h", "Tokens cached for an hour", CacheWrite1hTokens},
	CacheWriteOther:    {"cache-write", "Tokens cached for another time", CacheWriteTokens},
	Output:             {"output", "Output tokens", metering.OutputTokens},
	Reasoning:          {"reasoning", "Reasoning tokens", ReasoningTokens},
	AudioOutput:        {"audio-output", "Audio output tokens", AudioOutputTokens},
	ImageOutput:        {"image-output", "Image output tokens", ImageOutputTokens},
	RejectedPrediction: {"rejected-prediction", "Rejected prediction tokens", RejectedPredictionTokens},
}

// Classes returns all classes, input before output.
func Classes() []Class {
	all := make([]Class, 0, classes-1)
	for c := Input; c < classes; c++ {
		all = append(all, c)
	}
	return all
}

// Valid reports whether c is one of the classes above.
func (c Class) Valid() bool { return c > 0 && c < classes }

// IsOutput tells what a model makes from what it reads.
func (c Class) IsOutput() bool { return c >= Output && c < classes }

// Meter returns the id of the meter that counts tokens of the class; "" for
// no class.
func (c Class) Meter() metering.MeterID {
	if !c.Valid() {
		return ""
	}
	return classTable[c].meter
}

// String returns the name, such as "cache-write-5m"; "none" for the zero Class.
func (c Class) String() string {
	switch {
	case c == 0:
		return "none"
	case !c.Valid():
		return fmt.Sprintf("class %d", uint8(c))
	}
	return classTable[c].name
}

// MarshalText returns the name; "" for the zero Class.
func (c Class) MarshalText() ([]byte, error) {
	if c >= classes {
		return nil, fmt.Errorf("%w: no class of tokens has the number %d", ErrSyntax, uint8(c))
	}
	return []byte(classTable[c].name), nil
}

// UnmarshalText reads a name. Errors wrap [ErrSyntax].
func (c *Class) UnmarshalText(text []byte) error {
	names := make([]string, classes)
	for i, row := range classTable {
		names[i] = row.name
	}
	i := slices.Index(names, string(text[:min(len(text), maxNameBytes)]))
	if i < 0 {
		return fmt.Errorf("%w: class %q: want one of %s", ErrSyntax, clip(text), strings.Join(names[1:], ", "))
	}
	*c = Class(i)
	return nil
}
