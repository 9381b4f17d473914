package rating

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A staged price keeps a tally for each of its scopes, and its amount is an
// exact rational. The kernel's prices, which keep one running quantity, need
// none of this.

// scope is usage that shares running totals. Fields that the price does not
// go by are zero.
type scope struct {
	window        metering.Period
	account       metering.Account
	resource, sku string
	region, label string
}

func (a scope) compare(b scope) int {
	return cmp.Or(a.window.Compare(b.window), cmp.Compare(a.account, b.account), cmp.Compare(a.resource, b.resource),
		cmp.Compare(a.sku, b.sku), cmp.Compare(a.region, b.region), cmp.Compare(a.label, b.label))
}

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

// scopeOf returns the scope that a row is in. A scope of rows holds nothing
// that goes on.
func (r *rater) scopeOf(p *price, u *metering.Usage) (scope, error) {
	var s scope
	if p.src.Terms == nil {
		return s, nil
	}
	by := p.src.Terms.Scope
	if by.Account {
		s.account = u.Key.Account
	}
	if by.Resource {
		s.resource = u.Key.Resource
	}
	if by.SKU {
		s.sku = u.Key.SKU
	}
	if by.Region {
		s.region = u.Key.Region
	}
	if by.Label != "" {
		s.label, _ = u.Key.Labels.Get(by.Label)
	}
	calendar, ok := r.windows(by.Window)
	if !ok {
		return s, nil
	}
	w, err := calendar.At(u.Period.Start())
	if err != nil {
		return s, err
	}
	if !w.Covers(u.Period) {
		return s, &WindowError{Card: r.nameOf(p), Price: p.src.ID, Window: w, Period: u.Period}
	}
	s.window = w
	return s, nil
}

// windows returns the calendar of a scope's windows.
func (r *rater) windows(w accounting.Window) (metering.Calendar, bool) {
	switch w {
	case accounting.PerHour:
		return metering.Hours(r.bill.Contract.Zone), true
	case accounting.PerDay:
		return metering.Days(r.bill.Contract.Zone), true
	}
	return metering.Calendar{}, false
}

func (r *rater) nameOf(p *price) string {
	if r.negotiated != nil && slices.Contains(r.negotiated.prices, p) {
		return r.negotiated.name
	}
	return r.list.name
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
		tally.Share = r.minimumShare(p)
		line := &accounting.Staged{Price: p.src, Before: tally, After: tally, EndedAfter: true}
		if !tally.Open() && in == (scope{}) && p.owesAtZero {
			line.After = accounting.Tally{Rows: 1, Share: tally.Share}
		}
		if p.src.Cost(line.After, true).Cmp(p.src.Cost(line.Before, false)) == 0 {
			continue
		}
		e, err := r.postExact(r.contracted, p, line)
		if err != nil {
			return err
		}
		if line.After.Open() != line.Before.Open() {
			r.contracted.keep(p, in, line.After)
		}
		list, err := r.listedAtEnd(t, p, in, e)
		if err != nil {
			return err
		}
		if err := r.trueUp(t, p, in, e, list); err != nil {
			return err
		}
	}
	return nil
}

// minimumShare returns which share of the billing period a minimum is due for,
// nil where that is all of it.
func (r *rater) minimumShare(p *price) *big.Rat {
	if p.src.Terms == nil || p.src.Terms.ProrateMinimum == accounting.ProrateNone {
		return nil
	}
	period, err := r.inForcePart(p)
	if err != nil {
		return nil
	}
	return p.src.Terms.ProrateMinimum.Share(period, r.billing, r.bill.Contract.Zone)
}

// inForcePart returns the part of the billing period in which a price is in
// force.
func (r *rater) inForcePart(p *price) (metering.Period, error) {
	start, end := later(p.src.From, r.billing.Start()), r.billing.End()
	if u := p.src.Until; !u.IsZero() && u.Before(end) {
		end = u
	}
	return metering.NewPeriod(start, end)
}

// listedAtEnd returns what the list card asks beside what is due at the end:
// the same for its own price, as far as all usage makes it due.
func (r *rater) listedAtEnd(t *tariff, p *price, in scope, e entry) (money.Money, error) {
	switch {
	case r.atList == nil:
		return e.amount, nil
	case t != r.list:
		return r.atList.mirror(e, &r.by)
	}
	tally := r.atList.staged[p.slot].of[in]
	tally.Share = r.minimumShare(p)
	line := &accounting.Staged{Price: p.src, Before: tally, After: tally, EndedAfter: true}
	if !tally.Open() && in == (scope{}) && p.owesAtZero {
		line.After = accounting.Tally{Rows: 1}
		r.atList.keep(p, in, line.After)
	}
	at, err := r.postExact(r.atList, p, line)
	return at.amount, err
}

// scopesAtEnd returns the scopes of a price that may owe something, in order:
// those with usage, the billing period's, and windows that stand idle.
func (r *rater) scopesAtEnd(p *price) []scope {
	var all []scope
	for in := range r.contracted.staged[p.slot].of {
		all = append(all, in)
	}
	var by accounting.Scope
	var idle bool
	if terms := p.src.Terms; terms != nil {
		by = terms.Scope
		idle = terms.Commitment != nil && terms.Commitment.Idle
	}
	calendar, windowed := r.windows(by.Window)
	window := by.Window
	by.Window = accounting.WholePeriod
	switch {
	case by != accounting.Scope{}:
	case window == accounting.WholePeriod:
		all = append(all, scope{})
	case windowed && idle:
		for w := range calendar.Over(r.billing) {
			if s := p.src.Terms.During; s != nil {
				if _, inside := s.Covers(w); !inside {
					continue
				}
			}
			all = append(all, scope{window: w})
		}
	}
	slices.SortFunc(all, scope.compare)
	return slices.Compact(all)
}

// trueUp charges a price at the end of the billing period, for a scope.
func (r *rater) trueUp(t *tariff, p *price, in scope, e entry, list money.Money) error {
	c := t.charge(p, r.bill.Contract.Account)
	c.Account, c.SKU, c.Region, c.Labels = r.bill.Contract.Account, p.src.Match.SKU, p.src.Match.Region, p.src.Match.Labels
	if in.account != "" {
		c.Account = in.account
	}
	c.Period, c.Origin = r.billing, accounting.FromTrueUp
	if line := e.large.staged; line.Before.Open() != line.After.Open() {
		c.Origin = accounting.FromRecurring
	}
	if !in.window.IsZero() {
		c.Period = in.window
	}
	return r.bills(&c, e, list)
}

// closeStagedFlat charges a flat price with terms, once, for the time in
// which it is in force.
func (r *rater) closeStagedFlat(t *tariff, p *price) error {
	k := priceKey{t.name, p.src.ID + "\x00" + p.src.From.UTC().Format(time.RFC3339)}
	if r.flats[k].charged || !r.flatDue(t, p) || t == r.list && r.flatWithID(r.negotiated, p.src.ID) != nil {
		return nil
	}
	some, all := p.src.Covers(r.billing)
	if !some {
		return nil
	}
	if !all && p.src.Terms.Prorate == accounting.ProrateNone {
		return t.straddle(p, r.billing, true)
	}
	period, err := r.inForcePart(p)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrContract, err)
	}
	row := accounting.Row{Period: period, Billing: r.billing, Zone: r.bill.Contract.Zone}
	after, err := p.src.Advance(accounting.Tally{}, row)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrContract, err)
	}
	e, err := r.postExact(r.contracted, p, &accounting.Staged{Price: p.src, After: after, EndedBefore: false, EndedAfter: true})
	if err != nil {
		return err
	}
	list := e.amount
	if r.atList != nil {
		if list, err = r.atList.mirror(e, &r.by); err != nil {
			return err
		}
	}
	mark := r.flats[k]
	mark.charged = true
	r.note(k, mark)
	c := t.charge(p, r.bill.Contract.Account)
	c.Account, c.SKU, c.Region, c.Labels = r.bill.Contract.Account, p.src.Match.SKU, p.src.Match.Region, p.src.Match.Labels
	c.Period, c.Origin = period, accounting.FromRecurring
	return r.bills(&c, e, list)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// compileStaged checks what a staged price is computed from, so that nothing
// divides by zero or looks beyond the last tier.
func (p *price) compileStaged() error {
	p.staged, p.rowWise = true, p.src.RowWise()
	if err := p.compileTerms(p.src.Terms); err != nil {
		return err
	}
	switch m := p.src.Model.(type) {
	case accounting.PerUnit:
		_, err := scaled(m.Price)
		return err
	case accounting.Graduated:
		return p.checkTiers(m.Tiers, m.OnZero)
	case accounting.Volume:
		return p.checkTiers(m.Tiers, m.OnZero)
	case accounting.Package:
		if m.Size.Sign() <= 0 || m.Parts != accounting.PartCharged && m.Parts != accounting.PartWaived {
			return errors.New("a package needs a size above 0, and has to say what becomes of a part")
		}
	case accounting.Stairstep:
		p.owesAtZero = m.OnZero == accounting.ZeroCharged
		if n := len(m.Stairs); n == 0 || len(m.Stairs[n-1].Limits) > 0 {
			return errors.New("the last stair has to be open")
		}
	case accounting.Spot:
		if len(m.Prices) == 0 {
			return errors.New("a spot price needs a series")
		}
	case accounting.Dynamic:
		if m.Label == "" {
			return errors.New("a dynamic price needs a label")
		}
	case accounting.Percentage:
	default:
		return fmt.Errorf("model %T; use a model of package accounting, by value", p.src.Model)
	}
	p.closes = p.closes || p.owesAtZero
	return nil
}

func (p *price) checkTiers(tiers []accounting.Tier, onZero accounting.ZeroPolicy) error {
	if len(tiers) == 0 || tiers[len(tiers)-1].UpTo != nil {
		return errors.New("the last tier has to be open")
	}
	for i, t := range tiers {
		switch {
		case t.Block.Sign() < 0:
			return fmt.Errorf("tier %d: a block below 0", i+1)
		case t.UpTo == nil && i < len(tiers)-1:
			return fmt.Errorf("tier %d: only the last tier is open", i+1)
		case t.UpTo != nil && (t.UpTo.Sign() <= 0 || i > 0 && !t.UpTo.GreaterThan(*tiers[i-1].UpTo)):
			return fmt.Errorf("tier %d: bounds have to ascend from zero", i+1)
		}
	}
	p.tiers = make([]tier, 1)
	flat, err := scaled(tiers[0].Flat)
	if err != nil {
		return err
	}
	p.tiers[0].flat = fixed.Wide(flat)
	if err := p.compileZero(accounting.Graduated{OnZero: onZero}); err != nil {
		return err
	}
	p.closes = p.closes || p.owesAtZero
	return nil
}

func (p *price) compileTerms(t *accounting.Terms) error {
	if t == nil {
		return nil
	}
	p.closes = t.Minimum != nil || t.Commitment != nil && t.Commitment.TrueUp
	if c := t.Convert; c != nil {
		if c.Multiply.Sign() < 0 || c.Divide.Sign() < 0 {
			return errors.New("a conversion by a number below 0")
		}
		if err := (money.Rounding{Mode: c.Mode, Places: c.Places}).Validate(); c.Rounded && err != nil {
			return err
		}
	}
	for _, w := range t.Meters {
		if w.Meter == "" {
			return errors.New("a weight without a meter")
		}
	}
	if f := t.PowerFactor; f != nil && (f.Reactive == "" || len(f.Steps) == 0) {
		return errors.New("a power factor needs a meter and steps")
	}
	return nil
}
