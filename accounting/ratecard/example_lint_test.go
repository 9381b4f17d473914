package ratecard_test

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/metering"
)

var volumeCard = []byte(`
card: traffic
version: "1"
currency: CNY
rounding: {mode: half-even, places: 2, level: line}
prices:
  - id: egress
    service: network
    match: {meter: network.egress}
    unit: GBy
    volume: [{up_to: 15, price: 10}, {price: 5}]
`)

func ExampleLint() {
	for _, f := range ratecard.Lint(ratecard.MustParseYAML(volumeCard)) {
		fmt.Println(f)
	}
	// Output:
	// warning: prices[0]: 15 GB cost 150.00 CNY, and 15.000000001 cost 75.000000005 CNY: the bill falls as use grows; use graduated tiers, or a flat amount that makes up for the lower price (bill-falls)
}

func ExampleRule() {
	meant := map[ratecard.Rule]bool{ratecard.RuleFalls: true} // the cliff at 15 GB is what sales want
	for _, f := range ratecard.Lint(ratecard.MustParseYAML(volumeCard)) {
		if !meant[f.Rule] {
			fmt.Println(f)
		}
	}
	fmt.Println(ratecard.RuleFalls.Title(accounting.Chinese))
	// Output:
	// 用量增加而账单减少
}

func ExampleCurve() {
	all, err := ratecard.Curve(ratecard.MustParseYAML(volumeCard), metering.Egress, decimal.NewFromInt(16))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range all[0].Points {
		if p.Quantity.IsInt() && p.Quantity.Num().Int64() >= 14 && p.Quantity.Num().Int64() <= 16 {
			fmt.Println(p.Quantity.RatString(), all[0].Unit.Label(), p.Amount.FloatString(2))
		}
	}
	// Output:
	// 15 GB 150.00
	// 16 GB 80.00
}
