package otelgenai

import (
	"errors"
	"iter"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/tokens"
)

// tally is what became of spans.
type tally struct {
	recorded, duplicates, nested, dropped, retries int64
	refused                                        [reasonCount]int64
}

// A reason says why a span was refused.
type reason uint8

const (
	refusedAccount  reason = iota // nobody's
	refusedCounts                 // counts that are missing, no counts, or contradict each other
	refusedConflict               // another event has its identity
	refusedPanic                  // of a function that was handed in
	refusedEvent                  // by the sink, or not a valid event
	reasonCount
)

func (r reason) String() string {
	return [...]string{"account", "counts", "conflict", "panic", "event"}[r]
}

func (t *tally) refuse(err error) {
	_, sum := errors.AsType[*tokens.SumError](err)
	_, count := errors.AsType[*tokens.FieldError](err)
	r := refusedEvent
	switch {
	case errors.Is(err, ErrNoAccount):
		r = refusedAccount
	case sum, count, errors.Is(err, ErrType):
		r = refusedCounts
	case errors.Is(err, metering.ErrConflict):
		r = refusedConflict
	case errors.Is(err, ErrPanic):
		r = refusedPanic
	}
	t.refused[r]++
}

// Health yields what became of spans with token usage, for metering/otelmeter.
func (p *Processor) Health() iter.Seq[metering.Vital] {
	p.mu.Lock()
	t, queued := p.tally, len(p.waiting)+len(p.reading)+len(p.batch)
	p.mu.Unlock()
	return func(yield func(metering.Vital) bool) {
		const spans, about = "genai.spans", "Spans with token usage by what became of them."
		for _, v := range [...]metering.Vital{
			{Name: spans, Unit: "{span}", Description: about, Outcome: "recorded", Value: t.recorded, Total: true},
			{Name: spans, Unit: "{span}", Description: about, Outcome: "duplicate", Value: t.duplicates, Total: true},
			{Name: spans, Unit: "{span}", Description: about, Outcome: "passed-over", Value: t.nested, Total: true},
			{Name: spans, Unit: "{span}", Description: about, Outcome: "dropped", Value: t.dropped, Total: true},
			{Name: "genai.queue", Unit: "{span}", Description: "Spans that wait to be recorded.", Value: int64(queued)},
			{Name: "genai.retries", Unit: "{retry}", Description: "Batches that the sink did not take and that were tried again.", Value: t.retries, Total: true},
		} {
			if !yield(v) {
				return
			}
		}
		for i, n := range t.refused {
			if !yield(metering.Vital{Name: "genai.refusals", Unit: "{span}", Description: "Spans that were refused, by reason.", Outcome: reason(i).String(), Value: n, Total: true}) {
				return
			}
		}
	}
}
