package rating

import (
	"fmt"
	"math/big"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

// rounder rounds the amounts of a call.
type rounder struct {
	rule     money.Rounding
	in       money.Rounder // the rule in the currency
	level    accounting.Level
	explains bool // charges are explained
	currency money.Currency
	// common is a multiple of every unit on the cards, so that amounts per
	// card-hour and per GiB-hour add up exactly. It is set where the bill is
	// rounded. That of all units metering has is below 2^116 (2026-11).
	common fixed.Int128
	scaled big.Int // common·10^18
}

// measure finds the common unit, in which totals so far, over the given units
// if not 0, can be expressed too.
func (by *rounder) measure(tariffs []*tariff, units ...fixed.Int128) error {
	if by.level != accounting.BillLevel {
		return nil
	}
	by.common = fixed.FromInt64(1)
	ok := true
	include := func(unit fixed.Int128) {
		if ok && !unit.IsZero() {
			by.common, ok = lcm(by.common, unit)
		}
	}
	for _, u := range units {
		include(u)
	}
	for _, t := range tariffs {
		for _, p := range t.prices {
			if !p.staged {
				include(p.unit)
			}
		}
	}
	scale, _ := fixed.Pow10(money.Scale)
	by.scaled.Mul(by.common.Big(), scale.Big())
	if !ok {
		return fmt.Errorf("%w: the units of its prices have no common multiple below 2^127 grains", ErrContract)
	}
	for _, t := range tariffs {
		for _, p := range t.prices {
			if p.staged {
				continue
			}
			p.share, _, _ = by.common.QuoRem(p.unit)
		}
	}
	return nil
}

// lcm returns the least common multiple of two positive integers, and false
// when it does not fit.
func lcm(a, b fixed.Int128) (fixed.Int128, bool) {
	x, y := a, b
	for !y.IsZero() {
		_, rest, _ := x.QuoRem(y)
		x, y = y, rest
	}
	q, _, _ := a.QuoRem(x)
	return q.Mul(b)
}

// round rounds num/den at scale 18.
func (by *rounder) round(num fixed.Int256, den fixed.Int128) (money.Money, error) {
	m, _, err := by.in.Apply(num, den)
	if err != nil {
		return m, fmt.Errorf("%w: %w", ErrOverflow, err)
	}
	return m, nil
}

// step rounds num/den, and returns by how much that is more than rounded,
// which it replaces.
func step(rounded *money.Money, num fixed.Int256, den fixed.Int128, by *rounder) (money.Money, error) {
	now, err := by.round(num, den)
	if err != nil {
		return now, err
	}
	diff, err := now.Sub(*rounded)
	if err != nil {
		return diff, fmt.Errorf("%w: %w", ErrOverflow, err)
	}
	*rounded = now
	return diff, nil
}
