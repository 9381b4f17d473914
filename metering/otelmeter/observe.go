package otelmeter

import (
	"context"
	"fmt"
	"iter"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/meterbook/meterbook/metering"
)

// A Stage is anything that tells its health: a [metering.Aggregator], a journal
// or its recorder, what rates and what attributes energy.
type Stage interface {
	Health() iter.Seq[metering.Vital]
}

// Observe makes an instrument for each name among the vitals of a stage and
// observes it whenever a reader collects, until stop is called. What only grows
// is a counter and anything else an up-down counter; durations are in seconds.
// It is safe for concurrent use if the stage's Health is.
//
// It fails with what the provider's meter says of an instrument or callback;
// then nothing is observed.
func Observe(stage Stage, opts ...Option) (stop func() error, err error) {
	cfg := newConfig(opts)
	meter := cfg.meter()
	vitals := make(map[string]vital)
	var all []metric.Observable
	for v := range stage.Health() {
		if vitals[v.Name].Observable != nil {
			continue
		}
		in, err := newVital(meter, v)
		if err != nil {
			return nil, fmt.Errorf("otelmeter: %q: %w", v.Name, err)
		}
		vitals[v.Name] = in
		all = append(all, in.Observable)
	}
	r, err := meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		for v := range stage.Health() {
			vitals[v.Name].observe(o, v, cfg.of(v))
		}
		return nil
	}, all...)
	if err != nil {
		return nil, fmt.Errorf("otelmeter: %w", err)
	}
	return r.Unregister, nil
}

func (c config) of(v metering.Vital) metric.MeasurementOption {
	if v.Outcome == "" {
		return metric.WithAttributeSet(c.with())
	}
	return metric.WithAttributeSet(c.with(attribute.String("outcome", v.Outcome)))
}

// A vital is the instrument of one name, of which whole or part is the same: the
// one for counts, the other for figures in parts of a unit, such as seconds.
type vital struct {
	metric.Observable
	whole metric.Int64Observable
	part  metric.Float64Observable
}

func (in vital) observe(o metric.Observer, v metering.Vital, of metric.MeasurementOption) {
	switch {
	case in.part != nil:
		o.ObserveFloat64(in.part, float64(v.Value)/float64(max(1, v.Per)), of)
	case in.whole != nil:
		o.ObserveInt64(in.whole, v.Value, of)
	}
}

func newVital(m metric.Meter, v metering.Vital) (vital, error) {
	name, unit, about := "meterbook."+v.Name, metric.WithUnit(v.Unit), metric.WithDescription(v.Description)
	var err error
	var whole metric.Int64Observable
	var part metric.Float64Observable
	switch {
	case v.Per > 1 && v.Total:
		part, err = m.Float64ObservableCounter(name, unit, about)
	case v.Per > 1:
		part, err = m.Float64ObservableUpDownCounter(name, unit, about)
	case v.Total:
		whole, err = m.Int64ObservableCounter(name, unit, about)
	default:
		whole, err = m.Int64ObservableUpDownCounter(name, unit, about)
	}
	if part != nil {
		return vital{part, nil, part}, err
	}
	return vital{whole, whole, nil}, err
}
