package metering

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A MeterID names a meter, such as "compute.accelerator.time": 1 to 256 bytes,
// names of a-z, 0-9, '-' and '_' joined by '.'.
type MeterID string

// A Form says what events of a meter report.
type Form uint8

// The forms of a meter.
const (
	_        Form = iota
	Amounts       // quantities that were used, to be added up
	Capacity      // a capacity held over time: its integral is the usage
)

var formNames = []string{Amounts: "amounts", Capacity: "capacity"}

// String returns the form's name.
func (f Form) String() string { return nameOf(formNames, f) }

// MarshalText returns the name; "" for the invalid zero Form.
func (f Form) MarshalText() ([]byte, error) { return textOf("form", formNames, f) }

// UnmarshalText reads a name. Errors wrap [ErrSyntax].
func (f *Form) UnmarshalText(text []byte) error { return readName(f, "form", formNames, text) }

// An Aggregation says how values of a meter combine within a window. Sum is
// the only one so far.
type Aggregation uint8

// Sum adds values; sums combine in any order.
const (
	_ Aggregation = iota
	Sum
)

var aggregationNames = []string{Sum: "sum"}

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
	// Monotonic meters refuse negative amounts with ErrNegative; what was
	// counted wrongly is put right by an event of kind Adjustment. A negative
	// capacity is refused by every meter.
	Monotonic bool
	// Late says what becomes of usage whose window was sealed before it arrived.
	// Lives and holdings want a policy that takes it: they tell what was held
	// since they were last heard of.
	Late LatePolicy
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
	case m.Form != Amounts && m.Form != Capacity:
		return &FieldError{"meter form", id, "want amounts or capacity"}
	case m.Aggregation != Sum:
		return &FieldError{"meter aggregation", id, "want sum"}
	case m.Layer == 0 || int(m.Layer) >= len(layerNames):
		return &FieldError{"meter layer", id, "want infrastructure, platform, application or ai"}
	case int(m.Late) >= len(latePolicyNames):
		return &FieldError{"meter late policy", id, "want refuse, count-now or adjust"}
	case m.Form == Capacity && m.capacity() == 0:
		return &FieldError{"meter unit", m.Unit.Code(), "want a unit of something held over time for a capacity meter"}
	}
	return nil
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
	switch m.Unit.dim {
	case CardTime:
		return Cards
	case CoreTime:
		return Cores
	case ByteTime:
		return Bytes
	case CountTime:
		return Count
	default:
		return 0
	}
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
	if _, ok := n.MulInt64(maxTime); !ok {
		return fmt.Errorf("%w: meter %q: %v grains held for 230 years", ErrOverflow, m.ID, n)
	}
	return nil
}

func (m *Meter) negative(q Quantity) error {
	return fmt.Errorf("%w: %v on %q", ErrNegative, q, m.ID)
}

// A Catalogue is an immutable set of meters, in order of id. It is safe for
// concurrent use. The zero Catalogue is empty.
type Catalogue struct {
	byID   map[MeterID]int
	meters []Meter
}

// NewCatalogue builds a catalogue. It fails with a *[FieldError] for each
// meter that is not valid and each id given twice, joined, so that a reader
// sees all at once.
func NewCatalogue(meters ...Meter) (*Catalogue, error) {
	c := &Catalogue{byID: make(map[MeterID]int, len(meters)), meters: slices.Clone(meters)}
	slices.SortStableFunc(c.meters, func(a, b Meter) int { return strings.Compare(string(a.ID), string(b.ID)) })
	var broken []error
	for i, m := range c.meters {
		if err := m.Validate(); err != nil {
			broken = append(broken, err)
		} else if _, twice := c.byID[m.ID]; twice {
			broken = append(broken, &FieldError{"meter", clip(string(m.ID)), "defined twice"})
		}
		c.byID[m.ID] = i
	}
	if broken != nil {
		return nil, errors.Join(broken...)
	}
	return c, nil
}

// With returns a catalogue that has the given meters besides those of c. It
// fails as [NewCatalogue] does; a meter cannot be defined anew.
func (c *Catalogue) With(meters ...Meter) (*Catalogue, error) {
	return NewCatalogue(slices.Concat(c.meters, meters)...)
}

// Lookup returns the meter with the given id, or an error that wraps
// [ErrUnknown]. It costs one map lookup.
func (c *Catalogue) Lookup(id MeterID) (Meter, error) {
	m, err := c.meter(id)
	if err != nil {
		return Meter{}, err
	}
	return *m, nil
}

func (c *Catalogue) meter(id MeterID) (*Meter, error) {
	i, ok := c.byID[id]
	if !ok {
		return nil, fmt.Errorf("%w: %q", ErrUnknown, clip(string(id)))
	}
	return &c.meters[i], nil
}

// All yields the meters in order of id.
func (c *Catalogue) All() iter.Seq[Meter] { return slices.Values(c.meters) }

// Len returns the number of meters.
func (c *Catalogue) Len() int { return len(c.meters) }
