package summary

import (
	"fmt"
	"iter"
	"maps"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/meterbook/meterbook/metering"
)

// Members counts different identities by key and piece of a calendar: active
// users, devices seen, documents opened. Make one with [NewMembers]; it is safe
// for concurrent use and must not be copied.
type Members struct {
	chart
	limit int

	mu      sync.Mutex
	seen    map[place]map[string]struct{}
	count   int // of all places
	refused uint64
}

// A Count is how many different identities were seen in a piece of time.
type Count struct {
	Period metering.Period
	Key    metering.Key
	Unique metering.Quantity // of the meter's dimension: a count
}

// NewMembers returns an empty summary of identities by pieces of a calendar, of
// the meters of a catalogue, [metering.DefaultCatalogue] for nil. It fails with a
// *[metering.FieldError] on the zero Calendar.
func NewMembers(meters *metering.Catalogue, calendar metering.Calendar, opts ...Option) (*Members, error) {
	c, err := newChart(meters, calendar, metering.Identities)
	if err != nil {
		return nil, err
	}
	return &Members{chart: c, limit: newConfig(opts).limit, seen: make(map[place]map[string]struct{})}, nil
}

// Observe notes that a member was seen, of 1 to 256 bytes of UTF-8, compared byte
// by byte. Who was seen before in the piece counts nothing. Errors are those of
// the package; it costs a lookup in the calendar and two in maps.
func (m *Members) Observe(key metering.Key, at time.Time, member string) error {
	p, meter, err := m.place(key, at)
	if err != nil {
		return err
	}
	switch {
	case len(member) == 0 || len(member) > metering.MaxNameBytes:
		return &metering.FieldError{Field: "member", Value: clip(member), Reason: fmt.Sprintf("want 1 to %d bytes", metering.MaxNameBytes)}
	case !utf8.ValidString(member):
		return &metering.FieldError{Field: "member", Value: clip(member), Reason: "want valid UTF-8"}
	case meter.Unit.Dimension() != metering.Count:
		return &metering.DimensionError{Got: metering.Count, Want: meter.Unit.Dimension(), Meter: meter.ID}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.seen[p][member]; known {
		return nil
	}
	if m.count >= m.limit {
		m.refused++
		return &LimitError{"identities", m.limit}
	}
	m.take(p, member)
	return nil
}

// take adds a member that a place has not; the lock is held.
func (m *Members) take(p place, member string) {
	if m.seen[p] == nil {
		m.seen[p] = make(map[string]struct{})
	}
	m.seen[p][member] = struct{}{}
	m.count++
}

// Rows yields the counts in order of time and key, as they are when it begins.
func (m *Members) Rows() iter.Seq[Count] {
	return func(yield func(Count) bool) {
		m.mu.Lock()
		places := inOrder(m.seen)
		rows := make([]Count, len(places))
		for i, p := range places {
			rows[i] = Count{p.piece, p.key, metering.Grains(int64(len(m.seen[p])), metering.Count)}
		}
		m.mu.Unlock()
		for _, row := range rows {
			if !yield(row) {
				return
			}
		}
	}
}

// Merge takes all that another summary has seen, which stays as it is. It fails,
// and changes nothing, with a *[metering.FieldError] on another calendar and with
// a *[LimitError].
func (m *Members) Merge(o *Members) error {
	if m == o {
		return nil
	}
	if err := m.same(&o.chart); err != nil {
		return err
	}
	o.mu.Lock()
	theirs := make(map[place]map[string]struct{}, len(o.seen))
	for p, members := range o.seen {
		theirs[p] = maps.Clone(members)
	}
	o.mu.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	fresh := make(map[place][]string)
	count := m.count
	for p, members := range theirs {
		for member := range members {
			if _, known := m.seen[p][member]; !known {
				fresh[p] = append(fresh[p], member)
				count++
			}
		}
	}
	if count > m.limit {
		return &LimitError{"identities", m.limit}
	}
	for p, members := range fresh {
		for _, member := range members {
			m.take(p, member)
		}
	}
	return nil
}

// Drop forgets the pieces that end at or before t, and returns how many
// identities they had: those that are settled.
func (m *Members) Drop(t time.Time) (dropped int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for p, members := range m.seen {
		if !p.piece.End().After(t) {
			dropped += len(members)
			delete(m.seen, p)
		}
	}
	m.count -= dropped
	return dropped
}

// Refused returns how many sightings did not fit the limit.
func (m *Members) Refused() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.refused
}
