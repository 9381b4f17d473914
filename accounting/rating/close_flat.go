package rating

import (
	"cmp"
	"fmt"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// closeFlat charges a flat price, once, if it is due.
func (r *rater) closeFlat(t *tariff, p *price) error {
	k := priceKey{t.name, p.src.ID}
	if r.flats[k].charged || !r.flatDue(t, p) {
		return nil
	}
	if parts, err := r.flatParts(t, p); len(parts) == 0 || err != nil {
		return err
	}
	e, err := r.contracted.postFlat(p, &r.by, r.desk)
	if err != nil {
		return fmt.Errorf("%w, price %q", err, p.src.ID)
	}
	list, err := r.listedFlat(t, p, r.billing, e)
	if err != nil {
		return fmt.Errorf("%w, price %q at list", err, p.src.ID)
	}
	r.charged(k)
	return r.recurring(t, p, e, list)
}

// closeStagedFlat charges a flat price with terms, once, for the time in
// which it is in force and no other stands for it.
func (r *rater) closeStagedFlat(t *tariff, p *price) error {
	k := priceKey{t.name, p.src.ID + "\x00" + p.src.From.UTC().Format(time.RFC3339)}
	if r.flats[k].charged || !r.flatDue(t, p) {
		return nil
	}
	parts, err := r.flatParts(t, p)
	if err != nil {
		return err
	}
	for _, period := range parts {
		if err := r.chargeStagedFlat(t, p, period); err != nil {
			return err
		}
		r.charged(k)
	}
	return nil
}

// chargeStagedFlat charges a flat price with terms for a period.
func (r *rater) chargeStagedFlat(t *tariff, p *price, period metering.Period) error {
	e, err := r.postStagedFlat(r.contracted, p, period)
	if err != nil {
		return err
	}
	list, err := r.listedFlat(t, p, period, e)
	if err != nil {
		return fmt.Errorf("%w, price %q at list", err, p.src.ID)
	}
	c := t.charge(p, r.bill.Contract.Account)
	c.Account, c.SKU, c.Region, c.Labels = r.bill.Contract.Account, p.src.Match.SKU, p.src.Match.Region, p.src.Match.Labels
	c.Period, c.Origin = period, p.flatOrigin()
	if t == r.negotiated {
		c.ListPriceID = r.listFlatID(p)
	}
	return r.bills(&c, e, list)
}

// postStagedFlat moves a book on by what a flat price with terms asks for a
// period.
func (r *rater) postStagedFlat(b *book, p *price, period metering.Period) (entry, error) {
	row := accounting.Row{Period: period, Billing: r.billing, Zone: r.bill.Contract.Zone}
	after, err := p.src.Advance(accounting.Tally{}, row)
	if err != nil {
		return entry{}, fmt.Errorf("%w: %w", ErrContract, err)
	}
	return r.postLine(b, p, &accounting.Staged{Price: p.src, After: after, EndedAfter: true})
}

// charged notes that a flat price is charged.
func (r *rater) charged(k priceKey) {
	mark := r.flats[k]
	mark.charged = true
	r.note(k, mark)
}

// flatDue says whether a flat price's policy makes it due.
func (r *rater) flatDue(t *tariff, p *price) bool {
	return p.when != accounting.FlatIfUsed || r.flats[priceKey{t.name, p.src.ID}].used
}

// flatParts returns for which parts of the billing period a flat price is
// charged: while it is in force, and if it is the list's, while no negotiated one
// stands for it. A price that is not prorated is charged for all of it or not at
// all; for a part it is refused.
func (r *rater) flatParts(t *tariff, p *price) ([]metering.Period, error) {
	some, all := p.owes(r.billing)
	if !some {
		return nil, nil
	}
	parts, over := []metering.Period{r.flatPeriod(p)}, (*price)(nil)
	if t == r.list {
		parts, over = r.standing(p, parts)
	}
	switch {
	case len(parts) == 0 || p.prorated() || all && over == nil:
		return parts, nil
	case !all:
		return nil, t.straddle(p, r.billing, true)
	}
	return nil, r.negotiated.straddle(over, r.billing, true)
}

// standing returns what is left of the time of a flat price of the list where
// negotiated ones stand for it, and one that does.
func (r *rater) standing(p *price, parts []metering.Period) (left []metering.Period, over *price) {
	if r.negotiated == nil {
		return parts, nil
	}
	for _, n := range r.negotiated.flats {
		if some, _ := n.owes(r.billing); !some || cmp.Or(n.src.Replaces, n.src.ID) != p.src.ID {
			continue
		}
		stands := r.flatPeriod(n)
		if p.when == accounting.FlatOnce {
			stands = r.billing // what is due once is not due in part
		}
		parts, over = without(parts, stands), n
	}
	return parts, over
}

// flatPeriod returns the part of the billing period that a flat price is for,
// which has one.
func (r *rater) flatPeriod(p *price) metering.Period {
	period, err := r.inForcePart(p)
	if p.when == accounting.FlatOnce || err != nil {
		return r.billing
	}
	return period
}

// without returns what is left of periods outside of another.
func without(parts []metering.Period, taken metering.Period) (left []metering.Period) {
	for _, p := range parts {
		if !p.Overlaps(taken) {
			left = append(left, p)
			continue
		}
		if before, err := metering.NewPeriod(p.Start(), taken.Start()); err == nil && !before.IsZero() {
			left = append(left, before)
		}
		if after, err := metering.NewPeriod(taken.End(), p.End()); err == nil && !after.IsZero() {
			left = append(left, after)
		}
	}
	return left
}

// prorated says whether a flat price is charged for the share of the billing
// period that it is for.
func (p *price) prorated() bool {
	return p.src.Terms != nil && p.src.Terms.Prorate != accounting.ProrateNone
}

// under returns the flat prices of the list that a negotiated one stands for in
// the billing period.
func (r *rater) under(p *price) (list []*price) {
	for _, q := range r.list.flats {
		if some, _ := q.owes(r.billing); some && q.src.ID == cmp.Or(p.src.Replaces, p.src.ID) {
			list = append(list, q)
		}
	}
	return list
}

// listFlatID returns the id of the list's flat price that a negotiated one
// stands for, if there is one.
func (r *rater) listFlatID(p *price) string {
	if p.flat && len(r.under(p)) > 0 {
		return cmp.Or(p.src.Replaces, p.src.ID)
	}
	return ""
}

// listedFlat returns what the list card asks for a flat price contracted as e,
// for a period.
func (r *rater) listedFlat(t *tariff, p *price, period metering.Period, e entry) (total money.Money, err error) {
	if r.atList == nil {
		return e.amount, nil
	}
	list := []*price{p}
	if t != r.list {
		if list = r.under(p); len(list) == 0 {
			return r.atList.mirror(e, &r.by, r.desk)
		}
	}
	if total, err = money.FromMinor(0, r.by.currency); err != nil {
		return total, err
	}
	for _, q := range list {
		if !r.flatDue(r.list, q) {
			continue
		}
		at, err := r.postListedFlat(q, period)
		if err != nil {
			return total, err
		}
		if at.amount.Currency() == "" {
			continue // nothing is asked for this time
		}
		if total, err = total.Add(at.amount); err != nil {
			return total, fmt.Errorf("%w: %w", ErrOverflow, err)
		}
	}
	return total, nil
}

// postListedFlat posts at list prices what a flat price of the list asks for a
// period: one that is not prorated once, however many stand for it.
func (r *rater) postListedFlat(q *price, period metering.Period) (e entry, err error) {
	if q.prorated() {
		if period = period.Intersect(r.flatPeriod(q)); period.IsZero() {
			return e, nil
		}
		return r.postStagedFlat(r.atList, q, period)
	}
	k := priceKey{r.list.name, q.src.ID + "\x00list"}
	if r.flats[k].charged {
		return e, nil
	}
	r.charged(k)
	if q.staged {
		return r.postStagedFlat(r.atList, q, period)
	}
	return r.atList.postFlat(q, &r.by, r.desk)
}
