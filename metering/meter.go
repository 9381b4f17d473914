package metering

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A MeterID names a meter, such as "compute.accelerator.time": 1 to 256 bytes,
// names of a-z, 0-9, '-' and '_' joined by '.'.
type MeterID string

// A Form says what events of a meter report.
type Form uint8

// The forms of a meter.
const (
	_          Form = iota
	Amounts         // quantities that were used, to be added up
	Capacity        // a capacity held over time: its integral is the usage
	Levels          // a level read at an interval, such as a bandwidth
	Identities      // who or what was there, each counted once
)

var formNames = []string{Amounts: "amounts", Capacity: "capacity", Levels: "levels", Identities: "identities"}

// String returns the form's name.
func (f Form) String() string { return nameOf(formNames, f) }

// MarshalText returns the name; "" for the invalid zero Form.
func (f Form) MarshalText() ([]byte, error) { return textOf("form", formNames, f) }

// UnmarshalText reads a name. Errors wrap [ErrSyntax].
func (f *Form) UnmarshalText(text []byte) error { return readName(f, "form", formNames, text) }

// An Aggregation says how values of a meter combine within a period. An
// [Aggregator] sums, and takes no other; meters that do not add up are in the
// catalogue for those who price and sample them.
type Aggregation uint8

// The aggregations.
const (
	_          Aggregation = iota
	Sum                    // of amounts, and of capacities over time
	Max                    // the highest level
	Percentile             // the level that all but a share of the readings keep to
	Latest                 // the level read last
	Unique                 // how many identities there were
)

var aggregationNames = []string{Sum: "sum", Max: "max", Percentile: "percentile", Latest: "latest", Unique: "unique"}

// fits reports whether values of a form combine so.
func (a Aggregation) fits(f Form) bool {
	switch f {
	case Levels:
		return a == Max || a == Percentile || a == Latest
	case Identities:
		return a == Unique
	default:
		return a == Sum
	}
}

// String returns the aggregation's name.
func (a Aggregation) String() string { return nameOf(aggregationNames, a) }

// MarshalText returns the name; "" for the invalid zero Aggregation.
func (a Aggregation) MarshalText() ([]byte, error) { return textOf("aggregation", aggregationNames, a) }

// UnmarshalText reads a name. Errors wrap [ErrSyntax].
func (a *Aggregation) UnmarshalText(text []byte) error {
	return readName(a, "aggregation", aggregationNames, text)
}

// A Layer is the capability type of the service a meter belongs to, after
// the division of GB/T 37735-2019 (infrastructure, platform, application),
// with AI services told apart.
type Layer uint8

// The service layers.
const (
	_ Layer = iota
	Infrastructure
	Platform
	Application
	AI
)

var layerNames = []string{Infrastructure: "infrastructure", Platform: "platform", Application: "application", AI: "ai"}

// String returns the layer's name.
func (l Layer) String() string { return nameOf(layerNames, l) }

// MarshalText returns the name; "" for the invalid zero Layer.
func (l Layer) MarshalText() ([]byte, error) { return textOf("layer", layerNames, l) }

// UnmarshalText reads a name. Errors wrap [ErrSyntax].
func (l *Layer) UnmarshalText(text []byte) error { return readName(l, "layer", layerNames, text) }

// A Meter defines one thing that is measured. Meters are data: users define
// their own in the same way as the ones of [DefaultCatalogue]. Meters are
// comparable with == and safe to copy.
type Meter struct {
	ID          MeterID
	Title       string // what people call it, at most 256 bytes
	Unit        Unit   // what it is read and usually priced in; fixes the dimension
	Form        Form
	Aggregation Aggregation
	Layer       Layer
	// Granularity is the step in which the field reads or settles the element, 0
	// where it is each event by itself. It tells who samples it how often; what
	// is counted is exact, whatever it says. In JSON it is nanoseconds.
	Granularity time.Duration
	// Monotonic meters refuse negative amounts with ErrNegative; what was
	// counted wrongly is put right by an event of kind Adjustment. A negative
	// capacity is refused by every meter.
	Monotonic bool
	// Late says what becomes of usage whose window was sealed before it arrived.
	// Lives and holdings want a policy that takes it: they tell what was held
	// since they were last heard of.
	Late LatePolicy
	// Paused says whether a resource that is paused still holds this capacity. It
	// is of the lives that events tell: a [Holding] is of one capacity, and what
	// pauses it means that one.
	Paused PausePolicy
	// Runs says how long the runs of a capacity count; the zero RunRule: exactly.
	Runs RunRule `json:",omitzero"`
	// Reference names the clause of the standard that describes the element, in
	// at most 256 bytes.
	Reference string
}

// Validate returns a *[FieldError] that names the first broken rule.
func (m Meter) Validate() error {
	if err := m.ID.validate(); err != nil {
		return err
	}
	for _, f := range [...]struct{ name, value string }{{"title", m.Title}, {"reference", m.Reference}} {
		if err := checkText("meter "+f.name, f.value, 0, MaxNameBytes); err != nil {
			return err
		}
	}
	switch id := clip(string(m.ID)); {
	case m.Unit.IsZero():
		return &FieldError{"meter unit", id, "want a unit"}
	case m.Form == 0 || int(m.Form) >= len(formNames):
		return &FieldError{"meter form", id, "want amounts, capacity, levels or identities"}
	case !m.Aggregation.fits(m.Form):
		return &FieldError{"meter aggregation", id, "want sum of amounts and capacity, max, percentile or latest of levels, unique of identities"}
	case m.Granularity < 0:
		return &FieldError{"meter granularity", m.Granularity.String(), "want no less than 0"}
	case m.Layer == 0 || int(m.Layer) >= len(layerNames):
		return &FieldError{"meter layer", id, "want infrastructure, platform, application or ai"}
	case int(m.Late) >= len(latePolicyNames):
		return &FieldError{"meter late policy", id, "want refuse, count-now or adjust"}
	case int(m.Paused) >= len(pausePolicyNames) || m.Paused != NotHeldPaused && m.Form != Capacity:
		return &FieldError{"meter pause policy", id, "want not-held, or held of a capacity"}
	case m.Form == Capacity && m.capacity() == 0:
		return &FieldError{"meter unit", m.Unit.Code(), "want a unit of something held over time for a capacity meter"}
	}
	return m.Runs.validate(&m)
}

func (id MeterID) validate() error {
	if err := checkText("meter", string(id), 1, MaxNameBytes); err != nil {
		return err
	}
	// A name begins at the start and after each dot, and is not empty.
	begun := false
	for i := 0; i < len(id); i++ {
		switch c := id[i]; {
		case c == '.' && begun:
			begun = false
		case isPlain(c):
			begun = true
		default:
			return id.malformed()
		}
	}
	if !begun {
		return id.malformed()
	}
	return nil
}

func (id MeterID) malformed() error {
	return &FieldError{"meter", clip(string(id)), "want names of a-z, 0-9, '-', '_' joined by '.'"}
}

// capacity returns the dimension which, held over time, gives the meter's
// own: cards for card-time. It is 0 where there is none.
func (m *Meter) capacity() Dimension {
	for _, d := range [...]Dimension{Cards, Cores, Bytes, Count} {
		if d.overTime() == m.Unit.dim {
			return d
		}
	}
	return 0
}

// takes reports, as an error, why an event of that kind cannot carry q.
func (m *Meter) takes(kind Kind, q Quantity) error {
	switch want := m.Unit.dim; {
	case !kind.carriesAmounts():
		return m.holds(q)
	case q.dim != want:
		return &DimensionError{Got: q.dim, Want: want, Meter: m.ID}
	case kind == Amount && m.Monotonic && q.Sign() < 0:
		return m.negative(q)
	}
	return nil
}

// holds reports, as an error, why q cannot be held of a capacity meter.
func (m *Meter) holds(q Quantity) error {
	switch want := m.capacity(); {
	case m.Form != Capacity:
		return &FieldError{"meter", clip(string(m.ID)), "want a capacity meter"}
	case q.dim != want:
		return &DimensionError{Got: q.dim, Want: want, Meter: m.ID}
	case q.Sign() < 0:
		return m.negative(q)
	}
	return m.holdable(q.n)
}

// holdable refuses a capacity whose integral over the whole range of times
// would overflow, so that no life of a resource alone ever does.
func (m *Meter) holdable(n fixed.Int128) error {
	all, ok := n.MulInt64(maxTime)
	if ok && m.Runs != (RunRule{}) {
		_, ok = all.MulInt64(spareRuns)
	}
	if !ok {
		return fmt.Errorf("%w: meter %q: %v grains held for 230 years", ErrOverflow, m.ID, n)
	}
	return nil
}

func (m *Meter) negative(q Quantity) error {
	return fmt.Errorf("%w: %v on %q", ErrNegative, q, m.ID)
}
