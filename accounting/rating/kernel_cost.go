package rating

import (
	"github.com/meterbook/meterbook/accounting/money"
)

// cost sets z to what totals come to. What is due is nil while the billing
// period is not over.
func (k *kernel) cost(z *ratio, t *totals, ended bool, due *due, d *desk) {
	switch {
	case t.rows > 0 || ended && due.least() != nil:
		if d.units.set(&t.used); ended && due.least() != nil {
			d.highest(&d.units, due.least())
		}
		k.amount(t, d)
		k.adjust(t, d)
		k.bound(due.part(), ended, d)
	case ended && k.unused:
		d.amount.setInt(0)
		k.bound(due.part(), true, d)
	default:
		d.amount.setInt(0)
	}
	z.set(&d.amount)
}

// amount sets d.amount to what the model asks for d.units of usage.
func (k *kernel) amount(t *totals, d *desk) {
	units, amount := &d.units, &d.amount
	if c := k.convert; c != nil && !c.restart {
		c.apply(units, d)
	}
	if k.free != nil && units.sign() > 0 {
		if d.sub(units, units, k.free); units.sign() < 0 {
			units.setInt(0)
		}
	}
	switch k.model {
	case modelPerUnit:
		d.mul(amount, units, &k.price)
	case modelGraduated:
		k.graduated(d)
	case modelProrated:
		k.prorated(t, d)
	case modelVolume:
		k.volume(t, d)
	case modelPackage:
		mode := money.Ceiling
		if k.waived {
			mode = money.Floor
		}
		d.quo(amount, units, &k.size)
		d.round(amount, amount, mode, 0)
		d.mul(amount, amount, &k.price)
	case modelStairstep:
		k.stairstep(t, d)
	default:
		amount.set(&t.earned)
	}
}

// reached returns the index of the tier that a quantity is in.
func (k *kernel) reached(q *ratio, d *desk) int {
	last := len(k.tiers) - 1
	for i := range last {
		if c := d.cmp(q, k.tiers[i].upTo); c < 0 || c == 0 && !k.above {
			return i
		}
	}
	return last
}

// units sets z to what a number of units costs in the tier, without its flat
// amount.
func (t *kernelTier) units(z, n *ratio, d *desk) {
	if t.block != nil {
		d.quo(z, n, t.block)
		d.ceil(z, z)
		n = z
	}
	d.mul(z, n, &t.price)
}

// flat adds the flat amount of a tier that q units have reached.
func (k *kernel) flat(i int, q *ratio, d *desk) {
	if flat := &k.tiers[i].flat; flat.sign() != 0 && (i > 0 || k.atZero || q.sign() > 0) {
		d.add(&d.amount, &d.amount, flat)
	}
}

func (k *kernel) graduated(d *desk) {
	d.amount.setInt(0)
	last := k.reached(&d.units, d)
	for i := range last + 1 {
		d.tier.set(&d.units)
		if i < last {
			d.tier.set(k.tiers[i].upTo)
		}
		if i > 0 {
			d.sub(&d.tier, &d.tier, k.tiers[i-1].upTo)
		}
		k.tiers[i].units(&d.tier, &d.tier, d)
		d.add(&d.amount, &d.amount, &d.tier)
		k.flat(i, &d.units, d)
	}
}

func (k *kernel) prorated(t *totals, d *desk) {
	if d.amount.setInt(0); t.whole.sign() < 0 {
		return
	}
	d.amount.set(&t.earned)
	for i := range k.reached(&t.peak, d) + 1 {
		k.flat(i, &t.peak, d)
	}
}

func (k *kernel) volume(t *totals, d *desk) {
	by := &d.units
	if k.prorate != 0 {
		by = &t.whole
	}
	i := k.reached(by, d)
	k.tiers[i].units(&d.amount, &d.units, d)
	k.flat(i, by, d)
}

func (k *kernel) stairstep(t *totals, d *desk) {
	used := k.atZero
	for i := range t.byMeter {
		used = used || t.byMeter[i].used.sign() > 0
	}
	for i := range t.others {
		used = used || t.others[i].Used.Sign() > 0
	}
	d.amount.setInt(0)
	if !used {
		return
	}
	for i := range k.stairs {
		if k.stairs[i].holds(t, d) {
			d.amount.set(&k.stairs[i].amount)
			return
		}
	}
}

func (s *kernelStair) holds(t *totals, d *desk) bool {
	for i := range s.limits {
		l := &s.limits[i]
		if l.meter >= 0 && t.byMeter[l.meter].seen && d.cmp(&t.byMeter[l.meter].used, &l.upTo) > 0 {
			return false
		}
	}
	return true
}

// adjust multiplies, discounts and caps d.amount.
func (k *kernel) adjust(t *totals, d *desk) {
	amount := &d.amount
	if k.factor != nil {
		d.mul(amount, amount, k.factor)
	}
	for i := range k.power {
		s := &k.power[i]
		if s.ratio != nil {
			if d.mul(&d.part, s.ratio, &t.used); d.cmp(&t.reactive, &d.part) > 0 {
				continue
			}
		}
		d.mul(amount, amount, &s.by)
		break
	}
	if k.percent != nil {
		d.mul(amount, amount, k.percent)
	}
	if k.off != nil && amount.sign() > 0 {
		if d.sub(amount, amount, k.off); amount.sign() < 0 {
			amount.setInt(0)
		}
	}
	if k.maximum != nil && d.cmp(amount, k.maximum) > 0 {
		amount.set(k.maximum)
	}
}

// bound holds d.amount to a commitment and a minimum.
func (k *kernel) bound(share *ratio, ended bool, d *desk) {
	amount := &d.amount
	if k.committed != nil {
		committed := k.committed
		if share != nil && k.shared {
			d.mul(&d.committed, committed, share)
			committed = &d.committed
		}
		if d.sub(&d.part, amount, committed); d.part.sign() > 0 {
			d.mul(&d.part, &d.part, &k.overage)
			d.add(amount, committed, &d.part)
		} else if ended && k.trueUp {
			amount.set(committed)
		}
	}
	if k.minimum == nil || !ended {
		return
	}
	least := k.minimum
	if share != nil {
		d.mul(&d.least, least, share)
		least = &d.least
	}
	d.highest(amount, least)
}
