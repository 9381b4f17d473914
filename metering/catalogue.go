package metering

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"
)

// A Catalogue is an immutable set of meters, in order of id. It is safe for
// concurrent use. The zero Catalogue is empty.
type Catalogue struct {
	byID        map[MeterID]int
	meters      []Meter
	longestStep int64 // of the clock by which runs count
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
		if m.Runs.Clock {
			c.longestStep = max(c.longestStep, int64(m.Runs.Step))
		}
	}
	if broken != nil {
		return nil, errors.Join(broken...)
	}
	return c, nil
}

// With returns a catalogue that has the given meters besides those of c. It
// fails as [NewCatalogue] does; a meter cannot be defined anew: [Catalogue.Replacing]
// is for that.
func (c *Catalogue) With(meters ...Meter) (*Catalogue, error) {
	return NewCatalogue(slices.Concat(c.meters, meters)...)
}

// Replacing returns a catalogue in which the given meters take the place of those
// of c with their ids, such as with another late policy. Leave the unit of a meter
// that has usage as it is: what was counted is in its grains. It fails as
// [NewCatalogue] does, and with an error that wraps [ErrUnknown] for each meter that
// c does not have, joined: [Catalogue.With] adds those.
func (c *Catalogue) Replacing(meters ...Meter) (*Catalogue, error) {
	var unknown []error
	replaced := make(map[MeterID]bool, len(meters))
	for _, m := range meters {
		if _, err := c.meter(m.ID); err != nil {
			unknown = append(unknown, err)
		}
		replaced[m.ID] = true
	}
	if unknown != nil {
		return nil, errors.Join(unknown...)
	}
	kept := slices.DeleteFunc(slices.Clone(c.meters), func(m Meter) bool { return replaced[m.ID] })
	return NewCatalogue(append(kept, meters...)...)
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
		return nil, fmt.Errorf("%w: %q; see Catalogue.All for those there are, and Catalogue.With to add it", ErrUnknown, clip(string(id)))
	}
	return &c.meters[i], nil
}

// additive returns the meter with the given id, for an aggregator.
func (c *Catalogue) additive(id MeterID) (*Meter, error) {
	m, err := c.meter(id)
	if err == nil && m.Aggregation != Sum {
		return nil, fmt.Errorf("%w: %q is the %s of %s", ErrNotAdditive, id, m.Aggregation, m.Form)
	}
	return m, err
}

// All yields the meters in order of id.
func (c *Catalogue) All() iter.Seq[Meter] { return slices.Values(c.meters) }

// Len returns the number of meters.
func (c *Catalogue) Len() int { return len(c.meters) }

// MarshalJSON returns the meters as an array in order of id.
func (c *Catalogue) MarshalJSON() ([]byte, error) {
	if c.meters == nil {
		return []byte("[]"), nil
	}
	return json.Marshal(c.meters)
}

// Limits of the JSON of a [Catalogue].
const (
	MaxCatalogueBytes  = 16 << 20
	MaxCatalogueMeters = 10_000
)

// ReadCatalogue reads an array of meters, as [Catalogue.MarshalJSON] writes it.
// It fails with a *[FieldError] on more than [MaxCatalogueBytes] or
// [MaxCatalogueMeters] and as [NewCatalogue] does; what is no array of meters, or
// has a field that a meter has not, is an error that wraps [ErrSyntax].
func ReadCatalogue(r io.Reader) (*Catalogue, error) {
	bounded := &io.LimitedReader{R: r, N: MaxCatalogueBytes + 1}
	d := json.NewDecoder(bounded)
	d.DisallowUnknownFields()
	malformed := func(err error) error {
		if bounded.N <= 0 {
			return &FieldError{"catalogue", "", fmt.Sprintf("want at most %d bytes of JSON", MaxCatalogueBytes)}
		}
		return fmt.Errorf("%w: catalogue: want an array of meters: %w", ErrSyntax, err)
	}
	var meters []Meter
	if err := d.Decode(&meters); err != nil {
		return nil, malformed(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, malformed(errors.New("there is more after it"))
	}
	if len(meters) > MaxCatalogueMeters {
		return nil, &FieldError{"catalogue", fmt.Sprint(len(meters)), fmt.Sprintf("want at most %d meters", MaxCatalogueMeters)}
	}
	return NewCatalogue(meters...)
}

// AppendMarkdown appends the meters as a table, for people. Units are their codes,
// as rate cards name them.
func (c *Catalogue) AppendMarkdown(dst []byte) []byte {
	dst = append(dst, "| meter | title | unit | form | aggregation | granularity | runs | late | paused | layer | reference |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"...)
	for _, m := range c.meters {
		granularity := "each"
		if m.Granularity > 0 {
			granularity = plainDuration(m.Granularity)
		}
		runs, paused := "-", "-" // of what is not held
		if m.Form == Capacity {
			runs, paused = m.Runs.String(), m.Paused.String()
		}
		late := "-" // of what is in no window
		if m.Aggregation == Sum {
			late = m.Late.String()
		}
		cells := [...]string{string(m.ID), m.Title, m.Unit.Code(), m.Form.String(), m.Aggregation.String(), granularity, runs, late, paused, m.Layer.String(), m.Reference}
		for _, cell := range cells {
			dst = append(dst, "| "...)
			dst = append(dst, cellEscaper.Replace(cell)...)
			dst = append(dst, ' ')
		}
		dst = append(dst, "|\n"...)
	}
	return dst
}

// plainDuration returns "1h" for an hour, where a Duration's own text is
// "1h0m0s".
func plainDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// A cell of a table must not end it, nor be taken for markup.
var cellEscaper = strings.NewReplacer("|", `\|`, "<", "&lt;", "&", "&amp;", "`", "\\`", "*", `\*`, "_", `\_`)
