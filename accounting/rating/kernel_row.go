package rating

import (
	"sort"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// advance moves totals on by a row. It reports false for a row that the price
// cannot be applied to; accounting.Price.Advance says why.
func (k *kernel) advance(t *totals, u *metering.Usage, r *rater) bool {
	i := k.meter(u.Key.Meter)
	if i < 0 || !k.count(&k.meters[i], u, r.desk) {
		return false
	}
	d := r.desk
	switch {
	case k.power != nil && u.Key.Meter == k.reactive:
		d.sum(&t.reactive, &d.row)
		t.hasReactive, t.hasUsed = true, true
	case k.model == modelStairstep:
		k.climb(&t.byMeter[i], d)
	default:
		k.take(u, r)
		if !k.earn(t, u, d) {
			return false
		}
		k.gather(t, d)
	}
	t.rows++
	t.told, t.fresh = false, true
	return true
}

// count sets d.row to a row's quantity in units of the price.
func (k *kernel) count(m *kernelMeter, u *metering.Usage, d *desk) bool {
	if dim := u.Quantity.Dimension(); m.factor.sign() == 0 && m.dim == 0 || dim != m.dim && !(dim == 0 && u.Quantity.IsZero()) {
		return false
	}
	u.Quantity.Grains().SetBig(&d.x)
	d.row.num.Mul(&d.x, &m.factor.num)
	d.row.den.Set(&m.factor.den)
	return true
}

// climb counts a meter of a stairstep price.
func (k *kernel) climb(m *meterTotal, d *desk) {
	if k.peaks && m.seen {
		d.highest(&m.used, &d.row)
	} else {
		d.sum(&m.used, &d.row)
	}
	m.seen = true
}

// take sets d.taken to what is priced of a row.
func (k *kernel) take(u *metering.Usage, r *rater) {
	d := r.desk
	if k.prorate == accounting.ProrateNone {
		d.taken.set(&d.row)
	} else {
		r.share(&d.part, k.prorate, u.Period)
		d.mul(&d.taken, &d.row, &d.part)
	}
	if c := k.convert; c != nil && c.restart {
		c.apply(&d.taken, d)
	}
}

// apply converts a number of units.
func (c *kernelConversion) apply(z *ratio, d *desk) {
	if d.mul(z, z, &c.by); c.rounded {
		d.round(z, z, c.mode, c.places)
	}
}

// gather adds a row to what has come together.
func (k *kernel) gather(t *totals, d *desk) {
	d.sum(&t.whole, &d.row)
	d.highest(&t.peak, &t.whole)
	switch {
	case !k.peaks:
		d.sum(&t.used, &d.taken)
	case t.hasUsed:
		d.highest(&t.used, &d.taken)
	default:
		t.used.set(&d.taken)
	}
	t.hasUsed, t.hasWhole = true, true
}

// share sets z to which share of the billing period a row is taken for.
func (r *rater) share(z *ratio, p accounting.Proration, period metering.Period) {
	const day = 24 * time.Hour
	days := func(more int64) {
		if r.billingDays == 0 {
			r.billingDays = localDays(r.billing, r.bill.Contract.Zone)
		}
		z.setFrac(localDays(period, r.bill.Contract.Zone)+more, r.billingDays+more)
	}
	switch p {
	case accounting.ProrateTime:
		z.setFrac(int64(period.Duration()), int64(r.billing.Duration()))
	case accounting.ProrateDays:
		days(0)
	case accounting.ProrateDaysInclusive:
		days(1)
	case accounting.ProrateMonth30:
		z.setFrac(int64(period.Duration()), int64(30*day))
	case accounting.ProrateYear12:
		z.setFrac(12*int64(period.Duration()), int64(365*day))
	default:
		z.setInt(1)
	}
}

// localDays counts the local days that a period touches.
func localDays(p metering.Period, zone metering.Zone) (n int64) {
	for range metering.Days(zone).Over(p) {
		n++
	}
	return n
}

// earn adds what a row comes to by itself, where the model goes by rows. The
// totals are those before the row.
func (k *kernel) earn(t *totals, u *metering.Usage, d *desk) bool {
	switch k.model {
	case modelPercentage:
		k.charged(t, d)
	case modelDynamic:
		text, _ := u.Key.Labels.Get(k.label)
		if !d.number(&d.part, text) {
			return false
		}
		d.mul(&d.earned, &d.taken, &k.price)
		d.mul(&d.earned, &d.earned, &d.part)
	case modelSpot:
		price := k.spotAt(u.Period)
		if price == nil {
			return false
		}
		d.mul(&d.earned, &d.taken, price)
	case modelSized:
		text, _ := u.Key.Labels.Get(k.label)
		tier := len(k.tiers) - 1
		if text != accounting.Unbounded {
			if !d.number(&d.part, text) {
				return false
			}
			tier = k.reached(&d.part, d)
		}
		k.tiers[tier].units(&d.earned, &d.taken, d)
	case modelProrated:
		k.crossing(t, d)
	default:
		return true
	}
	d.sum(&t.earned, &d.earned)
	t.hasEarned = true
	return true
}

// spotAt returns the price for all of a period, nil for none.
func (k *kernel) spotAt(period metering.Period) *ratio {
	start := period.Start()
	i := sort.Search(len(k.spot), func(i int) bool { return k.spot[i].from.After(start) })
	if i == 0 || i < len(k.spot) && k.spot[i].from.Before(period.End()) {
		return nil
	}
	return &k.spot[i-1].price
}

// charged sets d.earned to what an event costs.
func (k *kernel) charged(t *totals, d *desk) {
	e, cost := &k.event, &d.earned
	cost.set(&d.taken)
	limited := e.freeEvents > 0 || e.freeUnits.sign() != 0
	if limited && (e.freeEvents == 0 || t.rows < e.freeEvents) {
		if e.freeUnits.sign() == 0 {
			cost.setInt(0)
			return
		}
		if d.taken.sign() < 0 || d.cmp(&t.used, &e.freeUnits) < 0 {
			d.part.set(&t.used) // above what is free, before and after
			d.highest(&d.part, &e.freeUnits)
			d.add(cost, &t.used, &d.taken)
			d.highest(cost, &e.freeUnits)
			if d.sub(cost, cost, &d.part); cost.sign() == 0 {
				return
			}
		}
	}
	d.mul(cost, cost, &e.rate)
	if d.taken.sign() < 0 {
		return // a refund gives the percentage back, and nothing else
	}
	d.add(cost, cost, &e.fixed)
	if e.minimum != nil {
		d.highest(cost, e.minimum)
	}
	if e.maximum != nil && d.cmp(cost, e.maximum) > 0 {
		cost.set(e.maximum)
	}
}

// crossing sets d.earned to what was taken of a row by the tiers that its units
// cross, in proportion to the units in each.
func (k *kernel) crossing(t *totals, d *desk) {
	d.earned.setInt(0)
	if d.row.sign() == 0 {
		return
	}
	d.from.set(&t.whole)
	d.add(&d.to, &t.whole, &d.row)
	if d.row.sign() < 0 {
		d.from, d.to = d.to, d.from
	}
	d.sub(&d.length, &d.to, &d.from)
	for i := range k.tiers {
		low, high := &d.from, &d.to
		if i > 0 && d.cmp(k.tiers[i-1].upTo, low) > 0 {
			low = k.tiers[i-1].upTo
		}
		if upTo := k.tiers[i].upTo; upTo != nil && d.cmp(upTo, high) < 0 {
			high = upTo
		}
		d.sub(&d.part, high, low)
		if d.part.sign() <= 0 {
			continue
		}
		d.quo(&d.part, &d.part, &d.length)
		d.mul(&d.part, &d.part, &d.taken)
		k.tiers[i].units(&d.part, &d.part, d)
		d.add(&d.earned, &d.earned, &d.part)
	}
}
