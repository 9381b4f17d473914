package metering

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
	"time"
)

// A Snapshot is usage by key and window as one or more aggregators had it, to
// be sent, stored and merged. But for UnmarshalBinary, which replaces it, it never
// changes, and is safe for concurrent use;
// the zero Snapshot is empty and of no width.
//
// A snapshot is all that its aggregator has counted, not what came since the
// one before. Merging keeps, of each source, the one with the highest sequence:
// snapshots that get lost, come twice or overtake each other do no harm.
type Snapshot struct {
	width   int64
	usage   *sheet   // the sum over origins
	origins []origin // in order of source
}

// An origin is what one source had counted.
type origin struct {
	source   string
	sequence uint64
	usage    *sheet
}

// Snapshot returns all usage there is, open windows included, as that of a
// source: a name, of 1 to 224 bytes, that no other aggregator ever has, and the
// only one that this one is given. Snapshots of an aggregator are numbered from
// 1.
//
// Where sealed windows are archived the name is that of the folder and stays
// the same when the process starts again: what each process has left there is a
// source of its own, "name/process-N", and what the last one did not seal is
// no more. Without an archive a process that starts again is another
// aggregator, with another name.
//
// It is consistent: all that was recorded before it was called is in it, events
// whole. It fails with a *[FieldError] on a source that is not valid, with
// [ErrOverflow] where all that is known of a key in a window comes to more than
// 128 bits, or when a file of sealed windows cannot be read. It visits every
// series and every event in the life of a resource, and events wait while it
// does.
func (a *Aggregator) Snapshot(source string) (*Snapshot, error) {
	if err := checkText("source", source, 1, MaxNameBytes-32); err != nil {
		return nil, err
	}
	a.sealing.RLock()
	defer a.sealing.RUnlock()
	entries := map[int64][]sheetEntry{a.process(): a.openEntries()}
	for _, p := range a.parts {
		process := a.process()
		if p.file != nil {
			process = p.file.process
		}
		if err := p.with(0, maxTime, func(s *sheet) { entries[process] = append(entries[process], s.entries()...) }); err != nil {
			return nil, err
		}
	}
	origins := make([]origin, 0, len(entries))
	for process, of := range entries {
		usage, err := newSheet(a.width, of)
		if err != nil {
			return nil, err
		}
		o := origin{source, finished, usage}
		if a.archive != nil {
			o.source += "/" + partName{process: process}.origin()
		}
		if process == a.process() {
			o.sequence = a.snapshots.Add(1)
		}
		origins = append(origins, o)
	}
	slices.SortFunc(origins, func(x, y origin) int { return cmp.Compare(x.source, y.source) })
	return newSnapshot(a.width, origins)
}

// finished is the sequence of a process that has ended: it comes after all.
const finished = math.MaxUint64

// process returns the number of the process in the archive; 0 without one.
func (a *Aggregator) process() int64 {
	if a.archive == nil {
		return 0
	}
	return a.archive.process
}

// openEntries returns the usage of windows that are not sealed, and what is late;
// a.sealing is held.
func (a *Aggregator) openEntries() []sheetEntry {
	a.mu.RLock()
	defer a.mu.RUnlock()
	entries := make([]sheetEntry, 0, a.index.count)
	for s := range a.index.all() {
		if b := s.copied(); len(b.used) > 0 {
			entries = append(entries, sheetEntry{s.Key(), s.group.dim, b})
		}
	}
	held := make(heldIn)
	for _, t := range a.timelines {
		held.add(*t, Period{a.sealed.Load() * a.width, maxTime}, a.width, 1)
	}
	return append(entries, held.entries(a)...)
}

// Window returns the width of the windows.
func (s *Snapshot) Window() time.Duration { return time.Duration(s.width) }

// Sources yields the sources and sequences that are in the snapshot, in order
// of source.
func (s *Snapshot) Sources() iter.Seq2[string, uint64] {
	return func(yield func(string, uint64) bool) {
		for _, o := range s.origins {
			if !yield(o.source, o.sequence) {
				return
			}
		}
	}
}

// Usage yields what was used in p, as [Aggregator.Usage] does, with the same
// options, order and errors. A meter that the snapshot does not know is no
// error.
func (s *Snapshot) Usage(p Period, opts ...QueryOption) iter.Seq2[Usage, error] {
	q := newQuery(opts)
	return func(yield func(Usage, error) bool) {
		if s.usage == nil {
			return
		}
		pieces, err := q.pieces(p, s.width)
		if err != nil {
			yield(Usage{}, err)
			return
		}
		r := &report{query: q, width: s.width, pieces: pieces, due: make([][]*view, len(pieces)), parts: []*part{{sheet: s.usage}}}
		r.group(s.usage)
		r.sort()
		r.run(yield)
	}
}

// Merge returns the snapshot of all sources of both: of one source that is in
// both, the one with the higher sequence. Merging is commutative and
// associative, and merging what is merged already changes nothing. It fails
// with a *[FieldError] when the widths of windows differ, with [ErrConflict]
// when both have one sequence of one source and other usage, with a
// *[DimensionError] when sources disagree about what a meter measures, or with
// [ErrOverflow].
func (s *Snapshot) Merge(o *Snapshot) (*Snapshot, error) {
	switch {
	case s == nil || s.usage == nil:
		return o, nil
	case o == nil || o.usage == nil:
		return s, nil
	case s.width != o.width:
		return nil, &FieldError{"window", o.Window().String(), "want the same width: " + s.Window().String()}
	}
	origins, err := union(s.origins, o.origins)
	if err != nil {
		return nil, err
	}
	return newSnapshot(s.width, origins)
}

// newSnapshot sums up origins.
func newSnapshot(width int64, origins []origin) (*Snapshot, error) {
	if len(origins) == 1 {
		return &Snapshot{width, origins[0].usage, origins}, nil
	}
	var entries []sheetEntry
	for _, one := range origins {
		entries = append(entries, one.usage.entries()...)
	}
	usage, err := newSheet(width, entries)
	if err != nil {
		return nil, err
	}
	return &Snapshot{width, usage, origins}, nil
}

// union returns the origins of both, each once.
func union(a, b []origin) ([]origin, error) {
	all := slices.Concat(a, b)
	slices.SortStableFunc(all, func(x, y origin) int {
		return cmp.Or(cmp.Compare(x.source, y.source), cmp.Compare(y.sequence, x.sequence))
	})
	out := all[:0]
	for _, o := range all {
		last := len(out) - 1
		switch {
		case last < 0 || out[last].source != o.source:
			out = append(out, o)
		case out[last].sequence == o.sequence && !out[last].usage.equal(o.usage):
			return nil, fmt.Errorf("%w: snapshot %d of source %q is in both with other usage", ErrConflict, o.sequence, clip(o.source))
		}
	}
	return out, nil
}

// equal reports whether two sheets have the same rows.
func (s *sheet) equal(o *sheet) bool {
	if s == o {
		return true
	}
	return slices.Equal(s.keys, o.keys) && slices.Equal(s.dims, o.dims) && slices.Equal(s.spans, o.spans) &&
		slices.EqualFunc(s.rows, o.rows, func(x, y sheetRow) bool {
			return x.key == y.key && x.used == y.used && s.extra(x) == o.extra(y)
		})
}

// extra returns what a row has besides.
func (s *sheet) extra(r sheetRow) extra {
	if r.extra == 0 {
		return extra{}
	}
	return s.extras[r.extra-1]
}
