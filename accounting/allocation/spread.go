package allocation

import (
	"math/big"
	"slices"

	"github.com/meterbook/meterbook/internal/fixed"
)

// value turns the integers of every class into costs.
func (r *report) value() {
	r.prices, r.per = make([]*big.Rat, len(r.cells)), make([]*big.Rat, len(r.cells))
	for i, c := range r.cells {
		r.prices[i] = c.price()
		if !c.allocated.IsZero() {
			idle, over := r.unused(c)
			r.per[i] = idle.Quo(idle.Add(idle, over), ratOf(c.allocated))
		}
	}
	for _, list := range [][]*class{r.shared, r.sideways, r.groups, r.side} {
		parallel(len(list), func(i int) {
			c := list[i]
			c.direct, c.idle = c.worth(r.prices), c.worth(r.per)
			c.shared, c.borne = new(big.Rat), new(big.Rat)
		})
	}
	for _, c := range slices.Concat(r.sideways, r.side) {
		c.idle = new(big.Rat)
	}
}

// worth returns what the weights of a class come to at a rate by cell. It
// reduces the fraction once, at the end.
func (c *class) worth(rates []*big.Rat) *big.Rat {
	num, den := new(big.Int), big.NewInt(1)
	part := new(big.Int)
	for at, cell := range c.cells {
		rate := rates[cell]
		if rate == nil || rate.Sign() == 0 {
			continue
		}
		part.Mul(c.sums[at].Big(), rate.Num())
		if rate.Denom().Cmp(den) != 0 {
			part.Mul(part, den)
			num.Mul(num, rate.Denom())
			den.Mul(den, rate.Denom())
		}
		num.Add(num, part)
	}
	return new(big.Rat).SetFrac(num, den)
}

// together returns the weights of the classes that pick says, by cell.
func (r *report) together(classes []*class, pick func(*class) bool) []fixed.Int256 {
	sums := make([]fixed.Int256, len(r.cells))
	for _, c := range classes {
		if !pick(c) {
			continue
		}
		for at, cell := range c.cells {
			sums[cell], _ = sums[cell].Add(fixed.Wide(c.sums[at])) // 2¹²⁸ weights would fit
		}
	}
	return sums
}

// worth returns what weights by cell come to at a rate by cell. It goes by cell
// and not by class, as the fractions of one cell have one denominator.
func worth(sums []fixed.Int256, rates []*big.Rat) *big.Rat {
	total := new(big.Rat)
	for cell, sum := range sums {
		if !sum.IsZero() && rates[cell] != nil {
			total.Add(total, new(big.Rat).Mul(new(big.Rat).SetInt(sum.Big()), rates[cell]))
		}
	}
	return total
}

func isKept(c *class) bool  { return c.kept }
func anyClass(*class) bool  { return true }
func leftOut(c *class) bool { return !c.kept }

// bear spreads the shared costs over the groups, and returns which part of each
// went to groups that are kept.
func (r *report) bear() (kept []*big.Rat, err error) {
	cost, idle := new(big.Rat), new(big.Rat) // by unit of direct cost
	for n, s := range r.view.Shared {
		kept = append(kept, new(big.Rat))
		nothing := r.sharedCost(n).Sign() == 0 && r.shared[n].idle.Sign() == 0
		if nothing && len(r.shared[n].cells) == 0 {
			continue // it moves nothing
		}
		if nothing && r.bearers(s).Sign() == 0 {
			kept[n].SetInt64(1) // nobody is there, nor is there anything to bear
			continue
		}
		if s.Even {
			if err = r.bearEvenly(n, kept[n]); err != nil {
				return nil, err
			}
			continue
		}
		whole, err := r.bearing(s)
		if err != nil {
			return nil, err
		}
		cost.Add(cost, new(big.Rat).Quo(r.sharedCost(n), whole))
		idle.Add(idle, new(big.Rat).Quo(r.shared[n].idle, whole))
		kept[n].Quo(worth(r.together(r.groups, isKept), r.prices), whole)
	}
	parallel(len(r.groups), func(i int) { r.groups[i].bear(r.groups[i].direct, cost, idle) })
	return kept, nil
}

// bear adds part·cost and part·idle to what a class bears.
func (c *class) bear(part, cost, idle *big.Rat) {
	if cost.Sign() != 0 {
		c.shared.Add(c.shared, new(big.Rat).Mul(part, cost))
	}
	if idle.Sign() != 0 {
		c.borne.Add(c.borne, new(big.Rat).Mul(part, idle))
	}
}

// sharedCost is the direct cost of what the n-th shared cost picks, and its own.
func (r *report) sharedCost(n int) *big.Rat {
	cost := new(big.Rat).Add(r.shared[n].direct, r.sideways[n].direct)
	return cost.Add(cost, Exactly(r.view.Shared[n].Cost).read())
}

// bearing returns the direct cost of all groups, by which a cost is shared.
func (r *report) bearing(s SharedCost) (*big.Rat, error) {
	for _, g := range r.groups {
		if g.direct.Sign() < 0 {
			return nil, refuse(ErrNegativeWeight, "share evenly", "shared cost %s: cost of group %s", quote(s.Name), quote(g.group))
		}
	}
	whole := r.bearers(s)
	if whole.Sign() == 0 {
		return nil, nobody(s)
	}
	return whole, nil
}

// bearers is what a cost is shared by: the direct cost of all groups, or their
// number.
func (r *report) bearers(s SharedCost) *big.Rat {
	if s.Even {
		return new(big.Rat).SetInt64(int64(len(r.groups)))
	}
	return worth(r.together(r.groups, anyClass), r.prices)
}

func nobody(s SharedCost) error {
	return refuse(ErrNoWeight, "share less, or evenly", "shared cost %s: nobody has a cost to bear it by", quote(s.Name))
}

// bearEvenly spreads the n-th shared cost over groups evenly, and adds the parts
// of those kept.
func (r *report) bearEvenly(n int, kept *big.Rat) error {
	if len(r.groups) == 0 {
		return nobody(r.view.Shared[n])
	}
	ratio, cost := r.evenly(), r.sharedCost(n)
	for _, g := range r.groups {
		part := ratio(g)
		g.bear(part, cost, r.shared[n].idle)
		if g.kept {
			kept.Add(kept, part)
		}
	}
	return nil
}

// evenly gives every group the same. A group that is partly kept has its part
// cut by the direct cost of the two, or by their items where that cannot be.
func (r *report) evenly() func(*class) *big.Rat {
	type name struct {
		group string
		kind  Kind
	}
	groups := make(map[name][]*class)
	for _, g := range r.groups {
		groups[name{g.group, g.kind}] = append(groups[name{g.group, g.kind}], g)
	}
	each := big.NewRat(1, int64(len(groups)))
	return func(g *class) *big.Rat {
		cost, items, usable := new(big.Rat), int64(0), true
		for _, c := range groups[name{g.group, g.kind}] {
			cost.Add(cost, c.direct)
			items += c.items
			usable = usable && c.direct.Sign() >= 0
		}
		if usable && cost.Sign() > 0 {
			return cost.Mul(each, cost.Quo(g.direct, cost))
		}
		return new(big.Rat).Mul(each, big.NewRat(g.items, items))
	}
}

// show makes the lines.
func (r *report) show(kept []*big.Rat) {
	shown := slices.DeleteFunc(slices.Clone(r.groups), leftOut)
	r.lines = make([]Line, len(shown))
	parallel(len(shown), func(i int) {
		g, idle := shown[i], new(big.Rat)
		if r.view.Idle == Spread {
			idle.Add(g.idle, g.borne)
		}
		r.lines[i] = r.line(Line{Kind: g.kind, Group: g.group}, g.direct, g.shared, idle)
	})
	for _, c := range r.side {
		for at, cell := range c.cells {
			if c.kept {
				p := r.cells[cell].place
				cost := new(big.Rat).Mul(ratOf(c.sums[at]), r.prices[cell])
				r.add(Line{Kind: c.kind, Pool: p.pool, Resource: p.resource}, cost, nil, nil)
			}
		}
	}
	stray := r.showIdle(kept)
	if r.view.Keep != nil {
		r.showFiltered(kept, stray)
	}
}

func (r *report) add(l Line, direct, shared, idle *big.Rat) {
	r.lines = append(r.lines, r.line(l, direct, shared, idle))
}

// line returns l with its amounts.
func (r *report) line(l Line, direct, shared, idle *big.Rat) Line {
	total := new(big.Rat)
	for _, part := range [3]*big.Rat{direct, shared, idle} {
		if part != nil && part.Sign() != 0 {
			total.Add(total, part)
		}
	}
	l.Direct, l.Shared, l.Idle, l.Total = Amount{direct, r.money}, Amount{shared, r.money}, Amount{idle, r.money}, Amount{total, r.money}
	return l
}

// showIdle makes the lines of idle cost and over-allocation, each the part of
// those who are kept, and returns what nobody has and the view leaves out.
func (r *report) showIdle(kept []*big.Rat) (stray *big.Rat) {
	stray = new(big.Rat)
	held := r.together(r.groups, isKept)
	for i, c := range r.cells {
		idle, over := r.unused(c)
		if idle.Sign() == 0 && over.Sign() == 0 {
			continue
		}
		part := new(big.Rat).SetInt(held[i].Big())
		switch {
		case c.allocated.IsZero():
			if r.view.Keep != nil && !r.view.Keep(Item{Kind: Idle, Pool: c.pool, Resource: c.resource}) {
				stray.Add(stray, idle.Add(idle, over))
				continue
			}
			part.SetInt64(1)
		case r.view.Idle == Spread:
			continue
		default:
			for n, s := range r.shared {
				for at, cell := range s.cells {
					if int(cell) == i {
						part.Add(part, new(big.Rat).Mul(kept[n], ratOf(s.sums[at])))
					}
				}
			}
			part.Quo(part, ratOf(c.allocated))
		}
		for kind, cost := range map[Kind]*big.Rat{Idle: idle, OverAllocation: over} {
			if cost.Mul(cost, part).Sign() != 0 {
				r.add(Line{Kind: kind, Pool: c.pool, Resource: c.resource}, nil, nil, cost)
			}
		}
	}
	return stray
}

// showFiltered makes the line of what the view leaves out.
func (r *report) showFiltered(kept []*big.Rat, stray *big.Rat) {
	out := r.together(r.groups, leftOut)
	direct := worth(out, r.prices)
	direct.Add(direct, worth(r.together(r.side, leftOut), r.prices))
	idle := stray.Add(stray, worth(out, r.per))
	shared := new(big.Rat)
	for n := range r.view.Shared {
		part := new(big.Rat).Sub(big.NewRat(1, 1), kept[n])
		shared.Add(shared, new(big.Rat).Mul(r.sharedCost(n), part))
		idle.Add(idle, part.Mul(part, r.shared[n].idle))
	}
	r.add(Line{Kind: Filtered}, direct, shared, idle)
}
