package metering

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"
)

// A State is all that an aggregator has counted, as what another one can go on
// from: a checkpoint of whoever keeps events elsewhere and would not count all
// of them again. Its parts are values with text or binary forms of their own.
type State struct {
	// Usage is what was added, and what lives came to in sealed windows.
	Usage *Snapshot
	// Lives are the events that tell the lives of resources, by tenant and
	// resource and in order of time. Those that carry nothing name the tenant as
	// their account.
	Lives []Event
	// Windows before Watermark are sealed, and the one that begins at Current is
	// current; the zero Time for none. Where windows are sealed, the current one is
	// none of them: that of Watermark, if Current is before it or none.
	Watermark, Current time.Time
	Counts             Counts
}

// State returns what the aggregator has counted. What is recorded meanwhile is
// in it whole or not at all. It fails with [ErrState] where windows are archived:
// they are in files already; or with [ErrOverflow]. Its cost is that of
// [Aggregator.Snapshot].
func (a *Aggregator) State() (State, error) {
	a.sealing.Lock() // what is added goes on
	defer a.sealing.Unlock()
	if a.archive != nil {
		return State{}, fmt.Errorf("%w: state of archived windows", ErrState)
	}
	s := State{Watermark: a.Watermark(), Current: a.Current()}
	a.mu.RLock()
	defer a.mu.RUnlock()
	s.Counts = a.countsLocked()
	var entries []sheetEntry
	for one := range a.index.all() {
		if b := one.copied(); len(b.used) > 0 {
			entries = append(entries, sheetEntry{one.Key(), one.group.dim, b})
		}
	}
	for _, p := range a.parts {
		entries = append(entries, p.sheet.entries()...)
	}
	usage, err := newSheet(a.width, entries)
	if err != nil {
		return State{}, err
	}
	s.Usage, err = newSnapshot(a.width, []origin{{"state", 1, usage}})
	s.Lives = slices.Collect(a.lifeEvents())
	return s, err
}

// lifeEvents yields the events of lives; a.mu is held.
func (a *Aggregator) lifeEvents() iter.Seq[Event] {
	keys := make([]resourceKey, 0, len(a.timelines))
	for k := range a.timelines {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y resourceKey) int {
		return cmp.Or(cmp.Compare(x.tenant, y.tenant), cmp.Compare(x.resource, y.resource))
	})
	return func(yield func(Event) bool) {
		for _, k := range keys {
			for _, m := range *a.timelines[k] {
				if !yield(m.event(k)) {
					return
				}
			}
		}
	}
}

// event returns the event that the moment is of.
func (m *moment) event(k resourceKey) Event {
	e := Event{Account: k.tenant, Source: m.source, ID: m.id, Time: time.Unix(0, m.at).UTC(), Kind: m.kind, Resource: k.resource}
	for _, c := range m.holds {
		e.Account, e.Region, e.Labels, e.Estimated = c.key.Account, c.key.Region, c.key.Labels, c.estimated
		e.Items = append(e.Items, Item{c.key.Meter, c.key.SKU, Quantity{c.grains, c.meter.capacity()}})
	}
	return e
}

// Restore makes an aggregator that has counted nothing go on from a state. It
// fails with [ErrState] where something was counted, with a *[FieldError] where
// the widths of windows differ or a time is no edge of windows, and as
// [Aggregator.Accept] does where the catalogue does not fit; after that the
// aggregator is of no use.
func (a *Aggregator) Restore(s State) error {
	a.sealing.Lock()
	defer a.sealing.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	sealed, current, err := a.windowsOf(s)
	if err != nil {
		return err
	}
	a.accepting = true
	defer func() { a.accepting = false }()
	if err := a.restoreLives(s.Lives); err != nil {
		return err
	}
	if s.Usage != nil && s.Usage.usage != nil {
		if err := a.restoreUsage(s.Usage.usage, sealed); err != nil {
			return err
		}
	}
	a.counts = s.Counts
	a.counts.Anomalies = 0 // counted when asked for, of the lives
	a.untimely.Store(s.Counts.Untimely)
	a.sealed.Store(sealed)
	a.now.Store(&clock{current: current, previous: a.now.Load().current, age: a.now.Load().age + 1})
	return nil
}

// windowsOf returns the first window that is not sealed, and the current one, + 1.
func (a *Aggregator) windowsOf(s State) (sealed, current int64, err error) {
	switch {
	case a.closed.Load():
		return 0, 0, fmt.Errorf("%w: the aggregator", ErrClosed)
	case a.archive != nil || a.sealed.Load() != 0 || a.index.count > 0 || len(a.timelines) > 0 || len(a.events) > 0:
		return 0, 0, fmt.Errorf("%w: restore of an aggregator that has counted something", ErrState)
	case s.Usage != nil && s.Usage.usage != nil && s.Usage.width != a.width:
		return 0, 0, &FieldError{"window", s.Usage.Window().String(), "want that of the aggregator: " + a.Window().String()}
	}
	for _, one := range [...]struct {
		at time.Time
		to *int64
		up int64
	}{{s.Watermark, &sealed, 0}, {s.Current, &current, 1}} {
		if one.at.IsZero() {
			continue
		}
		n, err := edge(one.at)
		if err != nil {
			return 0, 0, err
		}
		if n%a.width != 0 {
			return 0, 0, &FieldError{"time", stamp(n), "want the edge of a window"}
		}
		*one.to = n/a.width + one.up
	}
	if sealed > 0 { // as Seal leaves it: a sealed window is not the current one
		current = max(current, sealed+1)
	}
	return sealed, current, nil
}

func (a *Aggregator) restoreLives(lives []Event) error {
	for i := range lives {
		e := &lives[i]
		items, err := a.check(e)
		if err != nil {
			return err
		}
		if e.Kind.carriesAmounts() {
			return &FieldError{"kind", e.Kind.String(), "want events in the life of a resource"}
		}
		a.timeline(resourceKey{e.Account.Tenant(), e.Resource}).insert(items.moment(e))
	}
	return nil
}

// restoreUsage puts what is sealed into a part, and the rest into series.
func (a *Aggregator) restoreUsage(usage *sheet, sealed int64) error {
	var closed []sheetEntry
	var open []addition
	for _, e := range usage.entries() {
		m, err := a.catalogue.additive(e.key.Meter)
		if err != nil {
			return err
		}
		if e.dim != m.Unit.dim {
			return &DimensionError{Got: e.dim, Want: m.Unit.dim, Meter: m.ID}
		}
		done := books{e.used.takeBefore(sealed), e.estimated.takeBefore(sealed), e.late.takeBefore(sealed)}
		if len(done.used) > 0 {
			closed = append(closed, sheetEntry{e.key, e.dim, done})
		}
		one := addition{key: e.key, meter: m}
		for _, c := range e.used {
			one.amounts = append(one.amounts, amount{c.window * a.width, c.sum, e.estimated.get(c.window)})
		}
		if one.amounts != nil {
			open = append(open, one)
		}
	}
	if len(closed) > 0 {
		s, err := newSheet(a.width, closed)
		if err != nil {
			return err
		}
		a.parts = []*part{{sheet: s}}
	}
	return a.addAll(open)
}
