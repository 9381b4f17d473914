package metering

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
)

// maxLife is how many events a life has at most. With [spareRuns] it keeps the
// sum of runs that overlap within 128 bits.
const maxLife = 1 << 24

// live takes an event in the life of a resource; a.mu is held for writing.
//
// A life is known up to its last event: one that comes can therefore say what
// was held in windows that are sealed. What the life comes to there is booked
// when they are sealed, and what changes it afterwards is late.
func (a *Aggregator) live(e *Event, m *moment) error {
	k := resourceKey{e.Account.Tenant(), e.Resource}
	t := a.timelines[k]
	switch {
	case t == nil:
		if err := a.room(e.Account, 1); err != nil {
			return err
		}
	case len(*t) >= maxLife:
		return tooLong(e.Resource)
	}
	if sealed := a.sealed.Load() * a.width; sealed > 0 && m.reaches(t.previous(m), sealed, a.catalogue.longestStep) {
		return a.liveLate(k, m, sealed)
	}
	a.timeline(k).insert(m)
	return nil
}

func tooLong(resource string) error {
	return &FieldError{"resource", clip(resource), fmt.Sprintf("want one with at most %d events in its life", maxLife)}
}

// reaches reports whether m can change what counts before the instant: it
// changes the time since the moment before it, and what a run that begins then
// counts from before its start, which is less than the longest step of the clock.
// Previous is when the moment before it was, -1 for none.
func (m *moment) reaches(previous, before, longestStep int64) bool {
	before += longestStep
	return m.at < before || previous >= 0 && previous < before
}

// previous returns when the moment before m is, which need not be there itself;
// -1 for none.
func (t *timeline) previous(m *moment) int64 {
	if t == nil {
		return -1
	}
	if i := t.place(m); i > 0 {
		return (*t)[i-1].at
	}
	return -1
}

// liveLate takes an event that may change what was held in sealed windows, if
// the meters whose usage it changes there take late usage.
func (a *Aggregator) liveLate(k resourceKey, m *moment, sealed int64) error {
	var old timeline
	if t := a.timelines[k]; t != nil {
		old = *t
	}
	late, err := a.lateOf(old, m, sealed)
	if err != nil {
		a.untimely.Add(1)
		return err
	}
	if err := a.addAll(late); err != nil {
		return err
	}
	a.timeline(k).insert(m)
	return nil
}

// lateOf returns what an event changes in a life, in windows before the instant
// sealed; a.mu is held. It fails with ErrTooLate alone, and counts no refusal.
func (a *Aggregator) lateOf(old timeline, m *moment, sealed int64) ([]addition, error) {
	if m.at/a.width < a.sealed.Load()-a.lateWindows {
		return nil, a.tooLate(m.at)
	}
	changed := slices.Clone(old)
	changed.insert(m)
	late := make(heldIn)
	late.add(changed, Period{0, sealed}, a.width, 1)
	late.add(old, Period{0, sealed}, a.width, -1)
	return late.additions(a), nil
}

// timeline returns the timeline of a resource, making it when it is new; a.mu
// is held for writing.
func (a *Aggregator) timeline(k resourceKey) *timeline {
	t := a.timelines[k]
	if t == nil {
		t = new(timeline)
		a.timelines[k] = t
		a.tenant(k.tenant).series++
	}
	return t
}

// roomForLives returns an error when a tenant may not have the lives that it
// does not have yet; a.mu is held.
func (a *Aggregator) roomForLives(more map[resourceKey]timeline) error {
	fresh := make(map[Account]int)
	for k, t := range more {
		if have := a.timelines[k]; have == nil {
			fresh[k.tenant]++
		} else if len(*have)+len(t) > maxLife {
			return tooLong(k.resource)
		}
	}
	for tenant, n := range fresh {
		if err := a.room(tenant, n); err != nil {
			return err
		}
	}
	return nil
}

// heldIn is what resources held by key and window.
type heldIn map[Key]map[int64]heldSum

type heldSum struct{ used, estimated fixed.Int128 }

// add adds, or with a sign of -1 subtracts, what the life of a resource comes
// to within p. Sums of lives cannot overflow: see holdable.
func (h heldIn) add(t timeline, p Period, width int64, sign int64) {
	t.walk(func(c capacity, held Period) {
		for part := range held.Intersect(p).Windows(time.Duration(width)) {
			used, _ := c.grains.MulInt64(sign * (part.end - part.start))
			byWindow := h[c.key]
			if byWindow == nil {
				byWindow = make(map[int64]heldSum)
				h[c.key] = byWindow
			}
			sum := byWindow[part.start/width]
			sum.used, _ = sum.used.Add(used)
			if c.estimated {
				sum.estimated, _ = sum.estimated.Add(used)
			}
			byWindow[part.start/width] = sum
		}
	})
}

// additions returns the sums that are not zero.
func (h heldIn) additions(a *Aggregator) []addition {
	var more []addition
	for key, byWindow := range h {
		m, _ := a.catalogue.meter(key.Meter) // it was there when the event was checked
		one := addition{key: key, meter: m}
		for w, sum := range byWindow {
			if sum != (heldSum{}) {
				one.amounts = append(one.amounts, amount{w * a.width, sum.used, sum.estimated})
			}
		}
		if one.amounts != nil {
			slices.SortFunc(one.amounts, func(x, y amount) int { return cmp.Compare(x.at, y.at) })
			more = append(more, one)
		}
	}
	slices.SortFunc(more, func(x, y addition) int { return x.key.Compare(y.key) })
	return more
}

// entries returns the sums, of which zeros are dropped.
func (h heldIn) entries(a *Aggregator) []sheetEntry {
	var out []sheetEntry
	for _, one := range h.additions(a) {
		e := sheetEntry{key: one.key, dim: one.meter.Unit.dim}
		for _, m := range one.amounts {
			e.post(posting{window: m.at / a.width, n: m.n, estimated: m.estimated})
		}
		out = append(out, e)
	}
	return out
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
	for _, life := range lives {
		slices.SortStableFunc(life, func(x, y stretch) int { return cmp.Compare(x.start, y.start) })
	}
	return lives
}
