package allocation

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/meterbook/meterbook/accounting/money"
)

// A Cover is what one stage covers of one use.
type Cover struct {
	Use, Stage string
	Part       *big.Rat // of the use, above 0 and at most 1
	List       Amount   // what the part would have cost at the list price
	Effective  Amount   // what it costs: its part of the stage's cost
}

// A StageUse is what became of a stage.
type StageUse struct {
	Stage  string
	Used   Amount // the effective cost of all it covered
	Unused Amount // the rest of its cost, a line of its own
}

// An Overflow is what no stage covers of one use, at the list price.
type Overflow struct {
	Use  string
	Part *big.Rat
	List Amount
}

// A Deduction is usage after all stages. List amounts of Covers and Overflows
// sum to those of the uses; Used and Unused of a stage sum to its cost.
type Deduction struct {
	Covers    []Cover // by stage in order, then use
	Stages    []StageUse
	Overflows []Overflow // by use; those of 0 left out
}

// Deduct lets the stages cover the uses, one stage after the other in the order
// given: the order of deduction is the caller's and never guessed. The order of
// the uses plays no part.
//
// It returns a *[RowError] for a use named twice, amounts below 0, a discount
// outside 0 to 1, and mixed currencies.
func Deduct(uses []Use, stages ...Stage) (Deduction, error) {
	uses = slices.Clone(uses)
	slices.SortFunc(uses, func(a, b Use) int { return cmp.Compare(a.ID, b.ID) })
	currency, err := checkUses(uses, stages)
	if err != nil {
		return Deduction{}, err
	}
	left := make([]*big.Rat, len(uses)) // of each use
	for i := range left {
		left[i] = big.NewRat(1, 1)
	}
	var d Deduction
	for _, s := range stages {
		d.stage(s, uses, left, currency)
	}
	for i, u := range uses {
		if left[i].Sign() > 0 {
			d.Overflows = append(d.Overflows, Overflow{u.ID, left[i], Exactly(u.List).Times(left[i])})
		}
	}
	return d, nil
}

// stage covers what one stage can.
func (d *Deduction) stage(s Stage, uses []Use, left []*big.Rat, currency money.Currency) {
	name, _, cost := s.head()
	whole := s.capacity()
	rest := new(big.Rat).Set(whole)
	order := sorted(s, uses, left)
	ratio := big.NewRat(1, 1) // of each need that a pooled stage covers
	if s.pooled() {
		sum := new(big.Rat)
		for _, i := range order {
			sum.Add(sum, new(big.Rat).Mul(left[i], s.need(uses[i])))
		}
		if sum.Cmp(whole) > 0 {
			ratio.Quo(whole, sum)
		}
	}
	first := len(d.Covers)
	for _, i := range order {
		need := new(big.Rat).Mul(left[i], s.need(uses[i]))
		part := new(big.Rat).Mul(left[i], ratio)
		take := new(big.Rat).Mul(need, ratio)
		if take.Cmp(rest) > 0 {
			part.Mul(part, new(big.Rat).Quo(rest, take))
			take.Set(rest)
		}
		if part.Sign() == 0 {
			continue
		}
		rest.Sub(rest, take)
		left[i] = new(big.Rat).Sub(left[i], part)
		effective := Amount{currency: currency}
		if whole.Sign() > 0 {
			effective = effective.plus(Exactly(cost).Times(take.Quo(take, whole)), currency)
		}
		d.Covers = append(d.Covers, Cover{uses[i].ID, name, part, Exactly(uses[i].List).Times(part), effective})
	}
	slices.SortFunc(d.Covers[first:], func(a, b Cover) int { return cmp.Compare(a.Use, b.Use) })
	used := Amount{currency: currency}
	for _, c := range d.Covers[first:] {
		used = used.plus(c.Effective, currency)
	}
	d.Stages = append(d.Stages, StageUse{name, used, Exactly(cost).plus(used.Neg(), currency)})
}

// checkUses refuses what cannot be deducted and returns the one currency.
func checkUses(uses []Use, stages []Stage) (money.Currency, error) {
	var all Amount
	add := func(m money.Money, kind, name string) error {
		if m.Sign() < 0 {
			return refuse(ErrNegative, "state 0 or more", "%s %s: amount of %s", kind, quote(name), m)
		}
		sum, err := all.Add(Amount{currency: m.Currency()})
		if err != nil {
			return refuse(err, "", "%s %s: amount", kind, quote(name))
		}
		all = sum
		return nil
	}
	for i, u := range uses {
		if err := add(u.List, "use", u.ID); err != nil {
			return "", err
		}
		if i > 0 && u.ID == uses[i-1].ID {
			return "", refuse(ErrDuplicate, "give each use its own id", "use %s", quote(u.ID))
		}
		if err := checkUse(u); err != nil {
			return "", err
		}
	}
	for _, s := range stages {
		name, _, cost := s.head()
		if err := add(cost, "stage", name); err != nil {
			return "", err
		}
		if s.capacity().Sign() < 0 {
			return "", refuse(ErrNegative, "state 0 or more", "stage %s: capacity", quote(name))
		}
	}
	return all.currency, nil
}

func checkUse(u Use) error {
	for _, v := range []struct {
		name  string
		value interface {
			Exponent() int32
			Sign() int
		}
	}{{"factor", u.Factor}, {"discount", u.Discount}} {
		if v.value.Exponent() > maxExponent || v.value.Exponent() < -maxExponent || v.value.Sign() < 0 {
			return refuse(ErrWeight, "use a plain decimal of 0 or more", "use %s: %s", quote(u.ID), v.name)
		}
	}
	if u.Discount.Rat().Cmp(big.NewRat(1, 1)) > 0 {
		return refuse(ErrShares, "use 0 to 1", "use %s: discount", quote(u.ID))
	}
	if u.Quantity.Sign() < 0 {
		return refuse(ErrNegative, "use is 0 or more", "use %s: quantity", quote(u.ID))
	}
	return nil
}
