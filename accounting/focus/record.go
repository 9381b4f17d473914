package focus

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Conditions of files that cannot be read on.
var (
	// ErrRecordSize: a row of more than [MaxRecord] bytes or [MaxFields] fields,
	// or what a quote that is never closed makes one of.
	ErrRecordSize = errors.New("focus: row of more than 4 MiB or 16,384 fields")
	// ErrEncoding: bytes that are not UTF-8.
	ErrEncoding = errors.New("focus: not UTF-8")
	// ErrHeader: a file without a header.
	ErrHeader = errors.New("focus: no header")
)

// What a row may have.
const (
	MaxRecord = 4 << 20 // bytes
	MaxFields = 1 << 14
)

// records reads the records of a CSV file: RFC 4180, with lines that end in
// LF, CR or both, and quotes taken as text where they do not open a field.
type records struct {
	r      io.Reader
	buf    []byte
	at     int // start of the next record in buf
	err    error
	line   int64 // lines read
	fields [][]byte
	spare  []byte // of fields whose quotes had to be taken off
	begun  bool
	marked bool // the file begins with a byte order mark
}

func newRecords(r io.Reader) *records { return &records{r: r, buf: make([]byte, 0, 64<<10)} }

// next reads one record, whose fields are good until the next call. It is
// io.EOF after the last one.
func (s *records) next() ([][]byte, error) {
	if !s.begun {
		s.begun = true
		for len(s.buf) < 3 && s.err == nil {
			s.fill()
		}
		if s.marked = bytes.HasPrefix(s.buf, []byte("\ufeff")); s.marked {
			s.at = len("\ufeff")
		}
	}
	for {
		if s.at < len(s.buf) {
			n, lines, complete := s.parse(s.buf[s.at:], s.err != nil)
			if len(s.fields) > MaxFields {
				return nil, fmt.Errorf("%w in line %d", ErrRecordSize, s.line+1)
			}
			if complete {
				whole := s.buf[s.at : s.at+n]
				s.at += n
				s.line += lines
				if !utf8.Valid(whole) {
					return nil, fmt.Errorf("%w in line %d", ErrEncoding, s.line)
				}
				return s.fields, nil
			}
			if len(s.buf)-s.at > MaxRecord {
				return nil, fmt.Errorf("%w from line %d on", ErrRecordSize, s.line+1)
			}
		} else if s.err != nil {
			return nil, s.err
		}
		if s.err != nil && s.err != io.EOF {
			return nil, s.err
		}
		s.fill()
	}
}

// fill reads more bytes behind those of the record that is not complete.
func (s *records) fill() {
	if s.at > 0 {
		s.buf = s.buf[:copy(s.buf, s.buf[s.at:])]
		s.at = 0
	}
	if len(s.buf) == cap(s.buf) {
		s.buf = append(make([]byte, 0, 2*cap(s.buf)), s.buf...)
	}
	for range 100 {
		n, err := s.r.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+n]
		if n > 0 || err != nil {
			s.err = err
			return
		}
	}
	s.err = io.ErrNoProgress
}

// parse splits the first record of b into s.fields and returns its length, with
// the break of its last line, and the lines it has. Where b does not hold all
// of it and is not the last of the file, complete is false.
func (s *records) parse(b []byte, last bool) (n int, lines int64, complete bool) {
	s.fields, s.spare = s.fields[:0], s.spare[:0]
	i := 0
	for {
		var ok bool
		start := i
		if i < len(b) && b[i] == '"' {
			if i, ok = s.quotedField(b, i, last, &lines); !ok {
				return 0, 0, false
			}
		} else {
			for i < len(b) && !separator[b[i]] {
				i++
			}
			s.fields = append(s.fields, b[start:i])
		}
		if i == len(b) {
			return i, lines + 1, last
		}
		switch b[i] {
		case ',':
			i++
			if len(s.fields) > MaxFields {
				return 0, 0, false
			}
			continue
		case '\r':
			if i++; i == len(b) && !last {
				return 0, 0, false // an LF may follow
			}
			if i < len(b) && b[i] == '\n' {
				i++
			}
		default:
			i++
		}
		return i, lines + 1, true
	}
}

var separator = [256]bool{',': true, '\n': true, '\r': true}

// quotedField reads the field that begins at b[i] with a quote.
func (s *records) quotedField(b []byte, i int, last bool, lines *int64) (end int, ok bool) {
	i++
	start, from := i, len(s.spare)
	copied := false
	for {
		q := bytes.IndexByte(b[i:], '"')
		if q < 0 {
			if !last {
				return 0, false
			}
			*lines += breaks(b[i:])
			s.take(b[start:], from, copied)
			return len(b), true
		}
		*lines += breaks(b[i : i+q])
		i += q + 1
		if i == len(b) && !last {
			return 0, false // another quote may follow
		}
		if i < len(b) && b[i] == '"' { // a quote in the text
			s.spare = append(s.spare, b[start:i]...)
			copied = true
			i++
			start = i
			continue
		}
		if i == len(b) || separator[b[i]] {
			s.take(b[start:i-1], from, copied)
			return i, true
		}
		// Text behind the closing quote goes on to the separator.
		s.spare = append(s.spare, b[start:i-1]...)
		start = i
		for i < len(b) && !separator[b[i]] {
			i++
		}
		s.take(b[start:i], from, true)
		return i, i < len(b) || last
	}
}

// take appends a field whose last part is given and whose first parts were
// copied, if any.
func (s *records) take(part []byte, from int, copied bool) {
	if !copied {
		s.fields = append(s.fields, part)
		return
	}
	s.spare = append(s.spare, part...)
	s.fields = append(s.fields, s.spare[from:len(s.spare):len(s.spare)])
}

// breaks counts the line breaks of b: LF, CR, or CR LF as one.
func breaks(b []byte) (n int64) {
	for i, c := range b {
		if c == '\n' && (i == 0 || b[i-1] != '\r') || c == '\r' {
			n++
		}
	}
	return n
}

// blank reports whether a record is an empty line.
func blank(fields [][]byte) bool { return len(fields) == 1 && len(fields[0]) == 0 }
