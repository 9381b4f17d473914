package focus

import (
	"errors"
	"fmt"
	"io"
)

// ErrCustom: a custom column whose name is not x_ and then Pascal case, is
// there twice, or has a type that is neither [Text] nor [Decimal].
var ErrCustom = errors.New("focus: bad custom column")

// A Writer writes rows as a CSV file of one version: RFC 4180, UTF-8, lines
// that end in LF, null as nothing. It is strict: a row that breaks a rule of
// severity [Error] is refused with a *[RowError], and nothing of it is written.
// Rules about the whole file, such as that a commitment's rows add up, are for
// a [Validator] to check.
//
// Text that a spreadsheet would take for a formula is written behind an
// apostrophe. Numbers are not text: −5.00 stays a number.
//
// A Writer is for one goroutine. It buffers: call [Writer.Flush] at the end.
type Writer struct {
	w       io.Writer
	version Version
	layout  layout
	columns []col
	written columnSet
	plan    []plan
	cells   cells
	memo    [columns]memo
	times   [columns]timeMemo
	check   *rowChecker
	found   []Finding
	// misplaced: the service subcategory of the row is not of its category.
	misplaced bool
	buf       []byte
	rows      int64
	err       error
}

// memo is the last text of a column and what came of it. Columns repeat
// themselves from row to row.
type memo struct {
	text    string
	cell    []byte
	word    uint64
	problem *cellRule
	detail  string
}

// bufferSize is how many bytes come together before they are written.
const bufferSize = 64 << 10

// NewWriter returns a writer of version v. The header is written with the
// first row, or by Flush. It fails with [ErrVersion] or [ErrCustom].
func NewWriter(w io.Writer, v Version, options ...Option) (*Writer, error) {
	if err := v.check(); err != nil {
		return nil, err
	}
	out := &Writer{w: w, version: v, buf: make([]byte, 0, bufferSize+4096)}
	for _, o := range options {
		o.apply(&out.layout)
	}
	if err := checkCustom(&out.layout); err != nil {
		return nil, err
	}
	out.columns = out.layout.columnsOf(v)
	out.written = setOf(out.columns...)
	out.plan = out.plans()
	out.check = newRowChecker(v, out.written)
	out.header()
	return out, nil
}

func checkCustom(l *layout) error {
	seen := map[string]bool{EnergyColumn: l.energy, CarbonColumn: l.energy}
	for _, c := range l.custom {
		switch {
		case !customKey(c.Name):
			return fmt.Errorf("%w: %q, want x_ and a name in Pascal case", ErrCustom, clip(c.Name))
		case seen[c.Name]:
			return fmt.Errorf("%w: %q twice", ErrCustom, clip(c.Name))
		case c.Type != Text && c.Type != Decimal:
			return fmt.Errorf("%w: %q of type %d, want Text or Decimal", ErrCustom, clip(c.Name), c.Type)
		}
		seen[c.Name] = true
	}
	return nil
}

func (w *Writer) header() {
	for i, c := range w.columns {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.buf = append(w.buf, c.name()...)
	}
	if w.layout.energy {
		w.buf = append(append(w.buf, ','), EnergyColumn...)
		w.buf = append(append(w.buf, ','), CarbonColumn...)
	}
	for _, c := range w.layout.custom {
		w.buf = append(append(w.buf, ','), c.Name...)
	}
	w.buf = append(w.buf, '\n')
}

// Columns returns the columns that are written, custom ones last.
func (w *Writer) Columns() []Column {
	var out []Column
	for _, c := range w.columns {
		out = append(out, c.column())
	}
	custom := w.layout.custom
	if w.layout.energy {
		custom = append([]Custom{{EnergyColumn, Decimal}, {CarbonColumn, Decimal}}, custom...)
	}
	for _, c := range custom {
		out = append(out, Column{Name: c.Name, Type: c.Type, Level: Optional, Nullable: true, Since: w.version})
	}
	return out
}

// Rows returns the number of rows written.
func (w *Writer) Rows() int64 { return w.rows }

// Write writes a row, which it does not keep. It fails with a *[RowError] for
// a row that is not as it has to be, after which others can be written, and
// with the error of the underlying writer, after which none can. It allocates
// nothing for a row whose texts were in the row before.
func (w *Writer) Write(row *Row) error {
	if w.err != nil {
		return w.err
	}
	w.found = w.found[:0]
	w.cells.set(row)
	before := len(w.buf)
	s := w.look(row)
	for _, r := range w.check.check(s) {
		if r.severity == Error {
			w.find(r.id, r.columns[0], w.valueOf(r.columns[0]), "")
		}
	}
	if len(w.found) > 0 {
		w.buf = w.buf[:before]
		return &RowError{Row: w.rows + 1, Findings: append([]Finding(nil), w.found...)}
	}
	w.appendCustom(row)
	w.rows++
	if len(w.buf) >= bufferSize {
		return w.flush()
	}
	return nil
}

// Flush writes what is buffered, the header too where there was no row. It
// returns the error of the underlying writer, and again whatever made an
// earlier call fail for good.
func (w *Writer) Flush() error {
	if w.err != nil {
		return w.err
	}
	return w.flush()
}

func (w *Writer) flush() error {
	n, err := w.w.Write(w.buf)
	if err == nil && n < len(w.buf) {
		err = io.ErrShortWrite
	}
	if err != nil {
		w.err = fmt.Errorf("focus: write: %w", err)
		return w.err
	}
	w.buf = w.buf[:0]
	return nil
}

func (w *Writer) find(rule string, c col, value, detail string) {
	w.findIn(rule, c.name(), value, detail)
}

func (w *Writer) findIn(rule, column, value, detail string) {
	w.found = append(w.found, Finding{rule, Error, w.rows + 1, column, clip(value), detail})
}

// appendCustom appends the cells of custom columns and ends the row.
func (w *Writer) appendCustom(row *Row) {
	b := w.buf
	if w.layout.energy {
		b = row.EnergyKWh.append(append(b, ','))
		b = row.CarbonGrams.append(append(b, ','))
	}
	for i, c := range w.layout.custom {
		b = append(b, ',')
		if i >= len(row.Custom) {
			continue
		}
		if c.Type == Decimal {
			b = row.Custom[i].Number.append(b)
		} else {
			b = appendCell(b, row.Custom[i].Text)
		}
	}
	w.buf = append(b, '\n')
}
