package rating

import (
	"fmt"
	"maps"
	"math/big"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A staged price keeps totals for each of its scopes, and its amount is a
// rational. Prices that keep one running quantity need none of this.

// tallies is where a staged price stands.
type tallies struct {
	sum *big.Rat // of all scopes, exact
	of  map[scope]accounting.Tally
}

// stagedSlot is tallies during a call. What the state holds is copied before
// it is changed.
type stagedSlot struct {
	tallies
	known  bool
	own    bool              // of is this call's
	live   map[scope]*totals // what this call has moved; kept in of at the end
	last   *totals           // of lastIn, where rows of one scope follow each other
	lastIn scope
	open   bool // sum is in running, and rounded is set
	// running is sum, while rows come; rounded is that, where lines are.
	running ratio
	rounded money.Money
}

// postStaged moves a staged price on by a row.
func (r *rater) postStaged(b *book, p *price, u *metering.Usage) (entry, error) {
	if p.kernel == nil {
		return r.postTally(b, p, u)
	}
	in, err := r.scopeOf(p, u)
	if err != nil {
		return entry{}, err
	}
	d, due := r.desk, (*due)(nil)
	over := r.over(p, in)
	t, ended, endedBefore := &d.scratch, over, over
	if perRow := p.src.Terms != nil && p.src.Terms.Scope.Window == accounting.PerRow; perRow {
		t.reset(accounting.Tally{}, p.kernel)
		ended, endedBefore = true, false // nothing more comes to a row
	} else {
		t = b.staged[p.slot].totals(p.kernel, in)
	}
	if over {
		due = r.dueOf(p)
		t.share, t.floor = due.share, due.floor
		endedBefore = endedBefore && r.owed(p, in, t.rows)
	}
	if !t.known || t.ended != endedBefore {
		p.kernel.cost(&t.cost, t, endedBefore, due, d)
	}
	var line *accounting.Staged
	if !r.unexplained {
		line = &accounting.Staged{Price: p.src, Before: t.tell(), EndedBefore: endedBefore, EndedAfter: ended}
	}
	if !p.kernel.advance(t, u, r) {
		return entry{}, r.refused(p, u)
	}
	d.exact.set(&t.cost)
	p.kernel.cost(&t.cost, t, ended, due, d)
	d.sub(&d.exact, &t.cost, &d.exact)
	t.known, t.ended = true, ended
	if line != nil {
		line.After = t.tell()
	}
	return r.postExact(b, p, line, &d.exact)
}

// over says whether the billing period was closed, and with it what a scope of a
// price owes at its end: that of a list price all of whose usage is negotiated
// owes nothing then, nor later.
func (r *rater) over(p *price, in scope) bool {
	if !r.ended || !p.closes || r.negotiated == nil || p.slot >= len(r.list.slots) {
		return r.ended
	}
	if in.window.IsZero() {
		return !r.replaced(p)
	}
	return !r.replacedIn(p, in.window)
}

// owed says whether what a scope owes at the end was charged when the billing
// period was closed: if usage had come by then, or it owes something without.
// The window of a price that is not for all of it does not.
func (r *rater) owed(p *price, in scope, rows int64) bool {
	return rows > 0 || in.window.IsZero() || p.idles(in.window)
}

// refused returns why a price cannot be applied to a row.
func (r *rater) refused(p *price, u *metering.Usage) error {
	if _, err := p.src.Advance(accounting.Tally{}, r.row(u)); err != nil {
		return fmt.Errorf("%w: %w", ErrUsage, err)
	}
	return fmt.Errorf("%w: price %q, %s in %v", ErrUsage, p.src.ID, u.Key.Redacted(), u.Period)
}

func (r *rater) row(u *metering.Usage) accounting.Row {
	return accounting.Row{Key: u.Key, Period: u.Period, Quantity: u.Quantity, Billing: r.billing, Zone: r.bill.Contract.Zone}
}

// postTally is postStaged for prices that keep more than totals.
func (r *rater) postTally(b *book, p *price, u *metering.Usage) (entry, error) {
	in, err := r.scopeOf(p, u)
	if err != nil {
		return entry{}, err
	}
	b.staged[p.slot].settle()
	before := b.staged[p.slot].of[in]
	perRow := p.src.Terms != nil && p.src.Terms.Scope.Window == accounting.PerRow
	if perRow {
		before = accounting.Tally{}
	}
	after, err := p.src.Advance(before, r.row(u))
	if err != nil {
		return entry{}, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	over := r.over(p, in)
	ended := over || perRow // nothing more comes to a row
	endedBefore := ended && !perRow && r.owed(p, in, before.Rows)
	if over {
		r.dueOf(p).of(&before)
		r.dueOf(p).of(&after)
	}
	e, err := r.postLine(b, p, &accounting.Staged{Price: p.src, Before: before, After: after, EndedBefore: endedBefore, EndedAfter: ended})
	if err == nil && !perRow {
		b.staged[p.slot].keep(in, after)
	}
	return e, err
}

// totals returns the totals of a scope, to move on. A price that has changed
// goes on with what its scopes have come to.
func (s *stagedSlot) totals(k *kernel, in scope) *totals {
	t := s.last
	if t == nil || s.lastIn != in {
		if t = s.live[in]; t == nil {
			t = new(totals)
			t.reset(s.of[in], k)
			if s.live == nil {
				s.live = make(map[scope]*totals)
			}
			s.live[in] = t
		}
		s.last, s.lastIn = t, in
	}
	if t.of != k {
		t.reset(t.tell(), k)
	}
	return t
}

// settle keeps in the slot's tallies what rows have moved.
func (s *stagedSlot) settle() {
	for in, t := range s.live {
		if t.fresh {
			s.keep(in, t.tell())
		}
	}
	s.live, s.last = nil, nil
}

// keep notes a tally in a copy of what the state has.
func (s *stagedSlot) keep(in scope, t accounting.Tally) {
	if !s.own {
		copied := make(map[scope]accounting.Tally, len(s.of)+1)
		maps.Copy(copied, s.of)
		s.of, s.own = copied, true
	}
	s.of[in] = t
}

// postLine charges what a line of a staged price comes to by its tallies.
func (r *rater) postLine(b *book, p *price, line *accounting.Staged) (entry, error) {
	r.desk.exact.setRat(new(big.Rat).Sub(p.src.Cost(line.After, line.EndedAfter), p.src.Cost(line.Before, line.EndedBefore)))
	return r.postExact(b, p, line, &r.desk.exact)
}

// postExact charges an exact amount at a staged price. The line is nil where
// nothing is explained.
func (r *rater) postExact(b *book, p *price, line *accounting.Staged, exact *ratio) (e entry, err error) {
	s := &b.staged[p.slot]
	if !s.open {
		if err := s.begin(&r.by, r.desk); err != nil {
			return e, err
		}
	}
	if e = (entry{price: p, wide: exact}); r.narrowed {
		e.kept = exact.rat()
	}
	if !r.unexplained {
		e.large = &largeEntry{staged: line}
		if r.by.level == accounting.BillLevel {
			e.large.carried = b.exact(&r.by)
		} else {
			e.large.carried = s.running.rat()
		}
	}
	s.known = true
	r.desk.sum(&s.running, exact)
	if r.by.level == accounting.BillLevel {
		e.amount, err = b.addWide(exact, &r.by, r.desk)
		return e, err
	}
	now, err := r.by.roundWide(&s.running, r.desk)
	if err == nil {
		e.amount, err = now.Sub(s.rounded)
	}
	if err != nil {
		return e, fmt.Errorf("%w, price %q: %w", ErrOverflow, p.src.ID, err)
	}
	s.rounded = now
	return e, nil
}

// begin takes up the sum that the state has.
func (s *stagedSlot) begin(by *rounder, d *desk) (err error) {
	if s.running.setInt(0); s.sum != nil {
		s.running.setRat(s.sum)
	}
	s.open = true
	if by.level == accounting.LineLevel {
		s.rounded, err = by.roundWide(&s.running, d)
	}
	return err
}
