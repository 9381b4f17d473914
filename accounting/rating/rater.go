package rating

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// rater is one call of Stream.
type rater struct {
	config
	yield   func(accounting.Charge) error
	desk    *desk
	charge  accounting.Charge // of usage; see chargeOf
	at      *price            // what charge is filled in for
	billing metering.Period
	bill    Bill

	list       *tariff
	negotiated *tariff // nil where there is none
	by         rounder
	contracted *book
	atList     *book // nil where it would be the same as contracted
	groups     groups
	ended      bool // see State
	// billingDays are the local days of the billing period, once counted.
	billingDays int64
	settles     bool // there are credits, or the month's total is rounded
	settled     settlement
	power       *accounting.PowerAdjustment // nil for none
	apart       map[metering.MeterID]apart  // nil where all rows of one key are one line
	flats       map[priceKey]flatMark
	ownFlats    bool // flats is this call's copy, not the state's
}

func newRater(c accounting.Contract, period metering.Period, state State, yield func(accounting.Charge) error) (*rater, error) {
	r := &rater{yield: yield, desk: newDesk(), bill: Bill{Contract: c, Period: period}, groups: groups{[]string{""}}}
	if err := r.compile(c); err != nil {
		return nil, err
	}
	var err error
	if r.billing, err = c.BillingPeriod(period.Start()); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrContract, err)
	}
	if period.IsZero() || !r.billing.Covers(period) {
		return nil, fmt.Errorf("%w: rating %v, want a part of %v", ErrPeriod, period, r.billing)
	}
	switch {
	case state.period == (metering.Period{}): // the zero State
	case state.account != c.Account:
		return nil, fmt.Errorf("%w: state of %q under the contract of %q", ErrForeign, state.account, c.Account)
	case state.period != r.billing:
		return nil, fmt.Errorf("%w: state of %v, want %v", ErrPeriod, state.period, r.billing)
	}
	return r, r.open(state)
}

// compile readies the contract's cards for rating.
func (r *rater) compile(c accounting.Contract) (err error) {
	if err := c.Account.Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrContract, err)
	}
	for _, d := range c.Demands {
		if d.Level == nil {
			return fmt.Errorf("%w: the demand of price %q in %v has no level", ErrContract, d.Price, d.Period)
		}
	}
	if r.list, err = compile(c.Card, 0, &r.groups); err != nil {
		return err
	}
	for _, p := range r.list.prices {
		if p.src.Replaces != "" {
			return fmt.Errorf("%w: card %q, price %q: it replaces %q, which is for a negotiated card to say", ErrContract, r.list.name, p.src.ID, p.src.Replaces)
		}
	}
	if c.Negotiated == nil {
		return nil
	}
	if r.negotiated, err = compile(c.Negotiated, len(r.list.slots), &r.groups); err != nil {
		return err
	}
	switch {
	case c.Negotiated.Currency != c.Card.Currency || c.Negotiated.Rounding != c.Card.Rounding || !slices.Equal(c.Negotiated.RoundingChanges, c.Card.RoundingChanges):
		return fmt.Errorf("%w: cards %q and %q differ in currency or rounding", ErrContract, r.list.name, r.negotiated.name)
	case r.negotiated.name == r.list.name:
		return fmt.Errorf("%w: the list card and the negotiated card are both %q; their running totals need two names", ErrContract, r.list.name)
	}
	return nil
}

// open sets the books to where state left them.
func (r *rater) open(state State) (err error) {
	card := r.list.card
	rounding, ok := card.RoundingIn(r.billing)
	if !ok {
		return fmt.Errorf("%w: card %q: its rounding changes within %v; let it change with a billing period", ErrContract, r.list.name, r.billing)
	}
	for _, t := range r.tariffs() {
		t.rounding = rounding
		for m, how := range t.apart {
			if r.apart == nil {
				r.apart = make(map[metering.MeterID]apart)
			}
			r.apart[m] = apart{how.rows || r.apart[m].rows, how.resources || r.apart[m].resources}
		}
	}
	r.by = rounder{level: rounding.Level, currency: card.Currency, rule: money.Rounding{Mode: rounding.Mode, Places: rounding.Places}}
	if r.by.in, err = r.by.rule.In(card.Currency); err != nil {
		return fmt.Errorf("%w: card %q: %w", ErrContract, r.list.name, err)
	}
	if err := r.openSettlement(rounding, state); err != nil {
		return err
	}
	atList := state.list
	if atList == nil {
		atList = &state.contracted // they part now, if they do
	}
	if err = r.by.measure(r.tariffs(), state.contracted.over, atList.over); err != nil {
		return err
	}
	if r.contracted, err = openBook(state.contracted, r.tariffs(), &r.by, r.desk); err != nil {
		return err
	}
	if r.negotiated != nil || state.list != nil {
		if r.atList, err = openBook(*atList, r.tariffs(), &r.by, r.desk); err != nil {
			return err
		}
	}
	r.ended = state.ended
	r.flats = state.flats // copied when something is noted
	r.bill.total, err = money.FromMinor(0, card.Currency)
	r.bill.list = r.bill.total
	return err
}

// tariffs returns the list card's prices and then the negotiated ones.
func (r *rater) tariffs() []*tariff {
	if r.negotiated == nil {
		return []*tariff{r.list}
	}
	return []*tariff{r.list, r.negotiated}
}

// rows rates usage; neighbours that differ only in the resource are one line.
func (r *rater) rows(usage iter.Seq2[metering.Usage, error]) error {
	if usage == nil {
		return nil
	}
	var open metering.Usage // no row has its empty period
	for row, err := range usage {
		if err != nil {
			return err
		}
		if err := r.accepts(row); err != nil {
			return err
		}
		same := true
		if r.apart != nil {
			how := r.apart[row.Key.Meter]
			if same = !how.rows; !how.resources {
				row.Key.Resource = ""
			}
		} else {
			row.Key.Resource = ""
		}
		if same && open.Period == row.Period && open.Key == row.Key {
			if open, err = sumRows(open, row); err != nil {
				return err
			}
			continue
		}
		if err := r.line(&open); err != nil {
			return err
		}
		open = row
	}
	return r.line(&open)
}

func (r *rater) accepts(row metering.Usage) error {
	if account := r.bill.Contract.Account; !account.Contains(row.Key.Account) {
		return fmt.Errorf("%w: %q under the contract of %q", ErrForeign, row.Key.Account, account)
	}
	if !r.bill.Period.Covers(row.Period) || row.Period.IsZero() {
		return fmt.Errorf("%w: usage in %v, rating %v", ErrPeriod, row.Period, r.bill.Period)
	}
	return nil
}

func sumRows(a, b metering.Usage) (metering.Usage, error) {
	var err1, err2 error
	a.Quantity, err1 = a.Quantity.Add(b.Quantity)
	a.Estimated, err2 = a.Estimated.Add(b.Estimated)
	err := cmp.Or(err1, err2)
	switch {
	case err == nil:
		return a, nil
	case errors.Is(err, metering.ErrOverflow):
		return a, fmt.Errorf("%w: %v: %w", ErrOverflow, a.Key, err)
	}
	return a, fmt.Errorf("rating: %v in %v: %w", a.Key, a.Period, err)
}

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

// keepTotals notes what rows have moved.
func (r *rater) keepTotals() {
	for _, b := range [...]*book{r.contracted, r.atList} {
		if b == nil {
			continue
		}
		for i := range b.staged {
			b.staged[i].settle()
		}
	}
}

// state returns where rating stands now, given where it stood before.
func (r *rater) state(before State) State {
	r.keepTotals()
	s := State{account: r.bill.Contract.Account, period: r.billing, flats: r.flats, ended: r.ended, settled: r.settled, contracted: r.contracted.standing(before.contracted, r.tariffs(), &r.by)}
	if r.atList != nil {
		from := before.contracted
		if before.list != nil {
			from = *before.list
		}
		list := r.atList.standing(from, r.tariffs(), &r.by)
		s.list = &list
	}
	return s
}
