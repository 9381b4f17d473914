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
		for _, c := range list {
			c.direct, c.idle, c.shared, c.borne = new(big.Rat), new(big.Rat), new(big.Rat), new(big.Rat)
			for at, cell := range c.cells {
				w := ratOf(c.sums[at])
				c.direct.Add(c.direct, new(big.Rat).Mul(w, r.prices[cell]))
				if r.per[cell] != nil && r.per[cell].Sign() != 0 {
					c.idle.Add(c.idle, w.Mul(w, r.per[cell]))
				}
			}
		}
	}
	for _, c := range slices.Concat(r.sideways, r.side) {
		c.idle = new(big.Rat)
	}
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
	for n, s := range r.view.Shared {
		cost := new(big.Rat).Add(r.shared[n].direct, r.sideways[n].direct)
		cost.Add(cost, Exactly(s.Cost).read())
		idle := r.shared[n].idle
		part := new(big.Rat)
		kept = append(kept, part)
		if cost.Sign() == 0 && idle.Sign() == 0 && len(r.shared[n].cells) == 0 {
			continue // it moves nothing
		}
		ratio, err := r.ratios(s)
		if err != nil {
			return nil, err
		}
		for _, g := range r.groups {
			of := ratio(g)
			g.shared.Add(g.shared, new(big.Rat).Mul(of, cost))
			g.borne.Add(g.borne, new(big.Rat).Mul(of, idle))
			if s.Even && g.kept {
				part.Add(part, of)
			}
		}
		if !s.Even {
			whole := worth(r.together(r.groups, anyClass), r.prices)
			part.Quo(worth(r.together(r.groups, isKept), r.prices), whole)
		}
	}
	return kept, nil
}

// ratios returns the part of a shared cost that each group bears.
func (r *report) ratios(s SharedCost) (func(*class) *big.Rat, error) {
	nobody := refuse(ErrNoWeight, "share less, or evenly", "shared cost %s: nobody has a cost to bear it by", quote(s.Name))
	if s.Even {
		if len(r.groups) == 0 {
			return nil, nobody
		}
		return r.evenly(), nil
	}
	for _, g := range r.groups {
		if g.direct.Sign() < 0 {
			return nil, refuse(ErrNegativeWeight, "share evenly", "shared cost %s: cost of group %s", quote(s.Name), quote(g.group))
		}
	}
	whole := worth(r.together(r.groups, anyClass), r.prices)
	if whole.Sign() == 0 {
		return nil, nobody
	}
	per := new(big.Rat).Inv(whole)
	return func(g *class) *big.Rat { return new(big.Rat).Mul(g.direct, per) }, nil
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
	for _, g := range r.groups {
		if !g.kept {
			continue
		}
		idle := new(big.Rat)
		if r.view.Idle == Spread {
			idle.Add(g.idle, g.borne)
		}
		r.line(Line{Kind: g.kind, Group: g.group}, g.direct, g.shared, idle)
	}
	for _, c := range r.side {
		for at, cell := range c.cells {
			if c.kept {
				p := r.cells[cell].place
				cost := new(big.Rat).Mul(ratOf(c.sums[at]), r.prices[cell])
				r.line(Line{Kind: c.kind, Pool: p.pool, Resource: p.resource}, cost, nil, nil)
			}
		}
	}
	stray := r.showIdle(kept)
	if r.view.Keep != nil {
		r.showFiltered(kept, stray)
	}
}

func (r *report) line(l Line, direct, shared, idle *big.Rat) {
	total := new(big.Rat).Add(orZero(direct), orZero(shared))
	total.Add(total, orZero(idle))
	l.Direct, l.Shared, l.Idle, l.Total = Amount{direct, r.money}, Amount{shared, r.money}, Amount{idle, r.money}, Amount{total, r.money}
	r.lines = append(r.lines, l)
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
				r.line(Line{Kind: kind, Pool: c.pool, Resource: c.resource}, nil, nil, cost)
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
	for n, s := range r.view.Shared {
		part := new(big.Rat).Sub(big.NewRat(1, 1), kept[n])
		cost := new(big.Rat).Add(r.shared[n].direct, r.sideways[n].direct)
		cost.Add(cost, Exactly(s.Cost).read())
		shared.Add(shared, cost.Mul(cost, part))
		idle.Add(idle, part.Mul(part, r.shared[n].idle))
	}
	r.line(Line{Kind: Filtered}, direct, shared, idle)
}
