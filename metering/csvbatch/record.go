package csvbatch

import (
	"bytes"
	"errors"
)

// A span is a field's place in the buffer, without its quotes.
type span struct {
	from, to int
	doubled  bool // has doubled quotes in it
}

// errCut: the row goes on beyond what is in memory.
var errCut = errors.New("csvbatch: cut")

// record finds the fields of the row at the input's position, whatever they
// contain, and returns where the next row begins. An empty line has no fields.
// It reads on as far as the row goes, and fails with errEnd when no row is left.
func (r *Reader) record() (next int, err error) {
	if err := r.in.line(); err != nil {
		return 0, err
	}
	for {
		next, err := r.scan()
		if err == nil && next-r.in.pos > MaxRowBytes {
			return 0, ErrRowBytes
		}
		if !errors.Is(err, errCut) {
			return next, err
		}
		if err := r.in.double(); errors.Is(err, errEnd) {
			return 0, r.unclosed()
		} else if err != nil {
			return 0, err
		}
	}
}

// unclosed says what a quote is that is open at the end.
func (r *Reader) unclosed() error {
	if r.goesOn {
		return ErrSplit
	}
	return ErrQuote
}

// scan is record for what is in memory.
func (r *Reader) scan() (next int, err error) {
	b, at := r.in.buf[:r.in.end], r.in.pos
	r.spans = r.spans[:0]
	if n := lineEnd(b[at:]); n > 0 {
		return at + n, nil
	}
	for {
		s, after, err := scanField(b, at)
		if err != nil {
			return 0, err
		}
		if r.spans = append(r.spans, s); len(r.spans) > r.width {
			return 0, ErrFields
		}
		if n := lineEnd(b[after:]); n > 0 {
			return after + n, nil
		}
		at = after + 1
	}
}

// lineEnd returns the length of the line end that b begins with, or 0.
func lineEnd(b []byte) int {
	switch {
	case len(b) > 0 && b[0] == '\n':
		return 1
	case len(b) > 1 && b[0] == '\r' && b[1] == '\n':
		return 2
	}
	return 0
}

// scanField returns the field at b[at:] and where the comma or the line end
// behind it is.
func scanField(b []byte, at int) (s span, after int, err error) {
	if at < len(b) && b[at] == '"' {
		return scanQuoted(b, at+1)
	}
	for i := at; i < len(b); i++ {
		switch b[i] {
		case '"':
			return span{}, 0, ErrQuote
		case ',':
			return span{from: at, to: i}, i, nil
		case '\n':
			if i > at && b[i-1] == '\r' {
				i--
			}
			return span{from: at, to: i}, i, nil
		}
	}
	return span{}, 0, errCut
}

// scanQuoted is scanField behind an opening quote.
func scanQuoted(b []byte, at int) (s span, after int, err error) {
	s.from = at
	for {
		i := bytes.IndexByte(b[at:], '"')
		if i < 0 || at+i+1 == len(b) {
			return span{}, 0, errCut
		}
		s.to, after = at+i, at+i+1
		if b[after] != '"' {
			break
		}
		s.doubled = true
		at = after + 1
	}
	switch {
	case b[after] == ',' || lineEnd(b[after:]) > 0:
		return s, after, nil
	case b[after] == '\r' && after+1 == len(b):
		return span{}, 0, errCut
	}
	return span{}, 0, ErrQuote
}

// value returns the text of a span; scratch holds one with doubled quotes.
func (s span) value(b []byte, scratch *[]byte) []byte {
	v := b[s.from:s.to]
	if !s.doubled {
		return v
	}
	*scratch = (*scratch)[:0]
	for {
		i := bytes.IndexByte(v, '"')
		if i < 0 {
			*scratch = append(*scratch, v...)
			return *scratch
		}
		*scratch = append(*scratch, v[:i+1]...)
		v = v[i+2:]
	}
}
