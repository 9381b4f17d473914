package focus

import (
	"bytes"
	"io"
	"iter"
	"strings"
)

// A Record is a row as it was read. Extra has the cells of columns that are of
// no version, custom ones too, as they are in the file. It is for one
// goroutine, as its [Reader] is.
type Record struct {
	Row
	Line    int64 // on which it ends, from 1
	Extra   []Cell
	Repairs []Repair // what was done to this row
}

// A Cell is the text of a column by name.
type Cell struct{ Column, Text string }

// A Reader reads exports as they are: of any version from 1.0, with dates,
// numbers and nulls in the forms that providers write. It reports every value
// that it changed, or could not read, as a [Repair]; none is dropped without
// one. Whether the rows keep the rules is for a [Validator] to say of the file.
//
// A Reader is for one goroutine. It keeps one row.
type Reader struct {
	in      *records
	columns []source
	header  []Repair
}

// source is a column of the file.
type source struct {
	name  string
	c     col
	known bool
	field func(*Row) any // of known columns
}

// NewReader reads the header. It fails with [ErrHeader], [ErrEncoding],
// [ErrRecordSize] or the error of r.
func NewReader(r io.Reader) (*Reader, error) {
	out := &Reader{in: newRecords(r)}
	fields, err := out.in.next()
	if err == io.EOF || err == nil && blank(fields) {
		return nil, ErrHeader
	}
	if err != nil {
		return nil, err
	}
	if out.in.marked {
		out.repair(RepairBOM, "", "\ufeff", "")
	}
	seen, own := make(map[col]bool), make(map[string]bool)
	for _, f := range fields {
		name := string(f)
		c, known := columnByName[name]
		if !known {
			if c, known = looseNames[looseName(name)]; known && !seen[c] {
				out.repair(RepairHeader, c.name(), name, c.name())
			}
		}
		if known && seen[c] { // the first counts; the other is kept beside the row
			known = false
		}
		if known {
			seen[c] = true
			out.columns = append(out.columns, source{c.name(), c, true, fieldOf[c]})
			continue
		}
		if field := ownField(name); field != nil && !own[name] {
			own[name] = true
			out.columns = append(out.columns, source{name, columns, true, field})
			continue
		}
		if !strings.HasPrefix(name, "x_") {
			out.repair(RepairUnknown, name, name, name)
		}
		out.columns = append(out.columns, source{name: name})
	}
	return out, nil
}

func (r *Reader) repair(kind RepairKind, column, from, to string) {
	r.header = append(r.header, Repair{kind, 1, column, from, to})
}

// Header returns the repairs of the header.
func (r *Reader) Header() []Repair { return r.header }

// looseName is a column's name without case, spaces and underscores. Custom
// columns keep their prefix.
func looseName(s string) string {
	if strings.HasPrefix(s, "x_") {
		return s
	}
	return strings.ToLower(strings.NewReplacer(" ", "", "_", "", "-", "", "\u00a0", "").Replace(s))
}

var looseNames = func() map[string]col {
	m := make(map[string]col, columns)
	for name, c := range columnByName {
		m[looseName(name)] = c
	}
	return m
}()

// All yields the rows. A file that cannot be read on ends with [ErrEncoding],
// [ErrRecordSize] or the error of the reader below.
func (r *Reader) All() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for {
			fields, err := r.in.next()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(Record{}, err)
				return
			}
			if blank(fields) {
				continue
			}
			if !yield(r.record(fields), nil) {
				return
			}
		}
	}
}

func (r *Reader) record(fields [][]byte) Record {
	out := Record{Line: r.in.line}
	if len(fields) != len(r.columns) {
		out.Repairs = append(out.Repairs, Repair{RepairFields, out.Line, "", string(bytes.Join(fields[min(len(fields), len(r.columns)):], []byte(","))), ""})
	}
	for i, s := range r.columns {
		if i >= len(fields) {
			break
		}
		if !s.known {
			out.Extra = append(out.Extra, Cell{s.name, string(fields[i])})
			continue
		}
		if len(fields[i]) > 0 {
			out.read(&s, string(fields[i]))
		}
	}
	return out
}

// Text returns the value of a column of the row as a file of FOCUS has it, or
// the text of an extra column. ok is false where the record has no such column.
func (r *Record) Text(column string) (text string, ok bool) {
	if text, ok = r.Row.Text(column); ok {
		return text, true
	}
	for _, e := range r.Extra {
		if e.Column == column {
			return e.Text, true
		}
	}
	return "", false
}
