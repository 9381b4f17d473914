package allocation

import (
	"iter"
	"math/big"
	"slices"
	"sort"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// Apportion spreads what was charged for a whole over the usage that it is made
// of: a utility's bill for a site over the energy of its tenants, a carrier's
// over their traffic. Each price is spread by itself, in proportion to the usage
// within the periods of its charges. So what was used in the hours of a price
// bears that price, and what is due by the month (capacity, a highest demand, a
// credit) is borne by all of the month's usage.
//
// It returns what each key bears, in order of key, exactly: the costs sum to the
// effective amounts of the charges. What a price came to in periods without
// usage is under the zero Key. Use [Settle] for amounts to the minor unit.
//
// A row of usage lies within the periods of a price or outside of all of them:
// one that lies across an edge is [ErrPeriod], in a *[RowError]; use windows as
// fine as those that were billed. Usage that counts something else than the rows
// before it is [ErrDimension], a key with less than nothing in the hours of a
// price [ErrNegativeWeight], and charges of two currencies are a
// [money.CurrencyMismatchError]. An error that usage yields is returned as it
// is.
//
// It keeps the periods of each price and a sum for each price and key. Fractions
// have a denominator for each price, so that dozens of prices are cheap and
// thousands are not.
func Apportion(charges iter.Seq[accounting.Charge], usage iter.Seq2[metering.Usage, error]) ([]Cost, error) {
	a := apportionment{shares: make(map[metering.Key][]metering.Quantity)}
	if err := a.charge(charges); err != nil {
		return nil, err
	}
	for u, err := range usage {
		if err != nil {
			return nil, err
		}
		if err := a.take(u); err != nil {
			return nil, err
		}
	}
	return a.costs()
}

// apportionment is what charges come to by price, and usage by price and key.
type apportionment struct {
	prices []*apportioned
	shares map[metering.Key][]metering.Quantity // by the index of the price
	unit   metering.Dimension
}

// apportioned is a price with the stretches of time in which it was charged, in
// order and apart from each other.
type apportioned struct {
	id   [2]string // card and price
	sum  Amount
	over []metering.Period
}

func (a *apportionment) charge(charges iter.Seq[accounting.Charge]) error {
	at := make(map[[2]string]*apportioned)
	var currency Amount // 0 of the charges before: prices that nobody used are added to no other
	for c := range charges {
		id := [2]string{c.Card, c.PriceID}
		p := at[id]
		if p == nil {
			p = &apportioned{id: id}
			at[id] = p
			a.prices = append(a.prices, p)
		}
		common, err := currency.common(Exactly(c.Effective))
		if err != nil {
			return refuse(err, "", "charge at price %s", quote(c.PriceID))
		}
		currency.currency, p.sum = common, p.sum.plus(Exactly(c.Effective), common)
		if n := len(p.over); n == 0 || p.over[n-1] != c.Period {
			p.over = append(p.over, c.Period)
		}
	}
	for _, p := range a.prices {
		p.join()
	}
	return nil
}

// join puts the periods of a price in order and makes those one that touch.
func (p *apportioned) join() {
	slices.SortFunc(p.over, metering.Period.Compare)
	joined := p.over[:0]
	for _, next := range p.over {
		n := len(joined)
		if n == 0 || next.Start().After(joined[n-1].End()) {
			joined = append(joined, next)
			continue
		}
		if next.End().After(joined[n-1].End()) {
			joined[n-1], _ = metering.NewPeriod(joined[n-1].Start(), next.End()) // after it, or End would not be
		}
	}
	p.over = joined
}

// holds reports whether a period is within those of the price, and whether any
// of it is.
func (p *apportioned) holds(u metering.Period) (all, some bool) {
	i := sort.Search(len(p.over), func(i int) bool { return p.over[i].End().After(u.Start()) })
	if i == len(p.over) {
		return false, false
	}
	return p.over[i].Covers(u), p.over[i].Start().Before(u.End())
}

func (a *apportionment) take(u metering.Usage) error {
	if a.unit == 0 {
		a.unit = u.Quantity.Dimension()
	}
	if u.Quantity.Dimension() != a.unit {
		return refuse(ErrDimension, "apportion by usage of one dimension", "usage of %s is of %s, not of %s", quote(u.Key.Redacted()), u.Quantity.Dimension(), a.unit)
	}
	of := a.shares[u.Key]
	if of == nil {
		of = make([]metering.Quantity, len(a.prices))
		a.shares[u.Key] = of
	}
	for i, p := range a.prices {
		all, some := p.holds(u.Period)
		switch {
		case !some:
			continue
		case !all:
			return refuse(ErrPeriod, "use windows as fine as those that were billed", "usage of %s from %s to %s is only in part within what price %s was charged for",
				quote(u.Key.Redacted()), u.Period.Start().Format(time.RFC3339), u.Period.End().Format(time.RFC3339), quote(p.id[1]))
		case !of[i].Dimension().Valid():
			of[i] = u.Quantity
			continue
		}
		sum, err := of[i].Add(u.Quantity)
		if err != nil {
			return refuse(err, "", "usage of %s", quote(u.Key.Redacted()))
		}
		of[i] = sum
	}
	return nil
}

// costs spreads each price over the keys.
func (a *apportionment) costs() ([]Cost, error) {
	keys := make([]metering.Key, 0, len(a.shares)+1)
	for k := range a.shares {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, metering.Key.Compare)
	list := make([]Cost, len(keys))
	for i, k := range keys {
		list[i].Key = k
	}
	var nobody Amount
	for i, p := range a.prices {
		total := new(big.Int)
		for _, k := range keys {
			w := a.shares[k][i]
			if w.Sign() < 0 {
				return nil, refuse(ErrNegativeWeight, "apportion a period with its corrections", "usage of %s within what price %s was charged for is %s",
					quote(k.Redacted()), quote(p.id[1]), w)
			}
			total.Add(total, w.Grains().Big())
		}
		if total.Sign() == 0 {
			sum, err := nobody.Add(p.sum)
			if err != nil {
				return nil, refuse(err, "", "charge at price %s", quote(p.id[1]))
			}
			nobody = sum
			continue
		}
		for k := range list {
			w := a.shares[keys[k]][i]
			sum, err := list[k].Amount.Add(p.sum.Times(new(big.Rat).SetFrac(w.Grains().Big(), total)))
			if err != nil {
				return nil, refuse(err, "", "charge at price %s", quote(p.id[1]))
			}
			list[k].Amount = sum
		}
	}
	if !nobody.IsZero() {
		list = slices.Insert(list, 0, Cost{Amount: nobody}) // no key is before the zero Key
	}
	return list, nil
}
