package model_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/model"
)

// What published models make of a load of 45 %, as parts of the thermal design power.
func ExampleInterpolate() {
	load := decimal.NewFromInt(45)
	line, err := model.Interpolate(model.Teads(), load)
	if err != nil {
		panic(err)
	}
	cubic, err := model.Cubic(load)
	fmt.Println(line.FloatString(5), cubic.FloatString(5), err)
	// Output: 0.69625 0.18201 <nil>
}

func ExampleConstant() {
	a, err := model.Constant(15*energy.Watt, decimal.RequireFromString("0.5"), 279*time.Second)
	fmt.Println(a.KWh().FloatString(8), "kWh", err)
	// Output: 0.00058125 kWh <nil>
}

// A coefficient has its source and its date.
func ExampleCoefficientOf() {
	ssd, err := model.CoefficientOf("ssd/ccf")
	if err != nil {
		panic(err)
	}
	a, err := ssd.Amount(decimal.NewFromInt(1), decimal.RequireFromString("1.135"))
	fmt.Println(ssd.Wh, "Wh for a", ssd.Per, "of", ssd.Date, "with overhead", a.KWh().FloatString(6), "kWh", err)
	fmt.Println(len(model.Coefficients()), "are known")
	// Output:
	// 1.2 Wh for a TB·h of 2021 with overhead 0.001362 kWh <nil>
	// 5 are known
}
