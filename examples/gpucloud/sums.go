package main

import (
	"math/big"
	"strings"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// sums adds, and remembers the first error.
type sums struct{ err error }

func keepFirst[T any](s *sums, sum T, err error) T {
	if s.err == nil {
		s.err = err
	}
	return sum
}

func (s *sums) money(a, b money.Money) money.Money {
	sum, err := a.Add(b)
	return keepFirst(s, sum, err)
}

func (s *sums) lessMoney(a, b money.Money) money.Money {
	d, err := a.Sub(b)
	return keepFirst(s, d, err)
}

func (s *sums) quantity(a, b metering.Quantity) metering.Quantity {
	sum, err := a.Add(b)
	return keepFirst(s, sum, err)
}

func (s *sums) energy(a, b energy.Energy) energy.Energy {
	sum, err := a.Add(b)
	return keepFirst(s, sum, err)
}

func (s *sums) lessEnergy(a, b energy.Energy) energy.Energy {
	d, err := a.Sub(b)
	return keepFirst(s, d, err)
}

// in returns q in a unit to some places, as text.
func (s *sums) in(q metering.Quantity, unit string, places int) string {
	if q.IsZero() {
		return "0" + strings.TrimSuffix("."+strings.Repeat("0", places), ".")
	}
	d, err := q.In(metering.MustUnit(unit), places)
	return fixedDecimal(keepFirst(s, d, err), int32(places))
}

func (s *sums) cardHours(q metering.Quantity) string { return s.in(q, "{card}.h", 1) }

func share(part, whole metering.Quantity) *big.Rat {
	return ratio(part.Grains().Big(), whole.Grains().Big())
}

func moneyShare(part, whole money.Money) *big.Rat {
	return ratio(part.Scaled().Big(), whole.Scaled().Big())
}

func energyShare(part, whole energy.Energy) *big.Rat {
	return ratio(part.Microjoules().Big(), whole.Microjoules().Big())
}
