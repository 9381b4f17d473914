package rating

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// compileStaged checks what a staged price is computed from, so that nothing
// divides by zero or looks beyond the last tier.
func (p *price) compileStaged() error {
	p.staged, p.rowWise, p.counts = true, p.src.RowWise(), p.src.Meters()
	for _, m := range p.counts {
		unit, _ := p.src.UnitOf(m)
		p.units = append(p.units, unit)
	}
	if err := p.compileTerms(p.src.Terms); err != nil {
		return err
	}
	switch m := p.src.Model.(type) {
	case accounting.PerUnit:
		if _, err := scaled(m.Price); err != nil {
			return err
		}
	case accounting.Graduated:
		if err := p.checkTiers(m.Tiers, m.OnZero); err != nil {
			return err
		}
	case accounting.Volume:
		if err := p.checkTiers(m.Tiers, m.OnZero); err != nil {
			return err
		}
	case accounting.Package:
		if m.Size.Sign() <= 0 || m.Parts != accounting.PartCharged && m.Parts != accounting.PartWaived {
			return errors.New("a package needs a size above 0, and has to say what becomes of a part")
		}
	case accounting.Stairstep:
		p.owesAtZero = m.OnZero == accounting.ZeroCharged
		if t := p.src.Terms; t != nil && (t.Gather == accounting.GatherPercentile || t.Ratchet != nil) {
			return errors.New("a stairstep price goes by no percentile and has no ratchet")
		}
		if n := len(m.Stairs); n == 0 || len(m.Stairs[n-1].Limits) > 0 {
			return errors.New("the last stair has to be open")
		}
	case accounting.Spot:
		if len(m.Prices) == 0 {
			return errors.New("a spot price needs a series")
		}
		for i := 1; i < len(m.Prices); i++ {
			if !m.Prices[i].From.After(m.Prices[i-1].From) {
				return fmt.Errorf("spot price %d: it begins no later than the one before", i+1)
			}
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
	if t := p.src.Terms; t != nil && t.Commitment != nil && !t.Commitment.Units.IsZero() && !costsByUnits(p.src) {
		return errors.New("a commitment in units has no amount at this model, which goes by rows or by meters; commit to an amount")
	}
	if c := committed(p.src); c != nil && c.Sign() < 0 {
		return errors.New("what it commits to comes to less than 0")
	}
	p.kernel = compileKernel(p.src)
	return nil
}

// costsByUnits says whether a number of units has a cost at a price, whatever
// rows they are.
func costsByUnits(src *accounting.Price) bool {
	switch m := src.Model.(type) {
	case accounting.Percentage, accounting.Dynamic, accounting.Spot, accounting.Stairstep:
		return false
	case accounting.Graduated:
		return src.Terms.Prorate == accounting.ProrateNone
	case accounting.Volume:
		return m.SizedBy == ""
	}
	return true
}

// committed returns the amount that each scope is committed to, nil for none. A
// commitment in units is what the price asks for these, with nothing
// converted, free or bounded.
func committed(src *accounting.Price) *big.Rat {
	if src.Terms == nil || src.Terms.Commitment == nil {
		return nil
	}
	c := src.Terms.Commitment
	if c.Units.IsZero() {
		return c.Amount.Rat()
	}
	price, terms, units := *src, *src.Terms, c.Units.Rat()
	terms.Convert, terms.Free, terms.Minimum, terms.Commitment = nil, decimal.Decimal{}, nil, nil
	price.Terms = &terms
	return price.Cost(accounting.Tally{Rows: 1, Used: units, Whole: units, Peak: units}, false)
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
	return nil
}

// checkDemand checks how rows come together.
func checkDemand(t *accounting.Terms) error {
	if p := t.Percentile; (t.Gather == accounting.GatherPercentile) != (p.Sign() > 0 && p.LessThanOrEqual(decimal.NewFromInt(100))) {
		return errors.New("a percentile is above 0 and at most 100, and rows have to be gathered by it")
	}
	if r := t.Ratchet; r != nil && (t.Gather == accounting.GatherSum || t.Scope != accounting.Scope{} || r.Periods < 1 || r.Percent.Sign() <= 0) {
		return errors.New("a ratchet is of a peak or percentile of the billing period, and looks back at least one at more than 0 percent")
	}
	return nil
}

func (p *price) compileTerms(t *accounting.Terms) error {
	if t == nil {
		return nil
	}
	p.closes = t.Minimum != nil || t.Commitment != nil && t.Commitment.TrueUp || t.Ratchet != nil
	if err := checkDemand(t); err != nil {
		return err
	}
	if c := t.Convert; c != nil {
		if c.Multiply.Sign() < 0 || c.Divide.Sign() < 0 {
			return errors.New("a conversion by a number below 0")
		}
		if err := (money.Rounding{Mode: c.Mode, Places: c.Places}).Validate(); c.Rounded && err != nil {
			return err
		}
	}
	reactive := metering.MeterID("")
	if f := t.PowerFactor; f != nil {
		if reactive = f.Reactive; reactive == "" || len(f.Steps) == 0 {
			return errors.New("a power factor needs a meter and steps")
		}
		if reactive == p.src.Match.Meter {
			return errors.New("its power factor goes by its own meter, so that it charges nothing")
		}
	}
	for i, w := range t.Meters {
		switch {
		case w.Meter == "":
			return errors.New("a weight without a meter")
		case w.Meter == reactive:
			return fmt.Errorf("meter %q is one of its own and that of its power factor", w.Meter)
		case slices.ContainsFunc(t.Meters[:i], func(o accounting.Weight) bool { return o.Meter == w.Meter }):
			return fmt.Errorf("meter %q is listed twice", w.Meter)
		}
	}
	return nil
}
