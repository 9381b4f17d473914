package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxLine bounds a line of a trace; longer ones are read past, not kept.
const maxLine = 64 << 10

// A fault is a row, or a trait, of a file that is not as the format has it.
type fault struct {
	File   string
	Line   int
	Column int    // the number of the field, from 1; 0 for the whole line
	Name   string // the name of the column, if there is one
	Reason string
	Skips  bool // the row was left out
}

func (f *fault) Error() string {
	where := fmt.Sprintf("%s:%d", f.File, f.Line)
	if f.Column > 0 {
		where += fmt.Sprintf(":%d", f.Column)
	}
	if f.Name != "" {
		return fmt.Sprintf("%s: %s: %s", where, f.Name, f.Reason)
	}
	return where + ": " + f.Reason
}

// table reads a CSV file with a header, row by row, in bounded memory.
type table struct {
	file    string
	in      *bufio.Reader
	line    int
	columns map[string]int
	width   int
	faults  []fault
	strict  bool
	crlf    bool
}

// openTable reads the header and finds the columns wanted; others are passed
// over.
func openTable(path string, strict bool, want ...string) (*table, io.Closer, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	t, err := readHeader(filepath.Base(path), f, strict, want...)
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return t, f, nil
}

func readHeader(name string, r io.Reader, strict bool, want ...string) (*table, error) {
	t := &table{file: name, in: bufio.NewReaderSize(r, 1<<16), columns: make(map[string]int), strict: strict}
	if bom, _ := t.in.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		if _, err := t.in.Discard(len(bom)); err != nil {
			return nil, err
		}
		if err := t.remark(1, "begins with a byte order mark, which is passed over"); err != nil {
			return nil, err
		}
	}
	fields, err := t.next()
	var bad *fault
	switch {
	case errors.Is(err, io.EOF):
		return nil, &fault{File: name, Line: 1, Reason: "the file is empty; want the header " + strings.Join(want, ",")}
	case errors.As(err, &bad):
		return nil, bad
	case err != nil:
		return nil, err
	}
	t.width = len(fields)
	for i, f := range fields {
		if _, twice := t.columns[f]; twice {
			return nil, &fault{File: name, Line: 1, Column: i + 1, Name: clip(f), Reason: "column named twice"}
		}
		t.columns[f] = i
	}
	for i, w := range want {
		if _, ok := t.columns[w]; !ok {
			got := ""
			if i < len(fields) {
				got = fmt.Sprintf("; found %q", clip(fields[i]))
			}
			return nil, &fault{File: name, Line: 1, Column: i + 1, Name: w, Reason: "wrong header: column missing" + got}
		}
	}
	return t, nil
}

// remark notes a trait of the file that loses nothing. In strict mode it ends
// the reading.
func (t *table) remark(line int, reason string) error {
	f := fault{File: t.file, Line: line, Column: 1, Reason: reason}
	if t.strict {
		return &f
	}
	t.faults = append(t.faults, f)
	return nil
}

// row is one data row.
type row struct {
	t      *table
	line   int
	fields []string
}

// rows calls use for every well-formed row. What use, or the row itself,
// finds wrong is noted and skipped; in strict mode it ends the reading.
func (t *table) rows(use func(row) *fault) error {
	for {
		fields, err := t.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var bad *fault
		if err != nil && !errors.As(err, &bad) {
			return err
		}
		if bad == nil && fields == nil {
			continue // an empty line
		}
		if bad == nil && len(fields) != t.width {
			bad = &fault{File: t.file, Line: t.line, Column: min(len(fields), t.width) + 1, Reason: fmt.Sprintf("%d columns; want %d", len(fields), t.width)}
			if len(fields) < t.width {
				for name, i := range t.columns {
					if i == len(fields) {
						bad.Name = name
					}
				}
			}
		}
		if bad == nil {
			bad = use(row{t, t.line, fields})
		}
		if bad == nil {
			continue
		}
		if t.strict {
			return bad
		}
		bad.Skips = true
		t.faults = append(t.faults, *bad)
	}
}

func (t *table) skipped() int {
	n := 0
	for _, f := range t.faults {
		if f.Skips {
			n++
		}
	}
	return n
}

// next returns the fields of the next line, nil for an empty one, io.EOF at
// the end, or a *fault.
func (t *table) next() ([]string, error) {
	line, long, err := t.readLine()
	if err != nil {
		return nil, err
	}
	t.line++
	if long {
		return nil, &fault{File: t.file, Line: t.line, Column: 1, Reason: fmt.Sprintf("line longer than %d bytes", maxLine)}
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
		if !t.crlf {
			t.crlf = true
			if err := t.remark(t.line, "lines end in CR LF, which is read as LF"); err != nil {
				return nil, err
			}
		}
	}
	if len(line) == 0 {
		return nil, nil
	}
	if !utf8.Valid(line) {
		return nil, &fault{File: t.file, Line: t.line, Column: 1, Reason: "not UTF-8"}
	}
	if i := bytes.IndexByte(line, 0); i >= 0 {
		return nil, &fault{File: t.file, Line: t.line, Column: bytes.Count(line[:i], []byte(",")) + 1, Reason: "holds a NUL byte"}
	}
	if bytes.IndexByte(line, '"') < 0 {
		return strings.Split(string(line), ","), nil
	}
	quoted := csv.NewReader(bytes.NewReader(line))
	fields, err := quoted.Read()
	if err != nil {
		return nil, &fault{File: t.file, Line: t.line, Column: 1, Reason: "quotes do not match"}
	}
	return fields, nil
}

// readLine returns a line without its LF. Of a line that is too long only the
// fact is kept.
func (t *table) readLine() (line []byte, long bool, err error) {
	for {
		part, err := t.in.ReadSlice('\n')
		if !long {
			line = append(line, part...)
			if long = len(line) > maxLine; long {
				line = nil
			}
		}
		switch {
		case err == nil:
			if !long {
				line = line[:len(line)-1]
			}
			return line, long, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && (len(line) > 0 || long):
			return line, long, nil
		default:
			return nil, false, err
		}
	}
}

// text returns the value of a column.
func (r row) text(column string) string { return r.fields[r.t.columns[column]] }

// number returns a column as a whole number from 0 to max.
func (r row) number(column string, max int64) (int64, *fault) {
	s := r.text(column)
	if s == "" {
		return 0, r.fault(column, "empty; want a whole number")
	}
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, r.fault(column, fmt.Sprintf("%q is not a whole number", clip(s)))
	}
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case s[0] == '-':
		return 0, r.fault(column, fmt.Sprintf("%q is negative", clip(s)))
	case err != nil || n > max:
		return 0, r.fault(column, fmt.Sprintf("%q is too large; want at most %d", clip(s), max))
	}
	return n, nil
}

func (r row) fault(column, reason string) *fault {
	f := &fault{File: r.t.file, Line: r.line, Name: column, Reason: reason}
	if i, ok := r.t.columns[column]; ok {
		f.Column = i + 1
	}
	return f
}

func clip(s string) string {
	if len(s) <= 48 {
		return s
	}
	cut := 48
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// sortFaults puts faults in order of file and line.
func sortFaults(faults []fault) {
	slices.SortStableFunc(faults, func(a, b fault) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
}
