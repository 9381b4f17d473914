package rating_test

import (
	"math/big"
	"sort"
)

// What the models of staged prices ask, for the oracle.

// rowCost returns what a row costs by itself, for models that go by rows.
func (p stagedPrice) rowCost(before []stagedRow, month stagedMonth, r stagedRow, taken, whole, used *big.Rat) *big.Rat {
	switch p.model {
	case "dynamic":
		cost := new(big.Rat).Mul(taken, oracleRat(r.bid))
		return cost.Mul(cost, oracleRat(p.price))
	case "spot":
		price := ""
		for _, s := range p.series {
			if s.from <= r.start {
				price = s.price
			}
		}
		return new(big.Rat).Mul(taken, oracleRat(price))
	case "sized":
		return p.tierCost(p.tiers[p.tierOf(oracleRat(r.size))], taken)
	case "percentage":
		return p.eventCost(len(before), used, taken)
	case "graduated":
		if p.prorate == "" || r.units.Sign() == 0 {
			return new(big.Rat)
		}
		return p.crossed(whole, new(big.Rat).Add(whole, r.units), taken)
	}
	return new(big.Rat)
}

func (p stagedPrice) eventCost(number int, before, amount *big.Rat) *big.Rat {
	paid := new(big.Rat).Set(amount)
	limited := p.events > 0 || p.units != ""
	if limited && (p.events == 0 || number < p.events) {
		if p.units == "" {
			return new(big.Rat)
		}
		left := new(big.Rat).Sub(oracleRat(p.units), before)
		switch {
		case left.Sign() > 0 && paid.Cmp(left) <= 0, left.Sign() == 0 && paid.Sign() < 0:
			return new(big.Rat)
		case left.Sign() > 0 || paid.Cmp(left) < 0: // a refund of what was paid for, and of free units
			if paid.Sign() < 0 {
				paid.Set(left)
			} else {
				paid.Sub(paid, left)
			}
		}
	}
	cost := paid.Mul(paid, oracleRat(p.rate))
	cost.Quo(cost, big.NewRat(100, 1))
	if amount.Sign() < 0 {
		return cost
	}
	cost.Add(cost, oracleRat(p.fixed))
	if p.low != "" && cost.Cmp(oracleRat(p.low)) < 0 {
		cost = oracleRat(p.low)
	}
	if p.high != "" && cost.Cmp(oracleRat(p.high)) > 0 {
		cost = oracleRat(p.high)
	}
	return cost
}

// crossed spreads taken over the tiers between two quantities.
func (p stagedPrice) crossed(from, to, taken *big.Rat) *big.Rat {
	if from.Cmp(to) > 0 {
		from, to = to, from
	}
	length := new(big.Rat).Sub(to, from)
	cost := new(big.Rat)
	for i, t := range p.tiers {
		lo, hi := from, to
		if i > 0 && oracleRat(p.tiers[i-1].upTo).Cmp(lo) > 0 {
			lo = oracleRat(p.tiers[i-1].upTo)
		}
		if t.upTo != "" && oracleRat(t.upTo).Cmp(hi) < 0 {
			hi = oracleRat(t.upTo)
		}
		if lo.Cmp(hi) < 0 {
			part := new(big.Rat).Sub(hi, lo)
			part.Mul(part, taken)
			cost.Add(cost, p.tierCost(t, part.Quo(part, length)))
		}
	}
	return cost
}

func (p stagedPrice) tierOf(q *big.Rat) int {
	return sort.Search(len(p.tiers)-1, func(i int) bool {
		c := q.Cmp(oracleRat(p.tiers[i].upTo))
		return c < 0 || c == 0 && !p.above
	})
}

func (p stagedPrice) tierCost(t stagedTier, units *big.Rat) *big.Rat {
	n := new(big.Rat).Set(units)
	if t.block != "" {
		n = oracleRound(n.Quo(n, oracleRat(t.block)), "ceiling", 0)
	}
	return n.Mul(n, oracleRat(t.price))
}

func (p stagedPrice) modelCost(q, whole, peak, earned *big.Rat) *big.Rat {
	flat := func(cost *big.Rat, i int, by *big.Rat) {
		if i > 0 || by.Sign() > 0 || p.at0 {
			cost.Add(cost, oracleRat(p.tiers[i].flat))
		}
	}
	cost := new(big.Rat)
	switch p.model {
	case "per_unit":
		return cost.Mul(q, oracleRat(p.price))
	case "package":
		mode := "floor"
		if p.start {
			mode = "ceiling"
		}
		n := oracleRound(new(big.Rat).Quo(q, oracleRat(p.size)), mode, 0)
		return cost.Mul(n, oracleRat(p.price))
	case "volume":
		by := q
		if p.prorate != "" {
			by = whole
		}
		i := p.tierOf(by)
		cost.Set(p.tierCost(p.tiers[i], q))
		flat(cost, i, by)
	case "graduated":
		if p.prorate != "" {
			if whole.Sign() < 0 {
				return cost
			}
			cost.Set(earned)
			for i := range p.tierOf(peak) + 1 {
				flat(cost, i, peak)
			}
			return cost
		}
		last := p.tierOf(q)
		for i := 0; i <= last; i++ {
			lo, hi := new(big.Rat), q
			if i > 0 {
				lo = oracleRat(p.tiers[i-1].upTo)
			}
			if i < last {
				hi = oracleRat(p.tiers[i].upTo)
			}
			cost.Add(cost, p.tierCost(p.tiers[i], new(big.Rat).Sub(hi, lo)))
			flat(cost, i, q)
		}
	case "stairstep":
		if whole.Sign() <= 0 && !p.at0 {
			return cost
		}
		for i := len(p.stairs) - 1; i >= 0; i-- {
			if p.stairs[i].upTo == "" || whole.Cmp(oracleRat(p.stairs[i].upTo)) <= 0 {
				cost = oracleRat(p.stairs[i].flat)
			}
		}
	default:
		return cost.Set(earned)
	}
	return cost
}
