package accounting

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// Text returns the step for people, in English: "52.75 card·h × 18.90 CNY", or
// "100.00 CNY flat". It is without the step's changes, which
// [StepsText] says once for all steps that have them.
func (s Step) Text(u metering.Unit, c money.Currency) string { return english().step(s, u, c) }

// StepsText is [StepsTextIn] English.
func StepsText(steps []Step, u metering.Unit, c money.Currency) string {
	return english().steps(steps, u, c)
}

// StepsTextIn returns the steps as a sum for people:
// "5 h × 1.00 CNY + 2 h × 2.00 CNY, less 20 %", with " - " before what is
// taken back. Where only some are changed, these are in parentheses.
func StepsTextIn(l Language, steps []Step, u metering.Unit, c money.Currency) string {
	return wordsOf(l).steps(steps, u, c)
}

func (w words) steps(steps []Step, u metering.Unit, c money.Currency) string {
	var groups [][]Step // of steps in a row that are changed alike
	for i, s := range steps {
		if n := len(groups) - 1; i > 0 && slices.EqualFunc(s.Changes, groups[n][0].Changes, Change.equal) {
			groups[n] = append(groups[n], s)
		} else {
			groups = append(groups, []Step{s})
		}
	}
	var b strings.Builder
	for i, group := range groups {
		changes := group[0].Changes
		apart := len(changes) > 0 && len(groups) > 1
		if apart {
			if i > 0 {
				b.WriteString(" + ")
			}
			b.WriteByte('(')
		}
		for j, s := range group {
			if j > 0 || i > 0 && !apart {
				sign := " + "
				if back, ok := s.takenBack(); ok {
					sign, s = " - ", back
				}
				b.WriteString(sign)
			}
			b.WriteString(w.step(s, u, c))
		}
		b.WriteString(w.changesText(changes))
		if apart {
			b.WriteByte(')')
		}
	}
	return b.String()
}

// step returns a step without its changes. Units are u where it has none.
func (w words) step(s Step, u metering.Unit, c money.Currency) string {
	money := func(r *big.Rat) string { return AmountText(r, c) + " " + string(c) }
	price := " × " + money(s.Price.Rat())
	switch {
	case s.Bound == StageOverage:
		return fmt.Sprintf(w.bounds[s.Bound], money(s.Amount), RatText(s.By))
	case s.Bound != 0:
		return fmt.Sprintf(w.bounds[s.Bound], money(s.Amount), money(s.By))
	case s.Flat:
		return money(s.unchanged()) + w.because(s)
	case s.Count == nil && u.IsZero():
		return s.Quantity.String() + price
	case s.Count == nil:
		return w.labelled(new(big.Rat).SetFrac(s.Quantity.Grains().Big(), u.Grains().Big()), u) + price
	}
	switch s.Lot {
	case FreeUnits:
		return fmt.Sprintf(w.free, w.labelled(s.Count, s.Unit))
	case Packages:
		return RatText(s.Count) + " " + counting(s.Count, w.one, w.many) + price
	case Blocks:
		return fmt.Sprintf(counting(s.Count, w.block, w.blocks), RatText(s.Count), w.labelled(s.Size.Rat(), s.Unit)) + price
	case Shares:
		return shareText(s.Count) + price
	case Percents:
		return w.labelled(s.Count, s.Unit) + " × " + RatText(s.Price.Rat()) + " %"
	case SingleUnits:
	}
	if s.Kind != "" {
		return w.labelled(s.Count, s.Unit) + price + w.open + w.kind(s.Kind) + w.close
	}
	return w.labelled(s.Count, s.Unit) + price
}

// unchanged returns the amount of a step before its changes.
func (s Step) unchanged() *big.Rat {
	amount := s.Amount
	for _, c := range s.Changes {
		f := c.Factor()
		if f.Sign() == 0 {
			return s.Price.Rat()
		}
		amount = new(big.Rat).Quo(amount, f)
	}
	return amount
}

// labelled returns a number of units.
func (w words) labelled(n *big.Rat, u metering.Unit) string {
	if u.IsZero() {
		return RatText(n)
	}
	return RatText(n) + " " + w.units.Unit(u)
}

// shareText prints a share: as a fraction, if that is short and a decimal would
// have no end.
func shareText(r *big.Rat) string {
	const short = 12
	if _, ends := r.FloatPrec(); !ends && len(r.RatString()) <= short {
		return r.RatString()
	}
	return RatText(r)
}

// takenBack returns what a step below zero takes back, and whether it does.
func (s Step) takenBack() (Step, bool) {
	switch {
	case s.Count != nil && s.Count.Sign() < 0, s.Flat && s.Amount.Sign() < 0, s.Quantity.Sign() < 0:
		_, err := s.Quantity.Neg()
		return s.negated(), err == nil
	}
	return s, false
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
