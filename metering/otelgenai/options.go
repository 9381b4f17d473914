package otelgenai

import (
	"fmt"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/tokens"
)

// Defaults of the options.
const (
	DefaultSource = "gen_ai"
	DefaultQueue  = 8192
)

type config struct {
	accounts Accounts
	source   string
	parser   *tokens.Parser
	known    map[string]bool // counts of the parser
	request  func(sdktrace.ReadOnlySpan, *tokens.Request)
	refused  func(Refusal)
	queue    int
	after    func(time.Duration) <-chan time.Time
}

// An Option changes how [New] makes a processor.
type Option interface{ apply(config) config }

type optionFunc func(config) config

func (f optionFunc) apply(c config) config { return f(c) }

// WithSource sets the source of events, [DefaultSource] by default: 1 to 256 bytes.
// Programs that may report the same response have the same one.
func WithSource(source string) Option {
	return optionFunc(func(c config) config { c.source = source; return c })
}

// WithParser sets how attributes are read, [tokens.OpenTelemetry] by default: a
// shape with other names reads an instrumentation that has its own. Names begin
// with "gen_ai.usage.".
func WithParser(p *tokens.Parser) Option {
	return optionFunc(func(c config) config { c.parser = p; return c })
}

// WithRequest sets a function that may change what is said of a request besides
// its tokens: region, resource, labels, tiers. It is called as [Accounts] are.
func WithRequest(change func(sdktrace.ReadOnlySpan, *tokens.Request)) Option {
	return optionFunc(func(c config) config { c.request = change; return c })
}

// A Refusal is a span whose usage is not counted.
type Refusal struct {
	Span trace.SpanContext
	Err  error
}

// WithRefusals sets a function that is told of each span that was refused, from the
// processor's own goroutine. Spans that are dropped are only counted.
func WithRefusals(told func(Refusal)) Option {
	return optionFunc(func(c config) config { c.refused = told; return c })
}

// WithQueue sets how many spans may wait, [DefaultQueue] by default, at least 1. One
// more is dropped, and counted.
func WithQueue(most int) Option {
	return optionFunc(func(c config) config { c.queue = most; return c })
}

// WithTimer sets what waits before a sink that failed is tried again; time.After by
// default.
func WithTimer(after func(time.Duration) <-chan time.Time) Option {
	return optionFunc(func(c config) config { c.after = after; return c })
}

func newConfig(accounts Accounts, opts []Option) (config, error) {
	c := config{accounts: accounts, source: DefaultSource, parser: tokens.OpenTelemetry(), queue: DefaultQueue, after: time.After}
	for _, o := range opts {
		if o != nil {
			c = o.apply(c)
		}
	}
	if c.parser == nil {
		c.parser = tokens.OpenTelemetry()
	}
	shape := c.parser.Shape()
	c.known = map[string]bool{shape.Total: true}
	for _, f := range shape.Fields {
		c.known[f.Path] = true
	}
	if c.after == nil {
		c.after = time.After
	}
	switch {
	case c.accounts == nil:
		return c, &metering.FieldError{Field: "accounts", Reason: "want a function that says whose tokens a span reports"}
	case c.queue < 1:
		return c, &metering.FieldError{Field: "queue", Value: fmt.Sprint(c.queue), Reason: "want at least 1"}
	}
	return c, nil
}
