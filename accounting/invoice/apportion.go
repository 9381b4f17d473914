package invoice

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
)

// apportion rounds exact amounts so that what is on paper adds up. By line,
// each is rounded by itself. By bill, their sum is rounded, once: each part is
// first rounded down to a step, and the steps that are missing go one each to
// the parts with the largest remainders, and between equal ones to the earlier.
// So a part is less than one step from its exact amount, whatever its sign.
func apportion(exact []*big.Rat, r accounting.Rounding, c money.Currency) ([]money.Money, error) {
	rule := money.Rounding{Mode: r.Mode, Places: r.Places}
	if r.Level == accounting.BillLevel {
		return apportionBill(exact, rule, c)
	}
	if r.Level != accounting.LineLevel {
		return nil, fmt.Errorf("%w: rounding by %q: want line or bill", ErrTerms, r.Level)
	}
	parts := make([]money.Money, len(exact))
	for i, x := range exact {
		var err error
		if parts[i], err = rule.ApplyRat(x, c); err != nil {
			return nil, fmt.Errorf("invoice: %w", err)
		}
	}
	return parts, nil
}

func apportionBill(exact []*big.Rat, rule money.Rounding, c money.Currency) ([]money.Money, error) {
	parts, rest := make([]money.Money, len(exact)), make([]*big.Rat, len(exact))
	order := make([]int, len(exact))
	sum, down := new(big.Rat), zero(c)
	for i, x := range exact {
		part, err := money.Rounding{Mode: money.Floor, Places: rule.Places}.ApplyRat(x, c)
		if err == nil {
			down, err = down.Add(part)
		}
		if err != nil {
			return nil, fmt.Errorf("invoice: %w", err)
		}
		sum.Add(sum, x)
		parts[i], order[i] = part, i
		rest[i] = new(big.Rat).Sub(x, part.Decimal().Rat())
	}
	total, err := rule.ApplyRat(sum, c)
	if err != nil {
		return nil, fmt.Errorf("invoice: %w", err)
	}
	slices.SortStableFunc(order, func(a, b int) int { return rest[b].Cmp(rest[a]) })
	step, err := rule.ApplyRat(new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(rule.Places)), nil)), c)
	for i := 0; err == nil && down != total && i < len(order); i++ {
		at := order[i]
		if parts[at], err = parts[at].Add(step); err == nil {
			down, err = down.Add(step)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("invoice: %w", err)
	}
	return parts, nil
}

// ratOf returns an amount exactly.
func ratOf(m money.Money) *big.Rat { return m.Decimal().Rat() }
