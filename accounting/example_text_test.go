package accounting_test

import (
	"fmt"
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// Figures as explanations have them: in full where they end, and marked where not.
func ExampleRatText() {
	fmt.Println(accounting.RatText(big.NewRat(10551, 200)), accounting.RatText(big.NewRat(1, 3)))
	fmt.Println(accounting.AmountText(big.NewRat(5, 2), money.CNY), accounting.AmountText(big.NewRat(5, 2), money.Currency("JPY")))
	// Output:
	// 52.755 ≈0.333333333
	// 2.50 2.5
}

func ExampleStepsText() {
	step := func(hours, price string) accounting.Step {
		q := metering.MustQuantity(hours + " h")
		p := decimal.RequireFromString(price)
		units := decimal.RequireFromString(hours)
		return accounting.Step{Quantity: q, Price: p, Amount: units.Mul(p).Rat()}
	}
	fmt.Println(accounting.StepsText([]accounting.Step{step("5", "1"), step("2", "2")}, metering.MustUnit("h"), money.CNY))
	// Output: 5 h × 1.00 CNY + 2 h × 2.00 CNY
}

// A discount is said once for all steps that have it.
func ExampleStepsTextIn() {
	step := func(hours, price int64) accounting.Step {
		count, p := big.NewRat(hours, 1), decimal.NewFromInt(price)
		amount := new(big.Rat).Mul(count, p.Rat())
		return accounting.Step{Count: count, Unit: metering.MustUnit("h"), Price: p, Amount: amount.Mul(amount, big.NewRat(4, 5)),
			Changes: []accounting.Change{{Kind: accounting.StagePercent, By: big.NewRat(20, 1)}}}
	}
	steps := []accounting.Step{step(5, 1), step(2, 2)}
	for _, l := range []accounting.Language{accounting.English, accounting.Chinese} {
		fmt.Println(accounting.StepsTextIn(l, steps, metering.Unit{}, money.CNY))
	}
	// Output:
	// 5 h × 1.00 CNY + 2 h × 2.00 CNY, less 20 %
	// 5 h × 1.00 CNY + 2 h × 2.00 CNY，减 20 %
}

func ExampleParseDate() {
	d, ok := accounting.ParseDate("2026-10-01")
	fmt.Println(d, ok)
	_, ok = accounting.ParseDate("2026-02-30")
	fmt.Println(ok)
	// Output:
	// 2026-10-01 true
	// false
}

func ExampleLanguage_Unit() {
	for _, code := range []string{"{card}.h", "10*6{token}", "kW.h"} {
		u := metering.MustUnit(code)
		fmt.Println(accounting.English.Unit(u), "·", accounting.Chinese.Unit(u))
	}
	// Output:
	// card·h · 卡·时
	// 10^6 token · 百万 token
	// kW·h · kW·h
}
