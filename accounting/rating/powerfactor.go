package rating

import (
	"cmp"
	"fmt"
	"math/big"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// powerFactor is what a card's adjustment by the power factor is computed
// from: running sums. What it comes to is a function of these, and the charge
// is by how much that has moved.
type powerFactor struct {
	active, reactive metering.Quantity // reactive is of no dimension before any came
	base, listBase   money.Money       // of the prices that it changes
	charged, list    money.Money
}

// openPowerFactor checks what the adjustment is computed from.
func (r *rater) openPowerFactor() error {
	if r.negotiated != nil && r.negotiated.card.PowerFactor != nil {
		return fmt.Errorf("%w: card %q: the adjustment by the power factor is the list card's; leave it out of the negotiated one", ErrContract, r.negotiated.name)
	}
	a := r.list.card.PowerFactor
	if a == nil {
		return nil
	}
	if a.ID == "" || a.Active == "" || a.Reactive == "" || a.Active == a.Reactive || len(a.Steps) == 0 {
		return fmt.Errorf("%w: card %q: the adjustment by the power factor needs an id, two meters and steps", ErrContract, r.list.name)
	}
	if r.by.level == accounting.BillLevel && len(a.Prices) > 0 {
		return fmt.Errorf("%w: card %q: its rounding is of the bill, so that the power factor cannot go by the amounts of single prices; name none, or round lines", ErrContract, r.list.name)
	}
	n := new(numbers)
	if n.steps(a.Steps); n.err != nil {
		return fmt.Errorf("%w: card %q: %w", ErrContract, r.list.name, n.err)
	}
	for i, s := range a.Steps {
		if (s.Ratio == nil) != (i == len(a.Steps)-1) {
			return fmt.Errorf("%w: card %q: step %d of the power factor: the last step, and only it, has no ratio", ErrContract, r.list.name, i+1)
		}
	}
	r.power = a
	return nil
}

// powerText tells adjustments apart by all that they go by.
func powerText(a *accounting.PowerAdjustment) string {
	if a == nil {
		return ""
	}
	text := fmt.Sprintf("power %q %q %q %q", a.ID, a.Active, a.Reactive, a.Prices)
	for _, s := range a.Steps {
		ratio := ""
		if s.Ratio != nil {
			ratio = s.Ratio.String()
		}
		text += fmt.Sprintf(" %s:%s", ratio, s.Percent)
	}
	return text + "\n"
}

// takePower notes a row of active or reactive energy, and reports whether it
// needs no price.
func (r *rater) takePower(u *metering.Usage) (covered bool, err error) {
	if r.power == nil {
		return false, nil
	}
	p := &r.settled.power
	add := func(to *metering.Quantity) {
		if !to.Dimension().Valid() {
			*to = u.Quantity
			return
		}
		*to, err = to.Add(u.Quantity)
	}
	switch u.Key.Meter {
	case r.power.Reactive:
		covered = true
		add(&p.reactive)
	case r.power.Active:
		add(&p.active)
	default:
		return false, nil
	}
	if a, b := p.active.Dimension(), p.reactive.Dimension(); err == nil && a.Valid() && b.Valid() && a != b {
		err = fmt.Errorf("%v and %v are of two dimensions", r.power.Active, r.power.Reactive)
	}
	if err != nil {
		return covered, fmt.Errorf("%w: power factor: %s in %v: %w", ErrUsage, u.Key.Redacted(), u.Period, err)
	}
	return covered, nil
}

// addPower counts a charge that the adjustment goes by.
func (r *rater) addPower(c *accounting.Charge) error {
	if r.power == nil || !r.power.Changes(c) {
		return nil
	}
	p := &r.settled.power
	var err1, err2 error
	p.base, err1 = p.base.Add(c.Billed)
	p.listBase, err2 = p.listBase.Add(c.List)
	if err := cmp.Or(err1, err2); err != nil {
		return fmt.Errorf("%w: power factor: %w", ErrOverflow, err)
	}
	return nil
}

// adjustPower charges by how much the adjustment has moved.
func (r *rater) adjustPower() error {
	p := &r.settled.power
	if r.power == nil || !p.reactive.Dimension().Valid() {
		return nil
	}
	active, reactive := new(big.Rat).SetInt(p.active.Grains().Big()), new(big.Rat).SetInt(p.reactive.Grains().Big())
	percent := r.power.Percent(active, reactive)
	move := func(base money.Money, charged *money.Money) (money.Money, error) {
		exact := rationalOf(base)
		exact.Mul(exact, percent)
		now, err := r.by.rule.ApplyRat(exact.Quo(exact, big.NewRat(100, 1)), r.by.currency)
		if err != nil {
			return now, err
		}
		more, err := now.Sub(*charged)
		*charged = now
		return more, err
	}
	more, err1 := move(p.base, &p.charged)
	list, err2 := move(p.listBase, &p.list)
	if err := cmp.Or(err1, err2); err != nil {
		return fmt.Errorf("%w: power factor: %w", ErrOverflow, err)
	}
	if more.IsZero() && list.IsZero() {
		return nil
	}
	c := r.settlement(more, accounting.FromAdjustment, r.power.ID, powerNote(p, percent, active, reactive))
	c.Service, c.List = r.power.Service, list
	if err := r.settled.add(r.bill.Contract.Credits, &c); err != nil {
		return err
	}
	r.addExact(&c, rationalOf(more))
	var err error
	if r.bill.list, err = r.bill.list.Add(list); err != nil {
		return fmt.Errorf("%w: total: %w", ErrOverflow, err)
	}
	return r.yieldSettled(c)
}

// powerNote says how the adjustment came about.
func powerNote(p *powerFactor, percent, active, reactive *big.Rat) string {
	ratio := "no active energy"
	if active.Sign() != 0 {
		ratio = "reactive/active " + new(big.Rat).Quo(reactive, active).FloatString(4)
	}
	sign := ""
	if percent.Sign() > 0 {
		sign = "+"
	}
	return fmt.Sprintf("power factor, %s: %s%s %% of %s", ratio, sign, accounting.RatText(percent), p.base)
}
