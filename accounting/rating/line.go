package rating

import (
	"cmp"
	"fmt"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// line turns one row of usage into a charge, or into one for each group of
// prices that has a price for it. The row before the first one has no period.
func (r *rater) line(u *metering.Usage) error {
	if u.Period.IsZero() {
		return nil
	}
	covered, err := r.takePower(u)
	if err != nil {
		return err
	}
	touched, err := r.touchFlats(u)
	if err != nil {
		return err
	}
	covered = covered || touched
	for group := range r.groups.names {
		priced, err := r.lineIn(u, group)
		if err != nil {
			return err
		}
		covered = covered || priced
	}
	if !covered {
		return r.unpriced(*u)
	}
	return nil
}

// lineIn charges a row at its price in a group, and reports whether it has one.
func (r *rater) lineIn(u *metering.Usage, group int) (priced bool, err error) {
	list, err := r.list.find(u, group, nil)
	if err != nil {
		return false, err
	}
	p, t, instead := list, r.list, ""
	if r.negotiated != nil {
		special, err := r.negotiated.find(u, group, list)
		if err != nil {
			return false, err
		}
		if special != nil {
			p, t = special, r.negotiated
			if list != nil {
				instead = list.src.ID
			}
		}
	}
	if p == nil {
		return false, nil
	}
	c := r.chargeOf(t, p)
	c.Account, c.SKU, c.Region, c.Labels = u.Key.Account, u.Key.SKU, u.Key.Region, u.Key.Labels
	c.Period, c.Quantity, c.Estimated, c.Origin, c.ListPriceID = u.Period, u.Quantity, u.Estimated, accounting.FromUsage, instead
	var e entry
	if p.staged {
		c.Meter = u.Key.Meter
		c.Unit = p.unitOf(u.Key.Meter)
		e, err = r.postStaged(r.contracted, p, u)
	} else {
		e, err = r.contracted.post(p, u.Quantity.Grains(), &r.by, r.desk)
	}
	if err != nil {
		return true, err
	}
	at, err := r.listed(list, u, e)
	if err != nil {
		return true, err
	}
	return true, r.bills(c, e, at)
}

// chargeOf returns the call's one charge for usage, with what it takes from its
// price: that is half of it, and rows at one price are often neighbours. The
// rest is of the last row and has to be set.
func (r *rater) chargeOf(t *tariff, p *price) *accounting.Charge {
	if r.at != p {
		r.charge, r.at = t.charge(p, r.bill.Contract.Account), p
	}
	return &r.charge
}

// unpriced deals with usage that no price is for.
func (r *rater) unpriced(u metering.Usage) error {
	if r.reportUnpriced {
		r.bill.Unpriced = append(r.bill.Unpriced, u)
		return nil
	}
	nearest, differs := r.list.nearest(&u)
	return &UnpricedError{Card: r.list.name, Usage: u, Nearest: nearest, Differs: differs}
}

// listed returns what usage, contracted as e, comes to at the list price;
// where there is none, the contracted amount stands in for it.
func (r *rater) listed(list *price, u *metering.Usage, e entry) (money.Money, error) {
	switch {
	case r.atList == nil:
		return e.amount, nil
	case list == nil:
		return r.atList.mirror(e, &r.by, r.desk)
	}
	if list.staged {
		at, err := r.postStaged(r.atList, list, u)
		return at.amount, err
	}
	at, err := r.atList.post(list, u.Quantity.Grains(), &r.by, r.desk)
	return at.amount, err
}

// bills completes a charge with its amounts and hands it over.
func (r *rater) bills(c *accounting.Charge, e entry, list money.Money) error {
	c.List, c.Contracted, c.Billed, c.Effective = list, e.amount, e.amount, e.amount
	if r.unexplained {
		c.Explanation = accounting.Explanation{}
	} else {
		r.explain(c, e)
	}
	if r.narrowed {
		r.addExact(c, e.rational())
	}
	return r.hand(c)
}

// explain completes a charge's explanation.
func (r *rater) explain(c *accounting.Charge, e entry) {
	c.Explanation.Opens = e.opens
	c.Explanation.Carried = accounting.NewFraction(e.carried, e.over)
	c.Explanation.Staged = nil
	if e.large != nil {
		c.Explanation.Carried, c.Explanation.Staged = accounting.FractionOf(e.large.carried), e.large.staged
	}
	if dim := c.Unit.Dimension(); dim.Valid() && c.Explanation.Staged == nil {
		c.Explanation.Before, c.Explanation.After = metering.GrainsWide(e.before, dim), metering.GrainsWide(e.after, dim)
	}
}

// hand counts a charge and hands it over.
func (r *rater) hand(c *accounting.Charge) error {
	var err1, err2 error
	r.bill.total, err1 = r.bill.total.Add(c.Billed)
	r.bill.list, err2 = r.bill.list.Add(c.List)
	if err := cmp.Or(err1, err2); err != nil {
		return fmt.Errorf("%w: total: %w", ErrOverflow, err)
	}
	if r.settles {
		if err := r.settled.add(r.bill.Contract.Credits, c); err != nil {
			return err
		}
		if err := r.addPower(c); err != nil {
			return err
		}
	}
	return r.yield(*c)
}
