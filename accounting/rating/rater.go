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
	narrowed    bool // there are credits that go by exact amounts
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
		fix := fmt.Sprintf("billing months of this contract are in zone %v: set Contract.Zone for those of another", c.Zone)
		if !period.IsZero() && period.Start().Equal(r.billing.Start()) {
			fix = "rate one billing period at a time, or several with RateAll"
		}
		return nil, fmt.Errorf("%w: rating %v, want a part of %v; %s", ErrPeriod, period, r.billing, fix)
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
	if !rounding.Level.Valid() {
		return fmt.Errorf("%w: card %q: the rounding that holds in %v has no level", ErrContract, r.list.name, r.billing)
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
		return a, fmt.Errorf("%w: %s: %w", ErrOverflow, a.Key.Redacted(), err)
	}
	return a, fmt.Errorf("rating: %s in %v: %w", a.Key.Redacted(), a.Period, err)
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
