package allocation_test

import (
	"math/big"
	"slices"
)

// The oracle: the same rules in plain loops over fractions, row by row, without
// a thought for speed.

// slowCentre is a centre by name: what it costs, and whom it serves.
type slowCentre struct {
	cost   *big.Rat
	serves map[string]*big.Rat // nil for production
}

// slowDirect gives each service's cost to the production centres.
func slowDirect(centres map[string]slowCentre) map[string]*big.Rat {
	final := slowCosts(centres)
	for name, c := range centres {
		if c.serves == nil {
			continue
		}
		slowGive(final, name, c, func(to string) bool { return centres[to].serves == nil })
	}
	return final
}

// slowStepDown closes one service after the other.
func slowStepDown(centres map[string]slowCentre, order []string) map[string]*big.Rat {
	final := slowCosts(centres)
	for n, name := range order {
		slowGive(final, name, centres[name], func(to string) bool { return !slices.Contains(order[:n+1], to) })
	}
	return final
}

// slowReciprocal inverts nothing: it solves x = c + A·x by Gauss' elimination,
// swapping rows for a pivot, over all centres and not only services.
func slowReciprocal(centres map[string]slowCentre) map[string]*big.Rat {
	var names []string
	for name := range centres {
		names = append(names, name)
	}
	m := make([][]*big.Rat, len(names))
	for i, to := range names {
		m[i] = make([]*big.Rat, len(names)+1)
		for j, from := range names {
			m[i][j] = new(big.Rat)
			if i == j {
				m[i][j].SetInt64(1)
			} else if w := centres[from].serves[to]; w != nil {
				sum := new(big.Rat)
				for other, v := range centres[from].serves {
					if other != from {
						sum.Add(sum, v)
					}
				}
				m[i][j].Neg(w).Quo(m[i][j], sum)
			}
		}
		m[i][len(names)] = new(big.Rat).Set(centres[to].cost)
	}
	for k := range m {
		p := k
		for m[p][k].Sign() == 0 {
			p++
		}
		m[k], m[p] = m[p], m[k]
		for i := range m {
			if i == k {
				continue
			}
			f := new(big.Rat).Quo(m[i][k], m[k][k])
			for j := range m[i] {
				m[i][j].Sub(m[i][j], new(big.Rat).Mul(f, m[k][j]))
			}
		}
	}
	final := map[string]*big.Rat{}
	for k, name := range names {
		final[name] = m[k][len(names)].Quo(m[k][len(names)], m[k][k])
	}
	return final
}

func slowCosts(centres map[string]slowCentre) map[string]*big.Rat {
	final := map[string]*big.Rat{}
	for name, c := range centres {
		final[name] = new(big.Rat).Set(c.cost)
	}
	return final
}

func slowGive(final map[string]*big.Rat, from string, c slowCentre, open func(string) bool) {
	sum := new(big.Rat)
	for to, w := range c.serves {
		if to != from && open(to) {
			sum.Add(sum, w)
		}
	}
	give := final[from]
	final[from] = new(big.Rat)
	for to, w := range c.serves {
		if to != from && open(to) {
			part := new(big.Rat).Mul(give, w)
			final[to].Add(final[to], part.Quo(part, sum))
		}
	}
}

// slowRow is one cost of one workload.
type slowRow struct {
	group, cell string
	cost        *big.Rat
	shared      int // index of the shared cost it is part of, or −1
	kept        bool
}

// slowShared is how a shared cost is borne.
type slowShared struct {
	cost *big.Rat
	even bool
}

// slowLook returns what each group bears directly and of shared cost, what idle
// cost each has, and the same of what is left out under "".
func slowLook(rows []slowRow, idle map[string]*big.Rat, shared []slowShared) (own, rest map[string]*big.Rat) {
	own, rest = map[string]*big.Rat{}, map[string]*big.Rat{}
	byCell, byGroup, all := map[string]*big.Rat{}, map[string]*big.Rat{}, new(big.Rat)
	add := func(m map[string]*big.Rat, key string, v *big.Rat) {
		if m[key] == nil {
			m[key] = new(big.Rat)
		}
		m[key].Add(m[key], v)
	}
	for _, r := range rows {
		add(byCell, r.cell, r.cost)
		if r.shared < 0 {
			add(byGroup, r.group, r.cost)
			all.Add(all, r.cost)
		}
	}
	idleOf := func(r slowRow) *big.Rat {
		v := idle[r.cell]
		if v == nil || byCell[r.cell].Sign() == 0 {
			return new(big.Rat)
		}
		v = new(big.Rat).Mul(v, r.cost)
		return v.Quo(v, byCell[r.cell])
	}
	for _, r := range rows {
		if r.shared >= 0 {
			continue
		}
		key := r.group
		if !r.kept {
			key = ""
		}
		add(own, key, r.cost)
		add(rest, key, idleOf(r))
		for n, s := range shared {
			ratio := new(big.Rat)
			if s.even {
				ratio.Quo(r.cost, byGroup[r.group]).Quo(ratio, new(big.Rat).SetInt64(int64(len(byGroup))))
			} else {
				ratio.Quo(r.cost, all)
			}
			add(own, key, new(big.Rat).Mul(ratio, s.cost))
			for _, q := range rows {
				if q.shared == n {
					add(own, key, new(big.Rat).Mul(ratio, q.cost))
					add(rest, key, new(big.Rat).Mul(ratio, idleOf(q)))
				}
			}
		}
	}
	return own, rest
}

// slowSettle moves single steps to where they are missed most. It takes values
// in steps that sum to a whole number of them.
func slowSettle(values []*big.Rat) []int64 {
	steps, missing := make([]int64, len(values)), new(big.Rat)
	for i, v := range values {
		steps[i] = new(big.Int).Div(v.Num(), v.Denom()).Int64()
		missing.Add(missing, new(big.Rat).Sub(v, new(big.Rat).SetInt64(steps[i])))
	}
	for ; missing.Sign() > 0; missing.Sub(missing, big.NewRat(1, 1)) {
		best, most := -1, new(big.Rat)
		for i, v := range values {
			lack := new(big.Rat).Sub(v, new(big.Rat).SetInt64(steps[i]))
			if lack.Sign() > 0 && (best < 0 || lack.Cmp(most) > 0) {
				best, most = i, lack
			}
		}
		steps[best]++
	}
	return steps
}

// slowCharge is a charge at a price for some hours, slowUse usage of a key in
// some.
type slowCharge struct {
	price    string
	from, to int
	amount   *big.Rat
}

type slowUse struct {
	key      string
	from, to int
	n        int64
}

// slowApportion marks the hours of each price and spreads it over what was used
// in them, hour by hour; "" is what nobody used in.
func slowApportion(charges []slowCharge, uses []slowUse) map[string]*big.Rat {
	sums, hours := map[string]*big.Rat{}, map[string]map[int]bool{}
	for _, c := range charges {
		if sums[c.price] == nil {
			sums[c.price], hours[c.price] = new(big.Rat), map[int]bool{}
		}
		sums[c.price].Add(sums[c.price], c.amount)
		for h := c.from; h < c.to; h++ {
			hours[c.price][h] = true
		}
	}
	costs := map[string]*big.Rat{"": new(big.Rat)}
	for price, sum := range sums {
		total := int64(0)
		for _, u := range uses {
			if hours[price][u.from] {
				total += u.n
			}
		}
		if total == 0 {
			costs[""].Add(costs[""], sum)
		}
		for _, u := range uses {
			if costs[u.key] == nil {
				costs[u.key] = new(big.Rat)
			}
			if total != 0 && hours[price][u.from] {
				costs[u.key].Add(costs[u.key], new(big.Rat).Mul(sum, big.NewRat(u.n, total)))
			}
		}
	}
	return costs
}
