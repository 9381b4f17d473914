package metering

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// A Running is a resource that holds something, known from the events of its life.
type Running struct {
	Account  Account   // of the first of what it holds
	Resource string    // unique within the tenant
	Heard    time.Time // of its last event: what it held up to then counts, and nothing after
	Holds    []Item    // how much of which meters
}

// Running yields the resources that hold something and of which nothing was heard at an
// instant or later, in order of tenant and resource: what they held since is not
// counted until an event says that they live, such as a Heartbeat. Ask for the end of a
// month before its windows are sealed. Paused resources are among them where a meter says
// that they are held ([PausePolicy]). Leases by a handle ([Series.Start]) are not: they
// are observed by who holds them.
//
// What is recorded meanwhile is in it or not. It is made when it is asked for, walks
// every life, and keeps what it yields.
func (a *Aggregator) Running(before time.Time) iter.Seq[Running] {
	var all []Running
	a.mu.RLock()
	for k, t := range a.timelines {
		if r, ok := t.running(k); ok && r.Heard.Before(before) {
			all = append(all, r)
		}
	}
	a.mu.RUnlock()
	slices.SortFunc(all, func(x, y Running) int {
		return cmp.Or(cmp.Compare(x.Account.Tenant(), y.Account.Tenant()), cmp.Compare(x.Resource, y.Resource))
	})
	return slices.Values(all)
}

// running returns what a resource holds at the end of its life, if anything.
func (t timeline) running(k resourceKey) (r Running, ok bool) {
	l := life{emit: func(capacity, Period) {}}
	for i := 0; i < len(t); {
		j := i + 1
		for j < len(t) && t[j].at == t[i].at {
			j++
		}
		l.live(t[i:j])
		i = j
	}
	r = Running{Account: k.tenant, Resource: k.resource}
	for _, c := range l.holds {
		if l.state == absent || !l.holding(c) {
			continue
		}
		if !ok {
			r.Account, ok = c.key.Account, true
		}
		r.Holds = append(r.Holds, Item{c.key.Meter, c.key.SKU, Quantity{c.grains, c.meter.capacity()}})
	}
	if ok {
		r.Heard = time.Unix(0, t[len(t)-1].at).UTC()
	}
	return r, ok
}
