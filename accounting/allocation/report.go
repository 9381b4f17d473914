package allocation

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

// class is the items of a report that share a line.
type class struct {
	group  string
	kind   Kind // Workload, or Unallocated for those without a group
	kept   bool
	items  int64
	cells  []int32
	sums   []fixed.Int128 // by cells
	direct *big.Rat
	idle   *big.Rat
	shared *big.Rat // of the direct cost of shared items
	borne  *big.Rat // of their idle cost
}

// report is the work of one view. Weights are summed as integers, by class and
// cell; only then do they become fractions, so that these are as few as there
// are lines, not items.
type report struct {
	*Sheet
	view     View
	shared   []*class // workloads of each shared cost
	sideways []*class // other items of each shared cost, which have no idle cost
	groups   []*class // of workloads; kept and left out are two
	side     []*class // of unmounted and unallocated cost, by pool
	prices   []*big.Rat
	per      []*big.Rat // idle cost less over-allocation of one weight, by cell; nil where there is no weight
	lines    []Line
	money    money.Currency
}

// Report divides the costs of the sheet by the view. Rows of the sheet stay as
// they are, so that it can be looked at in several ways.
//
// Idle cost is found by pool and resource, and is of the items that were
// allocated that resource, in proportion. Then shared costs, with their idle
// cost, go to the others by their direct cost; then what the view leaves out is
// put into one line. So a shared cost is spread over all, seen or not, and the
// idle cost of the shared follows it.
//
// It returns a *[RowError]: [ErrNegativeWeight] when idle or shared cost would
// be spread by a cost below 0, [ErrNoWeight] when nobody is there to bear a
// shared cost, and a [money.CurrencyMismatchError].
func (s *Sheet) Report(v View) (Report, error) {
	r := &report{Sheet: s, view: v, money: s.currency}
	if v.By == nil {
		r.view.By = ByAccount
	}
	if err := r.classify(); err != nil {
		return Report{}, err
	}
	r.value()
	kept, err := r.bear()
	if err != nil {
		return Report{}, err
	}
	r.show(kept)
	slices.SortFunc(r.lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Pool, b.Pool), cmp.Compare(a.Resource, b.Resource))
	})
	origin := Amount{new(big.Rat).SetFrac(s.origin.Big(), scale()), r.money}
	for _, c := range v.Shared {
		origin = origin.plus(Exactly(c.Cost), r.money)
	}
	return Report{r.lines, origin}, nil
}

// classify puts every item in a class, and adds up the weights of each.
func (r *report) classify() error {
	for _, c := range r.view.Shared {
		r.shared, r.sideways = append(r.shared, new(class)), append(r.sideways, new(class))
		m, err := (Amount{currency: r.money}).common(Amount{currency: c.Cost.Currency()})
		if err != nil {
			return refuse(err, "", "shared cost %s", quote(c.Name))
		}
		r.money = m
	}
	classes := make([]*class, len(r.items))
	known := make(map[identity]*class)
	for i, item := range r.items {
		classes[i] = r.classOf(item, known)
		classes[i].items++
	}
	type spot struct {
		class *class
		cell  int32
	}
	spots := make(map[spot]int, len(r.weights))
	for _, w := range r.weights {
		if err := r.checkWeight(w); err != nil {
			return err
		}
		c := classes[w.item]
		at, ok := spots[spot{c, w.cell}]
		if !ok {
			spots[spot{c, w.cell}] = len(c.cells)
			c.cells, c.sums = append(c.cells, w.cell), append(c.sums, w.sum)
			continue
		}
		if c.sums[at], ok = c.sums[at].Add(w.sum); !ok {
			return refuse(money.ErrOverflow, "use several sheets", "group %s", quote(c.group))
		}
	}
	return nil
}

// identity is what tells two classes apart.
type identity struct {
	group string
	kind  Kind
	side  bool
	kept  bool
}

func (r *report) classOf(i Item, known map[identity]*class) *class {
	side := i.Kind != Workload
	for n, c := range r.view.Shared {
		if c.Where == nil || !c.Where(i) {
			continue
		}
		if side {
			return r.sideways[n]
		}
		return r.shared[n]
	}
	id := identity{i.Pool, i.Kind, side, r.view.Keep == nil || r.view.Keep(i)}
	if !side {
		var ok bool
		if id.group, ok = r.view.By(i); !ok {
			id.group, id.kind = "", Unallocated
		}
	}
	c, ok := known[id]
	if ok {
		return c
	}
	c = &class{group: id.group, kind: id.kind, kept: id.kept}
	known[id] = c
	if side {
		r.side = append(r.side, c)
	} else {
		r.groups = append(r.groups, c)
	}
	return c
}

// checkWeight refuses a credit that idle cost would be spread by.
func (r *report) checkWeight(w weight) error {
	c := r.cells[w.cell]
	if w.sum.Sign() >= 0 || r.items[w.item].Kind != Workload || c.idle.IsZero() && c.over.IsZero() {
		return nil
	}
	return refuse(ErrNegativeWeight, "charge the credit under another resource", "cost of %s for %s in pool %s",
		quote(string(c.resource)), quote(r.items[w.item].Key.Redacted()), quote(c.pool))
}
