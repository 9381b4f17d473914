package otelmeter

import (
	"context"
	"fmt"
	"iter"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/meterbook/meterbook/metering"
)

// ScopeName is the name of the instrumentation scope.
const ScopeName = "github.com/meterbook/meterbook/metering/otelmeter"

// A Stage is anything that tells its health, such as a
// [metering.Aggregator].
type Stage interface {
	Health() iter.Seq[metering.Vital]
}

type config struct {
	provider   metric.MeterProvider
	attributes []attribute.KeyValue
}

// An Option changes how [Observe] observes.
type Option interface{ apply(config) config }

type optionFunc func(config) config

func (f optionFunc) apply(c config) config { return f(c) }

// WithMeterProvider sets the provider of instruments; the global one by
// default.
func WithMeterProvider(p metric.MeterProvider) Option {
	return optionFunc(func(c config) config { c.provider = p; return c })
}

// WithAttributes adds attributes to everything observed, to tell one stage of
// a kind from another. Keep them few.
func WithAttributes(kv ...attribute.KeyValue) Option {
	return optionFunc(func(c config) config { c.attributes = append(c.attributes, kv...); return c })
}

// Observe makes instruments for the vitals of a stage and observes them
// whenever a reader collects, until stop is called. It is safe for concurrent
// use if the stage's Health is.
func Observe(stage Stage, opts ...Option) (stop func() error, err error) {
	cfg := config{provider: otel.GetMeterProvider()}
	for _, o := range opts {
		cfg = o.apply(cfg)
	}
	meter := cfg.provider.Meter(ScopeName)
	instruments := make(map[string]metric.Int64Observable)
	var all []metric.Observable
	for v := range stage.Health() {
		if instruments[v.Name] != nil {
			continue
		}
		in, err := instrument(meter, v)
		if err != nil {
			return nil, fmt.Errorf("otelmeter: %q: %w", v.Name, err)
		}
		instruments[v.Name] = in
		all = append(all, in)
	}
	r, err := meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		for v := range stage.Health() {
			if in := instruments[v.Name]; in != nil {
				o.ObserveInt64(in, v.Value, metric.WithAttributes(cfg.of(v)...))
			}
		}
		return nil
	}, all...)
	if err != nil {
		return nil, fmt.Errorf("otelmeter: %w", err)
	}
	return r.Unregister, nil
}

func (c config) of(v metering.Vital) []attribute.KeyValue {
	if v.Outcome == "" {
		return c.attributes
	}
	return append([]attribute.KeyValue{attribute.String("outcome", v.Outcome)}, c.attributes...)
}

func instrument(m metric.Meter, v metering.Vital) (metric.Int64Observable, error) {
	name, unit, about := "meterbook."+v.Name, metric.WithUnit(v.Unit), metric.WithDescription(v.Description)
	if v.Total {
		return m.Int64ObservableCounter(name, unit, about)
	}
	return m.Int64ObservableUpDownCounter(name, unit, about)
}
