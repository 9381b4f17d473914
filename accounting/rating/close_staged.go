package rating

import (
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
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
	} else if !all && (p.src.Terms == nil || p.src.Terms.ProrateMinimum == accounting.ProrateNone) {
		return t.straddle(p, r.billing, true)
	}
	for _, in := range r.scopesAtEnd(p) {
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
