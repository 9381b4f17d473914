package accounting_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

func treePrice() *accounting.Price {
	number := decimal.RequireFromString
	ten, most := number("10"), number("30")
	return &accounting.Price{
		ID: "p", Match: accounting.Match{Meter: metering.Egress}, Unit: metering.MustUnit("GBy"),
		Model: accounting.Graduated{Tiers: []accounting.Tier{{UpTo: &ten, Price: number("2")}, {Price: number("1")}}},
		Terms: &accounting.Terms{
			Convert: &accounting.Conversion{Divide: number("1000"), Rounded: true, Mode: money.Ceiling},
			Free:    number("2"), Percent: number("10"), Maximum: &most,
		},
	}
}

func treeExplanation() accounting.Explanation {
	tally := func(gb int64) accounting.Tally {
		return accounting.Tally{Rows: 1, Used: big.NewRat(gb, 1), Whole: big.NewRat(gb, 1), Peak: big.NewRat(gb, 1)}
	}
	return accounting.Explanation{
		Currency: money.CNY, Rounding: accounting.Rounding{Places: 2, Level: accounting.LineLevel},
		Staged:  &accounting.Staged{Price: treePrice(), Before: tally(3000), After: tally(13_400)},
		Carried: accounting.FractionOf(big.NewRat(9, 5)),
	}
}

func ExampleExplanation_Tree() {
	fmt.Println(treeExplanation().Tree(accounting.English))
	fmt.Println(treeExplanation().Tree(accounting.Chinese))
	// Output:
	// 18.00 CNY
	// ├ usage of this line: 10400 GB
	// ├ running total: 13400 GB
	// ├ conversion: 13400 → 14
	// ├ free units 2: 14 → 12
	// ├ price (graduated): 22.00 CNY
	// │ ├ tier 1: 10 × 2.00 CNY = 20.00 CNY
	// │ └ tier 2: 2 × 1.00 CNY = 2.00 CNY
	// ├ discount 10%: 22.00 CNY → 19.80 CNY
	// └ less what came before: 1.80 CNY
	// 18.00 CNY
	// ├ 本行用量：10400 GB
	// ├ 累计用量：13400 GB
	// ├ 单位换算：13400 → 14
	// ├ 免费额度 2：14 → 12
	// ├ 计价（阶梯累进）：22.00 CNY
	// │ ├ 第 1 档：10 × 2.00 CNY = 20.00 CNY
	// │ └ 第 2 档：2 × 1.00 CNY = 2.00 CNY
	// ├ 折扣 10%：22.00 CNY → 19.80 CNY
	// └ 减：此前已计：1.80 CNY
}

func TestTree_Plain(t *testing.T) {
	e := accounting.Explanation{
		Model: accounting.PerUnit{Price: decimal.RequireFromString("18.9")}, Unit: metering.MustUnit("{card}.h"), Currency: money.CNY,
		Rounding: accounting.Rounding{Places: 2, Level: accounting.LineLevel},
		Before:   metering.MustQuantity("1 {card}.h"), After: metering.MustQuantity("3.5 {card}.h"),
	}
	require.Equal(t, `47.25 CNY
├ usage of this line: 2.5 card·h
├ running total: 3.5 card·h
└ price (per unit): 47.25 CNY
  └ 2.5 card·h × 18.90 CNY = 47.25 CNY`, e.Tree(accounting.English).String())
	require.Contains(t, e.Tree(accounting.Chinese).String(), "计价（单价）：47.25 CNY")
	require.Contains(t, e.Tree(accounting.Chinese).String(), "2.5 卡·时 × 18.90 CNY = 47.25 CNY", "units as the invoice's columns have them")
	require.NotContains(t, e.Tree(accounting.Chinese).String()+e.Text(accounting.Chinese), "card·h")
	e.After = metering.MustQuantity("1.75 {card}.h")
	require.Equal(t, `14.18 CNY
├ usage of this line: 0.75 card·h
├ running total: 1.75 card·h
├ price (per unit): 14.175 CNY
│ └ 0.75 card·h × 18.90 CNY = 14.175 CNY
└ rounding: 14.175 CNY → 14.18 CNY (half-even, line, in all 18.90 CNY → 33.08 CNY)`, e.Tree(accounting.English).String())
	require.Empty(t, accounting.Explanation{}.Tree(accounting.English))
}
