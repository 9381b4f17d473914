package metering

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A report is a query while it runs.
type report struct {
	agg    *Aggregator // nil where a snapshot is asked
	query  query
	width  int64
	pieces []Period
	parts  []*part // where no aggregator is asked
	views  []*view // in order of key
	groups map[Key]*view
	// sheets are the views of the keys of each sheet that is in memory. Parts have
	// no place of their own: Drain takes them all, and others come.
	sheets map[*sheet][]*view
	// due has, for each piece, the views that have something from it on; active
	// are those that have something in the piece that is being counted.
	due    [][]*view
	active []*view
}

// begin collects the keys that a query asks for.
func (a *Aggregator) begin(p Period, q query, pieces []Period) (*report, error) {
	a.sealing.RLock()
	defer a.sealing.RUnlock()
	r := &report{agg: a, query: q, width: a.width, pieces: pieces, due: make([][]*view, len(pieces))}
	r.views = a.keys(p, q)
	for _, part := range a.parts {
		if err := part.with(p.start/r.width, p.end/r.width, r.group); err != nil {
			return nil, err
		}
	}
	r.sort()
	for _, v := range r.views {
		if v.series != nil {
			v.seek(p.start / a.width)
		}
		r.wait(0, v)
	}
	return r, nil
}

// keys returns a view of each key that has a series and of each that is held by
// a resource.
func (a *Aggregator) keys(p Period, q query) []*view {
	a.mu.RLock()
	defer a.mu.RUnlock()
	lives := a.lives(p, q)
	views := make([]*view, 0, len(lives))
	for s := range a.index.all() {
		if key := s.Key(); q.wants(key) {
			views = append(views, &view{key: q.keep.of(key), dim: s.group.dim, series: s})
		}
	}
	for key, life := range lives {
		m, _ := a.catalogue.meter(key.Meter) // it was there when the event was checked
		views = append(views, &view{key: q.keep.of(key), dim: m.Unit.dim, life: life, next: maxTime})
	}
	return views
}

// group makes a view for each key that is kept of those of a sheet. It is one
// for all sheets, so that memory grows with what is kept.
func (r *report) group(s *sheet) {
	if r.groups == nil {
		r.groups = make(map[Key]*view)
	}
	for i, key := range s.keys {
		if !r.query.wants(key) {
			continue
		}
		kept := r.query.keep.of(key)
		if r.groups[kept] == nil {
			v := &view{key: kept, dim: s.dims[i], next: maxTime}
			r.groups[kept] = v
			r.views = append(r.views, v)
		}
	}
}

// sort puts views in order and ranks them.
func (r *report) sort() {
	slices.SortStableFunc(r.views, func(x, y *view) int { return x.key.Compare(y.key) })
	for i, v := range r.views {
		v.rank = i
		if i > 0 && v.key == r.views[i-1].key {
			v.rank = r.views[i-1].rank
		}
	}
}

// viewsOf returns the view of each key of a sheet, nil for keys that are not
// asked for, or that were first seen after the query began.
func (r *report) viewsOf(s *sheet) []*view {
	views := make([]*view, len(s.keys))
	for i, key := range s.keys {
		if !r.query.wants(key) {
			continue
		}
		kept := r.query.keep.of(key)
		if views[i] = r.groups[kept]; views[i] != nil {
			continue
		}
		// Sealed since the query began: it is the series' that is there.
		if n, found := slices.BinarySearchFunc(r.views, kept, func(v *view, k Key) int { return v.key.Compare(k) }); found {
			views[i] = r.views[n]
		}
	}
	return views
}

// wait puts a view where the first piece is counted, from piece n on, that it
// has something in.
func (r *report) wait(n int, v *view) {
	next := v.next
	if len(v.life) > 0 {
		next = min(next, v.life[0].start/r.width)
	}
	if next == maxTime {
		return
	}
	i, found := slices.BinarySearchFunc(r.pieces, next*r.width, func(p Period, at int64) int { return cmp.Compare(p.start, at) })
	if !found {
		i--
	}
	i = max(i, n)
	if i < len(r.pieces) && next*r.width < r.pieces[i].end {
		r.due[i] = append(r.due[i], v)
	}
}

// run yields the rows of all pieces.
func (r *report) run(yield func(Usage, error) bool) {
	for i, piece := range r.pieces {
		if err := r.count(i); err != nil {
			yield(Usage{}, err)
			return
		}
		if !r.yieldRows(piece, yield) {
			return
		}
	}
}

// count sums up what views used in a piece of time. No window is sealed
// meanwhile, so that all of one is in a part or none of it.
func (r *report) count(n int) error {
	piece := r.pieces[n]
	r.active = r.active[:0]
	for _, v := range r.due[n] {
		r.activate(v)
	}
	parts, open := r.parts, int64(0)
	if r.agg != nil {
		r.agg.sealing.RLock()
		defer r.agg.sealing.RUnlock()
		parts, open = r.agg.parts, r.agg.sealed.Load()*r.width
	}
	if err := r.countParts(parts, piece); err != nil {
		return err
	}
	for _, v := range r.due[n] {
		if v.series != nil && v.next < piece.end/r.width {
			v.take(piece.start/r.width, piece.end/r.width)
		}
		v.live(piece, open)
		r.wait(n+1, v)
	}
	r.due[n] = nil
	slices.SortFunc(r.active, func(x, y *view) int { return cmp.Compare(x.rank, y.rank) })
	return nil
}

// countParts adds what sealed windows of a piece hold. Parts are in order of
// when they were sealed, and late usage comes in later ones.
func (r *report) countParts(parts []*part, piece Period) error {
	from, to := piece.start/r.width, piece.end/r.width
	for _, p := range parts {
		err := p.with(from, to, func(s *sheet) {
			views, known := r.sheets[s]
			if !known {
				views = r.viewsOf(s)
				if p.sheet != nil { // a file is read again when it is needed
					r.keep(s, views)
				}
			}
			for _, row := range s.between(from, to) {
				if v := views[row.key]; v != nil {
					r.activate(v)
					v.add(row, s.extras)
				}
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// keep keeps the views of a sheet for the pieces that follow.
func (r *report) keep(s *sheet, views []*view) {
	if r.sheets == nil {
		r.sheets = make(map[*sheet][]*view)
	}
	r.sheets[s] = views
}

// activate makes a view one of those of the piece that is being counted.
func (r *report) activate(v *view) {
	if !v.active {
		v.active, v.found = true, false
		v.used, v.estimated, v.late = fixed.Int256{}, fixed.Int256{}, fixed.Int256{}
		r.active = append(r.active, v)
	}
}

// yieldRows yields the rows of the piece that was counted, one for each rank.
func (r *report) yieldRows(piece Period, yield func(Usage, error) bool) bool {
	for _, v := range r.active {
		v.active = false
	}
	for i := 0; i < len(r.active); {
		v := r.active[i]
		found, used, estimated, late := v.found, v.used, v.estimated, v.late
		for i++; i < len(r.active) && r.active[i].rank == v.rank; i++ {
			more := r.active[i]
			found = found || more.found
			used, _ = used.Add(more.used)
			estimated, _ = estimated.Add(more.estimated)
			late, _ = late.Add(more.late)
		}
		if !found {
			continue
		}
		u := Usage{Key: v.key, Period: piece}
		var ok1, ok2, ok3 bool
		u.Quantity.n, ok1 = used.Int128()
		u.Estimated.n, ok2 = estimated.Int128()
		u.Late.n, ok3 = late.Int128()
		if !ok1 || !ok2 || !ok3 {
			yield(Usage{}, fmt.Errorf("%w: meter %q, %v", ErrOverflow, v.key.Meter, piece))
			return false
		}
		u.Quantity.dim, u.Estimated.dim, u.Late.dim = v.dim, v.dim, v.dim
		if !yield(u, nil) {
			return false
		}
	}
	return true
}
