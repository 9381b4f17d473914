package tokens

import (
	"fmt"
	"iter"
	"strings"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// Usage is the tokens of a request by class, in whole tokens. Classes do not
// overlap: each token is in one field, and the sum of the fields is what was
// used. Usage is comparable with == and safe to copy; the zero Usage is none.
//
// Counts are 0 or more. What would make a field negative or more than an
// int64 is refused where it comes in, and by [Usage.Event].
type Usage struct {
	Input, AudioInput, ImageInput, VideoInput   int64
	CacheRead, CacheReadAudio, CacheReadImage   int64
	CacheWrite5m, CacheWrite1h, CacheWriteOther int64
	Output, Reasoning, AudioOutput, ImageOutput int64
	RejectedPrediction                          int64
}

// at returns the field of a valid class.
func (u *Usage) at(c Class) *int64 {
	switch c {
	case Input:
		return &u.Input
	case AudioInput:
		return &u.AudioInput
	case ImageInput:
		return &u.ImageInput
	case VideoInput:
		return &u.VideoInput
	case CacheRead:
		return &u.CacheRead
	case CacheReadAudio:
		return &u.CacheReadAudio
	case CacheReadImage:
		return &u.CacheReadImage
	case CacheWrite5m:
		return &u.CacheWrite5m
	case CacheWrite1h:
		return &u.CacheWrite1h
	case CacheWriteOther:
		return &u.CacheWriteOther
	case Output:
		return &u.Output
	case Reasoning:
		return &u.Reasoning
	case AudioOutput:
		return &u.AudioOutput
	case ImageOutput:
		return &u.ImageOutput
	default:
		return &u.RejectedPrediction
	}
}

// Of returns the tokens of a class; 0 for no class.
func (u Usage) Of(c Class) int64 {
	if !c.Valid() {
		return 0
	}
	return *u.at(c)
}

// All yields each class whose count is not zero, input before output.
func (u Usage) All() iter.Seq2[Class, int64] {
	return func(yield func(Class, int64) bool) {
		for c := Input; c < classes; c++ {
			if n := *u.at(c); n != 0 && !yield(c, n) {
				return
			}
		}
	}
}

// Validate returns a *[FieldError] that wraps [ErrCount] when a count is
// negative.
func (u Usage) Validate() error {
	for c, n := range u.All() {
		if n < 0 {
			return &FieldError{Field: c.String(), Given: fmt.Sprint(n), Want: wantCount, Err: ErrCount}
		}
	}
	return nil
}

// Add returns the sum, class by class. It fails with a *[FieldError] that
// wraps [ErrCount] when a count of either is negative, and with
// metering.ErrOverflow when a sum leaves 64 bits.
func (u Usage) Add(v Usage) (Usage, error) {
	if err := u.Validate(); err != nil {
		return Usage{}, err
	}
	if err := v.Validate(); err != nil {
		return Usage{}, err
	}
	for c, n := range v.All() {
		if err := u.add(c, n); err != nil {
			return Usage{}, err
		}
	}
	return u, nil
}

// add counts n more tokens, n being 0 or more.
func (u *Usage) add(c Class, n int64) error {
	at := u.at(c)
	if *at+n < *at {
		return fmt.Errorf("%w: tokens: %s: %d and %d do not fit in 64 bits", metering.ErrOverflow, c, *at, n)
	}
	*at += n
	return nil
}

// Fold returns u with the tokens of the given classes counted as those of
// another: Fold(Output, Reasoning, RejectedPrediction) for a price list that
// does not tell them apart. The total stays. It fails as [Usage.Add] does, and
// with a *[FieldError] that wraps [ErrSyntax] for what is no class.
func (u Usage) Fold(into Class, from ...Class) (Usage, error) {
	if err := u.Validate(); err != nil {
		return Usage{}, err
	}
	for _, c := range append([]Class{into}, from...) { // from may have room that is the caller's
		if !c.Valid() {
			return Usage{}, &FieldError{Field: "class", Given: c.String(), Want: "one of the classes", Err: ErrSyntax}
		}
	}
	for _, c := range from {
		n := u.Of(c)
		*u.at(c) = 0
		if err := u.add(into, n); err != nil {
			return Usage{}, err
		}
	}
	return u, nil
}

// Total returns all tokens. It is exact whatever the counts are.
func (u Usage) Total() metering.Quantity {
	return u.sum(func(Class) bool { return true })
}

// TotalInput returns what the model read, from a cache or not, and what of it
// was written to a cache: the length of the request's input, by which some
// providers choose a tier, and OpenTelemetry's gen_ai.usage.input_tokens.
func (u Usage) TotalInput() metering.Quantity {
	return u.sum(func(c Class) bool { return !c.IsOutput() })
}

// TotalOutput returns what the model made, shown or not, rejected predictions
// included: OpenTelemetry's gen_ai.usage.output_tokens.
func (u Usage) TotalOutput() metering.Quantity { return u.sum(Class.IsOutput) }

func (u Usage) sum(of func(Class) bool) metering.Quantity {
	var n fixed.Int128
	for c, m := range u.All() {
		if of(c) {
			n, _ = n.Add(fixed.FromInt64(m)) // 15 counts of 64 bits fit in 128
		}
	}
	return metering.GrainsWide(n, metering.Token)
}

// String returns the classes that are not zero, for people: "input 700,
// cache-read 300, output 500".
func (u Usage) String() string {
	var parts []string
	for c, n := range u.All() {
		parts = append(parts, fmt.Sprintf("%s %d", c, n))
	}
	if parts == nil {
		return "no tokens"
	}
	return strings.Join(parts, ", ")
}
