package otelgenai

import (
	"context"
	"fmt"
	"sync"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
)

// maxBatch bounds what a sink is given at once.
const maxBatch = 512

// Waits before a sink that failed is tried again: doubled from the first to the
// last.
const (
	firstWait = 10 * time.Millisecond
	lastWait  = 5 * time.Second
)

// A Processor is an OpenTelemetry span processor that meters generative AI spans.
// Get one with [New]; it is safe for concurrent use.
type Processor struct {
	config
	sink   Sink
	ctx    context.Context // of the sink; ended by a Shutdown that cannot wait
	cancel context.CancelFunc
	wake   chan struct{} // something is waiting, or there will be nothing more
	done   chan struct{} // closed when the goroutine has ended

	mu       sync.Mutex // guards what follows, and is never held while others are called
	waiting  []sdktrace.ReadOnlySpan
	reading  []sdktrace.ReadOnlySpan // taken, and not in the batch yet
	batch    []metering.Event        // under way
	put, got uint64                  // spans that came in, and that are dealt with
	flushes  []flush
	closing  bool
	tally    tally
}

// A flush waits for the spans that had come in before it.
type flush struct {
	upTo uint64
	done chan struct{}
}

var _ sdktrace.SpanProcessor = (*Processor)(nil)

// New returns a processor that records into a sink, and starts its goroutine, which
// [Processor.Shutdown] ends. It fails with a *[metering.FieldError] without accounts
// or for an option out of range.
func New(sink Sink, accounts Accounts, opts ...Option) (*Processor, error) {
	cfg, err := newConfig(accounts, opts)
	if err == nil && sink == nil {
		err = &metering.FieldError{Field: "sink", Reason: "want one, such as a journal's recorder"}
	}
	if err != nil {
		return nil, err
	}
	p := &Processor{config: cfg, sink: sink, wake: make(chan struct{}, 1), done: make(chan struct{})}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	go p.run()
	return p, nil
}

// OnStart does nothing.
func (p *Processor) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

// OnEnd puts a span with token usage into the queue. It neither waits nor calls
// anything that was handed in.
func (p *Processor) OnEnd(span sdktrace.ReadOnlySpan) {
	v := look(span)
	if v == foreign {
		return
	}
	p.mu.Lock()
	switch {
	case v == nested:
		p.tally.nested++
	case p.closing || len(p.waiting) >= p.queue:
		p.tally.dropped++
	default:
		p.waiting = append(p.waiting, span)
		p.put++
	}
	p.mu.Unlock()
	p.awake()
}

func (p *Processor) awake() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// run deals with spans until there will be no more.
func (p *Processor) run() {
	defer close(p.done)
	defer p.cancel()
	for {
		spans, end := p.take()
		if len(spans) > 0 {
			p.deal(spans)
			continue
		}
		if end {
			return
		}
		select {
		case <-p.wake:
		case <-p.ctx.Done():
			return
		}
	}
}

// take returns spans that wait, and whether there will be no more.
func (p *Processor) take() (spans []sdktrace.ReadOnlySpan, end bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ctx.Err() != nil {
		return nil, true
	}
	n := min(len(p.waiting), maxBatch)
	spans = append(spans, p.waiting[:n]...)
	rest := copy(p.waiting, p.waiting[n:])
	clear(p.waiting[rest:])
	p.waiting = p.waiting[:rest]
	p.reading = spans
	return spans, p.closing
}

// deal reads spans and records their events.
func (p *Processor) deal(spans []sdktrace.ReadOnlySpan) {
	var events []metering.Event
	var of []sdktrace.ReadOnlySpan
	for _, span := range spans {
		e, err := p.safely(span)
		if err != nil {
			p.refuse(span, err)
			continue
		}
		events, of = append(events, e), append(of, span)
	}
	p.mu.Lock()
	p.batch, p.reading = events, nil
	p.mu.Unlock()
	if len(events) > 0 && !p.record(events, of) {
		return // it stays the batch under way, for who shuts down
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.batch = nil
	p.got += uint64(len(spans))
	p.answer()
}

// answer ends the flushes whose spans are dealt with; mu is held.
func (p *Processor) answer() {
	n := 0
	for _, f := range p.flushes {
		if f.upTo <= p.got {
			close(f.done)
			continue
		}
		p.flushes[n] = f
		n++
	}
	p.flushes = p.flushes[:n]
}

// safely reads a span, whatever the functions that were handed in do.
func (p *Processor) safely(span sdktrace.ReadOnlySpan) (e metering.Event, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %.200s", ErrPanic, fmt.Sprint(r))
		}
	}()
	return p.read(span)
}

// record gives events to the sink until it takes them, and reports whether it did
// before the processor was shut down.
func (p *Processor) record(events []metering.Event, of []sdktrace.ReadOnlySpan) bool {
	for wait := firstWait; ; wait = min(2*wait, lastWait) {
		res, err := p.give(events)
		if err == nil {
			p.took(res, of)
			return true
		}
		p.mu.Lock()
		p.tally.retries++
		p.mu.Unlock()
		select {
		case <-p.after(wait):
		case <-p.ctx.Done():
			return false
		}
	}
}

// give calls the sink, whatever it does.
func (p *Processor) give(events []metering.Event) (res journal.Result, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %.200s", ErrPanic, fmt.Sprint(r))
		}
	}()
	return p.sink.Record(p.ctx, events...)
}

func (p *Processor) took(res journal.Result, of []sdktrace.ReadOnlySpan) {
	p.mu.Lock()
	p.tally.recorded += int64(res.Accepted)
	p.tally.duplicates += int64(res.Duplicates)
	p.mu.Unlock()
	for _, r := range res.Refused {
		if r.Index >= 0 && r.Index < len(of) {
			p.refuse(of[r.Index], r.Err)
		}
	}
}

// refuse counts a span that is not counted, and tells of it.
func (p *Processor) refuse(span sdktrace.ReadOnlySpan, err error) {
	p.mu.Lock()
	p.tally.refuse(err)
	p.mu.Unlock()
	if p.refused == nil {
		return
	}
	defer func() { _ = recover() }() // it was told; what it makes of that is not ours
	p.refused(Refusal{span.SpanContext(), err})
}
