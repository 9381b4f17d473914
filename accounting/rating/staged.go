package rating

import (
	"fmt"
	"maps"
	"math/big"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A staged price keeps a tally for each of its scopes, and its amount is an
// exact rational. The kernel's prices, which keep one running quantity, need
// none of this.

// tallies is where a staged price stands.
type tallies struct {
	sum *big.Rat // of all scopes, exact
	of  map[scope]accounting.Tally
}

// stagedSlot is tallies during a call. What the state holds is copied before
// it is changed.
type stagedSlot struct {
	tallies
	known   bool
	own     bool
	rounded money.Money // sum, rounded; where lines are
	opened  bool        // rounded is set
}

// postStaged moves a staged price on by a row.
func (r *rater) postStaged(b *book, p *price, u *metering.Usage) (entry, error) {
	in, err := r.scopeOf(p, u)
	if err != nil {
		return entry{}, err
	}
	before := b.staged[p.slot].of[in]
	perRow := p.src.Terms != nil && p.src.Terms.Scope.Window == accounting.PerRow
	if perRow {
		before = accounting.Tally{}
	}
	row := accounting.Row{Key: u.Key, Period: u.Period, Quantity: u.Quantity, Billing: r.billing, Zone: r.bill.Contract.Zone}
	after, err := p.src.Advance(before, row)
	if err != nil {
		return entry{}, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	ended := r.ended || perRow // nothing more comes to a row
	if r.ended {
		before.Share = r.minimumShare(p)
		after.Share = before.Share
	}
	line := &accounting.Staged{Price: p.src, Before: before, After: after, EndedBefore: ended && !perRow, EndedAfter: ended}
	e, err := r.postExact(b, p, line)
	if err == nil && !perRow {
		b.keep(p, in, after)
	}
	return e, err
}

// keep notes a tally in a copy of what the state has.
func (b *book) keep(p *price, in scope, t accounting.Tally) {
	s := &b.staged[p.slot]
	if !s.own {
		copied := make(map[scope]accounting.Tally, len(s.of)+1)
		maps.Copy(copied, s.of)
		s.of, s.own = copied, true
	}
	s.of[in] = t
}

// postExact charges what a line of a staged price comes to.
func (r *rater) postExact(b *book, p *price, line *accounting.Staged) (e entry, err error) {
	exact := new(big.Rat).Sub(p.src.Cost(line.After, line.EndedAfter), p.src.Cost(line.Before, line.EndedBefore))
	s := &b.staged[p.slot]
	e = entry{price: p, large: &largeEntry{staged: line, exact: exact}}
	if s.sum == nil {
		s.sum = new(big.Rat).SetInt64(0)
	}
	s.known = true
	if r.by.level == accounting.BillLevel {
		e.large.carried = b.exact(&r.by)
		s.sum = new(big.Rat).Add(s.sum, exact)
		e.amount, err = b.addRat(exact, &r.by)
		return e, err
	}
	e.large.carried = s.sum
	if !s.opened {
		if s.rounded, err = r.by.roundRat(s.sum); err != nil {
			return e, err
		}
		s.opened = true
	}
	s.sum = new(big.Rat).Add(s.sum, exact)
	now, err := r.by.roundRat(s.sum)
	if err == nil {
		e.amount, err = now.Sub(s.rounded)
	}
	if err != nil {
		return e, fmt.Errorf("%w, price %q: %w", ErrOverflow, p.src.ID, err)
	}
	s.rounded = now
	return e, nil
}

// exact returns the bill's running total as a rational.
func (b *book) exact(by *rounder) *big.Rat {
	total := new(big.Rat)
	if !by.common.IsZero() {
		den := new(big.Int).Mul(by.common.Big(), scaleBig())
		total.SetFrac(b.total.Big(), den)
	}
	if b.extra != nil {
		total.Add(total, b.extra)
	}
	return total
}

// addRat adds an exact amount to the bill, and returns what that moves its
// rounded total by.
func (b *book) addRat(exact *big.Rat, by *rounder) (money.Money, error) {
	extra := b.extra
	if extra == nil {
		extra = new(big.Rat).SetInt64(0)
	}
	b.extra = new(big.Rat).Add(extra, exact)
	return b.stepBill(by)
}

// stepBill rounds the bill's running total and returns by how much it moved.
func (b *book) stepBill(by *rounder) (money.Money, error) {
	if b.extra == nil {
		return step(&b.rounded, b.total, by.common, by)
	}
	now, err := by.roundRat(b.exact(by))
	if err != nil {
		return now, err
	}
	diff, err := now.Sub(b.rounded)
	if err != nil {
		return diff, fmt.Errorf("%w: %w", ErrOverflow, err)
	}
	b.rounded = now
	return diff, nil
}

func scaleBig() *big.Int {
	p, _ := fixed.Pow10(money.Scale)
	return p.Big()
}

// roundRat rounds an exact amount.
func (by *rounder) roundRat(r *big.Rat) (money.Money, error) {
	m, err := by.rule.ApplyRat(r, by.currency)
	if err != nil {
		return m, fmt.Errorf("%w: %w", ErrOverflow, err)
	}
	return m, nil
}
