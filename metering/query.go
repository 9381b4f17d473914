package metering

import (
	"fmt"
	"iter"
	"slices"
	"time"
)

type query struct {
	root     Account
	meters   []MeterID
	cut      bool // by the calendar
	calendar Calendar
	windows  bool // cut by the windows kept
	where    []func(Key) bool
	keep     *grouping
	err      error // what is wrong with an option
}

func newQuery(opts []QueryOption) (q query) {
	for _, o := range opts {
		if o != nil {
			q = o.apply(q)
		}
	}
	return q
}

// A QueryOption narrows or shapes what [Aggregator.Usage] yields.
type QueryOption interface{ apply(query) query }

type queryFunc func(query) query

func (f queryFunc) apply(q query) query { return f(q) }

// Of keeps only usage of account and the accounts below it; "" keeps all. Of Of,
// [ForMeters], and [Per] and [PerWindow], the last one given counts.
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
	return queryFunc(func(q query) query { q.cut, q.calendar, q.windows = true, c, false; return q })
}

// PerWindow yields usage by each window kept, as finely as there is.
func PerWindow() QueryOption {
	return queryFunc(func(q query) query { q.cut, q.windows = false, true; return q })
}

// Where keeps only usage of keys for which keep is true; given again, all of
// them have to be. It is called once or more for each key, with locks held: it
// must not call the aggregator, and holds up new series while it runs.
func Where(keep func(Key) bool) QueryOption {
	return queryFunc(func(q query) query {
		if keep != nil {
			q.where = append(slices.Clip(q.where), keep)
		}
		return q
	})
}

// A WindowError reports a period with an edge inside a window: usage is not
// kept that finely.
type WindowError struct {
	Edge  time.Time
	Width time.Duration
}

func (e *WindowError) Error() string {
	fix := "move it to one"
	if e.Width > QuarterHour.Duration() {
		fix += ", or record with narrower windows"
	}
	return fmt.Sprintf("metering: %s is not an edge of the %v windows kept; %s", e.Edge.Format(time.RFC3339Nano), plainDuration(e.Width), fix)
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
// What is recorded, sealed, drained or evicted while it runs may or may not be
// in it, and the items of one event may be in part; what was recorded before,
// and is not drained, is in it once. Its memory grows with the number of keys asked for, of changes in the
// life of resources, and of pieces of time, not with the rows; it visits every
// event in the life of the tenants' resources.
func (a *Aggregator) Usage(p Period, opts ...QueryOption) iter.Seq2[Usage, error] {
	q := newQuery(opts)
	return func(yield func(Usage, error) bool) {
		pieces, err := a.pieces(p, q)
		if err != nil {
			yield(Usage{}, err)
			return
		}
		r, err := a.begin(p, q, pieces)
		if err != nil {
			yield(Usage{}, err)
			return
		}
		r.run(yield)
	}
}

// pieces checks a query and returns the pieces of time that it asks for.
func (a *Aggregator) pieces(p Period, q query) ([]Period, error) {
	for _, id := range q.meters {
		if _, err := a.catalogue.meter(id); err != nil {
			return nil, err
		}
	}
	return q.pieces(p, a.width)
}

// pieces returns the pieces of time that q asks for of windows of a width.
func (q query) pieces(p Period, width int64) ([]Period, error) {
	if q.err != nil {
		return nil, q.err
	}
	if q.root != "" {
		if err := q.root.Validate(); err != nil {
			return nil, err
		}
	}
	if err := aligned(p, width); err != nil || p.IsZero() {
		return nil, err
	}
	switch {
	case q.windows:
		return slices.Collect(p.Windows(time.Duration(width))), nil
	case !q.cut:
		return []Period{p}, nil
	}
	if _, err := q.calendar.At(p.Start()); err != nil {
		return nil, err
	}
	var pieces []Period
	for piece := range q.calendar.Over(p) {
		if err := aligned(piece, width); err != nil {
			return nil, err
		}
		pieces = append(pieces, piece)
	}
	return pieces, nil
}

func aligned(p Period, width int64) error {
	for _, edge := range [...]int64{p.start, p.end} {
		if edge%width != 0 {
			return &WindowError{Edge: time.Unix(0, edge).UTC(), Width: time.Duration(width)}
		}
	}
	return nil
}

// wants reports whether the query keeps usage of key.
func (q query) wants(key Key) bool {
	if q.root != "" && !q.root.Contains(key.Account) || len(q.meters) > 0 && !slices.Contains(q.meters, key.Meter) {
		return false
	}
	for _, keep := range q.where {
		if !keep(key) {
			return false
		}
	}
	return true
}
