package accounting

import (
	"math/big"
	"strings"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// Text returns the step for people: "52.75 card·h × 18.90 CNY", or
// "100.00 CNY flat".
func (s Step) Text(u metering.Unit, c money.Currency) string {
	if s.Kind != "" {
		return AmountText(s.Amount, c) + " " + string(c) + " " + s.Kind
	}
	if s.Flat {
		return AmountText(s.Amount, c) + " " + string(c) + " flat"
	}
	price := AmountText(s.Price.Rat(), c) + " " + string(c)
	if u.IsZero() {
		return s.Quantity.String() + " × " + price
	}
	n := new(big.Rat).SetFrac(s.Quantity.Grains().Big(), u.Grains().Big())
	return RatText(n) + " " + u.Label() + " × " + price
}

// StepsText returns the steps as a sum for people:
// "5 h × 1.00 CNY + 2 h × 2.00 CNY", with " - " before what is taken back.
func StepsText(steps []Step, u metering.Unit, c money.Currency) string {
	var b strings.Builder
	for i, s := range steps {
		if i > 0 {
			sign := " + "
			if back, ok := s.takenBack(); ok {
				sign, s = " - ", back
			}
			b.WriteString(sign)
		}
		b.WriteString(s.Text(u, c))
	}
	return b.String()
}

// takenBack returns what a step below zero takes back, and whether it does.
func (s Step) takenBack() (Step, bool) {
	if s.Quantity.Sign() >= 0 && !(s.Flat && s.Amount.Sign() < 0) {
		return s, false
	}
	var err error
	s.Quantity, err = s.Quantity.Neg()
	s.Amount = new(big.Rat).Neg(s.Amount)
	return s, err == nil
}

// RatText prints r for people: in full when it ends within 18 places, and
// else marked with ≈ and rounded to nine places, or to four significant
// digits where that is more.
func RatText(r *big.Rat) string { return ratText(r, 0) }

// AmountText prints an amount with at least the digits of its currency.
func AmountText(r *big.Rat, c money.Currency) string { return ratText(r, c.Digits()) }

func ratText(r *big.Rat, least int) string {
	if n, exact := r.FloatPrec(); exact && n <= money.Scale {
		return r.FloatString(max(n, least))
	}
	const places, significant = 9, 1000
	n := places
	shown := new(big.Rat).Abs(r)
	shown.Mul(shown, big.NewRat(1e9, 1))
	for ; shown.Cmp(big.NewRat(significant, 1)) < 0; n++ {
		shown.Mul(shown, big.NewRat(10, 1))
	}
	s := strings.TrimRight(r.FloatString(n), "0")
	whole, frac, _ := strings.Cut(s, ".")
	for len(frac) < least {
		frac += "0"
	}
	if frac == "" {
		return "≈" + whole
	}
	return "≈" + whole + "." + frac
}
