package metering

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A sheet is usage by window and key. It never changes.
type sheet struct {
	keys []Key // in order
	dims []Dimension
	// Rows are in order of window and then of key. A span is the rows of one
	// window: those from the end of the span before it.
	spans  []span
	rows   []sheetRow
	extras []extra
}

type span struct {
	window int64
	end    int
}

type sheetRow struct {
	used  fixed.Int128
	key   uint32 // index into keys
	extra uint32 // index into extras, + 1; 0 for none
}

// An extra is what few rows have.
type extra struct{ estimated, late fixed.Int128 }

// sheetEntry is what one key used.
type sheetEntry struct {
	key Key
	dim Dimension
	books
}

// newSheet returns the sheet of entries, which it puts in order. A key may come
// more than once. It fails where the sum of one leaves 128 bits.
func newSheet(width int64, entries []sheetEntry) (*sheet, error) {
	entries, err := joined(width, entries)
	if err != nil {
		return nil, err
	}
	s := &sheet{keys: make([]Key, len(entries)), dims: make([]Dimension, len(entries))}
	rows := make(map[int64]int)
	for i := range entries {
		s.keys[i], s.dims[i] = entries[i].key, entries[i].dim
		for _, c := range entries[i].used {
			rows[c.window]++
		}
	}
	next := make(map[int64]int, len(rows))
	n := 0
	for w := range rows {
		s.spans = append(s.spans, span{window: w})
	}
	slices.SortFunc(s.spans, func(a, b span) int { return cmp.Compare(a.window, b.window) })
	for i := range s.spans {
		w := s.spans[i].window
		next[w] = n
		n += rows[w]
		s.spans[i].end = n
	}
	s.rows = make([]sheetRow, n)
	for i := range entries {
		e := &entries[i]
		for _, c := range e.used {
			r := sheetRow{used: c.sum, key: uint32(i)}
			if x := (extra{e.estimated.get(c.window), e.late.get(c.window)}); x != (extra{}) {
				s.extras = append(s.extras, x)
				r.extra = uint32(len(s.extras))
			}
			s.rows[next[c.window]] = r
			next[c.window]++
		}
	}
	return s, nil
}

// joined sorts entries by key and adds up those of one key.
func joined(width int64, entries []sheetEntry) ([]sheetEntry, error) {
	slices.SortFunc(entries, func(a, b sheetEntry) int { return a.key.Compare(b.key) })
	out := make([]sheetEntry, 0, len(entries))
	for _, e := range entries {
		if last := len(out) - 1; last < 0 || out[last].key != e.key {
			out = append(out, e)
		} else if err := out[last].join(width, &e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// join adds the books of another entry of the same key.
func (e *sheetEntry) join(width int64, o *sheetEntry) error {
	if e.dim != o.dim {
		return &DimensionError{Got: o.dim, Want: e.dim, Meter: e.key.Meter}
	}
	var b books
	for _, from := range []*books{&e.books, &o.books} {
		for _, c := range from.used {
			p := posting{window: c.window, n: c.sum, estimated: from.estimated.get(c.window)}
			late, ok := b.late.get(c.window).Add(from.late.get(c.window))
			if !ok || !b.fits(p) {
				return fmt.Errorf("%w: key %s, window %s", ErrOverflow, e.key.Redacted(), stamp(c.window*width))
			}
			b.post(p)
			if !late.IsZero() || !b.late.get(c.window).IsZero() {
				b.late.at(c.window).sum = late
			}
		}
	}
	e.books = b
	return nil
}

// between yields the rows of the windows from from up to but not to.
func (s *sheet) between(from, to int64) iter.Seq2[int64, *sheetRow] {
	return func(yield func(int64, *sheetRow) bool) {
		i, _ := slices.BinarySearchFunc(s.spans, from, func(sp span, w int64) int { return cmp.Compare(sp.window, w) })
		start := 0
		if i > 0 {
			start = s.spans[i-1].end
		}
		for ; i < len(s.spans) && s.spans[i].window < to; i++ {
			for j := start; j < s.spans[i].end; j++ {
				if !yield(s.spans[i].window, &s.rows[j]) {
					return
				}
			}
			start = s.spans[i].end
		}
	}
}

// entries returns the sheet as what newSheet takes.
func (s *sheet) entries() []sheetEntry {
	out := make([]sheetEntry, len(s.keys))
	for i, k := range s.keys {
		out[i] = sheetEntry{key: k, dim: s.dims[i]}
	}
	for w, r := range s.between(0, maxTime) {
		e := &out[r.key]
		e.used = append(e.used, cell{w, r.used})
		if x := s.extra(*r); x != (extra{}) {
			if !x.estimated.IsZero() {
				e.estimated = append(e.estimated, cell{w, x.estimated})
			}
			if !x.late.IsZero() {
				e.late = append(e.late, cell{w, x.late})
			}
		}
	}
	return out
}
