package accounting

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"github.com/meterbook/meterbook/accounting/money"
)

// Total adds up an amount of charges, such as [Billed]. The total of none is
// the zero Money. It fails with a [money.CurrencyMismatchError], or with
// [money.ErrOverflow] when a sum on the way does not fit.
func Total(charges iter.Seq[Charge], amount func(Charge) money.Money) (total money.Money, err error) {
	for c := range charges {
		if total, err = total.Add(amount(c)); err != nil {
			return money.Money{}, fmt.Errorf("accounting: %w", err)
		}
	}
	return total, nil
}

// A Group is the charges that share a key.
type Group[K cmp.Ordered] struct {
	Key     K
	Charges []Charge // in the order in which they came
	Billed  money.Money
	List    money.Money
}

// GroupBy puts charges together by any dimension, in order of key. Every
// charge is in one group, so the amounts of the groups add up to those of the
// charges. It keeps all of them in memory, and fails as [Total] does.
func GroupBy[K cmp.Ordered](charges iter.Seq[Charge], key func(Charge) K) ([]Group[K], error) {
	var groups []Group[K]
	index := make(map[K]int)
	for c := range charges {
		k := key(c)
		i, known := index[k]
		if !known {
			i = len(groups)
			index[k] = i
			groups = append(groups, Group[K]{Key: k})
		}
		if err := groups[i].add(c); err != nil {
			return nil, fmt.Errorf("accounting: group %v: %w", k, err)
		}
	}
	slices.SortStableFunc(groups, func(a, b Group[K]) int { return cmp.Compare(a.Key, b.Key) })
	return groups, nil
}

func (g *Group[K]) add(c Charge) error {
	billed, err1 := g.Billed.Add(c.Billed)
	list, err2 := g.List.Add(c.List)
	if err := cmp.Or(err1, err2); err != nil {
		return err
	}
	g.Billed, g.List = billed, list
	g.Charges = append(g.Charges, c)
	return nil
}
