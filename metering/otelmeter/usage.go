package otelmeter

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/meterbook/meterbook/metering"
)

// A UsageSource tells what was used: a [metering.Aggregator] or a journal's
// recorder.
type UsageSource interface {
	Usage(p metering.Period, opts ...metering.QueryOption) iter.Seq2[metering.Usage, error]
}

// WithFields sets what usage is told apart by; SKU and region by default, and
// nothing when none is given. Tenants, accounts and resources are as many as
// there are: ask for them knowing how many. Labels have no attribute.
func WithFields(fields ...metering.Field) Option {
	return optionFunc(func(c config) config { c.fields = slices.Clone(fields); return c })
}

// WithSets sets how many sets of attributes each instrument of usage has,
// [DefaultSets] by default, at least 1. The first that are seen keep theirs.
// What is beyond is observed as one more, of which the attribute meterbook.rest is
// true, so that sums over all sets stay what they are; how many sets are in it is
// the gauge meterbook.usage.sets.beyond.
func WithSets(most int) Option {
	return optionFunc(func(c config) config { c.sets = most; return c })
}

// WithPeriod sets of when usage is told, such as the month up to now; all that
// the source holds by default. Its edges are edges of windows. It is asked at
// each collection.
func WithPeriod(period func() metering.Period) Option {
	return optionFunc(func(c config) config { c.period = period; return c })
}

// ObserveUsage shows the usage of some meters for dashboards, whenever a reader
// collects, until stop is called: for each meter an up-down counter named
// "meterbook.usage." and the meter's id, in the meter's unit. The description names
// the unit, too, as an exporter may drop it: that of Prometheus has no name for cards
// and tokens.
//
// It is never what is billed. Values are 64-bit floats of quantities that were
// rounded half-even to nine places, readers may drop and cap them, and what is
// adjusted later is seen later.
//
// Each collection asks the source, at the cost of a query over all of its keys;
// a collection during which that fails observes nothing of usage. It fails with a
// *[metering.FieldError] for options out of range or a meter given twice, and with
// what the provider's meter says.
func ObserveUsage(source UsageSource, meters []metering.Meter, opts ...Option) (stop func() error, err error) {
	u, err := newUsage(source, meters, newConfig(opts))
	if err != nil {
		return nil, err
	}
	meter := u.cfg.meter()
	var all []metric.Observable
	for _, m := range meters {
		in, err := meter.Float64ObservableUpDownCounter(usagePrefix+string(m.ID), metric.WithUnit(m.Unit.Code()),
			metric.WithDescription(m.Title+", in "+m.Unit.Label()+"; for dashboards, never the bill."))
		if err != nil {
			return nil, fmt.Errorf("otelmeter: %q: %w", m.ID, err)
		}
		u.shown[m.ID] = &shown{meter: m, instrument: in, sets: make(map[metering.Key]metric.MeasurementOption)}
		all = append(all, in)
	}
	u.beyond, err = meter.Int64ObservableGauge(usageBeyond, metric.WithUnit("{set}"),
		metric.WithDescription("Sets of attributes beyond those that an instrument of usage has."))
	if err != nil {
		return nil, fmt.Errorf("otelmeter: %w", err)
	}
	r, err := meter.RegisterCallback(u.observe, append(all, u.beyond)...)
	if err != nil {
		return nil, fmt.Errorf("otelmeter: %w", err)
	}
	return r.Unregister, nil
}

// usage observes a source. Readers may collect at once: mu guards the sets.
type usage struct {
	source UsageSource
	cfg    config
	ids    []metering.MeterID
	all    metering.Period
	beyond metric.Int64Observable

	mu    sync.Mutex
	shown map[metering.MeterID]*shown
}

// shown is what an instrument has shown.
type shown struct {
	meter      metering.Meter
	instrument metric.Float64Observable
	sets       map[metering.Key]metric.MeasurementOption
	// Of one collection.
	values []value
	rest   metering.Quantity
	beyond int64
}

type value struct {
	of metric.MeasurementOption
	q  metering.Quantity
}

func newUsage(source UsageSource, meters []metering.Meter, cfg config) (*usage, error) {
	u := &usage{source: source, cfg: cfg, shown: make(map[metering.MeterID]*shown)}
	if cfg.sets < 1 {
		return nil, &metering.FieldError{Field: "sets", Value: fmt.Sprint(cfg.sets), Reason: "want at least 1"}
	}
	for _, f := range cfg.fields {
		if int(f) >= len(attributeOf) || attributeOf[f] == "" {
			return nil, &metering.FieldError{Field: "field", Value: fmt.Sprint(uint8(f)), Reason: "want one that has an attribute: account, tenant, resource, SKU or region"}
		}
	}
	for _, m := range meters {
		if slices.Contains(u.ids, m.ID) {
			return nil, &metering.FieldError{Field: "meters", Value: string(m.ID), Reason: "want each once"}
		}
		u.ids = append(u.ids, m.ID)
	}
	var err error
	u.all, err = metering.NewPeriod(time.Unix(0, 0), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC))
	return u, err
}

// attributeOf are the attributes of fields. Resources, SKUs and regions may be
// empty, and then have none.
var attributeOf = [...]string{
	metering.ByAccount: keyAccount, metering.ByTenant: keyTenant, metering.ByResource: keyResource,
	metering.BySKU: keySKU, metering.ByRegion: cloudRegion, metering.ByLabels: "",
}

// observe is the callback. Nothing is observed before all is known.
func (u *usage) observe(_ context.Context, o metric.Observer) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	period := u.all
	if u.cfg.period != nil {
		period = u.cfg.period()
	}
	for _, s := range u.shown {
		s.values, s.rest, s.beyond = s.values[:0], metering.Quantity{}, 0
	}
	if len(u.ids) > 0 {
		for used, err := range u.source.Usage(period, metering.ForMeters(u.ids...), metering.GroupBy(u.cfg.fields...)) {
			if err == nil {
				err = u.take(used)
			}
			if err != nil {
				return fmt.Errorf("otelmeter: usage: %w", err)
			}
		}
	}
	for _, id := range u.ids {
		if err := u.shown[id].observe(o, u); err != nil {
			return fmt.Errorf("otelmeter: usage of %q: %w", id, err)
		}
	}
	return nil
}

// take puts a row into its set, or into the rest.
func (u *usage) take(used metering.Usage) error {
	s := u.shown[used.Key.Meter]
	if s == nil {
		return nil // of a source that takes no notice of what it is asked for
	}
	of, known := s.sets[used.Key]
	if !known && len(s.sets) < u.cfg.sets {
		of = metric.WithAttributeSet(u.cfg.with(u.attributes(used.Key)...))
		s.sets[used.Key], known = of, true
	}
	if known {
		s.values = append(s.values, value{of, used.Quantity})
		return nil
	}
	var err error
	s.beyond++
	s.rest, err = s.rest.Add(used.Quantity)
	return err
}

func (u *usage) attributes(k metering.Key) []attribute.KeyValue {
	texts := [...]string{metering.ByAccount: string(k.Account), metering.ByTenant: string(k.Account),
		metering.ByResource: k.Resource, metering.BySKU: k.SKU, metering.ByRegion: k.Region}
	var kv []attribute.KeyValue
	for _, f := range u.cfg.fields {
		if texts[f] != "" {
			kv = append(kv, attribute.String(attributeOf[f], texts[f]))
		}
	}
	return kv
}

func (s *shown) observe(o metric.Observer, u *usage) error {
	if s.beyond > 0 {
		s.values = append(s.values, value{metric.WithAttributeSet(u.cfg.with(attribute.Bool(keyRest, true))), s.rest})
	}
	for _, v := range s.values {
		n, err := v.q.In(s.meter.Unit, 9)
		if err != nil {
			return err
		}
		o.ObserveFloat64(s.instrument, n.InexactFloat64(), v.of)
	}
	o.ObserveInt64(u.beyond, s.beyond, metric.WithAttributeSet(u.cfg.with(attribute.String(keyMeter, string(s.meter.ID)))))
	return nil
}
