package accounting_test

import (
	"fmt"
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/metering"
)

// Half a varh to every Wh is a factor of 0.89, which costs half a percent.
func ExamplePowerAdjustment_Percent() {
	ratio := func(s string) *decimal.Decimal { d := decimal.RequireFromString(s); return &d }
	percent := decimal.RequireFromString
	a := accounting.PowerAdjustment{
		ID: "power-factor", Service: accounting.EnergySupply, Active: metering.FacilityEnergy, Reactive: metering.ReactiveEnergy,
		Prices: []string{"peak", "flat", "valley", "demand"},
		Steps: []accounting.PowerStep{
			{Ratio: ratio("0.470068"), Percent: percent("-0.15")}, {Ratio: ratio("0.498397")}, {Ratio: ratio("0.526091"), Percent: percent("0.5")}, {Percent: percent("1")},
		},
	}
	for _, reactive := range []int64{450, 490, 500, 900} {
		fmt.Print(a.Percent(big.NewRat(1000, 1), big.NewRat(reactive, 1)).FloatString(2), " % ")
	}
	fmt.Println(a.Changes(&accounting.Charge{PriceID: "demand"}), a.Changes(&accounting.Charge{PriceID: "funds"}))
	// Output: -0.15 % 0.00 % 0.50 % 1.00 % true false
}
