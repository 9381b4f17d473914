package metering

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
)

// Check returns the error with which [Aggregator.Record] would refuse an event
// that it does not know, and changes nothing: whoever makes events durable before
// they are counted asks first. What is recorded, sealed or evicted between the
// two calls can change the answer.
func (a *Aggregator) Check(e *Event) error {
	var err error
	a.CheckAll([]Event{*e}, func(_ int, refused error) { err = refused })
	return err
}

// CheckAll is [Aggregator.Check] for many events, one after the other: a quota
// counts the series and lives that those before would need, and the life of a
// resource has what those before tell of it. It passes on which event would be
// refused, and why.
func (a *Aggregator) CheckAll(events []Event, refuse func(i int, err error)) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	var needed needs
	for i := range events {
		needed.fresh, needed.born = needed.fresh[:0], needed.born[:0]
		if err := a.checkNew(&events[i], &needed); err != nil {
			needed.undo()
			refuse(i, err)
		}
	}
}

// needs are the series and lives that events would need which are not there, in
// all, by tenant, and for the last event.
type needs struct {
	series map[Key]struct{}
	lives  map[resourceKey]struct{}
	of     map[Account]int
	fresh  []Key
	born   []resourceKey

	told map[resourceKey]timeline // what the events tell of lives
}

// needSeries notes that a series is needed, and returns by how many its tenant's
// have grown.
func (n *needs) needSeries(k Key) int {
	tenant := k.Account.Tenant()
	if n.series == nil {
		n.series = make(map[Key]struct{})
	}
	if _, twice := n.series[k]; !twice {
		n.grow(tenant, 1)
		n.series[k] = struct{}{}
		n.fresh = append(n.fresh, k)
	}
	return n.of[tenant]
}

func (n *needs) needLife(k resourceKey) int {
	if n.lives == nil {
		n.lives = make(map[resourceKey]struct{})
	}
	if _, twice := n.lives[k]; !twice {
		n.grow(k.tenant, 1)
		n.lives[k] = struct{}{}
		n.born = append(n.born, k)
	}
	return n.of[k.tenant]
}

func (n *needs) grow(tenant Account, by int) {
	if n.of == nil {
		n.of = make(map[Account]int)
	}
	n.of[tenant] += by
}

// tell notes an event in the life of a resource.
func (n *needs) tell(k resourceKey, m *moment) {
	if n.told == nil {
		n.told = make(map[resourceKey]timeline)
	}
	t := n.told[k]
	t.insert(m)
	n.told[k] = t
}

// undo forgets what the last event needs.
func (n *needs) undo() {
	for _, k := range n.fresh {
		delete(n.series, k)
		n.grow(k.Account.Tenant(), -1)
	}
	for _, k := range n.born {
		delete(n.lives, k)
		n.grow(k.tenant, -1)
	}
}

// checkNew is Check after other events; a.mu is held.
func (a *Aggregator) checkNew(e *Event, before *needs) error {
	items, err := a.check(e)
	if err != nil {
		return err
	}
	if a.closed.Load() {
		return fmt.Errorf("%w: the aggregator", ErrClosed)
	}
	if !e.Kind.carriesAmounts() {
		return a.checkLife(e, items, before)
	}
	// In the order in which addAll asks.
	for _, it := range items {
		if err := a.roomFor(it.key(e), before); err != nil {
			return err
		}
	}
	for _, it := range items {
		if _, err := a.post(it.meter, e.Time.UnixNano(), it.n); err != nil {
			return err
		}
	}
	return nil
}

// roomFor returns an error when there is no series of a key and no room for one.
func (a *Aggregator) roomFor(key Key, before *needs) error {
	if a.find(&key) != nil {
		return nil
	}
	return a.room(key.Account, before.needSeries(key))
}

// checkLife is Check for an event in the life of a resource.
func (a *Aggregator) checkLife(e *Event, items checkedItems, before *needs) error {
	k := resourceKey{e.Account.Tenant(), e.Resource}
	t, told := a.timelines[k], before.told[k]
	switch {
	case t == nil:
		if err := a.room(e.Account, before.needLife(k)); err != nil {
			return err
		}
	case len(*t)+len(told) >= maxLife:
		return tooLong(e.Resource)
	}
	sealed := a.sealed.Load() * a.width
	if sealed == 0 {
		return nil
	}
	m := items.moment(e)
	if m.reaches(max(t.previous(m), told.previous(m)), sealed, a.catalogue.longestStep) {
		late, err := a.lateOf(t.with(told), m, sealed)
		if err == nil {
			err = a.checkLate(late, before)
		}
		if err != nil {
			return err
		}
	}
	before.tell(k, m)
	return nil
}

// checkLate is Check for what an event in a life changes in sealed windows. It is
// added to series, which lives alone do not have.
func (a *Aggregator) checkLate(late []addition, before *needs) error {
	for i := range late {
		if err := a.roomFor(late[i].key, before); err != nil {
			return err
		}
	}
	for i := range late {
		for _, n := range late[i].amounts {
			if _, err := a.post(late[i].meter, n.at, n.n); err != nil {
				return err
			}
		}
	}
	return nil
}

// Accept counts an event that was accepted before and is not counted here yet,
// as a journal knows it to be: its identity is neither looked up nor kept, and
// no quota refuses it. Otherwise it does what [Aggregator.Record] does, with the
// same errors. It costs some 100 ns for one amount of a series that is there, half
// of which copying the event would cost again.
func (a *Aggregator) Accept(e *Event) error {
	if e.Kind == Amount && !e.Estimated && len(e.Items) == 1 {
		it := &e.Items[0]
		key := Key{e.Account, it.Meter, e.Resource, it.SKU, e.Region, e.Labels}
		// The series is of a key that was checked; the amount is checked by AddAt.
		if s := a.find(&key); s != nil && a.timely(s.group.def, e.Time) && s.AddAt(e.Time, it.Quantity) == nil {
			a.accepted.Add(1)
			return nil
		}
	}
	items, err := a.check(e)
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case err != nil:
		a.countRefused(err)
		return err
	case a.closed.Load():
		return fmt.Errorf("%w: the aggregator", ErrClosed)
	}
	a.accepting = true
	defer func() { a.accepting = false }()
	return a.take(e, items)
}

// timely reports whether an amount of that time is taken, and counts no refusal.
func (a *Aggregator) timely(m *Meter, t time.Time) bool {
	n, err := instant(t)
	if err == nil {
		_, err = a.post(m, n, fixed.Int128{})
	}
	return err == nil
}
