package metering

import (
	"fmt"
	"slices"

	"github.com/meterbook/meterbook/internal/fixed"
)

// checkedItems is what an event has to count, one for each meter and SKU.
type checkedItems []checkedItem

type checkedItem struct {
	meter *Meter
	sku   string
	n     fixed.Int128
}

// with adds an item. Two of one meter and SKU are one: an event is counted as
// a whole, and so is each of its keys.
func (c checkedItems) with(it Item, m *Meter) (checkedItems, error) {
	i := slices.IndexFunc(c, func(have checkedItem) bool { return have.meter == m && have.sku == it.SKU })
	if i < 0 {
		return append(c, checkedItem{m, it.SKU, it.Quantity.n}), nil
	}
	n, ok := c[i].n.Add(it.Quantity.n)
	if !ok {
		return nil, fmt.Errorf("%w: meter %q, items of one event", ErrOverflow, m.ID)
	}
	c[i].n = n
	return c, nil
}

// key returns the key under which an event's item is counted.
func (c checkedItem) key(e *Event) Key {
	return Key{e.Account, c.meter.ID, e.Resource, c.sku, e.Region, e.Labels}
}

// additions returns the amounts of an event as usage to be added.
func (c checkedItems) additions(e *Event) []addition {
	out := make([]addition, len(c))
	n := e.Time.UnixNano()
	for i, it := range c {
		out[i] = addition{key: it.key(e), meter: it.meter, one: [1]amount{{at: n, n: it.n}}}
		if e.Estimated {
			out[i].one[0].estimated = it.n
		}
		out[i].amounts = out[i].one[:]
	}
	return out
}

// moment returns the event as one in the life of its resource.
func (c checkedItems) moment(e *Event) *moment {
	m := &moment{at: e.Time.UnixNano(), kind: e.Kind, source: e.Source, id: e.ID}
	for _, it := range c {
		m.holds = append(m.holds, capacity{it.key(e), it.meter, it.n, e.Estimated})
	}
	return m
}
