package csvbatch

import (
	"bytes"
	"errors"
	"fmt"
)

// A plan is what a reader does with the rows of a file.
type plan struct {
	layout Layout
	config
	header []string
	order  []field // of the columns
}

func newPlan(layout Layout, opts []Option) (plan, error) {
	c, err := newConfig(opts)
	return plan{layout: layout, config: c}, errors.Join(layout.validate(), err)
}

const (
	byteOrderMark = "\ufeff"
	// maxColumns bounds what a header alone can make a reader allocate.
	maxColumns = 4096
)

// readHeader completes the plan with the columns of the file, and leaves the
// input at the first row.
func (r *Reader) readHeader(p *plan) error {
	if err := r.skipMark(); err != nil {
		return r.failed(err)
	}
	r.width = maxColumns
	for len(p.header) == 0 {
		next, err := r.record()
		switch {
		case errors.Is(err, errEnd):
			err = fmt.Errorf("%w: there is none", ErrHeader)
		case errors.Is(err, ErrFields):
			err = fmt.Errorf("%w: want at most %d columns", ErrHeader, maxColumns)
		}
		if err != nil {
			return r.failed(err)
		}
		for _, s := range r.spans {
			p.header = append(p.header, string(s.value(r.in.buf, &r.scratch)))
		}
		if len(p.header) > 0 {
			if p.order, err = p.layout.match(p.header); err != nil {
				return r.failed(err)
			}
		}
		r.pass(next)
	}
	return nil
}

// skipMark passes the mark that some programs put before text in UTF-8.
func (r *Reader) skipMark() error {
	for r.in.end < len(byteOrderMark) {
		if err := r.in.more(); errors.Is(err, errEnd) {
			break
		} else if err != nil {
			return err
		}
	}
	if bytes.HasPrefix(r.in.buf[:r.in.end], []byte(byteOrderMark)) {
		r.in.pos = len(byteOrderMark)
	}
	return nil
}
