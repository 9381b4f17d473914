package focus

// pledges are the commitments of a file: what was paid for each and what of it
// was used.
type pledges struct {
	conservation, status, quantity bool // which rules the file can be held to
	byID                           map[string]*pledge
	order                          []string
	periods                        map[string]*pledgePeriod
	periodOrder                    []string
	key                            []byte // scratch
}

// A pledge is one commitment over the file.
type pledge struct {
	used, bought total // effective cost of usage, billed cost of purchases
	other        int64 // rows of usage that are neither used nor unused
}

// A pledgePeriod is one commitment in one charge period.
type pledgePeriod struct {
	covered, bought total // quantities
	recurring       bool  // something was bought in it
}

func (p *pledges) init(f *file) {
	p.conservation, p.status, p.quantity = f.sums(ruleConservation), f.sums(ruleStatus), f.sums(ruleQuantity)
	p.byID, p.periods = make(map[string]*pledge), make(map[string]*pledgePeriod)
}

func (p *pledges) row(f *file, s shape) {
	if !s.has(colCommitmentDiscountId) {
		return
	}
	id := f.text(colCommitmentDiscountId)
	x, ok := p.byID[string(id)]
	if !ok {
		x = &pledge{}
		p.byID[string(id)] = x
		p.order = append(p.order, string(id))
		f.remember(2 * len(id))
	}
	category, status := s.word(codeCategory), s.word(codeStatus)
	covered := status == wordUsed || status == wordUnused
	switch category {
	case wordUsage:
		x.used.add(f.cell.number[colEffectiveCost])
		if !covered {
			x.other++
		}
	case wordPurchase:
		x.bought.add(f.cell.number[colBilledCost])
	}
	recurring := category == wordPurchase && string(f.text(colChargeFrequency)) == string(Recurring)
	n := f.cell.number[colCommitmentDiscountQuantity]
	if !p.quantity || !n.set || !(category == wordUsage && covered) && !recurring {
		return
	}
	y := p.period(f, id)
	if recurring {
		y.recurring = true
		y.bought.add(n)
	} else {
		y.covered.add(n)
	}
}

func (p *pledges) period(f *file, id []byte) *pledgePeriod {
	p.key = append(append(append(append(append(p.key[:0], id...), 0), f.text(colChargePeriodStart)...), 0), f.text(colChargePeriodEnd)...)
	y, ok := p.periods[string(p.key)]
	if !ok {
		y = &pledgePeriod{}
		key := string(p.key)
		p.periods[key] = y
		p.periodOrder = append(p.periodOrder, key)
		f.remember(len(key))
	}
	return y
}

func (p *pledges) finish(f *file) {
	for _, id := range p.order {
		x := p.byID[id]
		if p.conservation && !x.bought.isZero() && !x.used.near(&x.bought, f.Tolerance) {
			f.sum(ruleConservation, f.unlessWhole(), 0, colCommitmentDiscountId, id,
				"effective cost of usage "+x.used.String()+", billed cost of purchases "+x.bought.String())
		}
		if p.status && x.other > 0 {
			f.sum(ruleStatus, Error, 0, colCommitmentDiscountId, id, Int(x.other).String()+" rows of usage neither Used nor Unused")
		}
	}
	for _, key := range p.periodOrder {
		y := p.periods[key]
		if y.recurring && !y.covered.isZero() && !y.covered.near(&y.bought, f.Tolerance) {
			f.sum(ruleQuantity, Error, 0, colCommitmentDiscountQuantity, key, "used and unused "+y.covered.String()+", bought "+y.bought.String())
		}
	}
}
