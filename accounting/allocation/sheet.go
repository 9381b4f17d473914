package allocation

import (
	"iter"
	"math/big"
	"time"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Sheet gathers what pools cost over a period and what workloads took of
// them, and divides the one by the other: see [Sheet.Report]. Rows may come in
// any order. It keeps a row per item and resource, not per sample, and is for
// one goroutine; make one with [NewSheet].
type Sheet struct {
	period   metering.Period
	width    time.Duration
	windows  int
	cells    []*cell
	cell     map[place]int32
	items    []Item    // without the resource
	held     [][]int32 // by item, its weights
	item     map[Item]int32
	weights  []weight
	last     int32        // the item asked for last, as samples of one often come together
	origin   fixed.Int128 // at scale 18
	currency money.Currency
}

// place is a resource of a pool.
type place struct {
	pool     string
	resource Resource
}

// cell is what is known of one resource of one pool. Its weights are grains
// where it is measured and money where costs were charged.
type cell struct {
	place
	measured  bool
	basis     Basis
	dimension metering.Dimension
	cost      fixed.Int128   // where measured, at scale 18
	capacity  fixed.Int128   // where measured, in grains over the period
	byWindow  []fixed.Int128 // where measured, allocated
	requested fixed.Int128
	used      fixed.Int128
	allocated fixed.Int128 // by workloads, all weights together
	idle      fixed.Int128 // where charged
	over      fixed.Int128 // where charged
}

// weight is what one item has of one cell.
type weight struct {
	item, cell int32
	sum        fixed.Int128
}

// maxWindows bounds what a cell takes in memory: a year of quarter hours.
const maxWindows = 366 * 96

// NewSheet returns an empty sheet. Its windows are what is netted: within one,
// what a workload takes too much of is made up by what another leaves; between
// two, idle and over-allocation both show. Widths are usually an hour. A zero
// width, or one above the period, makes the period one window. It fails with [ErrPeriod] for a period or
// width that is not above 0, and with [ErrLimit] for too many windows.
func NewSheet(period metering.Period, width time.Duration) (*Sheet, error) {
	if width == 0 || width > period.Duration() { // one window; a sum with more would not fit
		width = period.Duration()
	}
	if width <= 0 || period.Duration() <= 0 {
		return nil, refuse(ErrPeriod, "give a period and a width above 0", "sheet of %s in windows of %s", period, width)
	}
	windows := (period.Duration() + width - 1) / width
	if windows > maxWindows {
		return nil, refuse(ErrLimit, "widen the windows", "sheet of %s in windows of %s", period, width)
	}
	return &Sheet{
		period: period, width: width, windows: int(windows),
		cell: make(map[place]int32), item: make(map[Item]int32),
	}, nil
}

// A Supply is a resource of a pool over the sheet's period.
type Supply struct {
	Pool     string
	Resource Resource
	Cost     money.Money       // of all the capacity; 0 or more
	Capacity metering.Quantity // over the period, such as "48 {core}.h"; above 0
	Basis    Basis
}

// Supply states what a resource of a pool costs and how much of it there is.
// What a workload is allocated of it costs its part of the capacity; what is
// left is idle. It comes before the samples. It fails with [ErrDuplicate] for
// a resource of a pool that was stated, [ErrNegative] for a cost below 0, and
// [ErrZero] for a capacity that is not above 0.
func (s *Sheet) Supply(u Supply) error {
	at := place{u.Pool, u.Resource}
	row := func(err error, fix string) error {
		return refuse(err, fix, "supply of %s in pool %s", quote(string(u.Resource)), quote(u.Pool))
	}
	switch _, twice := s.cell[at]; {
	case twice:
		return row(ErrDuplicate, "state each resource of a pool once, before its samples")
	case u.Cost.Sign() < 0:
		return row(ErrNegative, "state a cost of 0 or more")
	case u.Capacity.Sign() <= 0:
		return row(ErrZero, "state a capacity above 0")
	}
	if err := s.spend(u.Cost); err != nil {
		return row(err, "")
	}
	c := s.at(at)
	c.measured, c.basis, c.dimension = true, u.Basis, u.Capacity.Dimension()
	c.cost, c.capacity, c.byWindow = u.Cost.Scaled(), u.Capacity.Grains(), make([]fixed.Int128, s.windows)
	return nil
}

// at returns the cell of a place, a new one when there is none.
func (s *Sheet) at(p place) *cell {
	if i, ok := s.cell[p]; ok {
		return s.cells[i]
	}
	s.cell[p] = int32(len(s.cells))
	s.cells = append(s.cells, &cell{place: p})
	return s.cells[len(s.cells)-1]
}

// spend adds to the origin.
func (s *Sheet) spend(m money.Money) error {
	if m.Currency() != "" && s.currency != "" && m.Currency() != s.currency {
		return money.CurrencyMismatchError{Got: m.Currency(), Want: s.currency}
	}
	sum, ok := s.origin.Add(m.Scaled())
	if !ok {
		return money.ErrOverflow
	}
	s.origin = sum
	if s.currency == "" {
		s.currency = m.Currency()
	}
	return nil
}

// Charge counts a cost that is known as money: traffic, load balancers,
// volumes, or idle cost that another program worked out. [Idle] cost is of its
// pool and resource alone; below 0 it is [OverAllocation], whichever of the two
// it is called.
// Costs below 0 are credits. A resource of a pool is either supplied or charged,
// else [ErrDuplicate].
func (s *Sheet) Charge(i Item, cost money.Money) error {
	p := place{i.Pool, i.Resource}
	row := func(err error, fix string) error {
		return refuse(err, fix, "%s cost of %s for %s in pool %s", i.Kind, quote(string(i.Resource)), quote(i.Key.Redacted()), quote(i.Pool))
	}
	if ci, ok := s.cell[p]; ok && s.cells[ci].measured {
		return row(ErrDuplicate, "charge it under another resource than what is supplied")
	}
	if i.Kind == 0 || i.Kind > Unallocated {
		return row(ErrUnknownPool, "give one of the kinds of cost")
	}
	item := i
	item.Resource = ""
	c, w := s.charged(&item, p)
	idle, ok := i.Kind == Idle || i.Kind == OverAllocation, false
	switch v := cost.Scaled(); {
	case !idle:
		if w.sum, ok = w.sum.Add(v); ok && i.Kind == Workload { // the others bear no idle cost
			c.allocated, ok = c.allocated.Add(v)
		}
	case v.Sign() < 0:
		c.over, ok = c.over.Add(v)
	default:
		c.idle, ok = c.idle.Add(v)
	}
	if !ok {
		return row(money.ErrOverflow, "use several sheets")
	}
	if err := s.spend(cost); err != nil {
		return row(err, "")
	}
	*s.at(p) = c
	if !idle {
		s.of(&item, s.cell[p]).sum = w.sum
	}
	return nil
}

// charged returns copies of the cell of a place and of what an item has of it, to
// be changed: what is refused leaves neither behind, as an item without a cost
// would have its part of what is shared evenly.
func (s *Sheet) charged(i *Item, p place) (c cell, w weight) {
	c.place = p
	if at, ok := s.cell[p]; ok {
		c = *s.cells[at]
	}
	if known := s.known(i, p.resource); known != nil {
		w = *known
	}
	return c, w
}

// price returns what one weight of the cell costs.
func (c *cell) price() *big.Rat {
	if !c.measured {
		return new(big.Rat).SetFrac(big.NewInt(1), scale())
	}
	return new(big.Rat).SetFrac(c.cost.Big(), new(big.Int).Mul(c.capacity.Big(), scale()))
}

// unused returns the idle cost, 0 or more, and the over-allocation, 0 or less.
func (s *Sheet) unused(c *cell) (idle, over *big.Rat) {
	price := c.price()
	if !c.measured {
		return new(big.Rat).Mul(price, ratOf(c.idle)), new(big.Rat).Mul(price, ratOf(c.over))
	}
	left, beyond := new(big.Int), new(big.Int)
	whole, start := big.NewInt(int64(s.period.Duration())), s.period.Start()
	for i, taken := range c.byWindow {
		// The window's part of the capacity, less what was taken; both times
		// the period, so that they stay integers.
		length := min(s.width, s.period.End().Sub(start.Add(time.Duration(i)*s.width)))
		rest := new(big.Int).Mul(c.capacity.Big(), big.NewInt(int64(length)))
		rest.Sub(rest, new(big.Int).Mul(taken.Big(), whole))
		if rest.Sign() > 0 {
			left.Add(left, rest)
		} else {
			beyond.Add(beyond, rest)
		}
	}
	per := new(big.Rat).Quo(price, new(big.Rat).SetInt(whole))
	return new(big.Rat).Mul(per, new(big.Rat).SetInt(left)), new(big.Rat).Mul(per, new(big.Rat).SetInt(beyond))
}

func ratOf(v fixed.Int128) *big.Rat { return new(big.Rat).SetInt(v.Big()) }

// Windows returns the windows of the sheet, in order.
func (s *Sheet) Windows() iter.Seq[metering.Period] {
	return func(yield func(metering.Period) bool) {
		for i := range s.windows {
			start := s.period.Start().Add(time.Duration(i) * s.width)
			end := start.Add(s.width)
			if end.After(s.period.End()) {
				end = s.period.End()
			}
			p, err := metering.NewPeriod(start, end)
			if err != nil || !yield(p) {
				return
			}
		}
	}
}
