package focus_test

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting/focus"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

func ExampleParseNumber() {
	n, err := focus.ParseNumber("1.50")
	fmt.Println(n, n.Equal(focus.MustNumber("1.5")), err)
	fmt.Println(focus.Amount(money.MustParse("CNY 996.980")))
	third, err := focus.FromDecimal(decimal.RequireFromString("0.3333333333333333333333333333333333333333333"))
	fmt.Println(third.IsNull(), err)
	// Output:
	// 1.50 true <nil>
	// 996.98
	// true focus: number has more digits than fit: a decimal with exponent -43
}

// Objects are made once, and put into many rows.
func ExampleNewObject() {
	details, err := focus.NewObject(focus.Property{Key: "GpuCount", Value: focus.Int(8)}, focus.Property{Key: "x_Model", Value: "H100"})
	fmt.Println(details, err)
	fmt.Println(focus.Tags(metering.MustLabels("team", "vision")))
	fmt.Println(focus.MustObject(`{"a": 1}`))
	_, err = focus.ParseObject(`{"a": 1, "a": 2}`)
	fmt.Println(err)
	// Output:
	// {"GpuCount":8,"x_Model":"H100"} <nil>
	// {"team":"vision"}
	// {"a": 1}
	// focus: not a JSON object with unique keys: "{\"a\": 1, \"a\": 2}": key "a" twice
}

func ExampleUnitName() {
	for _, code := range []string{"{card}.h", "GiBy.h", "10*3{token}"} {
		fmt.Println(focus.UnitName(metering.MustUnit(code)))
	}
	// Output:
	// Card-Hours
	// GiB-Hours
	// 1000 Tokens
}

// What a version asks of a file, and what of it a machine can check.
func ExampleColumns() {
	v, err := focus.ParseVersion("1.2")
	if err != nil {
		panic(err)
	}
	for _, c := range focus.Columns(v)[:3] {
		fmt.Println(c.Name, c.Nullable)
	}
	fmt.Println(len(focus.Columns(focus.V1_4)), "columns in 1.4,", len(focus.Rules()), "rules")
	_, err = focus.ParseVersion("0.9")
	fmt.Println(err)
	// Output:
	// AvailabilityZone true
	// BilledCost false
	// BillingAccountId false
	// 65 columns in 1.4, 122 rules
	// focus: unknown version: "0.9", want 1.2, 1.3 or 1.4
}

// Columns that are in a file only where they are asked for.
func ExampleOption() {
	var file bytes.Buffer
	w, err := focus.NewWriter(&file, focus.V1_3, focus.EnergyAndCarbon(), focus.AccountTypes(), focus.PricingCurrencies(),
		focus.CustomColumns(focus.Custom{Name: "x_Team", Type: focus.Text}))
	if err != nil {
		panic(err)
	}
	if err := w.Flush(); err != nil {
		panic(err)
	}
	header := strings.Split(strings.TrimSpace(file.String()), ",")
	for _, name := range header {
		if strings.HasPrefix(name, "x_") || strings.Contains(name, "AccountType") || strings.HasPrefix(name, "PricingCurrency") {
			fmt.Println(name)
		}
	}
	// Output:
	// BillingAccountType
	// PricingCurrency
	// PricingCurrencyContractedUnitPrice
	// PricingCurrencyEffectiveCost
	// PricingCurrencyListUnitPrice
	// SubAccountType
	// x_EnergyKWh
	// x_CarbonGrams
	// x_Team
}
