package rating

import (
	"fmt"
	"math/big"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
)

// A bill that is rounded as one has a running total in two parts: what prices
// of one running quantity come to, over the common multiple of their units, and
// what staged prices add to it.

// add adds exact, of which one is share common units, to the bill, and
// returns what that moves its rounded total by.
func (b *book) add(exact fixed.Int256, share fixed.Int128, by *rounder, d *desk) (money.Money, error) {
	wide, ok := exact.MulInt128(share)
	if ok {
		b.total, ok = b.total.Add(wide)
	}
	if !ok {
		return money.Money{}, fmt.Errorf("%w: bill", ErrOverflow)
	}
	return b.stepBill(by, d)
}

// addWide adds an exact amount of a staged price to the bill, and returns what
// that moves its rounded total by.
func (b *book) addWide(exact *ratio, by *rounder, d *desk) (money.Money, error) {
	if b.extra == nil {
		b.extra = new(ratio)
		b.extra.setInt(0)
	}
	d.sum(b.extra, exact)
	return b.stepBill(by, d)
}

// stepBill rounds the bill's running total and returns by how much it moved.
func (b *book) stepBill(by *rounder, d *desk) (money.Money, error) {
	if b.extra == nil {
		return step(&b.rounded, b.total, by.common, by)
	}
	now, err := b.round(by, d)
	if err != nil {
		return now, err
	}
	diff, err := now.Sub(b.rounded)
	if err != nil {
		return diff, fmt.Errorf("%w: %w", ErrOverflow, err)
	}
	b.rounded = now
	return diff, nil
}

// round rounds both parts of the running total, the second of which there is.
func (b *book) round(by *rounder, d *desk) (money.Money, error) {
	if by.common.IsZero() {
		return by.roundWide(b.extra, d)
	}
	b.total.SetBig(&d.part.num)
	d.part.den.Set(&by.scaled)
	d.add(&d.part, &d.part, b.extra)
	return by.roundWide(&d.part, d)
}

// exact returns the bill's running total as a rational.
func (b *book) exact(by *rounder) *big.Rat {
	total := new(big.Rat)
	if !by.common.IsZero() {
		total.SetFrac(b.total.Big(), &by.scaled)
	}
	if b.extra != nil {
		total.Add(total, b.extra.rat())
	}
	return total
}

// roundWide rounds an exact amount.
func (by *rounder) roundWide(x *ratio, d *desk) (money.Money, error) {
	m, err := by.in.ApplyBig(&x.num, &x.den, &d.room)
	if err != nil {
		return m, fmt.Errorf("%w: %w", ErrOverflow, err)
	}
	return m, nil
}

func scaleBig() *big.Int {
	p, _ := fixed.Pow10(money.Scale)
	return p.Big()
}
