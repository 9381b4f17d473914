package tokens

import (
	"fmt"
	"maps"
	"slices"

	"github.com/meterbook/meterbook/metering"
)

// A Response is what a response says of the tokens it took.
type Response struct {
	ID     string // "" where the response or the shape has none
	Model  string
	Usage  Usage
	Labels metering.Labels // what of it prices depend on, such as a service tier
}

// Parse reads a usage object. Null members are absent ones; members that the
// shape does not have are passed over, unless the parser is strict.
//
// It fails with a *[FieldError] that wraps [ErrNoUsage] for null, [ErrSize]
// past [MaxUsageBytes], [ErrSyntax], [ErrCount], [ErrMissing], [ErrDuplicate],
// [ErrIncomplete], [ErrUnknown] or [ErrContradiction]; with a *[SumError] where
// counts do not add up; and with metering.ErrOverflow where a class leaves 64
// bits. The usage is then zero. It allocates nothing unless it fails or a
// member's name is written with escapes.
func (p *Parser) Parse(usage []byte) (Usage, error) {
	if p == nil || p.usage == nil {
		return Usage{}, &FieldError{Field: "parser", Given: "zero", Want: "one of NewParser", Err: ErrShape}
	}
	r := reading{Parser: p}
	if there, err := r.start(usage, MaxUsageBytes); err != nil {
		return Usage{}, err
	} else if !there {
		return Usage{}, r.noUsage("null")
	}
	if err := r.object(p.usage); err != nil {
		return Usage{}, err
	}
	return p.resolve(r.counts)
}

// ParseResponse reads a response in one piece: its usage object, id, model and
// labels. It fails as [Parser.Parse] does, and with [ErrNoUsage] where there is
// no usage object; the bound is [MaxResponseBytes].
func (p *Parser) ParseResponse(body []byte) (Response, error) {
	s := p.Stream()
	if err := s.Add(body); err != nil {
		return Response{}, err
	}
	return s.Response()
}

// Counts reads counts that came as a map from the paths of fields, such as the
// attributes of a span; what the shape does not have is passed over, unless the
// parser is strict. It fails as [Parser.Parse] does.
func (p *Parser) Counts(named map[string]int64) (Usage, error) {
	if p == nil || p.usage == nil {
		return Usage{}, &FieldError{Field: "parser", Given: "zero", Want: "one of NewParser", Err: ErrShape}
	}
	var c counts
	known := 0
	for i := 0; i <= len(p.fields); i++ {
		path := p.shape.Total
		if i < len(p.fields) {
			path = p.fields[i].Path
		}
		n, given := named[path]
		switch {
		case !given || path == "":
			continue
		case n < 0:
			return Usage{}, &FieldError{Shape: p.shape.Name, Field: path, Given: fmt.Sprint(n), Want: wantCount, Err: ErrCount}
		}
		known++
		c.set(i, n, len(p.fields))
	}
	if p.strict && known < len(named) {
		if err := p.unknown(named); err != nil {
			return Usage{}, err
		}
	}
	return p.resolve(c)
}

// unknown names the first of the counts, in order of name, that the shape does
// not have.
func (p *Parser) unknown(named map[string]int64) error {
	for _, path := range slices.Sorted(maps.Keys(named)) {
		if p.index(path) < 0 && path != p.shape.Total && !slices.Contains(p.shape.Ignored, path) {
			return &FieldError{Shape: p.shape.Name, Field: clip(path), Given: fmt.Sprint(named[path]), Want: "only members that the shape has", Err: ErrUnknown}
		}
	}
	return nil
}

func (r *reading) noUsage(given string) error {
	return &FieldError{Shape: r.shape.Name, Field: "usage", Given: given, Want: "a usage object", Err: ErrNoUsage}
}
