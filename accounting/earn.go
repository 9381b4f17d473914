package accounting

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/metering"
)

// earn returns what a row comes to by itself, where the model goes by rows,
// and else nil. Units are the row's, taken what is priced of them.
func (p *Price) earn(t Tally, row Row, units, taken *big.Rat) (*big.Rat, error) {
	switch m := p.Model.(type) {
	case Percentage:
		return m.event(t, taken), nil
	case Dynamic:
		price, err := p.labelled(row, m.Label)
		if err != nil {
			return nil, err
		}
		price.Mul(price, m.Factor.Rat())
		return price.Mul(price, taken), nil
	case Spot:
		price, ok := m.at(row.Period)
		if !ok {
			return nil, p.refuse(row, "no one spot price is for all of it; ask for usage in finer periods")
		}
		return new(big.Rat).Mul(price.Rat(), taken), nil
	case Volume:
		if m.SizedBy == "" {
			return nil, nil
		}
		return p.sized(m, row, taken)
	case Graduated:
		if p.Terms != nil && p.Terms.Prorate != ProrateNone {
			return m.crossing(or(t.Whole), units, taken), nil
		}
	}
	return nil, nil
}

// sized prices a row by the tier of the number in its label. A label that is
// the word for no bound at all is beyond every tier.
func (p *Price) sized(m Volume, row Row, taken *big.Rat) (*big.Rat, error) {
	tier := m.Tiers[len(m.Tiers)-1]
	if text, _ := row.Key.Labels.Get(m.SizedBy); text != Unbounded {
		size, err := p.labelled(row, m.SizedBy)
		if err != nil {
			return nil, err
		}
		tier = m.Tiers[reached(m.Tiers, size, m.Bounds)]
	}
	return tier.units(taken), nil
}

// Unbounded is the value of a size label that is beyond every bound. Package
// tokens writes it.
const Unbounded = "unbounded"

// at returns the price for all of a period.
func (m Spot) at(period metering.Period) (price decimal.Decimal, ok bool) {
	for _, s := range m.Prices {
		if !s.From.After(period.Start()) {
			price, ok = s.Price, true
		} else if s.From.Before(period.End()) {
			return price, false
		}
	}
	return price, ok
}

// event returns what one event costs.
func (m Percentage) event(t Tally, amount *big.Rat) *big.Rat {
	paid := m.charged(t, amount)
	if paid == nil {
		return new(big.Rat)
	}
	cost := new(big.Rat).Mul(paid, m.Rate.Rat())
	cost.Quo(cost, big.NewRat(100, 1))
	if amount.Sign() < 0 {
		return cost // a refund gives the percentage back, and nothing else
	}
	cost.Add(cost, m.Fixed.Rat())
	if m.Minimum != nil {
		cost = maxRat(cost, m.Minimum.Rat())
	}
	if m.Maximum != nil && cost.Cmp(m.Maximum.Rat()) > 0 {
		cost = m.Maximum.Rat()
	}
	return cost
}

// charged returns the part of an event that is not free, nil for an event
// that is free as a whole. What a refund takes back of units that were free
// was not paid for.
func (m Percentage) charged(t Tally, amount *big.Rat) *big.Rat {
	before, limit := or(t.Used), m.FreeUnits.Rat()
	switch {
	case m.FreeEvents == 0 && m.FreeUnits.IsZero(), m.FreeEvents > 0 && t.Rows >= m.FreeEvents:
		return amount
	case m.FreeUnits.IsZero():
		return nil
	case before.Cmp(limit) >= 0 && amount.Sign() >= 0:
		return amount
	}
	paid := maxRat(plus(before, amount), limit)
	if paid = new(big.Rat).Sub(paid, maxRat(before, limit)); paid.Sign() == 0 {
		return nil
	}
	return paid
}

// crossing prices what was taken of a row by the tiers that its units cross,
// in proportion to the units in each.
func (m Graduated) crossing(before, units, taken *big.Rat) *big.Rat {
	cost := new(big.Rat)
	m.cross(before, units, taken, func(i int, part *big.Rat) { cost.Add(cost, m.Tiers[i].units(part)) })
	return cost
}

// cross tells what was taken in each tier that a row's units cross.
func (m Graduated) cross(before, units, taken *big.Rat, tell func(tier int, part *big.Rat)) {
	after := plus(before, units)
	low, high := before, after
	if low.Cmp(high) > 0 {
		low, high = high, low
	}
	total, lower := new(big.Rat).Sub(high, low), (*big.Rat)(nil)
	if total.Sign() == 0 {
		return
	}
	for i, t := range m.Tiers {
		from, to := low, high
		if lower != nil && lower.Cmp(from) > 0 {
			from = lower
		}
		if t.UpTo != nil {
			lower = t.UpTo.Rat()
			if lower.Cmp(to) < 0 {
				to = lower
			}
		}
		if part := new(big.Rat).Sub(to, from); part.Sign() > 0 {
			part.Quo(part, total)
			tell(i, part.Mul(part, taken))
		}
	}
}
