package allocation

import (
	"cmp"
	"iter"
	"math/big"
	"slices"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// UnitCost returns what one unit of output costs: a card-hour, a GiB-month, a
// million tokens, a kWh. It returns [ErrDimension] for a unit of another
// dimension than the output's, and [ErrZero] when there is no output; what is
// not made has no cost a unit.
func UnitCost(cost Amount, output metering.Quantity, unit metering.Unit) (Amount, error) {
	switch {
	case unit.IsZero() || unit.Dimension() != output.Dimension():
		return Amount{}, refuse(ErrDimension, "use a unit of what is measured", "unit cost of %s per %s", output, quote(unit.Code()))
	case output.Sign() <= 0:
		return Amount{}, refuse(ErrZero, "show the cost without a unit", "unit cost: output of %s", output)
	}
	return cost.Times(new(big.Rat).SetFrac(unit.Grains().Big(), output.Grains().Big())), nil
}

// A Cost is what serving a key costs, from an allocation.
type Cost struct {
	Key    metering.Key
	Amount Amount
}

// A Margin is what a group of keys brings in and costs.
type Margin struct {
	Group   string
	Revenue Amount // effective amounts of the charges
	Cost    Amount
	Margin  Amount // revenue less cost; below 0 for a loss
}

// Ratio returns the margin over the revenue, and nil when there is no revenue.
func (m Margin) Ratio() *big.Rat {
	if m.Revenue.IsZero() {
		return nil
	}
	return new(big.Rat).Quo(m.Margin.read(), m.Revenue.read())
}

// Margins compares charges with costs, by a function of the key that both have:
// the tenant, the SKU, or both. Groups with one of the two are there too. They
// are in order of name, and sum to all charges and all costs. It returns a
// [money.CurrencyMismatchError] in a *[RowError] that names the group.
func Margins(charges iter.Seq[accounting.Charge], costs iter.Seq[Cost], by func(metering.Key) string) ([]Margin, error) {
	groups := make(map[string]*Margin)
	at := func(k metering.Key) *Margin {
		name := by(k)
		if groups[name] == nil {
			groups[name] = &Margin{Group: name}
		}
		return groups[name]
	}
	add := func(to *Amount, a Amount, group string) error {
		sum, err := to.Add(a)
		if err != nil {
			return refuse(err, "", "margin of %s", quote(group))
		}
		*to = sum
		return nil
	}
	for c := range charges {
		m := at(metering.Key{Account: c.Account, Meter: c.Meter, SKU: c.SKU, Region: c.Region, Labels: c.Labels})
		if err := add(&m.Revenue, Exactly(c.Effective), m.Group); err != nil {
			return nil, err
		}
	}
	for c := range costs {
		m := at(c.Key)
		if err := add(&m.Cost, c.Amount, m.Group); err != nil {
			return nil, err
		}
	}
	var all []Margin
	for _, m := range groups {
		var err error
		if m.Margin, err = m.Revenue.Sub(m.Cost); err != nil {
			return nil, refuse(err, "", "margin of %s", quote(m.Group))
		}
		all = append(all, *m)
	}
	slices.SortFunc(all, func(a, b Margin) int { return cmp.Compare(a.Group, b.Group) })
	return all, nil
}
