package allocation

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// An Asset is what is bought once and used over a life of periods, which are
// months or years, as the caller counts.
type Asset struct {
	Cost    money.Money
	Salvage money.Money // what it is worth after; 0 to Cost
	Life    int         // periods, 1 to [MaxLife]
}

// MaxLife bounds a schedule: a hundred years of months.
const MaxLife = 1200

// A Schedule is an asset's depreciation, period by period, exactly. Its sum is
// cost less salvage. Schedules are immutable values.
type Schedule struct {
	asset   Asset
	amounts []Amount
}

func (a Asset) check() error {
	switch {
	case a.Life < 1 || a.Life > MaxLife:
		return refuse(ErrLimit, "use 1 to 1200 periods", "asset: life of %d periods", a.Life)
	case a.Salvage.Sign() < 0:
		return refuse(ErrNegative, "salvage is 0 or more", "asset: salvage of %s", a.Salvage)
	}
	base, err := Exactly(a.Cost).Sub(Exactly(a.Salvage))
	if err != nil {
		return refuse(err, "", "asset: salvage")
	}
	if base.Sign() < 0 {
		return refuse(ErrNegative, "salvage is at most the cost", "asset: cost of %s less salvage of %s", a.Cost, a.Salvage)
	}
	return nil
}

// base is what is depreciated: cost less salvage.
func (a Asset) base() Amount {
	return Exactly(a.Cost).plus(Exactly(a.Salvage).Neg(), a.Cost.Currency())
}

// StraightLine spreads cost less salvage evenly over the life. It fails with
// a *[RowError]: [ErrLimit] for a life that is not 1 to [MaxLife] periods,
// [ErrNegative] for a salvage below 0 or above the cost, and a mismatch of
// their currencies.
func StraightLine(a Asset) (Schedule, error) {
	return a.schedule(func(int, Amount) *big.Rat {
		return new(big.Rat).Quo(a.base().read(), new(big.Rat).SetInt64(int64(a.Life)))
	})
}

// SumOfYears weights the periods by how many are left, each included. It
// fails as [StraightLine] does.
func SumOfYears(a Asset) (Schedule, error) {
	sum := int64(a.Life) * int64(a.Life+1) / 2
	return a.schedule(func(n int, _ Amount) *big.Rat {
		return new(big.Rat).Mul(a.base().read(), big.NewRat(int64(a.Life-n), sum))
	})
}

// DoubleDeclining takes twice the straight-line rate of what the asset is still
// worth, never below salvage, and switches to a straight line over what is left
// of the life in the first period in which that takes as much. It fails as
// [StraightLine] does.
func DoubleDeclining(a Asset) (Schedule, error) {
	return a.schedule(func(n int, book Amount) *big.Rat {
		left := new(big.Rat).Sub(book.read(), Exactly(a.Salvage).read())
		declining := new(big.Rat).Mul(book.read(), big.NewRat(2, int64(a.Life)))
		straight := new(big.Rat).Quo(left, new(big.Rat).SetInt64(int64(a.Life-n)))
		switch {
		case straight.Cmp(declining) >= 0:
			return straight
		case declining.Cmp(left) > 0:
			return left
		}
		return declining
	})
}

// ByTable takes a percentage of cost less salvage in each period. The asset's
// life is that of the table, whose percentages sum to 100, else [ErrShares].
func ByTable(a Asset, percentages ...decimal.Decimal) (Schedule, error) {
	a.Life = len(percentages)
	sum := decimal.Zero
	for i, p := range percentages {
		if p.Exponent() > maxExponent || p.Exponent() < -maxExponent || p.Sign() < 0 {
			return Schedule{}, refuse(ErrWeight, "use 0 to 100", "depreciation table: period %d", i)
		}
		sum = sum.Add(p)
	}
	if hundred := decimal.NewFromInt(100); len(percentages) > MaxLife || !sum.Equal(hundred) {
		return Schedule{}, refuse(ErrShares, "let the percentages sum to 100", "depreciation table of %d periods", len(percentages))
	}
	return a.schedule(func(n int, _ Amount) *big.Rat {
		part := new(big.Rat).Quo(percentages[n].Rat(), big.NewRat(100, 1))
		return part.Mul(part, a.base().read())
	})
}

// MACRS returns the percentages of the US tax classes of 3, 5 and 7 years under
// the half-year convention, for [ByTable] and an asset without salvage. Computers
// are of the 5-year class. Source: IRS Publication 946, table A-1.
func MACRS(class int) ([]decimal.Decimal, error) {
	tables := map[int][]string{
		3: {"33.33", "44.45", "14.81", "7.41"},
		5: {"20.00", "32.00", "19.20", "11.52", "11.52", "5.76"},
		7: {"14.29", "24.49", "17.49", "12.49", "8.93", "8.92", "8.93", "4.46"},
	}
	table, ok := tables[class]
	if !ok {
		return nil, refuse(ErrLimit, "use 3, 5 or 7", "MACRS class of %d years", class)
	}
	var percentages []decimal.Decimal
	for _, text := range table {
		p, err := decimal.NewFromString(text)
		if err != nil {
			return nil, refuse(err, "", "MACRS class of %d years", class)
		}
		percentages = append(percentages, p)
	}
	return percentages, nil
}

// schedule asks for each period's amount, given what the asset is worth before.
func (a Asset) schedule(amount func(n int, book Amount) *big.Rat) (Schedule, error) {
	if err := a.check(); err != nil {
		return Schedule{}, err
	}
	s := Schedule{asset: a}
	book := Exactly(a.Cost)
	for n := range a.Life {
		d := Amount{amount(n, book), a.Cost.Currency()}
		s.amounts = append(s.amounts, d)
		book = book.plus(d.Neg(), d.currency)
	}
	return s, nil
}

// Amounts returns what each period takes, exactly.
func (s Schedule) Amounts() []Amount { return append([]Amount(nil), s.amounts...) }

// Charges returns what each period takes, rounded by [Cumulate], so that the
// charges sum to cost less salvage.
func (s Schedule) Charges(r money.Rounding) ([]money.Money, error) { return Cumulate(r, s.amounts...) }

// Book returns what the asset is worth after n periods: its cost before the
// first, its salvage after the last.
func (s Schedule) Book(n int) Amount {
	book := Exactly(s.asset.Cost)
	for _, a := range s.amounts[:min(max(n, 0), len(s.amounts))] {
		book = book.plus(a.Neg(), a.currency)
	}
	return book
}

// ChangeLife changes the estimate of the life after some periods: what is left
// is spread in a straight line over the periods that now remain. Periods that
// have passed stay as they are (a prospective change, as IAS 8 has changes of
// estimates). The new life is in periods from the start and longer than what
// has passed, else [ErrPeriod].
func (s Schedule) ChangeLife(passed, life int) (Schedule, error) {
	switch {
	case passed < 0 || passed > len(s.amounts):
		return Schedule{}, refuse(ErrPeriod, "pass periods of the schedule", "change of life after %d of %d periods", passed, len(s.amounts))
	case life <= passed:
		return Schedule{}, refuse(ErrPeriod, "use a life above what has passed", "change of life to %d periods after %d", life, passed)
	case life > MaxLife:
		return Schedule{}, refuse(ErrLimit, "use 1 to 1200 periods", "change of life to %d periods", life)
	}
	left := s.Book(passed).plus(Exactly(s.asset.Salvage).Neg(), s.asset.Cost.Currency())
	changed := Schedule{asset: s.asset, amounts: append([]Amount(nil), s.amounts[:passed]...)}
	changed.asset.Life = life
	for range life - passed {
		changed.amounts = append(changed.amounts, left.Times(big.NewRat(1, int64(life-passed))))
	}
	return changed, nil
}

// UnitsOfProduction takes cost less salvage in proportion to use, such as
// card-hours, until the lifetime's use is reached; what is used beyond costs
// nothing. The asset's Life plays no part. It fails with a *[RowError]:
// [ErrZero] for the lifetime, [ErrDimension] and [ErrNegative] for use, and
// what [StraightLine] says of the asset.
func UnitsOfProduction(a Asset, lifetime metering.Quantity, used ...metering.Quantity) ([]Amount, error) {
	a.Life = 1
	if err := a.check(); err != nil {
		return nil, err
	}
	if lifetime.Sign() <= 0 {
		return nil, refuse(ErrZero, "give a lifetime above 0", "units of production: lifetime of %s", lifetime)
	}
	left := new(big.Int).Set(lifetime.Grains().Big())
	amounts := make([]Amount, len(used))
	for i, u := range used {
		if u.Dimension() != lifetime.Dimension() {
			return nil, refuse(ErrDimension, "measure use as the lifetime is", "units of production: use of period %d", i)
		}
		if u.Sign() < 0 {
			return nil, refuse(ErrNegative, "use is 0 or more", "units of production: use of period %d", i)
		}
		n := u.Grains().Big()
		if n.Cmp(left) > 0 {
			n.Set(left)
		}
		left.Sub(left, n)
		amounts[i] = a.base().Times(new(big.Rat).SetFrac(n, lifetime.Grains().Big()))
	}
	return amounts, nil
}
