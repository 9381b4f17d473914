package csvbatch

import (
	"bytes"
	"fmt"

	"github.com/meterbook/meterbook/metering"
)

// slow reads the row at the input's position, whatever it contains, as the
// next row of the batch; or says what is wrong with it. An empty line is no row.
func (r *Reader) slow() error {
	next, err := r.record()
	if err == nil && len(r.spans) > 0 && len(r.spans) < len(r.columns) {
		err = ErrFields
	}
	if err != nil {
		return r.failed(err)
	}
	for i, s := range r.spans {
		c := &r.columns[i]
		if err := r.set(c, s); err != nil {
			return r.refused(c.name, c.field, s.value(r.in.buf, &r.scratch), err)
		}
	}
	if len(r.spans) > 0 {
		r.n++
	}
	r.pass(next)
	r.endRows(r.crlf)
	return nil
}

// pass moves on to the next row, and remembers how this one ended.
func (r *Reader) pass(next int) {
	row := r.in.buf[r.in.pos:next]
	r.crlf = bytes.HasSuffix(row, []byte("\r\n"))
	r.line += int64(bytes.Count(row, []byte("\n")))
	r.in.pos = next
}

var errTime = fmt.Errorf("%w: want a time of RFC 3339, such as 2026-03-01T05:17:42Z, with at most 9 digits of a second", metering.ErrSyntax)

// set reads one field into the row behind the last of the batch.
func (r *Reader) set(c *column, s span) (err error) {
	b, n := r.in.buf, r.n
	switch c.field {
	case ignored:
	case instant:
		nanos, end, ok := r.instants.parse(b, s.from)
		switch {
		case end != s.to:
			return errTime
		case !ok:
			return metering.ErrTimeRange
		}
		r.nanos[n] = nanos
	case amount:
		steps, end, ok := r.amounts.parse(b, s.from)
		if !ok || end != s.to {
			steps, err = r.amounts.parseLong(b[s.from:s.to])
		}
		r.steps[n] = steps
	default:
		c.text.codes[n], err = c.text.code(s.value(b, &r.scratch))
	}
	return err
}
