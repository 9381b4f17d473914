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
	name  string
	meter metering.MeterID
}{
	Input:              {"input", metering.InputTokens},
	AudioInput:         {"audio-input", metering.AudioInputTokens},
	ImageInput:         {"image-input", metering.ImageInputTokens},
	VideoInput:         {"video-input", metering.VideoInputTokens},
	CacheRead:          {"cache-read", metering.CachedTokens},
	CacheReadAudio:     {"cache-read-audio", metering.CachedAudioTokens},
	CacheReadImage:     {"cache-read-image", metering.CachedImageTokens},
	CacheWrite5m:       {"cache-write-5m", metering.CacheWrite5mTokens},
	CacheWrite1h:       {"cache-write-1h", metering.CacheWrite1hTokens},
	CacheWriteOther:    {"cache-write", metering.CacheWriteTokens},
	Output:             {"output", metering.OutputTokens},
	Reasoning:          {"reasoning", metering.ReasoningTokens},
	AudioOutput:        {"audio-output", metering.AudioOutputTokens},
	ImageOutput:        {"image-output", metering.ImageOutputTokens},
	RejectedPrediction: {"rejected-prediction", metering.RejectedPredictionTokens},
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
