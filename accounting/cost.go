package accounting

import "math/big"

// Cost returns what a tally comes to, exactly. Ended says that the billing
// period is over: then minima and what was committed are due. What nothing
// has come to costs nothing before, and a minimum after.
func (p *Price) Cost(t Tally, ended bool) *big.Rat {
	return new(big.Rat).Set(p.cost(t, ended, nil)) // what cost returns may be the tally's own
}

// cost is Cost; it calls note, if there is one, with every stage that changed
// something: what it was given and what it made of that.
func (p *Price) cost(t Tally, ended bool, note func(Stage)) *big.Rat {
	traced := note != nil
	if !traced {
		note = func(Stage) {}
	}
	terms := p.Terms
	if terms == nil {
		terms = &Terms{}
	}
	if !t.Open() && !(ended && t.Floor != nil) {
		return terms.unused(p, t.Share, ended, note)
	}
	units := terms.units(t, ended, note)
	amount := p.amount(t, units)
	if traced {
		note(Stage{Kind: StagePrice, In: units, Out: amount, Parts: p.parts(t, units)})
	}
	amount = terms.adjust(t, amount, note)
	return terms.bound(amount, terms.committed(p, t.Share), t.Share, ended, note)
}

// units converts what was used, or the least that is billed, and takes off
// what is free.
func (terms *Terms) units(t Tally, ended bool, note func(Stage)) *big.Rat {
	units := or(t.Used)
	if n := t.Samples.Len(); n > 0 {
		note(Stage{Kind: StagePercentile, In: new(big.Rat).SetInt64(int64(n)), Out: units, By: terms.Percentile.Rat()})
	}
	note(Stage{Kind: StageUsage, In: units, Out: units})
	if ended && t.Floor != nil && units.Cmp(t.Floor) < 0 && terms.Ratchet != nil {
		note(Stage{Kind: StageRatchet, In: units, Out: t.Floor, By: terms.Ratchet.Percent.Rat()})
		units = t.Floor
	}
	if c := terms.Convert; c != nil && !c.Restart {
		converted := c.apply(units)
		note(Stage{Kind: StageConvert, In: units, Out: converted})
		units = converted
	}
	if free := terms.Free.Rat(); free.Sign() > 0 && units.Sign() > 0 {
		left := new(big.Rat).Sub(units, free)
		if left.Sign() < 0 {
			left.SetInt64(0)
		}
		note(Stage{Kind: StageFree, In: units, Out: left, By: free})
		units = left
	}
	return units
}

// apply converts a number of units.
func (c *Conversion) apply(units *big.Rat) *big.Rat {
	out := new(big.Rat).Set(units)
	if !c.Multiply.IsZero() {
		out.Mul(out, c.Multiply.Rat())
	}
	if !c.Divide.IsZero() {
		out.Quo(out, c.Divide.Rat())
	}
	if c.Rounded {
		return roundRat(out, c.Mode, c.Places)
	}
	return out
}

// adjust multiplies, discounts and caps an amount.
func (terms *Terms) adjust(t Tally, amount *big.Rat, note func(Stage)) *big.Rat {
	change := func(kind StageKind, by, out *big.Rat) {
		if out.Cmp(amount) != 0 {
			note(Stage{Kind: kind, In: amount, Out: out, By: by})
		}
		amount = out
	}
	if terms.Factor != nil {
		f := terms.Factor.Rat()
		change(StageFactor, f, new(big.Rat).Mul(amount, f))
	}
	if f := terms.PowerFactor; f != nil {
		percent := f.percent(t)
		change(StagePower, percent, plus(amount, percentOf(amount, percent)))
	}
	if !terms.Percent.IsZero() {
		percent := terms.Percent.Rat()
		change(StagePercent, percent, new(big.Rat).Sub(amount, percentOf(amount, percent)))
	}
	if off := terms.Off.Rat(); off.Sign() > 0 && amount.Sign() > 0 {
		left := new(big.Rat).Sub(amount, off)
		change(StageOff, off, maxRat(left, none))
	}
	if terms.Maximum != nil {
		if most := terms.Maximum.Rat(); amount.Cmp(most) > 0 {
			change(StageMaximum, most, most)
		}
	}
	return amount
}

func percentOf(amount, percent *big.Rat) *big.Rat {
	part := new(big.Rat).Mul(amount, percent)
	return part.Quo(part, big.NewRat(100, 1))
}

// percent returns what the ratio of reactive to active energy changes an
// amount by. Without active energy the last step applies if there is reactive.
func (f *PowerFactor) percent(t Tally) *big.Rat {
	return percentAt(f.Steps, or(t.Used), or(t.Reactive))
}

// committed returns the amount that each scope is committed to, nil for none.
func (terms *Terms) committed(p *Price, share *big.Rat) *big.Rat {
	c := terms.Commitment
	if c != nil && share != nil && terms.Scope.Window == WholePeriod {
		whole := terms.committed(p, nil)
		return whole.Mul(whole, share)
	}
	switch {
	case c == nil:
		return nil
	case !c.Units.IsZero():
		units := c.Units.Rat()
		quiet := func(Stage) {}
		return terms.adjust(Tally{Rows: 1, Used: units}, p.amount(Tally{Rows: 1, Used: units, Whole: units, Peak: units}, units), quiet)
	}
	return c.Amount.Rat()
}

// bound holds an amount to a commitment and a minimum.
func (terms *Terms) bound(amount, committed, share *big.Rat, ended bool, note func(Stage)) *big.Rat {
	if committed != nil {
		if beyond := new(big.Rat).Sub(amount, committed); beyond.Sign() > 0 {
			out := plus(committed, beyond.Mul(beyond, terms.Commitment.Overage.Rat()))
			if out.Cmp(amount) != 0 {
				note(Stage{Kind: StageOverage, In: amount, Out: out, By: terms.Commitment.Overage.Rat()})
			}
			amount = out
		} else if ended && terms.Commitment.TrueUp {
			note(Stage{Kind: StageTrueUp, In: amount, Out: committed, By: committed})
			amount = committed
		}
	}
	if terms.Minimum != nil && ended {
		least := terms.Minimum.Rat()
		if share != nil {
			least.Mul(least, share)
		}
		if amount.Cmp(least) < 0 {
			note(Stage{Kind: StageMinimum, In: amount, Out: least, By: least})
			amount = least
		}
	}
	return amount
}

// unused returns what a scope costs that nothing has come to. Scopes that are
// made by usage, such as an account, have then never been.
func (terms *Terms) unused(p *Price, share *big.Rat, ended bool, note func(Stage)) *big.Rat {
	amount := new(big.Rat)
	scope := terms.Scope
	if !ended || scope.Account || scope.Resource || scope.SKU || scope.Region || scope.Label != "" || scope.Window == PerRow {
		return amount
	}
	c := terms.Commitment
	switch {
	case scope.Window == WholePeriod:
		return terms.bound(amount, terms.committed(p, share), share, true, note)
	case c != nil && c.Idle:
		return terms.bound(amount, terms.committed(p, share), share, true, note)
	}
	return amount
}

// amount returns what the model asks for a number of units.
func (p *Price) amount(t Tally, units *big.Rat) *big.Rat {
	switch m := p.Model.(type) {
	case PerUnit:
		return new(big.Rat).Mul(units, m.Price.Rat())
	case Flat:
		return new(big.Rat).Mul(units, m.Amount.Rat())
	case Graduated:
		if p.Terms != nil && p.Terms.Prorate != ProrateNone {
			return m.prorated(t)
		}
		return m.cost(units)
	case Volume:
		if m.SizedBy != "" {
			return or(t.Earned)
		}
		by := units
		if p.Terms != nil && p.Terms.Prorate != ProrateNone {
			by = or(t.Whole)
		}
		return m.cost(by, units)
	case Package:
		return m.cost(units)
	case Stairstep:
		return m.cost(t)
	case Percentage, Dynamic, Spot:
		return or(t.Earned)
	}
	return new(big.Rat)
}

// units returns what a number of units costs in the tier, without its flat
// amount.
func (t Tier) units(n *big.Rat) *big.Rat {
	if !t.Block.IsZero() {
		n = ceil(new(big.Rat).Quo(n, t.Block.Rat()))
	}
	return new(big.Rat).Mul(n, t.Price.Rat())
}

func ceil(r *big.Rat) *big.Rat {
	q, m := new(big.Int).DivMod(r.Num(), r.Denom(), new(big.Int))
	if m.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	return new(big.Rat).SetInt(q)
}

// reached returns the index of the tier that a quantity is in.
func reached(tiers []Tier, q *big.Rat, bounds BoundPolicy) int {
	for i, t := range tiers {
		if t.UpTo == nil {
			return i
		}
		if c := q.Cmp(t.UpTo.Rat()); c < 0 || c == 0 && bounds == BoundInclusive {
			return i
		}
	}
	return len(tiers) - 1
}

// cost returns what a running quantity costs: all tiers below the one it is
// in, and its part of that.
func (m Graduated) cost(q *big.Rat) *big.Rat {
	total, lower := new(big.Rat), new(big.Rat)
	last := reached(m.Tiers, q, m.Bounds)
	for i, t := range m.Tiers[:last+1] {
		upper := q
		if i < last {
			upper = t.UpTo.Rat()
		}
		total.Add(total, t.units(new(big.Rat).Sub(upper, lower)))
		if i > 0 || q.Sign() > 0 || m.OnZero == ZeroCharged {
			total.Add(total, t.Flat.Rat())
		}
		lower = upper
	}
	return total
}

// prorated returns what rows of which only a share is priced cost: what they
// have come to by the tiers they crossed, and the flat amount of every tier
// that was ever reached. Nothing is due while less than nothing is in use.
func (m Graduated) prorated(t Tally) *big.Rat {
	if or(t.Whole).Sign() < 0 {
		return new(big.Rat)
	}
	total := plus(nil, t.Earned)
	last := reached(m.Tiers, or(t.Peak), m.Bounds)
	for i, tier := range m.Tiers[:last+1] {
		if i > 0 || or(t.Peak).Sign() > 0 || m.OnZero == ZeroCharged {
			total.Add(total, tier.Flat.Rat())
		}
	}
	return total
}

// cost returns what q units cost in the tier that by is in.
func (m Volume) cost(by, q *big.Rat) *big.Rat {
	i := reached(m.Tiers, by, m.Bounds)
	total := m.Tiers[i].units(q)
	if i > 0 || by.Sign() > 0 || m.OnZero == ZeroCharged {
		total.Add(total, m.Tiers[i].Flat.Rat())
	}
	return total
}

func (m Package) cost(q *big.Rat) *big.Rat {
	n := m.packages(q)
	return n.Mul(n, m.Price.Rat())
}

// packages returns how many packages q units are.
func (m Package) packages(q *big.Rat) *big.Rat {
	n := new(big.Rat).Quo(q, m.Size.Rat())
	if m.Parts == PartWaived {
		n = ceil(n.Neg(n))
		return n.Neg(n)
	}
	return ceil(n)
}

// cost returns the amount of the first stair that holds all meters.
func (m Stairstep) cost(t Tally) *big.Rat {
	used := false
	for _, total := range t.ByMeter {
		used = used || total.Used.Sign() > 0
	}
	if !used && m.OnZero != ZeroCharged {
		return new(big.Rat)
	}
	for _, s := range m.Stairs {
		if s.holds(t.ByMeter) {
			return s.Amount.Rat()
		}
	}
	return new(big.Rat)
}

func (s Stair) holds(totals []MeterTotal) bool {
	for _, l := range s.Limits {
		for _, t := range totals {
			if t.Meter == l.Meter && t.Used.Cmp(l.UpTo.Rat()) > 0 {
				return false
			}
		}
	}
	return true
}
