package allocation

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Driver says in what proportion a service centre's cost goes to others.
// The zero Driver is none: a centre that keeps its cost. Drivers are immutable
// values; what is wrong with one is said when a [Model] is allocated with it.
type Driver struct {
	rows []part
	rest *big.Rat // the weight of what stays unallocated; nil for none
	of   metering.Period
	err  *RowError
	set  bool
}

// part is the weight of one receiver.
type part struct {
	to     metering.Account
	weight *big.Rat
}

// A Weight is how much one centre counts in a driver: any plain decimal of 0 or
// more.
type Weight struct {
	To     metering.Account
	Weight decimal.Decimal
}

// ParseWeight reads the weight of a centre as text has it: a plain decimal
// number with at most 18 decimals. It returns [ErrWeight] for anything else,
// such as "NaN", "1e3" or "", and [ErrNegativeWeight].
func ParseWeight(to metering.Account, text string) (Weight, error) {
	v, err := fixed.ParseDecimal(text, 18)
	if err != nil {
		return Weight{}, refuse(ErrWeight, "write a plain decimal number such as 12.5", "weight of %s is %s", quote(string(to)), quote(text))
	}
	if v.Sign() < 0 {
		return Weight{}, refuse(ErrNegativeWeight, "weights are 0 or more", "weight of %s is %s", quote(string(to)), quote(text))
	}
	return Weight{to, decimal.NewFromBigInt(v.Big(), -18)}, nil
}

// Even gives every centre named the same.
func Even(to ...metering.Account) Driver {
	d := Driver{set: true}
	for _, t := range to {
		d.rows = append(d.rows, part{t, big.NewRat(1, 1)})
	}
	return d
}

// Weighted gives each centre in proportion to its weight. A centre named twice
// has the sum.
func Weighted(weights ...Weight) Driver {
	d := Driver{set: true}
	for _, w := range weights {
		d.add(w.To, w.Weight)
	}
	return d
}

// Fixed gives each centre the stated share of the whole: 0.25 is a quarter.
// What shares that sum to less than 1 leave is unallocated, a line of its own.
// Shares above 1 are [ErrShares].
func Fixed(shares ...Weight) Driver {
	d := Weighted(shares...)
	if d.err != nil {
		return d
	}
	d.rest = big.NewRat(1, 1)
	for _, p := range d.rows {
		d.rest.Sub(d.rest, p.weight)
	}
	if d.rest.Sign() < 0 {
		d.err = refuse(ErrShares, "let shares sum to 1 or less", "fixed shares sum to 1 and %s more", new(big.Rat).Neg(d.rest).RatString())
	}
	return d
}

// A Measure is what one centre used of a service in a period.
type Measure struct {
	To       metering.Account
	Quantity metering.Quantity
}

// Proportional gives each centre in proportion to what it used in the period,
// which a model of another period refuses; the zero Period fits every model.
// All quantities count the same thing, else [ErrDimension].
func Proportional(period metering.Period, used ...Measure) Driver {
	d := Driver{set: true, of: period}
	for _, m := range used {
		d.measure(m.To, m.Quantity, used[0].Quantity)
	}
	return d
}

// ByLabel gives in proportion to usage, to the centre that each row's label of
// the given name says. Usage without the label is unallocated. Rows of a
// period that the given one does not cover are [ErrPeriod].
func ByLabel(label string, period metering.Period, usage ...metering.Usage) Driver {
	d := Driver{set: true, of: period}
	for i, u := range usage {
		if !period.IsZero() && !period.Covers(u.Period) && d.err == nil {
			d.err = refuse(ErrPeriod, "leave out what is not of the period", "usage %d is of %s, not of %s", i, u.Period, period)
		}
		to, ok := u.Key.Labels.Get(label)
		if ok {
			d.measure(metering.Account(to), u.Quantity, usage[0].Quantity)
			continue
		}
		mark := len(d.rows)
		d.measure("", u.Quantity, usage[0].Quantity)
		if len(d.rows) > mark {
			d.rest = new(big.Rat).Add(orZero(d.rest), d.rows[mark].weight)
			d.rows = d.rows[:mark]
		}
	}
	return d
}

func orZero(r *big.Rat) *big.Rat {
	if r == nil {
		return new(big.Rat)
	}
	return r
}

// measure adds a quantity that must be of the dimension of the first.
func (d *Driver) measure(to metering.Account, q, first metering.Quantity) {
	switch {
	case d.err != nil:
	case q.Dimension() != first.Dimension():
		d.err = refuse(ErrDimension, "measure all in one dimension", "use of %s is of %s, not of %s", quote(string(to)), q.Dimension(), first.Dimension())
	case q.Sign() < 0:
		d.err = refuse(ErrNegativeWeight, "use is 0 or more", "use of %s is %s", quote(string(to)), q)
	default:
		d.rows = append(d.rows, part{to, new(big.Rat).SetInt(q.Grains().Big())})
	}
}

// maxExponent bounds the weights, as the digits of 1e1000000 would fill memory.
const maxExponent = 40

func (d *Driver) add(to metering.Account, w decimal.Decimal) {
	switch {
	case d.err != nil:
	case w.Exponent() > maxExponent || w.Exponent() < -maxExponent || w.Coefficient().BitLen() > 256:
		d.err = refuse(ErrWeight, "use at most 40 digits", "weight of %s has exponent %d", quote(string(to)), w.Exponent())
	case w.Sign() < 0:
		d.err = refuse(ErrNegativeWeight, "weights are 0 or more", "weight of %s is %s", quote(string(to)), quote(w.String()))
	default:
		d.rows = append(d.rows, part{to, w.Rat()})
	}
}
