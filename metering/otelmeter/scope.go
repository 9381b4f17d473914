package otelmeter

import (
	"slices"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/meterbook/meterbook/metering"
)

// The instrumentation scope of everything that is made here: instruments and
// spans.
const (
	// ScopeName is the scope's name, the import path.
	ScopeName = "github.com/meterbook/meterbook/metering/otelmeter"
	// ScopeVersion is that of the library.
	ScopeVersion = "0.1.0-dev"
	// SchemaURL is that of the semantic conventions whose names are used.
	SchemaURL = "https://opentelemetry.io/schemas/1.43.0"
)

// DefaultSets is how many sets of attributes an instrument of usage has: below
// the 2,000 beyond which the SDK, by its own default, runs series together.
const DefaultSets = 1000

type config struct {
	meters     metric.MeterProvider
	tracers    trace.TracerProvider
	attributes []attribute.KeyValue

	// Of usage.
	fields []metering.Field
	sets   int
	period func() metering.Period
}

// An Option changes how the verbs of this package report.
type Option interface{ apply(config) config }

type optionFunc func(config) config

func (f optionFunc) apply(c config) config { return f(c) }

// WithMeterProvider sets the provider of instruments; the global one by
// default, and for nil.
func WithMeterProvider(p metric.MeterProvider) Option {
	return optionFunc(func(c config) config { c.meters = p; return c })
}

// WithTracerProvider sets the provider of tracers, for [Spans]; none by default,
// and for nil, and then there are no spans.
func WithTracerProvider(p trace.TracerProvider) Option {
	return optionFunc(func(c config) config { c.tracers = p; return c })
}

// WithAttributes adds attributes to everything that is reported, to tell one
// stage of a kind from another. Keep them few. Given again, they add up.
func WithAttributes(kv ...attribute.KeyValue) Option {
	return optionFunc(func(c config) config { c.attributes = slices.Concat(c.attributes, kv); return c })
}

func newConfig(opts []Option) config {
	c := config{fields: []metering.Field{metering.BySKU, metering.ByRegion}, sets: DefaultSets}
	for _, o := range opts {
		if o != nil {
			c = o.apply(c)
		}
	}
	if c.meters == nil {
		c.meters = otel.GetMeterProvider()
	}
	return c
}

func (c config) meter() metric.Meter {
	return c.meters.Meter(ScopeName, metric.WithInstrumentationVersion(ScopeVersion), metric.WithSchemaURL(SchemaURL))
}

// with returns the attributes of everything and some more.
func (c config) with(kv ...attribute.KeyValue) attribute.Set {
	return attribute.NewSet(slices.Concat(kv, c.attributes)...)
}
