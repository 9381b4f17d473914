package metering

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
)

type query struct {
	root     Account
	meters   []MeterID
	cut      bool // by the calendar
	calendar Calendar
	rollUp   bool
}

// A QueryOption narrows or shapes what [Aggregator.Usage] yields.
type QueryOption interface{ apply(query) query }

type queryFunc func(query) query

func (f queryFunc) apply(q query) query { return f(q) }

// Of keeps only usage of account and the accounts below it; "" keeps all.
func Of(account Account) QueryOption {
	return queryFunc(func(q query) query { q.root = account; return q })
}

// ForMeters keeps only usage of the given meters; all, if none are given.
func ForMeters(ids ...MeterID) QueryOption {
	ids = slices.Clone(ids)
	return queryFunc(func(q query) query { q.meters = ids; return q })
}

// Per yields usage by each period of a calendar instead of over the whole
// period asked for.
func Per(c Calendar) QueryOption {
	return queryFunc(func(q query) query { q.cut, q.calendar = true, c; return q })
}

// AcrossResources adds up the resources of an otherwise equal key. The rows'
// keys have no resource.
func AcrossResources() QueryOption {
	return queryFunc(func(q query) query { q.rollUp = true; return q })
}

// A WindowError reports a period with an edge inside a window: usage is not
// kept that finely.
type WindowError struct {
	Edge  time.Time
	Width time.Duration
}

func (e *WindowError) Error() string {
	return fmt.Sprintf("metering: %s is not an edge of the %v windows kept; record with narrower windows or move the edge", e.Edge.Format(time.RFC3339Nano), e.Width)
}

// Usage yields what was used in p, in order of time and then of key: the same
// rows in the same order whatever order usage was recorded in. There is a row
// for each key and piece of time in which anything was counted, also where
// that sums to zero.
//
// Before any row it yields an error and ends when an edge of p, or of the
// calendar asked for, is not an edge of windows (*[WindowError]), when an
// option is not valid (*[FieldError]), or when the catalogue does not have a
// meter asked for ([ErrUnknown]). It yields [ErrOverflow] and ends at a row
// whose total leaves 128 bits; that sums on the way to it do is no error.
//
// Events recorded while it runs may or may not be in it, and the items of one
// may be in part. Its memory grows with the number of series, of changes in
// the life of resources, and of pieces of time, not with the rows; it visits
// every event in the life of the tenants' resources.
func (a *Aggregator) Usage(p Period, opts ...QueryOption) iter.Seq2[Usage, error] {
	var q query
	for _, o := range opts {
		q = o.apply(q)
	}
	return func(yield func(Usage, error) bool) {
		pieces, err := a.pieces(p, q)
		if err != nil {
			yield(Usage{}, err)
			return
		}
		views := a.views(p, q)
		for _, piece := range pieces {
			if !yieldRows(views, piece, yield) {
				return
			}
		}
	}
}

// pieces checks a query and returns the pieces of time that it asks for.
func (a *Aggregator) pieces(p Period, q query) ([]Period, error) {
	if q.root != "" {
		if err := q.root.Validate(); err != nil {
			return nil, err
		}
	}
	for _, id := range q.meters {
		if _, err := a.catalogue.meter(id); err != nil {
			return nil, err
		}
	}
	if err := a.aligned(p); err != nil || p.IsZero() {
		return nil, err
	}
	if !q.cut {
		return []Period{p}, nil
	}
	if _, err := q.calendar.At(p.Start()); err != nil {
		return nil, err
	}
	var pieces []Period
	for piece := range q.calendar.Over(p) {
		if err := a.aligned(piece); err != nil {
			return nil, err
		}
		pieces = append(pieces, piece)
	}
	return pieces, nil
}

func (a *Aggregator) aligned(p Period) error {
	for _, edge := range [...]int64{p.start, p.end} {
		if edge%a.width != 0 {
			return &WindowError{Edge: time.Unix(0, edge).UTC(), Width: a.Window()}
		}
	}
	return nil
}

// wants reports whether the query keeps usage of key.
func (q query) wants(key Key) bool {
	return (q.root == "" || q.root.Contains(key.Account)) && (len(q.meters) == 0 || slices.Contains(q.meters, key.Meter))
}

// views returns a view of each key that q asks for, in order of key.
func (a *Aggregator) views(p Period, q query) []*view {
	views := a.unsortedViews(p, q)
	slices.SortFunc(views, func(x, y *view) int { return x.key.Compare(y.key) })
	if q.rollUp {
		for i, v := range views {
			v.key.Resource = ""
			v.joins = i > 0 && v.key == views[i-1].key
		}
	}
	return views
}

func (a *Aggregator) unsortedViews(p Period, q query) []*view {
	a.mu.RLock()
	defer a.mu.RUnlock()
	lives := a.lives(p, q)
	views := make([]*view, 0, len(lives))
	for key, s := range a.series {
		if q.wants(key) {
			v := &view{key: key, meter: s.meter, life: lives[key], series: s}
			v.seek(p.start)
			views = append(views, v)
			delete(lives, key)
		}
	}
	for key, life := range lives {
		m, _ := a.catalogue.meter(key.Meter) // it was there when the event was checked
		views = append(views, &view{key: key, meter: m, life: life})
	}
	return views
}

// lives returns the stretches of p in which resources held capacities; a.mu is
// held.
func (a *Aggregator) lives(p Period, q query) map[Key][]stretch {
	lives := make(map[Key][]stretch)
	for resource, t := range a.timelines {
		if q.root != "" && q.root.Tenant() != resource.tenant {
			continue
		}
		t.walk(func(c capacity, held Period) {
			if held = held.Intersect(p); held.IsZero() || !q.wants(c.key) {
				return
			}
			life := lives[c.key]
			// A level that is reported again and again is one stretch.
			if last := len(life) - 1; last >= 0 && life[last].end == held.start && life[last].grains == c.grains && life[last].estimated == c.estimated {
				life[last].end = held.end
				return
			}
			lives[c.key] = append(life, stretch{held, c.grains, c.estimated})
		})
	}
	return lives
}

// A stretch is a time in which a resource held one capacity.
type stretch struct {
	Period
	grains    fixed.Int128
	estimated bool
}

// A total is usage that is being summed, in twice the width: it cannot
// overflow before it is whole.
type total struct{ used, estimated fixed.Int256 }

// A view reads what one key used forward in time, once: what was added to a
// series, what the life of a resource comes to, or both. Windows of a series
// that come to be behind it while it reads are not seen.
type view struct {
	key   Key
	joins bool // the row of the view before it
	meter *Meter
	life  []stretch // what is left of it, in order of time

	series *Series // nil for a life alone
	next   int64   // the next window with usage, maxTime if there is none
	at     int     // its index, if no window was made before it since
}

// seek moves to the first window at or after start.
func (v *view) seek(start int64) {
	v.series.mu.Lock()
	defer v.series.mu.Unlock()
	at, _ := v.series.used.search(start)
	v.moveTo(at)
}

func (v *view) moveTo(at int) {
	v.at, v.next = at, maxTime
	if at < len(v.series.used) {
		v.next = v.series.used[at].window
	}
}

// take adds the usage of piece to sum and moves past it. Pieces come in order
// of time. It reports whether there was any.
func (v *view) take(piece Period, sum *total) (found bool) {
	if v.series != nil && v.next < piece.end {
		found = true
		v.takeWindows(piece.end, sum)
	}
	for len(v.life) > 0 && v.life[0].start < piece.end {
		held := v.life[0]
		part := held.Intersect(piece)
		used := held.grains.MulWide(fixed.FromInt64(part.end - part.start))
		sum.add(used, held.estimated)
		found = true
		if held.end > piece.end {
			break
		}
		v.life = v.life[1:]
	}
	return found
}

func (v *view) takeWindows(end int64, sum *total) {
	s := v.series
	s.mu.Lock()
	defer s.mu.Unlock()
	if v.at >= len(s.used) || s.used[v.at].window != v.next {
		v.at, _ = s.used.search(v.next)
	}
	used, next := s.used.sum(v.at, end)
	sum.add(used, false)
	if len(s.estimated) > 0 {
		from, _ := s.estimated.search(v.next)
		used, _ = s.estimated.sum(from, end)
		sum.estimated, _ = sum.estimated.Add(used)
	}
	v.moveTo(next)
}

// add cannot overflow: 2^128 parts of 128 bits fit in 256.
func (t *total) add(used fixed.Int256, estimated bool) {
	t.used, _ = t.used.Add(used)
	if estimated {
		t.estimated, _ = t.estimated.Add(used)
	}
}

// yieldRows yields the rows of one piece of time, one for each run of views
// that join.
func yieldRows(views []*view, piece Period, yield func(Usage, error) bool) bool {
	for i := 0; i < len(views); {
		v := views[i]
		var sum total
		found := v.take(piece, &sum)
		for i++; i < len(views) && views[i].joins; i++ {
			found = views[i].take(piece, &sum) || found
		}
		if !found {
			continue
		}
		used, ok1 := sum.used.Int128()
		estimated, ok2 := sum.estimated.Int128()
		if !ok1 || !ok2 {
			yield(Usage{}, fmt.Errorf("%w: meter %q, %v", ErrOverflow, v.meter.ID, piece))
			return false
		}
		dim := v.meter.Unit.dim
		if !yield(Usage{v.key, piece, Quantity{used, dim}, Quantity{estimated, dim}}, nil) {
			return false
		}
	}
	return true
}
