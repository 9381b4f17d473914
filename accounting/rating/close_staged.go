package rating

import (
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// closeStaged charges what a staged price owes at the end of the billing
// period, scope by scope: a first tier's flat amount, a minimum, what is left
// of a commitment.
func (r *rater) closeStaged(t *tariff, p *price) error {
	if !p.closes || t == r.list && r.replaced(p) {
		return nil
	}
	if some, all := p.src.Covers(r.billing); !some {
		return nil
	} else if !all && !p.dueInPart(t, r.billing) {
		return t.straddle(p, r.billing, true)
	}
	for _, in := range r.scopesAtEnd(p) {
		if due, err := r.dueIn(t, p, in.window); err != nil {
			return err
		} else if !due {
			continue
		}
		tally := r.contracted.staged[p.slot].of[in]
		r.dueOf(p).of(&tally)
		line := &accounting.Staged{Price: p.src, Before: tally, After: tally, EndedAfter: true}
		if !tally.Open() && in == (scope{}) && p.owesAtZero {
			line.After = accounting.Tally{Rows: 1, Share: tally.Share, Floor: tally.Floor}
		}
		if p.src.Cost(line.After, true).Cmp(p.src.Cost(line.Before, false)) == 0 {
			continue
		}
		e, err := r.postLine(r.contracted, p, line)
		if err != nil {
			return err
		}
		if line.After.Open() != line.Before.Open() {
			r.contracted.staged[p.slot].keep(in, line.After)
		}
		list, err := r.listedAtEnd(t, p, in, e)
		if err != nil {
			return err
		}
		origin := accounting.FromTrueUp
		if line.After.Open() != line.Before.Open() {
			origin = accounting.FromRecurring
		}
		if err := r.trueUp(t, p, in, origin, e, list); err != nil {
			return err
		}
	}
	return nil
}

// dueInPart says whether a price that is in force for a part of the billing
// period may owe something at its end: in hours and days by themselves, or the
// share of a minimum that its card says. A minimum is of all usage, that of
// other versions of the price included, so that it has no share where the price
// changes.
func (p *price) dueInPart(t *tariff, billing metering.Period) bool {
	terms := p.src.Terms
	return terms != nil && (terms.Scope.Window != accounting.WholePeriod ||
		terms.ProrateMinimum != accounting.ProrateNone && !t.changes(p, billing))
}

// changes says whether another version of a price is in force in a period, too.
func (t *tariff) changes(p *price, period metering.Period) bool {
	for _, q := range t.prices {
		if some, _ := q.src.Covers(period); some && q != p && q.src.ID == p.src.ID {
			return true
		}
	}
	return false
}

// dueIn says whether it is p that is due in a window, and not another version of
// it, or a negotiated price all the while. The zero window is the billing period.
func (r *rater) dueIn(t *tariff, p *price, window metering.Period) (bool, error) {
	if window.IsZero() {
		return true, nil
	}
	some, all := p.src.Covers(window)
	if !some || t == r.list && r.negotiated != nil && r.replacedIn(p, window) {
		return false, nil
	}
	if !all && t.changes(p, window) {
		return false, t.straddle(p, window, true)
	}
	return true, nil
}

// listedAtEnd returns what the list card asks beside what is due at the end:
// the same for its own price, as far as all usage makes it due.
func (r *rater) listedAtEnd(t *tariff, p *price, in scope, e entry) (money.Money, error) {
	switch {
	case r.atList == nil:
		return e.amount, nil
	case t != r.list:
		return r.atList.mirror(e, &r.by, r.desk)
	}
	tally := r.atList.staged[p.slot].of[in]
	r.dueOf(p).of(&tally)
	line := &accounting.Staged{Price: p.src, Before: tally, After: tally, EndedAfter: true}
	if !tally.Open() && in == (scope{}) && p.owesAtZero {
		line.After = accounting.Tally{Rows: 1}
		r.atList.staged[p.slot].keep(in, line.After)
	}
	at, err := r.postLine(r.atList, p, line)
	return at.amount, err
}

// trueUp charges a price at the end of the billing period, for a scope.
func (r *rater) trueUp(t *tariff, p *price, in scope, origin accounting.Origin, e entry, list money.Money) error {
	c := t.charge(p, r.bill.Contract.Account)
	c.Account, c.SKU, c.Region, c.Labels = r.bill.Contract.Account, p.src.Match.SKU, p.src.Match.Region, p.src.Match.Labels
	if in.account != "" {
		c.Account = in.account
	}
	c.Period, c.Origin = r.billing, origin
	if !in.window.IsZero() {
		c.Period = in.window
	}
	return r.bills(&c, e, list)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
