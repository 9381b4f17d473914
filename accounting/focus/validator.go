package focus

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
)

// ErrKeys: a file with more keys than a [Validator] may remember.
var ErrKeys = errors.New("focus: more keys than the limit")

// A Validator checks files against the rules of one version: cells, rows, and
// sums over the file. The zero Validator has no version and checks nothing.
type Validator struct {
	Version Version
	// Tolerance is by how much amounts may differ that have to agree; null is 0.
	Tolerance Number
	// WholeTerm says that the file has all rows of its commitments, so that
	// their purchases and what they covered have to add up. Without it a
	// difference is reported as [Info].
	WholeTerm bool
	// MaxKeys is how many keys of services, prices, accounts, commitments and
	// split charges are remembered in all; 0 is 16 million, some gigabytes. A
	// key counts once more for every 256 bytes that it has.
	MaxKeys int
}

// A Summary counts what a [Validator] found.
type Summary struct {
	Rows                    int64
	Errors, Warnings, Infos int64
	ByRule                  map[string]int64
}

// Validate reads a file and yields what is wrong with it, in the order of its
// rows; what is wrong with sums comes last. A file that cannot be read on ends
// with an error: [ErrVersion], [ErrHeader], [ErrEncoding], [ErrRecordSize],
// [ErrKeys], or that of the reader. Memory grows with the keys of the rules
// about the whole file, not with rows.
func (v Validator) Validate(r io.Reader) iter.Seq2[Finding, error] {
	return func(yield func(Finding, error) bool) {
		err := v.run(r, func(f Finding) bool { return yield(f, nil) }, nil)
		if err != nil && err != errStopped {
			yield(Finding{}, err)
		}
	}
}

// Summarize validates a file and counts the findings. Its errors are those of
// [Validator.Validate], beside which the summary is of what was read.
func (v Validator) Summarize(r io.Reader) (Summary, error) {
	s := Summary{ByRule: make(map[string]int64)}
	err := v.run(r, func(f Finding) bool {
		s.ByRule[f.Rule]++
		switch f.Severity {
		case Error:
			s.Errors++
		case Warning:
			s.Warnings++
		default:
			s.Infos++
		}
		return true
	}, &s.Rows)
	return s, err
}

var errStopped = errors.New("focus: stopped")

func (v Validator) run(r io.Reader, yield func(Finding) bool, rows *int64) error {
	if err := v.Version.check(); err != nil {
		return err
	}
	in := newRecords(r)
	header, err := in.next()
	if err == io.EOF || err == nil && blank(header) {
		return ErrHeader
	}
	if err != nil {
		return err
	}
	f := newFile(v, header, yield)
	for !f.stopped {
		fields, err := in.next()
		if err == io.EOF {
			f.finish()
			break
		}
		if err != nil {
			return err
		}
		if blank(fields) {
			continue
		}
		f.line = in.line
		if rows != nil && len(fields) == f.width {
			*rows++
		}
		if f.row(fields); f.keys > f.maxKeys {
			return fmt.Errorf("%w of %d in line %d", ErrKeys, f.maxKeys, in.line)
		}
	}
	if f.stopped {
		return errStopped
	}
	return nil
}

// A file is a file on the way through a validator.
type file struct {
	Validator
	yield   func(Finding) bool
	stopped bool
	line    int64
	maxKeys int
	keys    int

	width   int
	order   []col        // the known columns, as the header has them
	index   [columns]int // their fields; −1 where the file has none
	present columnSet

	check   *rowChecker
	objects map[string]*objectData
	memo    [columns]cellMemo
	fields  [][]byte
	cell    cellValues
	byKey   []*keyTable
	pledges pledges
	splits  splits
	total   struct{ effective, billed total }
}

// cellValues are what cells of one row come to.
type cellValues struct {
	number [columns]Number
	time   [columns]instant
	object [columns]*objectData
}

func newFile(v Validator, header [][]byte, yield func(Finding) bool) *file {
	f := &file{Validator: v, yield: yield, line: 1, width: len(header), objects: make(map[string]*objectData), maxKeys: v.MaxKeys}
	if f.maxKeys <= 0 {
		f.maxKeys = 16 << 20
	}
	for c := range f.index {
		f.index[c] = -1
	}
	f.header(header)
	f.check = newRowChecker(v.Version, f.present)
	for i := range keyRules {
		if r := &keyRules[i]; f.present.covers(setOf(append(append([]col(nil), r.key...), r.of)...)) {
			f.byKey = append(f.byKey, newKeyTable(r))
		}
	}
	f.pledges.init(f)
	f.splits.init(f)
	return f
}

// header checks the names of columns and notes where they are.
func (f *file) header(header [][]byte) {
	seen, custom, twice := make(map[string]bool), false, false
	for i, h := range header {
		name := string(h)
		twice = twice || seen[name]
		seen[name] = true
		c, known := columnByName[name]
		switch {
		case known && c.in(f.Version):
			if custom {
				f.find(columnOrder.id, columnOrder.severity, name, "", "after a custom column")
			}
			f.order = append(f.order, c)
			f.index[c] = i
			f.present.add(c)
		case strings.HasPrefix(name, "x_"):
			custom = true
		default:
			f.find(columnCustom.id, Error, name, "", "not a column of FOCUS "+f.Version.String()+", and without x_")
		}
	}
	if twice {
		f.find(columnCustom.id, Error, "", "", "two columns of one name")
	}
	for c := range columns {
		switch {
		case f.present.has(c):
		case c.needed(f.Version):
			f.find(presence.id, Error, c.name(), "", "missing")
		case c.in(f.Version) && columnTable[c].level == Recommended:
			f.find(presenceRecommended.id, Info, c.name(), "", "absent")
		}
	}
}

func (f *file) find(rule string, severity Severity, column, value, detail string) {
	f.findAt(f.line, rule, severity, column, value, detail)
}

func (f *file) findAt(line int64, rule string, severity Severity, column, value, detail string) {
	if !f.stopped && !f.yield(Finding{rule, severity, line, column, clip(value), detail}) {
		f.stopped = true
	}
}

// remember counts a key of n bytes.
func (f *file) remember(n int) { f.keys += 1 + n/256 }

// text returns the text of a column, nil where the file has no such column.
func (f *file) text(c col) []byte {
	if i := f.index[c]; i >= 0 {
		return f.fields[i]
	}
	return nil
}

// row checks one row of the file.
func (f *file) row(fields [][]byte) {
	if len(fields) != f.width {
		f.find(fieldCount.id, Error, "", "", fmt.Sprintf("%d fields, the header has %d", len(fields), f.width))
		return
	}
	f.fields = fields
	var s shape
	for _, c := range f.order {
		f.look(c, &s)
	}
	f.lookPair()
	f.facts(&s)
	for _, r := range f.check.check(s) {
		c := r.columns[0]
		f.find(r.id, r.severity, c.name(), string(f.text(c)), "")
	}
	for _, t := range f.byKey {
		t.row(f, s)
	}
	f.total.effective.add(f.cell.number[colEffectiveCost])
	f.total.billed.add(f.cell.number[colBilledCost])
	f.pledges.row(f, s)
	f.splits.row(f, s)
}

// finish checks the sums of the file.
func (f *file) finish() {
	f.pledges.finish(f)
	f.splits.finish(f)
	a, b := &f.total.effective, &f.total.billed
	if f.sums(ruleArtifact) && !a.near(b, f.Tolerance) {
		f.sum(ruleArtifact, f.unlessWhole(), 0, colEffectiveCost, a.String(), "sum of BilledCost "+b.String())
	}
}

// sums reports whether a rule is of the version and the file has its columns.
func (f *file) sums(rule int) bool {
	r := &sumRules[rule]
	return r.since <= f.Version && f.present.covers(setOf(r.columns...))
}

func (f *file) sum(rule int, severity Severity, line int64, c col, value, detail string) {
	f.findAt(line, sumRules[rule].id, severity, c.name(), value, detail)
}

// unlessWhole is the severity of sums that only whole terms have to keep.
func (f *file) unlessWhole() Severity {
	if f.WholeTerm {
		return Error
	}
	return Info
}
