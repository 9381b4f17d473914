package cloudevents

import (
	"errors"
	"fmt"

	"github.com/meterbook/meterbook/metering"
)

type config struct {
	mapping             *Mapping
	bytes, depth, batch int
}

// An Option changes how events are read.
type Option interface{ apply(config) config }

type optionFunc func(config) config

func (f optionFunc) apply(c config) config { return f(c) }

const (
	defaultEventBytes = 256 << 10
	defaultEvents     = 10_000
	defaultDepth      = 16

	maxEventBytes = 1 << 24
	maxEvents     = 1 << 24
	maxDepth      = 64
)

// WithMapping says what events of other producers mean. Without it, or with
// nil, their types are unknown.
func WithMapping(m *Mapping) Option {
	return optionFunc(func(c config) config { c.mapping = m; return c })
}

// WithMaxEventBytes sets how many bytes an event may have, spaces between its
// values included: 1 to 16,777,216, and 262,144 by default, which is more than
// [Marshal] ever writes. CloudEvents asks consumers to take 65,536 at least
// (1.0.2, "Size Limits"). A [Decoder] keeps so many in memory; reading an event
// takes up to 30 times as many for a moment, where it is nothing but empty
// arrays.
func WithMaxEventBytes(n int) Option {
	return optionFunc(func(c config) config { c.bytes = n; return c })
}

// WithMaxEvents sets how many events a batch, a JSON array, may have: 1 to
// 16,777,216, and 10,000 by default. Events on lines of their own are not
// counted.
func WithMaxEvents(n int) Option {
	return optionFunc(func(c config) config { c.batch = n; return c })
}

// WithMaxDepth sets how deep objects and arrays may be nested in an event, the
// event itself being the first level: 1 to 64, and 16 by default. Those of this
// package have four.
func WithMaxDepth(n int) Option {
	return optionFunc(func(c config) config { c.depth = n; return c })
}

// newConfig fails with a *metering.FieldError for each option out of range.
func newConfig(opts []Option) (config, error) {
	c := config{bytes: defaultEventBytes, batch: defaultEvents, depth: defaultDepth}
	for _, o := range opts {
		c = o.apply(c)
	}
	return c, errors.Join(within("event bytes", c.bytes, maxEventBytes), within("events", c.batch, maxEvents), within("depth", c.depth, maxDepth))
}

func within(name string, n, max int) error {
	if n < 1 || n > max {
		return &metering.FieldError{Field: name, Value: fmt.Sprint(n), Reason: fmt.Sprintf("want 1 to %d", max)}
	}
	return nil
}
