package main

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/examples/internal/digits"
)

const minus = "−"

func count[N int | int64 | uint64](n N) string { return digits.Group(fmt.Sprint(n)) }

func fixedDecimal(d decimal.Decimal, places int32) string { return digits.Group(d.StringFixed(places)) }

// amount returns m with the digits of its currency, or more where there are
// more: "1,234.56".
func amount(m money.Money) string {
	_, number, found := strings.Cut(m.String(), " ")
	if !found {
		number = m.String()
	}
	return digits.Group(number)
}

// signed returns what amount does, with its sign.
func signed(m money.Money) string { return withPlus(amount(m), m.Sign()) }

func withPlus(s string, sign int) string {
	if sign > 0 {
		return "+" + s
	}
	return s
}

// withCurrency returns "CNY 1,234.56".
func withCurrency(m money.Money) string {
	if m.Currency() == "" {
		return amount(m)
	}
	return string(m.Currency()) + " " + amount(m)
}

func kilowattHours(e energy.Energy) string { return fixedDecimal(e.KWh(1), 1) }

func microjoules(e energy.Energy) string { return digits.Group(e.Microjoules().String()) }

// ratio returns a/b, nil where b is zero.
func ratio(a, b *big.Int) *big.Rat {
	if b.Sign() == 0 {
		return nil
	}
	return new(big.Rat).SetFrac(a, b)
}

// percent returns r in per cent to one place: "61.3%"; "–" for nil, and
// "<0.1%" for what would round to nothing.
func percent(r *big.Rat) string {
	switch {
	case r == nil:
		return english.NotApplicable
	case r.Sign() > 0 && r.Cmp(big.NewRat(1, 2000)) < 0:
		return "<0.1%"
	}
	return plainPercent(r)
}

func plainPercent(r *big.Rat) string {
	return digits.Group(new(big.Rat).Mul(r, big.NewRat(100, 1)).FloatString(1)) + "%"
}

// perMille returns r in thousandths, held to 0 to 1000, for drawing.
func perMille(r *big.Rat) int64 {
	if r == nil || r.Sign() < 0 {
		return 0
	}
	n := new(big.Int).Mul(r.Num(), big.NewInt(1000))
	n.Quo(n, r.Denom())
	if n.Cmp(big.NewInt(1000)) > 0 {
		return 1000
	}
	return n.Int64()
}

// tenths returns n/10 as a decimal for SVG: "12.5".
func tenths(n int64) string {
	s := ""
	if n < 0 {
		n, s = -n, "-"
	}
	s += strconv.FormatInt(n/10, 10)
	if n%10 != 0 {
		s += "." + strconv.FormatInt(n%10, 10)
	}
	return s
}

// serviceOrder sorts services as the catalogue has them; those it does not
// know come last, by id.
func serviceOrder(a, b accounting.ServiceID) int {
	rank := func(id accounting.ServiceID) int {
		all := accounting.Services()
		if i := slices.IndexFunc(all, func(s accounting.Service) bool { return s.ID == id }); i >= 0 {
			return i
		}
		return len(all)
	}
	if c := rank(a) - rank(b); c != 0 {
		return c
	}
	return strings.Compare(string(a), string(b))
}

// clean takes out of a name or a message what would steer a terminal or turn
// the direction of the text around it.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
