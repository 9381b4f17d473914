package tokens

import (
	"fmt"
	"math/bits"
	"slices"
)

// A Parser reads usage by a [Shape]. It is immutable and safe for concurrent
// use; what it reads it does not keep. The zero Parser reads nothing.
type Parser struct {
	shape  Shape
	fields []field
	roots  uint64 // fields within no other
	total  int    // index of the total, -1 without one
	usage  *node  // the usage object
	root   *node  // the response
	texts  []string
	nodes  int
	strict bool
}

// field is a Field with other fields as sets of indexes.
type field struct {
	*Field
	same  int    // the field it repeats, -1 for none
	parts uint64 // directly within
	below uint64 // within, at any depth
}

// Indexes of the texts of a response; labels come behind them.
const (
	textID = iota
	textModel
	textLabels
)

// NewParser returns a parser for the shape, of which it keeps a copy. It fails
// with a *[FieldError] that wraps [ErrShape] and says what is wrong with it.
func NewParser(s Shape) (*Parser, error) {
	p := &Parser{shape: s.clone(), total: -1}
	if n := len(s.Name); n > maxNameBytes {
		return nil, p.broken("name", clip(s.Name), fmt.Sprintf("at most %d bytes", maxNameBytes))
	}
	if n := len(s.Fields); n == 0 || n > MaxFields {
		return nil, p.broken("fields", fmt.Sprint(n), fmt.Sprintf("1 to %d", MaxFields))
	}
	for i := range p.shape.Fields {
		if err := p.addField(i); err != nil {
			return nil, err
		}
	}
	if err := p.checkFields(); err != nil {
		return nil, err
	}
	if err := p.plant(); err != nil {
		return nil, err
	}
	return p, nil
}

// mustParser is NewParser for the shapes of this package, which a test builds.
func mustParser(s Shape) *Parser {
	p, err := NewParser(s)
	if err != nil {
		panic(err)
	}
	return p
}

// Strict returns a parser that refuses members of the usage object which the
// shape does not have, with [ErrUnknown]. Members of the response around it are
// not looked at.
func (p *Parser) Strict() *Parser {
	q := *p
	q.strict = true
	return &q
}

// Shape returns a copy of the shape, to be changed into another.
func (p *Parser) Shape() Shape { return p.shape.clone() }

func (s Shape) clone() Shape {
	s.Fields = slices.Clone(s.Fields)
	for i := range s.Fields {
		s.Fields[i].Within = slices.Clone(s.Fields[i].Within)
	}
	s.Ignored, s.Refused = slices.Clone(s.Ignored), slices.Clone(s.Refused)
	s.Usage, s.ID, s.Model, s.Labels = slices.Clone(s.Usage), slices.Clone(s.ID), slices.Clone(s.Model), slices.Clone(s.Labels)
	return s
}

func (p *Parser) broken(field, given, want string) error {
	return &FieldError{Shape: clip(p.shape.Name), Field: field, Given: given, Want: want, Err: ErrShape}
}

// addField appends a field, whose wholes are there already.
func (p *Parser) addField(i int) error {
	f := &p.shape.Fields[i]
	name := "field " + clip(f.Path)
	if f.Same != "" {
		same := p.index(f.Same)
		alone := Field{Path: f.Path, Same: f.Same}
		if same < 0 || p.fields[same].same >= 0 || f.Class != 0 || f.Within != nil || f.Required || f.Partition || f.Overlaps || alone.Path == f.Same {
			return p.broken(name, "the same as "+clip(f.Same), "the path of an earlier field, and nothing else")
		}
		p.fields = append(p.fields, field{Field: f, same: same})
		return nil
	}
	switch {
	case f.Class >= classes:
		return p.broken(name, f.Class.String(), "a class, or none")
	case f.Required && len(f.Within) > 0:
		return p.broken(name, "required", "a part that may be absent")
	case f.Overlaps && len(f.Within) != 1:
		return p.broken(name, "one that overlaps", "a part of one field")
	}
	bit := uint64(1) << i
	for _, path := range f.Within {
		whole := p.index(path)
		if whole < 0 || p.fields[whole].same >= 0 {
			return p.broken(name, "within "+clip(path), "an earlier field")
		}
		p.fields[whole].parts |= bit
	}
	p.fields = append(p.fields, field{Field: f, same: -1})
	if len(f.Within) == 0 {
		p.roots |= bit
	}
	return nil
}

// checkFields finds what is below each field, which is only known once all are
// there, and holds those without a class to having parts.
func (p *Parser) checkFields() error {
	for i := len(p.fields) - 1; i >= 0; i-- {
		f := &p.fields[i]
		f.below = f.parts
		for j := range ones(f.parts) {
			f.below |= p.fields[j].below
		}
		if f.same < 0 && f.parts == 0 && (f.Class == 0 || f.Partition) {
			return p.broken("field "+clip(f.Path), "without parts", "parts, or a class and no partition")
		}
	}
	return nil
}

// index returns the field with that path, or -1.
func (p *Parser) index(path string) int {
	return slices.IndexFunc(p.fields, func(f field) bool { return f.Path == path })
}

// ones yields the indexes of the bits that are set.
func ones(set uint64) func(func(int) bool) {
	return func(yield func(int) bool) {
		for ; set != 0; set &= set - 1 {
			if !yield(bits.TrailingZeros64(set)) {
				return
			}
		}
	}
}
