package rating

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// price is a price compiled: bounds in grains, amounts as integers at scale 18.
type price struct {
	src         *accounting.Price
	specificity int
	slot        int          // of a book
	share       fixed.Int128 // how many of the rounder's common units one unit is

	anywhere bool // the match has no region and no labels, and one meter
	always   bool // in force without beginning, end and schedule
	group    int  // of those that usage has one price in each of
	during   *accounting.Schedule

	staged  bool // it keeps tallies; see staged.go
	kernel  *kernel
	counts  []metering.MeterID // src.Meters, and in
	units   []metering.Unit    // which unit each is counted
	due     *due               // once known
	rowWise bool               // rows are not put together
	closes  bool               // something may be due at the end of the billing period

	flat   bool
	amount fixed.Int128 // a flat price's
	when   accounting.FlatPolicy

	unit       fixed.Int128 // grains in one unit; 1 for a flat price
	tiers      []tier
	owesAtZero bool // the first tier's flat amount, whatever was used
}

// tier is a stretch of quantity. Costs are at scale 18, over the price's unit.
type tier struct {
	lower, upper fixed.Int128 // grains; lower is 0 or the upper of the tier below
	open         bool         // it has no upper
	price        fixed.Int128
	flat         fixed.Int256
	below        fixed.Int256 // cost of all tiers below
}

func compilePrice(src *accounting.Price) (*price, error) {
	p := &price{
		src: src, specificity: 4 * src.Match.Specificity(), unit: fixed.FromInt64(1),
		anywhere: src.Match.Region == "" && src.Match.Labels == metering.Labels{}, always: src.From.IsZero() && src.Until.IsZero(),
	}
	if src.ID == "" {
		return nil, errors.New("no id")
	}
	if src.Staged() { // the numbers of others become integers, which have a range
		if err := checkNumbers(src); err != nil {
			return nil, err
		}
	}
	if !src.From.IsZero() && !src.Until.IsZero() && !src.From.Before(src.Until) {
		return nil, errors.New("it ends before it begins")
	}
	if terms := src.Terms; terms != nil && terms.During != nil {
		p.during, p.always = terms.During, false
		p.specificity++
	}
	if src.Replaces != "" {
		p.specificity += 2
	}
	if m, ok := src.Model.(accounting.Flat); ok {
		if p.staged = src.Staged(); p.staged {
			if err := p.compileTerms(src.Terms); err != nil {
				return nil, err
			}
		}
		return p, p.compileFlat(m)
	}
	if src.Match.Meter == "" {
		return nil, errors.New("no meter")
	}
	if _, ok := src.Model.(accounting.Stairstep); ok && src.Unit.IsZero() {
		p.anywhere = p.anywhere && len(src.Meters()) == 1
		return p, p.compileStaged()
	}
	if p.unit = src.Unit.Grains(); p.unit.Sign() <= 0 {
		return nil, errors.New("no unit")
	}
	if src.Staged() {
		p.anywhere = p.anywhere && len(src.Meters()) == 1
		return p, p.compileStaged()
	}
	switch m := src.Model.(type) {
	case accounting.PerUnit:
		return p, p.compileTiers([]accounting.Tier{{Price: m.Price}})
	case accounting.Graduated:
		if err := p.compileTiers(m.Tiers); err != nil {
			return nil, err
		}
		return p, p.compileZero(m)
	}
	return nil, fmt.Errorf("model %T; use a model of package accounting, by value", src.Model)
}

func (p *price) compileFlat(m accounting.Flat) (err error) {
	p.flat, p.when = true, m.When
	switch {
	case m.When == accounting.FlatOnce && p.src.From.IsZero():
		return errors.New("a price that is due once has to say when it begins")
	case m.When == accounting.FlatOnce && p.src.Terms != nil && p.src.Terms.Prorate != accounting.ProrateNone:
		return errors.New("a price that is due once is due in full")
	case m.When != accounting.FlatAlways && m.When != accounting.FlatIfUsed && m.When != accounting.FlatOnce:
		return errors.New("a flat price has to say when it is due")
	case m.When == accounting.FlatIfUsed && p.src.Match.Meter == "":
		return errors.New("no meter, so it is never used")
	}
	p.amount, err = scaled(m.Amount)
	return err
}

// compileTiers checks that the tiers ascend from zero without end.
func (p *price) compileTiers(tiers []accounting.Tier) error {
	if len(tiers) == 0 || tiers[len(tiers)-1].UpTo != nil {
		return errors.New("the last tier has to be open")
	}
	p.tiers = make([]tier, len(tiers))
	for i, src := range tiers {
		if src.UpTo == nil && i < len(tiers)-1 {
			return fmt.Errorf("tier %d: only the last tier is open", i+1)
		}
		t := &p.tiers[i]
		if err := t.compile(src, p.src.Unit); err != nil {
			return fmt.Errorf("tier %d: %w", i+1, err)
		}
		if i > 0 {
			if err := t.stack(&p.tiers[i-1]); err != nil {
				return fmt.Errorf("tier %d: %w", i+1, err)
			}
		}
		if !t.open && !t.lower.Less(t.upper) {
			return fmt.Errorf("tier %d: bounds have to ascend from zero", i+1)
		}
	}
	return nil
}

// compile sets what a tier has by itself.
func (t *tier) compile(src accounting.Tier, unit metering.Unit) error {
	var flat fixed.Int128
	var err1, err2, err3 error
	t.price, err1 = scaled(src.Price)
	flat, err2 = scaled(src.Flat)
	t.flat = flat.MulWide(unit.Grains())
	if t.open = src.UpTo == nil; !t.open {
		var bound metering.Quantity
		bound, err3 = metering.QuantityOf(*src.UpTo, unit)
		t.upper = bound.Grains()
	}
	return cmp.Or(err1, err2, err3)
}

// stack puts t on the tier below it, which has a bound.
func (t *tier) stack(below *tier) error {
	t.lower = below.upper
	width, _ := below.upper.Sub(below.lower) // 0 ≤ lower < upper
	cost, ok := below.below.Add(width.MulWide(below.price))
	if ok {
		t.below, ok = cost.Add(below.flat)
	}
	if !ok {
		return ErrOverflow
	}
	return nil
}

// compileZero notes what is due without usage.
func (p *price) compileZero(m accounting.Graduated) error {
	switch {
	case m.OnZero > accounting.ZeroWaived:
		return errors.New("unknown policy for no usage")
	case m.OnZero == accounting.ZeroUnstated && !p.tiers[0].flat.IsZero():
		return errors.New("the first tier has a flat amount; say whether it is due without usage")
	}
	p.owesAtZero = m.OnZero == accounting.ZeroCharged
	return nil
}

// scaled returns d times 10^18. Money has the range and the scale of a price;
// which currency does not matter.
func scaled(d decimal.Decimal) (fixed.Int128, error) {
	m, err := money.New(d, money.CNY)
	return m.Scaled(), err
}

// cumulative returns what a running quantity of q grains costs in all, over
// p.unit at scale 18, and false when that does not fit.
func (p *price) cumulative(q fixed.Int128) (cost fixed.Int256, ok bool) {
	i := 0
	for !p.tiers[i].open && p.tiers[i].upper.Less(q) {
		i++
	}
	t := &p.tiers[i]
	within, _ := q.Sub(t.lower) // lower is 0 or below q
	cost, ok = t.below.Add(within.MulWide(t.price))
	if ok && (i > 0 || p.owesAtZero || q.Sign() > 0) {
		cost, ok = cost.Add(t.flat)
	}
	return cost, ok
}

// matches reports whether a row's key and time are the price's, in part and
// as a whole.
func (p *price) matches(u *metering.Usage) (some, all bool) {
	if !p.anywhere {
		m := p.src.Match
		if m.Meter != u.Key.Meter {
			m.Meter = u.Key.Meter // filed under each of its meters
		}
		if !m.Matches(u.Key) {
			return false, false
		}
	}
	if p.always {
		return true, true
	}
	some, all = p.src.Covers(u.Period)
	if p.during != nil && some {
		someTime, allTime := p.during.Covers(u.Period)
		some, all = someTime, all && allTime
	}
	return some, all
}

// owes says whether a flat price, or what a price owes at the end, belongs to a
// billing period: it is in force at some time of it, or begins then if it is due
// once. And whether it is so for all of it.
func (p *price) owes(billing metering.Period) (some, all bool) {
	if p.when == accounting.FlatOnce {
		begins := !p.src.From.Before(billing.Start()) && p.src.From.Before(billing.End())
		return begins, begins
	}
	return p.src.Covers(billing)
}

// flatOrigin says where what is due without usage comes from.
func (p *price) flatOrigin() accounting.Origin {
	if p.when == accounting.FlatOnce {
		return accounting.FromOneOff
	}
	return accounting.FromRecurring
}

// unitOf returns the unit in which a staged price counts a meter.
func (p *price) unitOf(m metering.MeterID) metering.Unit {
	if i := slices.Index(p.counts, m); i >= 0 {
		return p.units[i]
	}
	return p.src.Unit
}

// key returns the usage that the price's match describes, and no more.
func (p *price) key() metering.Key {
	m := p.src.Match
	return metering.Key{Meter: m.Meter, SKU: m.SKU, Region: m.Region, Labels: m.Labels}
}
