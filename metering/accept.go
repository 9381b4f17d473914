package metering

import "fmt"

// Check returns the error with which [Aggregator.Record] would refuse an event
// that it does not know, and changes nothing: whoever makes events durable before
// they are counted asks first. What is recorded, sealed or evicted between the
// two calls can change the answer.
func (a *Aggregator) Check(e *Event) error {
	items, err := a.check(e)
	if err != nil {
		return err
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	if a.closed.Load() {
		return fmt.Errorf("%w: the aggregator", ErrClosed)
	}
	if !e.Kind.carriesAmounts() {
		return a.checkLife(e, items)
	}
	fresh := 0
	for _, it := range items {
		if _, err := a.post(it.meter, e.Time.UnixNano(), it.n); err != nil {
			return err
		}
		key := it.key(e)
		s := a.find(&key)
		if s == nil {
			fresh++
		}
	}
	if fresh > 0 {
		return a.room(e.Account, fresh)
	}
	return nil
}

// checkLife is Check for an event in the life of a resource.
func (a *Aggregator) checkLife(e *Event, items checkedItems) error {
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
	m := items.moment(e)
	sealed := a.sealed.Load() * a.width
	if sealed == 0 || !t.reaches(m, sealed, a.catalogue.longestStep) {
		return nil
	}
	late, err := a.lateOf(k, m, sealed)
	if err != nil {
		return err
	}
	for _, one := range late {
		for _, n := range one.amounts {
			if _, err := a.post(one.meter, n.at, n.n); err != nil {
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
		if s := a.find(&key); s != nil && s.AddAt(e.Time, it.Quantity) == nil {
			a.accepted.Add(1)
			return nil
		}
	}
	items, err := a.check(e)
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case err != nil:
		a.counts.Refused++
		return err
	case a.closed.Load():
		return fmt.Errorf("%w: the aggregator", ErrClosed)
	}
	a.accepting = true
	defer func() { a.accepting = false }()
	return a.take(e, items)
}
