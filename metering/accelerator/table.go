package accelerator

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/meterbook/meterbook/metering"
)

// A Table says what an hour of a card of each model is worth in a standard
// unit. It has a name and a version, so that a figure can say by which rule it
// came about, and is applied when usage is read: what is recorded is the card
// time, by model. Tables are immutable and safe for concurrent use.
type Table struct {
	basis Basis
	of    map[ModelID]Coefficient
	ids   []ModelID // in order
}

// A Basis names a table: amounts of one basis add up. It is comparable with ==.
type Basis struct {
	Table   string `json:"table"`   // "dense-fp16,bf16"
	Version string `json:"version"` // "2026.11"
	Unit    string `json:"unit"`    // of an amount: "PFLOPS.h"
	// Per is how many of a coefficient's Value make one Unit per card and hour.
	Per int64 `json:"per"`
}

// A Coefficient is what one card of a model is worth: Value/[Basis.Per] of the
// table's unit in an hour.
type Coefficient struct {
	Model      ModelID    `json:"model"`
	Value      Figure     `json:"value"` // unknown where the figure is
	Origin     string     `json:"origin,omitempty"`
	Confidence Confidence `json:"confidence"`
}

// Units of the tables that are made from a catalogue.
const (
	PFLOPSHours = "PFLOPS.h" // 10^15 operations per second, for an hour
	TBpsHours   = "TB/s.h"   // 10^12 bytes per second of memory bandwidth, for an hour
)

// NewTable builds a table, for a provider's own coefficients for instance:
// with a per of 1,000 a Value of 5,400 is 5.4 units. It fails with a
// *[FieldError] on names that are not 1 to 64 bytes, a per that is not 1 to
// 10^18, a value that is not 0 to 10^18, an id given twice, or more than
// [MaxModels] of them.
func NewTable(b Basis, coefficients ...Coefficient) (*Table, error) {
	for _, f := range [...]struct{ name, value string }{{"table", b.Table}, {"table version", b.Version}, {"table unit", b.Unit}} {
		if err := checkText(f.name, f.value, 1, maxNameBytes); err != nil {
			return nil, err
		}
	}
	const most = 1e18
	switch {
	case b.Per < 1 || b.Per > most:
		return nil, &FieldError{"table per", fmt.Sprint(b.Per), "want 1 to 10^18"}
	case len(coefficients) > MaxModels:
		return nil, &FieldError{"table " + b.Table, fmt.Sprint(len(coefficients)), fmt.Sprintf("want at most %d coefficients", MaxModels)}
	}
	t := &Table{basis: b, of: make(map[ModelID]Coefficient, len(coefficients))}
	for _, c := range coefficients {
		at := "coefficient of " + clip(string(c.Model))
		n, _ := c.Value.Value()
		switch _, twice := t.of[c.Model]; {
		case !plainID(string(c.Model)):
			return nil, &FieldError{"coefficient's model", clip(string(c.Model)), "want 1 to 64 of a-z, 0-9, '-' and '.'"}
		case twice:
			return nil, &FieldError{at, c.Value.String(), "given twice"}
		case n < 0 || n > most:
			return nil, &FieldError{at, c.Value.String(), "want 0 to 10^18, or unknown"}
		case c.Confidence == 0 || int(c.Confidence) >= len(confidenceNames):
			return nil, &FieldError{at + ": confidence", "", "want one of " + list(confidenceNames)}
		}
		if err := checkText(at+": origin", c.Origin, 0, maxText); err != nil {
			return nil, err
		}
		t.of[c.Model] = c
		t.ids = append(t.ids, c.Model)
	}
	slices.Sort(t.ids)
	return t, nil
}

// DenseCompute returns the table of peak dense rates, in PFLOPS·hours: for each
// model the rate in the first of the formats that is known of it. FP16, BF16
// is what intelligent computing centres are rated in. Its name has the formats
// in their order, for the order matters: of a Gaudi 3 the two differ by four.
// Its version is the catalogue's. It fails with a *[FieldError] without a
// format, or with one that is invalid or given twice.
func (c *Catalogue) DenseCompute(formats ...Format) (*Table, error) {
	var names []string
	for i, f := range formats {
		if f == 0 || int(f) >= len(formatNames) || slices.Contains(formats[:i], f) {
			return nil, &FieldError{"formats", f.String(), "want formats, each once"}
		}
		names = append(names, f.String())
	}
	if len(names) == 0 {
		return nil, &FieldError{"formats", "", "want at least one, such as FP16"}
	}
	of := make([]Coefficient, 0, len(c.models))
	for i := range c.models {
		m := &c.models[i]
		k := Coefficient{Model: m.ID, Confidence: m.Confidence}
		for _, f := range formats {
			if r := m.Dense.In(f); r.known {
				k.Value, k.Origin = r, "dense "+f.String()
				break
			}
		}
		of = append(of, k)
	}
	return NewTable(Basis{"dense-" + strings.Join(names, ","), c.version, PFLOPSHours, 1e9}, of...) // MFLOPS
}

// MemoryBandwidth returns the table of memory bandwidths, in TB/s·hours. Its
// version is the catalogue's. It fails as [NewTable] does.
func (c *Catalogue) MemoryBandwidth() (*Table, error) {
	of := make([]Coefficient, 0, len(c.models))
	for i := range c.models {
		m := &c.models[i]
		k := Coefficient{Model: m.ID, Confidence: m.Confidence, Value: m.Bandwidth}
		if k.Value.known {
			k.Origin = "memory bandwidth"
		}
		of = append(of, k)
	}
	return NewTable(Basis{"memory-bandwidth", c.version, TBpsHours, 1e12}, of...)
}

// RelativeTo returns the table in which a card of the model is worth one: its
// unit is a card·hour of it. It fails as [Table.Coefficient] does, and with a
// *[FieldError] where the model is worth nothing.
func (t *Table) RelativeTo(model ModelID) (*Table, error) {
	c, err := t.Coefficient(model)
	if err != nil {
		return nil, err
	}
	n, _ := c.Value.Value()
	if n == 0 {
		return nil, &FieldError{"coefficient of " + string(model), "0", "want more than 0 to divide by"}
	}
	b := Basis{clip(t.basis.Table), t.basis.Version, string(model), n}
	if b.Table != t.basis.Table || len(b.Unit)+len(".h") > maxNameBytes {
		return nil, &FieldError{"table", b.Table, "want shorter names"}
	}
	b.Unit += ".h"
	return NewTable(b, slices.Collect(t.All())...)
}

// Basis returns the table's name, version and unit.
func (t *Table) Basis() Basis { return t.basis }

// All yields the coefficients in order of model, unknown ones too.
func (t *Table) All() iter.Seq[Coefficient] {
	return func(yield func(Coefficient) bool) {
		for _, id := range t.ids {
			if !yield(t.of[id]) {
				return
			}
		}
	}
}

// Coefficient returns what a card of the model is worth. It fails with an
// *[UnknownError] on a model that the table does not have, and a *[FigureError]
// on one whose figure is not known: it is not worth 0.
func (t *Table) Coefficient(model ModelID) (Coefficient, error) {
	c, ok := t.of[model]
	if !ok {
		e := &UnknownError{Err: ErrUnknownModel, Given: clip(string(model)), Hint: fmt.Sprintf("table %s of version %s has %d models, by id", t.basis.Table, t.basis.Version, len(t.ids))}
		for _, id := range t.ids {
			if k := key(e.Given); len(e.Want) < 8 && len(k) > 1 && strings.Contains(key(string(id)), k) {
				e.Want = append(e.Want, string(id))
			}
		}
		return Coefficient{}, e
	}
	if !c.Value.known {
		return Coefficient{}, &FigureError{string(model), t.basis.Table, "no figure in version " + t.basis.Version + "; use a table that has one"}
	}
	return c, nil
}

// Standard returns what card time of a model comes to; the model is an id, as
// [Catalogue.Lookup] and [Demand] have it. The card time is not changed, and nothing is rounded. It fails as [Table.Coefficient] does, and
// with a *[metering.DimensionError] on a quantity that is no card time; the
// zero Quantity is 0.
func (t *Table) Standard(model ModelID, cardTime metering.Quantity) (Standard, error) {
	if cardTime.Dimension() != metering.CardTime && cardTime != (metering.Quantity{}) {
		return Standard{}, fmt.Errorf("accelerator: card time of %s: %w", clip(string(model)), &metering.DimensionError{Got: cardTime.Dimension(), Want: metering.CardTime})
	}
	c, err := t.Coefficient(model)
	if err != nil {
		return Standard{}, err
	}
	return newStandard(t.basis, cardTime.Grains(), c.Value.n), nil
}

type tableDocument struct {
	Basis
	Coefficients []Coefficient `json:"coefficients"`
}

// MarshalJSON returns the whole table, in order of model, with null for what is
// not known. Equal tables give equal bytes, and [ParseTable] reads them.
func (t *Table) MarshalJSON() ([]byte, error) {
	return json.Marshal(tableDocument{t.basis, slices.AppendSeq([]Coefficient{}, t.All())})
}

// ParseTable reads what [Table.MarshalJSON] writes, in at most 16 MiB. A field
// that it does not know is refused. Errors wrap [ErrData].
func ParseTable(text []byte) (*Table, error) {
	var d tableDocument
	if err := decode("table", text, &d); err != nil {
		return nil, err
	}
	return NewTable(d.Basis, d.Coefficients...)
}
