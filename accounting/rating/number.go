package rating

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
)

// What a number of a card may have: more than package ratecard takes, and little
// enough to compute with. A decimal of a few bytes can stand for gigabytes of
// digits.
const (
	maxNumberExponent = 38
	minNumberExponent = -76
	maxNumberDigits   = 76
)

// numbers looks at numbers before anything computes with them, and keeps the
// first error.
type numbers struct{ err error }

func (n *numbers) check(name string, d decimal.Decimal) {
	e := d.Exponent()
	if n.err == nil && (e > maxNumberExponent || e < minNumberExponent || d.NumDigits() > maxNumberDigits) {
		n.err = fmt.Errorf("%s: a number of %d digits with exponent %d; want at most %d digits, and an exponent from %d to %d",
			name, d.NumDigits(), e, maxNumberDigits, minNumberExponent, maxNumberExponent)
	}
}

func (n *numbers) maybe(name string, d *decimal.Decimal) {
	if d != nil {
		n.check(name, *d)
	}
}

// checkNumbers refuses a price with a number that is not one to compute with.
func checkNumbers(src *accounting.Price) error {
	n := new(numbers)
	n.model(src.Model)
	if src.Terms != nil {
		n.terms(src.Terms)
	}
	return n.err
}

func (n *numbers) model(model accounting.Model) {
	switch m := model.(type) {
	case accounting.PerUnit:
		n.check("per unit", m.Price)
	case accounting.Graduated:
		n.tiers(m.Tiers)
	case accounting.Volume:
		n.tiers(m.Tiers)
	case accounting.Package:
		n.check("package size", m.Size)
		n.check("package price", m.Price)
	case accounting.Stairstep:
		for _, s := range m.Stairs {
			n.check("stair", s.Amount)
			for _, l := range s.Limits {
				n.check("limit", l.UpTo)
			}
		}
	case accounting.Percentage:
		n.check("rate", m.Rate)
		n.check("fixed", m.Fixed)
		n.check("free units", m.FreeUnits)
		n.maybe("minimum", m.Minimum)
		n.maybe("maximum", m.Maximum)
	case accounting.Dynamic:
		n.check("factor", m.Factor)
	case accounting.Spot:
		for _, s := range m.Prices {
			n.check("spot price", s.Price)
		}
	case accounting.Flat:
		n.check("flat", m.Amount)
	}
}

func (n *numbers) tiers(tiers []accounting.Tier) {
	for _, t := range tiers {
		n.maybe("bound of a tier", t.UpTo)
		n.check("price of a tier", t.Price)
		n.check("flat amount of a tier", t.Flat)
		n.check("block of a tier", t.Block)
	}
}

func (n *numbers) terms(t *accounting.Terms) {
	for _, w := range t.Meters {
		n.check("factor of a meter", w.Factor)
	}
	n.check("percentile", t.Percentile)
	if t.Ratchet != nil {
		n.check("ratchet", t.Ratchet.Percent)
	}
	if t.Convert != nil {
		n.check("conversion", t.Convert.Multiply)
		n.check("conversion", t.Convert.Divide)
	}
	n.check("free units", t.Free)
	n.maybe("factor", t.Factor)
	if t.PowerFactor != nil {
		n.steps(t.PowerFactor.Steps)
	}
	n.check("discount", t.Percent)
	n.check("discount", t.Off)
	n.maybe("maximum", t.Maximum)
	n.maybe("minimum", t.Minimum)
	if c := t.Commitment; c != nil {
		n.check("commitment", c.Amount)
		n.check("commitment", c.Units)
		n.check("overage", c.Overage)
	}
}

func (n *numbers) steps(steps []accounting.PowerStep) {
	for _, s := range steps {
		n.maybe("step of the power factor", s.Ratio)
		n.check("step of the power factor", s.Percent)
	}
}
