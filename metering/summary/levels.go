package summary

import (
	"cmp"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// Levels keeps the highest and the latest value of levels by key and piece of a
// calendar. Make one with [NewLevels]; it is safe for concurrent use and must not
// be copied.
type Levels struct {
	chart
	limit int

	mu      sync.Mutex
	seen    map[place]level
	refused uint64
}

// level is what a place has.
type level struct{ highest, latest reading }

type reading struct {
	at    time.Time // UTC, without a monotonic clock
	id    string
	value metering.Quantity
}

// A Level is what was seen of a level in a piece of time.
type Level struct {
	Period   metering.Period
	Key      metering.Key
	Max      metering.Quantity
	MaxAt    time.Time // when it was first reached
	Latest   metering.Quantity
	LatestAt time.Time
}

// NewLevels returns an empty summary of levels by pieces of a calendar, of the
// meters of a catalogue, [metering.DefaultCatalogue] for nil. It fails with a
// *[metering.FieldError] on the zero Calendar.
func NewLevels(meters *metering.Catalogue, calendar metering.Calendar, opts ...Option) (*Levels, error) {
	c, err := newChart(meters, calendar, metering.Levels)
	if err != nil {
		return nil, err
	}
	return &Levels{chart: c, limit: newConfig(opts).limit, seen: make(map[place]level)}, nil
}

// Observe takes a reading of a level, which is told by its instant and an id of
// up to 256 bytes; where a source reads once at an instant, the id may be "".
// Readings of one key are of one level, whoever reads it; parts of a level are
// keys of their own. Errors are those of the package; it costs a lookup in the
// calendar and one in a map.
func (l *Levels) Observe(key metering.Key, at time.Time, id string, value metering.Quantity) error {
	p, m, err := l.place(key, at)
	if err != nil {
		return err
	}
	switch {
	case len(id) > metering.MaxNameBytes:
		return &metering.FieldError{Field: "id", Value: clip(id), Reason: fmt.Sprintf("want at most %d bytes", metering.MaxNameBytes)}
	case value.Dimension() != m.Unit.Dimension():
		return &metering.DimensionError{Got: value.Dimension(), Want: m.Unit.Dimension(), Meter: m.ID}
	case value.Sign() < 0:
		return fmt.Errorf("%w: a level of %q: %v", metering.ErrNegative, m.ID, value)
	}
	r := reading{at.Round(0).UTC(), id, value}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.take(p, level{r, r})
}

// take joins what was seen of a place; the lock is held.
func (l *Levels) take(p place, more level) error {
	have, known := l.seen[p]
	if !known && len(l.seen) >= l.limit {
		l.refused++
		return &LimitError{"keys in pieces of time", l.limit}
	}
	if known {
		more = have.join(more)
	}
	l.seen[p] = more
	return nil
}

// join returns what two levels are together.
func (a level) join(b level) level {
	if c := compareQuantities(b.highest.value, a.highest.value); c > 0 || c == 0 && b.highest.at.Before(a.highest.at) {
		a.highest = b.highest
	}
	if compareReadings(b.latest, a.latest) > 0 {
		a.latest = b.latest
	}
	return a
}

func compareReadings(a, b reading) int {
	return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id), compareQuantities(a.value, b.value))
}

// compareQuantities compares quantities of one meter, whose dimensions are the
// same.
func compareQuantities(a, b metering.Quantity) int {
	c, _ := a.Cmp(b)
	return c
}

// Rows yields the levels in order of time and key, as they are when it begins.
func (l *Levels) Rows() iter.Seq[Level] {
	return func(yield func(Level) bool) {
		l.mu.Lock()
		places := inOrder(l.seen)
		rows := make([]Level, len(places))
		for i, p := range places {
			s := l.seen[p]
			rows[i] = Level{p.piece, p.key, s.highest.value, s.highest.at, s.latest.value, s.latest.at}
		}
		l.mu.Unlock()
		for _, row := range rows {
			if !yield(row) {
				return
			}
		}
	}
}

// Merge takes all that another summary has seen, which stays as it is. It fails,
// and changes nothing, with a *[metering.FieldError] on another calendar, a
// *[metering.DimensionError] where their catalogues differ in a meter, and with a
// *[LimitError].
func (l *Levels) Merge(o *Levels) error {
	if l == o {
		return nil
	}
	if err := l.same(&o.chart); err != nil {
		return err
	}
	o.mu.Lock()
	theirs := make(map[place]level, len(o.seen))
	for p, s := range o.seen {
		theirs[p] = s
	}
	o.mu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	fresh := 0
	for p, s := range theirs {
		mine, known := l.seen[p]
		if err := l.measures(p.key.Meter, s.latest.value); err != nil {
			return err
		}
		if !known {
			fresh++
		} else if _, err := mine.latest.value.Cmp(s.latest.value); err != nil {
			return err // of a meter that ours has not, and that two others differ in
		}
	}
	if len(l.seen)+fresh > l.limit {
		return &LimitError{"keys in pieces of time", l.limit}
	}
	for p, s := range theirs {
		_ = l.take(p, s) // there is room
	}
	return nil
}

// Drop forgets the pieces that end at or before t, and returns how many levels
// there were: those that are settled.
func (l *Levels) Drop(t time.Time) (dropped int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for p := range l.seen {
		if !p.piece.End().After(t) {
			delete(l.seen, p)
			dropped++
		}
	}
	return dropped
}

// Refused returns how many readings did not fit the limit.
func (l *Levels) Refused() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.refused
}
