package focus

import (
	"fmt"
	"math/big"
	"strconv"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// identify names what was sold. A SKU of FOCUS is a SKU's meter, since one
// thing is metered in several ways; its price is that of a card and a tier,
// for this SKU.
func (r *Row) identify(c *accounting.Charge, tier int) {
	r.SkuId, r.SkuMeter = or(string(c.Meter), c.PriceID), or(string(c.Meter), c.PriceID)
	if c.SKU != "" {
		r.SkuId += "/" + c.SKU
	}
	r.SkuPriceId = c.Card + "/" + c.PriceID + "/" + r.SkuId
	if tier > 0 {
		r.SkuPriceId += "#" + strconv.Itoa(tier)
	}
	r.PricingCategory = Standard
	switch c.Explanation.Model.(type) {
	case accounting.Spot, accounting.Dynamic:
		r.PricingCategory = Dynamic
	}
}

// usageRows returns a row for each step of a charge of usage.
func (s *Statement) usageRows(base Row, c *accounting.Charge) ([]Row, error) {
	base.ChargeCategory, base.ChargeFrequency = Usage, UsageBased
	steps := c.Explanation.Steps()
	switch {
	case len(steps) == 0:
		steps = []accounting.Step{{Flat: true, Amount: base.BilledCost.rat()}}
	case s.collapses(c, steps):
		steps = []accounting.Step{{Flat: true, Amount: c.Explanation.Exact()}}
	}
	rows := make([]Row, len(steps))
	billed, effective := newRunning(c, c.Billed), newRunning(c, c.Effective)
	consumed, each := false, consumes(c, steps)
	for i := range steps {
		step, r := &steps[i], base
		r.identify(c, step.Tier)
		last := i == len(steps)-1
		r.BilledCost, r.EffectiveCost = billed.next(step.Amount, last), effective.next(step.Amount, last)
		r.ConsumedUnit = UnitName(c.Unit)
		var err error
		switch {
		case step.Count != nil:
			r.ConsumedQuantity = Int(0)
			if each {
				r.ConsumedQuantity, _ = roundTo(step.Count, quantityPlaces)
			} else if !consumed {
				r.ConsumedQuantity, err = inUnit(c.Quantity, c.Unit)
			}
			consumed = true
			s.priceCounted(&r, c, step)
			if step.Lot == accounting.FreeUnits {
				r.SkuPriceId += "#free"
			}
		case step.Flat:
			// The fee of a tier consumes nothing; what has no steps is all of the charge.
			r.ConsumedQuantity = Int(0)
			if len(steps) == 1 && !consumed {
				r.ConsumedQuantity, err = inUnit(c.Quantity, c.Unit)
			}
			amount := r.BilledCost
			if exact, ok := numberOf(step.Amount); ok {
				amount = exact
			}
			if err == nil {
				err = r.priceOne("Charges", amount, listOf(c, amount))
			}
		default:
			consumed = true
			err = s.priceUnits(&r, c, step)
		}
		if err != nil {
			return nil, fmt.Errorf("focus: charge of %s at %s for %v: %w", c.Account, c.PriceID, c.Period, err)
		}
		rows[i] = r
	}
	return rows, s.listFree(rows, c)
}

// listFree gives rows that a negotiated price asks nothing for the list price of a
// unit that the charge's list amount comes to: there is no contracted price that
// it could be in proportion to.
func (s *Statement) listFree(rows []Row, c *accounting.Charge) error {
	if card := s.Contract.Card; card == nil || c.Card == card.Name() || !c.Contracted.IsZero() || c.List.IsZero() {
		return nil
	}
	units := new(big.Rat)
	for i := range rows {
		if r := &rows[i]; r.ListCost.Sign() != 0 || r.ContractedCost.Sign() != 0 || r.PricingUnit != rows[0].PricingUnit {
			return nil
		}
		units.Add(units, rows[i].PricingQuantity.rat())
	}
	if units.Sign() == 0 {
		return nil
	}
	list, ok := roundTo(units.Quo(Amount(c.List).rat(), units), listPlaces)
	if !ok || list.Sign() < 0 {
		return nil
	}
	for i := range rows {
		if err := rows[i].price(rows[i].PricingQuantity, rows[i].ContractedUnitPrice, list); err != nil {
			return err
		}
	}
	return nil
}

// priceUnits prices a step of units.
func (s *Statement) priceUnits(r *Row, c *accounting.Charge, step *accounting.Step) error {
	q, err := inUnit(step.Quantity, c.Unit)
	if err != nil {
		return err
	}
	price, err := FromDecimal(step.Price)
	if err != nil {
		return err
	}
	r.ConsumedQuantity = q
	r.PricingUnit = r.ConsumedUnit
	if price.Sign() < 0 { // a price is 0 or more; the sign is the quantity's
		price, q = price.Neg(), q.Neg()
	}
	list, ok := s.listPrice(c)
	switch {
	case ok:
	case s.atList(c):
		list = price
	default:
		list = listOf(c, price)
	}
	return r.price(q, price.trim(0), list.trim(0))
}

// priceOne prices an amount as one thing, or as one taken back.
func (r *Row) priceOne(unit string, amount, list Number) error {
	q := Int(1)
	if amount.Sign() < 0 || amount.Sign() == 0 && list.Sign() < 0 {
		q, amount, list = Int(-1), amount.Neg(), list.Neg()
	}
	if list.Sign() < 0 {
		list = amount
	}
	r.PricingUnit = unit
	return r.price(q, amount, list)
}

func (r *Row) price(q, price, list Number) error {
	r.PricingQuantity, r.ContractedUnitPrice, r.ListUnitPrice = q, price, list
	var ok1, ok2 bool
	r.ContractedCost, ok1 = price.mul(q)
	r.ListCost, ok2 = list.mul(q)
	if !ok1 || !ok2 {
		return fmt.Errorf("%w: %v units at %v and %v", ErrNumberRange, q, price, list)
	}
	r.ContractedCost, r.ListCost = r.ContractedCost.trim(0), r.ListCost.trim(0)
	return nil
}

// atList reports whether a charge was rated by the list card, so that its price
// is the list price. Its list amount may differ by a rounding: it is part of a
// running total with what a negotiated price took out.
func (s *Statement) atList(c *accounting.Charge) bool {
	card := s.Contract.Card
	return card != nil && c.Card == card.Name() && c.Explanation.Staged == nil
}

// listPrice returns the list card's price for a unit of usage that was rated by
// a negotiated one, where it has one that does not depend on how much there is.
func (s *Statement) listPrice(c *accounting.Charge) (Number, bool) {
	card := s.Contract.Card
	if card == nil || s.Contract.Negotiated == nil || c.Card == card.Name() {
		return Number{}, false
	}
	key := metering.Key{Account: c.Account, Meter: c.Meter, SKU: c.SKU, Region: c.Region, Labels: c.Labels}
	var best *accounting.Price
	tie := false
	for i := range card.Prices {
		p := &card.Prices[i]
		if _, all := p.Covers(c.Period); !all || !p.Match.Matches(key) {
			continue
		}
		switch {
		case best == nil || p.Match.Specificity() > best.Match.Specificity():
			best, tie = p, false
		case p.Match.Specificity() == best.Match.Specificity():
			tie = true
		}
	}
	if best == nil || tie || best.Unit != c.Unit || !best.Terms.IsZero() {
		return Number{}, false
	}
	model, ok := best.Model.(accounting.PerUnit)
	if !ok {
		return Number{}, false
	}
	n, err := FromDecimal(model.Price)
	return n, err == nil && n.Sign() >= 0
}

// listOf returns the list price that goes with a contracted price or amount: as
// much more as the charge's list amount is more than its contracted one.
func listOf(c *accounting.Charge, contracted Number) Number {
	if c.List == c.Contracted || c.Contracted.IsZero() {
		return contracted
	}
	list := new(big.Rat).Quo(Amount(c.List).rat(), Amount(c.Contracted).rat())
	n, ok := roundTo(list.Mul(list, contracted.rat()), listPlaces)
	if !ok || n.Sign() < 0 {
		return contracted
	}
	return n
}

const (
	// quantityPlaces is how many digits behind the point a quantity has at
	// most, so that the product with a price has no more than a Number can.
	quantityPlaces = 12
	listPlaces     = 12
)

// inUnit returns a quantity in units, exactly where 12 digits do.
func inUnit(q metering.Quantity, u metering.Unit) (Number, error) {
	d, err := q.In(u, quantityPlaces)
	if err != nil {
		return Number{}, err
	}
	n, err := FromDecimal(d)
	return n.trim(0), err
}

// numberOf returns r where it has no more than 18 digits behind the point.
func numberOf(r *big.Rat) (Number, bool) {
	n, ok := roundTo(r, money.Scale)
	return n, ok && n.rat().Cmp(r) == 0
}

// roundTo rounds half-even to places.
func roundTo(r *big.Rat, places int) (Number, bool) {
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	num := new(big.Int).Mul(r.Num(), p)
	q, rest := new(big.Int).QuoRem(num, r.Denom(), new(big.Int))
	twice := rest.Lsh(rest.Abs(rest), 1)
	if half := twice.Cmp(r.Denom()); half > 0 || half == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(int64(r.Sign())))
	}
	v, ok := fixed.FromBig(q)
	return Number{v, uint8(places), true}.trim(0), ok && len38(v)
}

// A running cuts an amount into parts that add up to it: each is the rounded
// total after it less the one before.
type running struct {
	exact  *big.Rat
	places int
	given  *big.Rat
	whole  *big.Rat
}

func newRunning(c *accounting.Charge, whole money.Money) *running {
	return &running{new(big.Rat), c.Explanation.Rounding.Places, new(big.Rat), Amount(whole).rat()}
}

func (t *running) next(amount *big.Rat, last bool) Number {
	t.exact.Add(t.exact, amount)
	upTo := t.whole
	if !last {
		n, _ := roundTo(t.exact, t.places)
		upTo = n.rat()
	}
	part, _ := numberOf(new(big.Rat).Sub(upTo, t.given))
	t.given = upTo
	return part
}
