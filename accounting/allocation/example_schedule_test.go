package allocation_test

import (
	"fmt"
	"math/big"

	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// Machines of CNY 100,000 over five years, by four methods.
func ExampleSchedule() {
	machines := allocation.Asset{Cost: money.MustParse("CNY 100000"), Life: 5}
	double, err := allocation.DoubleDeclining(machines)
	fmt.Println(double.Amounts(), err)
	years, err := allocation.SumOfYears(machines)
	fmt.Println(years.Amounts(), err)

	table, err := allocation.MACRS(5)
	if err != nil {
		panic(err)
	}
	machines.Life = len(table)
	tax, err := allocation.ByTable(machines, table...)
	fmt.Println(tax.Amounts(), err)
	// Output:
	// [CNY 40000 CNY 24000 CNY 14400 CNY 10800 CNY 10800] <nil>
	// [CNY 100000/3 CNY 80000/3 CNY 20000 CNY 40000/3 CNY 20000/3] <nil>
	// [CNY 20000 CNY 32000 CNY 19200 CNY 11520 CNY 11520 CNY 5760] <nil>
}

// Cards that are worn by use: 100,000 card-hours are their life.
func ExampleUnitsOfProduction() {
	cards := func(n int64) metering.Quantity {
		q, _ := metering.NewQuantity(n, metering.MustUnit("{card}.h"))
		return q
	}
	months, err := allocation.UnitsOfProduction(allocation.Asset{Cost: money.MustParse("CNY 250000"), Salvage: money.MustParse("CNY 50000")},
		cards(100_000), cards(7_000), cards(3_000))
	fmt.Println(months, err)
	// Output: [CNY 14000 CNY 6000] <nil>
}

// A third of a yuan three times: rounded as it runs, the sum is right at every point.
func ExampleCumulate() {
	third := allocation.AmountOf(big.NewRat(1, 3), money.CNY)
	parts, err := allocation.Cumulate(money.Rounding{Mode: money.HalfUp, Places: 2}, third, third, third)
	fmt.Println(parts, err)
	// Output: [CNY 0.33 CNY 0.34 CNY 0.33] <nil>
}

// The price of a machine, over its cards and cores as they would cost alone.
func ExampleSplitPrice() {
	parts, err := allocation.SplitPrice(money.MustParse("CNY 150"),
		allocation.ListPart{Resource: "gpu", Price: money.MustParse("CNY 18"), Units: 8},
		allocation.ListPart{Resource: "cpu", Price: money.MustParse("CNY 0.5"), Units: 96})
	fmt.Println(parts, err)
	// Output: [CNY 225/2 CNY 75/2] <nil>
}
