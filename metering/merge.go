package metering

import (
	"fmt"
	"maps"
	"slices"
)

// Merge adds everything other has counted to a: events, their identities, and
// usage of the hot path. The result does not depend on the order of merges.
// Events of one identity are to be recorded in one of the aggregators, as when
// they are dealt out by a hash of it. Usage of the hot path has no identity:
// merging other twice adds it twice.
//
// Merge fails, and changes nothing, with [ErrConflict] when both counted an
// event of the same identity and another body, with [ErrOverlap] when both
// counted the same event, with a *[FieldError] when window widths or
// catalogues differ or either has sealed windows (merge their snapshots
// instead), with a *[QuotaError], with [ErrClosed] or with [ErrOverflow]. Other
// is not changed; events that are recorded into it meanwhile are merged whole
// or not at all.
func (a *Aggregator) Merge(other *Aggregator) error {
	if err := a.mergeable(other); err != nil {
		return err
	}
	// A copy, so that two aggregators never hold their locks at once.
	more := other.copied()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed.Load() {
		return fmt.Errorf("%w: the aggregator", ErrClosed)
	}
	if a.sealed.Load() != 0 || more.sealed {
		return &FieldError{"watermark", "", "want aggregators without sealed windows; merge their snapshots instead"}
	}
	if err := a.apart(more.events); err != nil {
		return err
	}
	if err := a.roomForLives(more.timelines); err != nil {
		return err
	}
	if err := a.addAll(more.usage); err != nil {
		return err
	}
	for key, t := range more.timelines {
		a.timeline(key).merge(t)
	}
	maps.Copy(a.events, more.events)
	a.counts.Events += more.counts.Events
	a.counts.Duplicates += more.counts.Duplicates
	a.counts.Conflicts += more.counts.Conflicts
	a.counts.Refused += more.counts.Refused
	return nil
}

func (a *Aggregator) mergeable(other *Aggregator) error {
	switch {
	case other == nil:
		return &FieldError{"aggregator", "", "want one to merge"}
	case a == other:
		return fmt.Errorf("%w: an aggregator with itself", ErrOverlap)
	case a.width != other.width:
		return &FieldError{"window", other.Window().String(), "want the same width: " + a.Window().String()}
	case !slices.Equal(a.catalogue.meters, other.catalogue.meters):
		return &FieldError{"catalogue", fmt.Sprintf("%d meters", other.catalogue.Len()), "want the same meters"}
	}
	return nil
}

// apart returns an error when a has counted one of the events.
func (a *Aggregator) apart(events map[fingerprint]fingerprint) error {
	var same, other int
	for id, body := range events {
		if known, both := a.events[id]; both && known == body {
			same++
		} else if both {
			other++
		}
	}
	switch {
	case other > 0:
		return fmt.Errorf("%w in the aggregators to be merged: %d of %d", ErrConflict, other, len(events))
	case same > 0:
		return fmt.Errorf("%w: %d of %d", ErrOverlap, same, len(events))
	}
	return nil
}

// contents is what an aggregator has counted.
type contents struct {
	usage     []addition
	events    map[fingerprint]fingerprint
	timelines map[resourceKey]timeline
	counts    Counts
	sealed    bool
}

func (a *Aggregator) copied() contents {
	a.mu.RLock()
	defer a.mu.RUnlock()
	c := contents{
		usage:     make([]addition, 0, a.index.count),
		events:    maps.Clone(a.events),
		timelines: make(map[resourceKey]timeline, len(a.timelines)),
		counts:    a.counts,
		sealed:    a.sealed.Load() != 0,
	}
	c.counts.Events += a.accepted.Load()
	for s := range a.index.all() {
		one := addition{key: s.Key(), meter: s.group.def}
		b := s.copied()
		for _, cell := range b.used {
			one.amounts = append(one.amounts, amount{cell.window * a.width, cell.sum, b.estimated.get(cell.window)})
		}
		c.usage = append(c.usage, one)
	}
	for k, t := range a.timelines {
		c.timelines[k] = slices.Clone(*t)
	}
	return c
}

// copied returns all that was added so far.
func (s *Series) copied() books {
	s.mu().Lock()
	defer s.mu().Unlock()
	s.catchUp()
	b := s.books.clone()
	s.hotSums(b.used.add)
	return b
}
