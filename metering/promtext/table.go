package promtext

import (
	"fmt"
	"path"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/counter"
)

// A Table says which series of an exporter are usage, and of what. It is data: add
// rules to one that is shipped, or write your own.
type Table struct {
	Name  string // of the exporter, for people
	Rules []Rule
}

// A Rule makes usage of the series of one metric. Metric, Kind, Meter and Unit are
// required.
type Rule struct {
	Metric string
	Kind   Kind
	Meter  metering.MeterID
	// Unit is what the series count in: for a counter the meter's dimension, for a
	// level that of the capacity whose integral over time the meter counts.
	Unit metering.Unit
	// Per is how many of what a level shows make one Unit, 100 for percent of a
	// card. 0 is 1.
	Per int64
	// Resource are labels that name the device, the first that is there and not
	// empty.
	Resource []string
	// Name are labels that, with the metric and the resource, tell its series from
	// each other. A line that tells the same again is a repetition and is passed
	// over: so the instances of a card that repeat its energy are the card once.
	Name []string
	// SKU and Region are labels as Resource is.
	SKU, Region []string
	// Only keeps series of which each label is like one of its patterns, Except
	// leaves out those of which one is. Patterns are those of [path.Match]; a label
	// that is absent is "".
	Only, Except map[string][]string
	// Start names a series without labels that shows when the counters began, in
	// seconds since 1970.
	Start string
	// MaxRate is more than a counter can ever grow by. See [counter.Options].
	MaxRate counter.Rate
	// Sentinels are values that stand for none.
	Sentinels []counter.SentinelRange
}

// A Kind says what a series shows.
type Kind uint8

const (
	// Counter: a number that only grows. Its increases are usage, exactly, however
	// long nobody looked.
	Counter Kind = iota + 1
	// Held: a capacity that is set aside, such as a part of a card. What one scrape
	// shows is held until the next.
	Held
	// Sampled: a level that changes between scrapes, such as power. It is counted as
	// Held is, and marked as estimated.
	Sampled
)

// String returns the kind's name.
func (k Kind) String() string {
	switch k {
	case Counter:
		return "counter"
	case Held:
		return "held"
	case Sampled:
		return "sampled"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// integral is the dimension of what is held over time, and the grains·ns that make
// one grain of it.
type integral struct {
	of  metering.Dimension
	per int64
}

// integralOf returns that of a capacity, the zero integral of anything else.
func integralOf(d metering.Dimension) integral {
	switch d {
	case metering.Bytes:
		return integral{metering.ByteTime, 1}
	case metering.Cores:
		return integral{metering.CoreTime, 1}
	case metering.Cards:
		return integral{metering.CardTime, 1}
	case metering.Count:
		return integral{metering.CountTime, 1}
	case metering.Power:
		return integral{metering.Energy, 1_000_000_000}
	}
	return integral{}
}

// A rule is one that was checked.
type rule struct {
	Rule
	id  string // among those of the table
	set *counter.Set
	per fixed.Int128 // of a level's integral
	dim metering.Dimension
}

// check returns the rule ready for use.
func (r Rule) check(i int, catalogue *metering.Catalogue, o *options) (*rule, error) {
	field := func(name, value, want string) error {
		return &FieldError{Field: fmt.Sprintf("rule %d of %q: %s", i, r.Metric, name), Value: value, Want: want}
	}
	if r.Metric == "" || len(r.Metric) > maxName {
		return nil, field("metric", r.Metric, fmt.Sprintf("a name of 1 to %d bytes", maxName))
	}
	if r.Unit.IsZero() {
		return nil, field("unit", "", "the unit of what the series shows")
	}
	m, err := catalogue.Lookup(r.Meter)
	if err != nil {
		return nil, fmt.Errorf("promtext: rule %d of %q: %w", i, r.Metric, err)
	}
	out := &rule{Rule: r, id: fmt.Sprintf("%d %s", i, r.Metric), dim: r.Unit.Dimension()}
	switch r.Kind {
	case Counter:
		out.set, err = counter.NewSet(r.counting(o), o.series)
	case Held, Sampled:
		in := integralOf(out.dim)
		if in.of == 0 || r.Per < 0 {
			return nil, field("unit", r.Unit.Code(), "one of a capacity or power, and a Per of 0 or more")
		}
		out.dim, out.per = in.of, fixed.FromInt64(in.per)
	default:
		return nil, field("kind", r.Kind.String(), "counter, held or sampled")
	}
	if err != nil {
		return nil, fmt.Errorf("promtext: rule %d of %q: %w", i, r.Metric, err)
	}
	if got := m.Unit.Dimension(); got != out.dim {
		return nil, fmt.Errorf("promtext: rule %d of %q: %w", i, r.Metric, &metering.DimensionError{Got: out.dim, Want: got, Meter: r.Meter})
	}
	for _, patterns := range []map[string][]string{r.Only, r.Except} {
		for label, all := range patterns {
			for _, p := range all {
				if _, err := path.Match(p, ""); err != nil {
					return nil, field("label "+label, p, "a pattern as path.Match has them")
				}
			}
		}
	}
	return out, nil
}

// counting returns the options of the rule's counters. Exporters print numbers
// that went through floats: what is finer than a grain is cut off.
func (r Rule) counting(o *options) counter.Options {
	return counter.Options{Unit: r.Unit, MaxRate: r.MaxRate, Sentinels: r.Sentinels, MaxGap: o.gap, StartTolerance: startTolerance, Truncate: true}
}

// takes reports whether the rule is for a series.
func (r *rule) takes(labels map[string]string) bool {
	for label, patterns := range r.Only {
		if !like(labels[label], patterns) {
			return false
		}
	}
	for label, patterns := range r.Except {
		if like(labels[label], patterns) {
			return false
		}
	}
	return true
}

func like(value string, patterns []string) bool {
	for _, p := range patterns {
		if ok, _ := path.Match(p, value); ok { // patterns were checked
			return true
		}
	}
	return false
}

// first returns the first label that is there and not empty.
func first(labels map[string]string, names []string) string {
	for _, n := range names {
		if v := labels[n]; v != "" {
			return v
		}
	}
	return ""
}
