package otelgenai

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/metering"
)

// ForceFlush waits until the spans that have ended are recorded or refused, or
// returns the context's error.
func (p *Processor) ForceFlush(ctx context.Context) error {
	p.mu.Lock()
	if p.got >= p.put {
		p.mu.Unlock()
		return nil
	}
	f := flush{p.put, make(chan struct{})}
	p.flushes = append(p.flushes, f)
	p.mu.Unlock()
	select {
	case <-f.done:
		return nil
	case <-p.done:
		return p.loss()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A LossError reports usage that was not recorded when a processor was shut down.
// Events are safe to record elsewhere, or again: those that were under way may have
// been recorded after all. Refusals are spans that waited and are of no use.
type LossError struct {
	Events   []metering.Event
	Refusals []Refusal
	Err      error // the context's, or nil
}

func (e *LossError) Error() string {
	return fmt.Sprintf("otelgenai: %d events were not recorded before shutdown; record them elsewhere", len(e.Events))
}

func (e *LossError) Unwrap() error { return e.Err }

// Shutdown records what waits and ends the processor's goroutine. Spans that end
// afterwards are dropped. Where the context ends first it returns a *[LossError]
// with what is not recorded, whether the sink answers or not. A second call waits
// for the first.
func (p *Processor) Shutdown(ctx context.Context) error {
	p.mu.Lock()
	p.closing = true
	p.mu.Unlock()
	p.awake()
	select {
	case <-p.done:
	case <-ctx.Done():
		p.cancel()
	}
	err := p.loss()
	if lost, ok := errors.AsType[*LossError](err); ok {
		lost.Err = ctx.Err()
	}
	return err
}

// loss returns what is not recorded as an error, or nil.
func (p *Processor) loss() error {
	p.mu.Lock()
	lost := &LossError{Events: append([]metering.Event(nil), p.batch...)}
	spans := slices.Concat(p.reading, p.waiting)
	p.mu.Unlock()
	for _, span := range spans {
		e, err := p.safely(span)
		if err != nil {
			lost.Refusals = append(lost.Refusals, Refusal{span.SpanContext(), err})
			continue
		}
		lost.Events = append(lost.Events, e)
	}
	if len(lost.Events)+len(lost.Refusals) == 0 {
		return nil
	}
	return lost
}
