package csvbatch

import (
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/meterbook/meterbook/metering"
)

// A Reader reads one CSV of usage. Get one from [NewReader], or several over
// one file from [Split]. It is for one goroutine at a time.
type Reader struct {
	in      input
	line    int64             // of the row at in.pos, counted from where in begins
	ahead   *io.SectionReader // what lies before in; nil where that is nothing
	goesOn  bool              // the file goes on where in ends
	crlf    bool              // the last row of those looked at closely ended in "\r\n"
	width   int               // the most fields that a row may have
	spans   []span            // of the row looked at
	scratch []byte

	columns  []column // in the order of the file
	instants *instants
	amounts  amounts

	n     int // rows in the batch
	nanos []int64
	steps []int64
	texts [fields]*text // nil where there is no column
	batch metering.Batch
	err   error // what Batches ends with, once it has; errEnd for no error
}

// NewReader reads the header of src. It fails with what is wrong with the
// layout and the options (*metering.FieldError, *metering.DimensionError), with
// a *[RowError] that wraps [ErrHeader], [ErrQuote] or [ErrRowBytes], and with
// what src fails with.
func NewReader(src io.Reader, layout Layout, opts ...Option) (*Reader, error) {
	p, err := newPlan(layout, opts)
	if err != nil {
		return nil, err
	}
	r := &Reader{in: newInput(src), line: 1}
	if err := r.readHeader(&p); err != nil {
		return nil, err
	}
	r.prepare(&p)
	return r, nil
}

// prepare makes a reader that stands at a row ready to read it.
func (r *Reader) prepare(p *plan) {
	r.width = len(p.header)
	r.instants, r.amounts = newInstants(), newAmounts(p.layout.Unit)
	r.nanos, r.steps = make([]int64, p.rows), make([]int64, p.rows)
	r.batch = metering.Batch{
		Meter: p.layout.Meter.ID, Labels: p.layout.Fixed.Labels,
		Step: metering.GrainsWide(r.amounts.step, p.layout.Unit.Dimension()),
	}
	for f, value := range p.layout.fixed() {
		if value != "" {
			r.column(field(f)).Values = []string{value}
		}
	}
	for i, f := range p.order {
		c := column{field: f, name: p.header[i], stop: commas}
		if f.isText() {
			c.text = &text{newDictionary(p.values, f.check), make([]uint32, p.rows)}
			r.texts[f] = c.text
		}
		r.columns = append(r.columns, c)
	}
	r.endRows(r.crlf)
}

// endRows sets what quick expects behind a row.
func (r *Reader) endRows(crlf bool) {
	r.crlf = crlf
	last := &r.columns[len(r.columns)-1]
	last.stop = newlines
	if crlf {
		last.stop = returns
	}
}

// column returns the batch's column for a field of text.
func (r *Reader) column(f field) *metering.Column {
	switch f {
	case account:
		return &r.batch.Account
	case resource:
		return &r.batch.Resource
	case sku:
		return &r.batch.SKU
	default:
		return &r.batch.Region
	}
}

// Batches yields the rows, in order, from where an earlier call left off. A
// batch is the reader's own and holds until the next one is asked for; only
// the strings and the values of columns stay as they are. Values grow from
// batch to batch, and the code of a value stays.
//
// An error ends the iteration: a *[RowError], or what the source fails with.
// All rows before it have been yielded, and none behind it. Another call
// yields it again.
func (r *Reader) Batches() iter.Seq2[*metering.Batch, error] {
	return func(yield func(*metering.Batch, error) bool) {
		for r.err == nil {
			r.err = r.fill()
			if r.n > 0 && !yield(r.current(), nil) {
				return
			}
		}
		if !errors.Is(r.err, errEnd) {
			yield(nil, r.err)
		}
	}
}

// fill reads the next rows. It fails with errEnd behind the last one.
func (r *Reader) fill() error {
	for r.n = 0; r.n < len(r.nanos); {
		if err := r.in.line(); errors.Is(err, errEnd) {
			return err
		} else if err != nil {
			return r.failed(err)
		}
		r.quick()
		if r.n == len(r.nanos) || r.in.pos == r.in.limit {
			continue
		}
		if err := r.slow(); err != nil {
			return err
		}
	}
	return nil
}

// current returns the rows that fill has read.
func (r *Reader) current() *metering.Batch {
	r.batch.Times, r.batch.Amounts = r.nanos[:r.n], r.steps[:r.n]
	for f, t := range r.texts {
		if t != nil {
			n := len(t.values)
			*r.column(field(f)) = metering.Column{Values: t.values[:n:n], Codes: t.codes[:r.n]}
		}
	}
	return &r.batch
}

// failed is what to say of an error at the input's position.
func (r *Reader) failed(err error) error {
	if err == r.in.err { // it is this very error that the source gave
		return fmt.Errorf("csvbatch: reading on from line %d: %w", r.lineNumber(), err)
	}
	return r.refused("", 0, nil, err)
}

// refused is what to say of the row at the input's position.
func (r *Reader) refused(column string, f field, value []byte, err error) error {
	return &RowError{
		Line: r.lineNumber(), Offset: r.in.offset + int64(r.in.pos),
		Column: column, Field: fieldNames[f], Value: clip(value), Err: err,
	}
}
