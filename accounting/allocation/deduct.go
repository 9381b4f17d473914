package allocation

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// A Use is usage that prepaid stages may cover, at the list price it would cost
// without them.
type Use struct {
	ID       string // unique
	Period   metering.Period
	Quantity metering.Quantity // of 0, as a fee is, only a [SpendPlan] covers it
	List     money.Money       // of all of it; 0 or more
	// Family and Factor are for a [Coupon]: sizes of one family stand for one
	// another by their normalisation factors. The zero Factor is 1.
	Family string
	Factor decimal.Decimal
	// Discount is what a [SpendPlan] takes off the list price: 0.30 is 30 %.
	Discount decimal.Decimal
}

// A Stage covers usage before the next one does: [FreeQuota], [Pack], [Coupon]
// or [SpendPlan].
type Stage interface {
	// head returns the name, the period outside which it covers nothing, and
	// what it costs, used or not.
	head() (string, metering.Period, money.Money)
	// capacity is how much it covers, in its own measure.
	capacity() *big.Rat
	// need is what all of a use takes of the capacity; nil when it does not
	// cover it.
	need(u Use) *big.Rat
	// before orders uses; pooled stages cover all in the same proportion.
	before(a, b Use) int
	pooled() bool
}

// A FreeQuota covers usage of its dimension for nothing. It is pooled: where it
// does not cover all, it covers the same part of each use.
type FreeQuota struct {
	Name     string
	Period   metering.Period // the zero Period for any
	Quantity metering.Quantity
}

func (q FreeQuota) head() (string, metering.Period, money.Money) {
	return q.Name, q.Period, money.Money{}
}
func (q FreeQuota) capacity() *big.Rat  { return ratOf(q.Quantity.Grains()) }
func (q FreeQuota) need(u Use) *big.Rat { return sameDimension(q.Quantity, u) }
func (q FreeQuota) before(_, _ Use) int { return 0 }
func (q FreeQuota) pooled() bool        { return true }

// sameDimension is the need of a stage that is a quantity. A use of nothing has
// none: its list price is a fee, which any quota, used up or not, would waive.
func sameDimension(q metering.Quantity, u Use) *big.Rat {
	if q.Dimension() != u.Quantity.Dimension() || u.Quantity.IsZero() {
		return nil
	}
	return ratOf(u.Quantity.Grains())
}

// A Pack is a quantity bought in advance, to be used in a period. It covers the
// earliest usage first. What a use takes of it costs its part of the pack.
type Pack struct {
	Name     string
	Period   metering.Period
	Quantity metering.Quantity
	Cost     money.Money
}

func (p Pack) head() (string, metering.Period, money.Money) { return p.Name, p.Period, p.Cost }
func (p Pack) capacity() *big.Rat                           { return ratOf(p.Quantity.Grains()) }
func (p Pack) need(u Use) *big.Rat                          { return sameDimension(p.Quantity, u) }
func (p Pack) pooled() bool                                 { return false }
func (p Pack) before(a, b Use) int {
	return cmp.Or(a.Period.Start().Compare(b.Period.Start()), cmp.Compare(a.ID, b.ID))
}

// A Coupon is a reservation of a family of sizes. Its quantity is of the size
// with factor 1; a use of factor 2 takes twice its quantity. It covers the
// smallest sizes first, as instance size flexibility of reserved instances does
// (AWS, "How Reserved Instances are applied").
type Coupon struct {
	Name     string
	Period   metering.Period
	Family   string
	Quantity metering.Quantity // such as "730 h"
	Cost     money.Money
}

func (c Coupon) head() (string, metering.Period, money.Money) { return c.Name, c.Period, c.Cost }
func (c Coupon) capacity() *big.Rat                           { return ratOf(c.Quantity.Grains()) }
func (c Coupon) pooled() bool                                 { return false }
func (c Coupon) before(a, b Use) int {
	return cmp.Or(a.factor().Cmp(b.factor()), cmp.Compare(a.ID, b.ID))
}

func (c Coupon) need(u Use) *big.Rat {
	n := sameDimension(c.Quantity, u)
	if n == nil || u.Family != c.Family {
		return nil
	}
	return n.Mul(n, u.factor())
}

func (u Use) factor() *big.Rat {
	if u.Factor.IsZero() {
		return big.NewRat(1, 1)
	}
	return u.Factor.Rat()
}

// A SpendPlan is a promise to spend in a period. It is used up at discounted
// prices: first the discount is taken off, then what remains is offset. It
// covers the highest discount first. A use that it covers in part is split, and
// the rest stays at the list price.
type SpendPlan struct {
	Name   string
	Period metering.Period
	Commit money.Money
}

func (p SpendPlan) head() (string, metering.Period, money.Money) { return p.Name, p.Period, p.Commit }
func (p SpendPlan) capacity() *big.Rat                           { return Exactly(p.Commit).read() }
func (p SpendPlan) pooled() bool                                 { return false }
func (p SpendPlan) before(a, b Use) int {
	return cmp.Or(b.Discount.Cmp(a.Discount), cmp.Compare(a.ID, b.ID))
}

func (p SpendPlan) need(u Use) *big.Rat {
	price := new(big.Rat).Sub(big.NewRat(1, 1), u.Discount.Rat())
	return price.Mul(price, Exactly(u.List).read())
}

// sorted returns the uses that a stage covers, in its order.
func sorted(s Stage, uses []Use, left []*big.Rat) []int {
	_, period, _ := s.head()
	var order []int
	for i, u := range uses {
		if (period.IsZero() || period.Covers(u.Period)) && left[i].Sign() > 0 && s.need(u) != nil {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return s.before(uses[i], uses[j]) })
	return order
}
