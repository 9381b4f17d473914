package allocation

import (
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A Sample is what one workload requested and used of a resource in one window.
type Sample struct {
	Key      metering.Key // who, as on the bill
	Pool     string
	Resource Resource
	Period   metering.Period   // one window of the sheet
	Request  metering.Quantity // over the window; the zero Quantity for none
	Usage    metering.Quantity
}

// Add counts a sample. It costs a look-up, less where samples of one workload
// come together, and memory only for the first of an item and resource. It returns a *[RowError] of [ErrUnknownPool],
// [ErrPeriod], [ErrDimension], [ErrNegative] or [money.ErrOverflow], and then
// nothing is counted.
func (s *Sheet) Add(m Sample) error {
	item, at := Item{Kind: Workload, Key: m.Key, Pool: m.Pool}, int32(-1)
	w := s.known(&item, m.Resource)
	if w != nil {
		at = w.cell
	} else if i, ok := s.cell[place{m.Pool, m.Resource}]; ok {
		at = i
	}
	if at < 0 || !s.cells[at].measured {
		return m.refuse(ErrUnknownPool, "state its supply first")
	}
	c := s.cells[at]
	window, ok := s.window(m.Period)
	if !ok {
		return m.refuse(ErrPeriod, "give one window of the sheet")
	}
	for _, q := range [2]metering.Quantity{m.Request, m.Usage} {
		if q.Dimension() != c.dimension && q != (metering.Quantity{}) {
			return m.refuse(ErrDimension, "measure it as its capacity is")
		}
		if q.Sign() < 0 {
			return m.refuse(ErrNegative, "correct the sample itself")
		}
	}
	request, usage := m.Request.Grains(), m.Usage.Grains()
	taken := usage
	if c.basis == Requested || c.basis == Larger && usage.Less(request) {
		taken = request
	}
	requested, ok1 := c.requested.Add(request)
	used, ok2 := c.used.Add(usage)
	allocated, ok3 := c.allocated.Add(taken)
	if !ok1 || !ok2 || !ok3 {
		return m.refuse(money.ErrOverflow, "use several sheets")
	}
	c.requested, c.used, c.allocated = requested, used, allocated
	c.byWindow[window], _ = c.byWindow[window].Add(taken) // no window outgrows their sum
	if w == nil {
		w = s.of(&item, at)
	}
	w.sum, _ = w.sum.Add(taken)
	return nil
}

func (m Sample) refuse(err error, fix string) error {
	return refuse(err, fix, "sample of %s for %s in pool %s at %s", quote(string(m.Resource)), quote(m.Key.Redacted()), quote(m.Pool), m.Period)
}

// window returns the index of p among the windows.
func (s *Sheet) window(p metering.Period) (int, bool) {
	from := p.Start().Sub(s.period.Start())
	end := s.period.Start().Add(from + s.width)
	if end.After(s.period.End()) {
		end = s.period.End()
	}
	return int(from / s.width), from >= 0 && from%s.width == 0 && from < s.period.Duration() && p.End().Equal(end)
}

// find returns the index of an item.
func (s *Sheet) find(i *Item) (int32, bool) {
	if int(s.last) < len(s.items) && s.items[s.last] == *i {
		return s.last, true
	}
	item, ok := s.item[*i]
	if ok {
		s.last = item
	}
	return item, ok
}

// known returns the weight of an item in the resource of a pool, and nil when
// there is none yet.
func (s *Sheet) known(i *Item, r Resource) *weight {
	item, ok := s.find(i)
	if !ok {
		return nil
	}
	for _, w := range s.held[item] { // the resources of one pool: a few
		if s.cells[s.weights[w].cell].resource == r {
			return &s.weights[w]
		}
	}
	return nil
}

// of returns the weight of an item in a cell of its pool, a new one when there
// is none.
func (s *Sheet) of(i *Item, cell int32) *weight {
	if w := s.known(i, s.cells[cell].resource); w != nil {
		return w
	}
	item, ok := s.find(i)
	if !ok {
		item = int32(len(s.items))
		s.item[*i] = item
		s.items, s.held = append(s.items, *i), append(s.held, nil)
		s.last = item
	}
	s.held[item] = append(s.held[item], int32(len(s.weights)))
	s.weights = append(s.weights, weight{item: item, cell: cell})
	return &s.weights[len(s.weights)-1]
}
