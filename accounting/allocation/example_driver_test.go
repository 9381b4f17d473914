package allocation_test

import (
	"fmt"

	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// One service centre of CNY 900, spread by each kind of driver.
func ExampleDriver() {
	day := metering.MustPeriod("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z")
	cards := func(n int64) metering.Quantity {
		q, _ := metering.NewQuantity(n, metering.MustUnit("{card}.h"))
		return q
	}
	labels := metering.MustLabels("team", "training")
	weight := func(to metering.Account, text string) allocation.Weight {
		w, err := allocation.ParseWeight(to, text)
		if err != nil {
			panic(err)
		}
		return w
	}
	drivers := []allocation.Driver{
		allocation.Even("training", "inference"),
		allocation.Fixed(weight("training", "0.25"), weight("inference", "0.5")), // a quarter is nobody's
		allocation.Weighted(weight("training", "2"), weight("inference", "1")),
		allocation.Proportional(day, allocation.Measure{To: "training", Quantity: cards(8)}, allocation.Measure{To: "inference", Quantity: cards(1)}),
		allocation.ByLabel("team", day, metering.Usage{Key: metering.Key{Account: "acme", Meter: metering.AcceleratorTime, Labels: labels}, Period: day, Quantity: cards(3)}),
	}
	for _, driver := range drivers {
		model := allocation.Model{Period: day, Centres: []allocation.Centre{
			{ID: "network", Cost: money.MustParse("CNY 900"), Driver: driver}, {ID: "training"}, {ID: "inference"},
		}}
		result, err := model.Direct()
		if err != nil {
			fmt.Println(err)
			continue
		}
		for _, share := range result.Production {
			fmt.Print(share.Centre, " ", share.Total, ", ")
		}
		fmt.Println("unallocated", result.Unallocated)
	}
	// Output:
	// inference CNY 450, training CNY 450, unallocated CNY 0
	// inference CNY 450, training CNY 225, unallocated CNY 225
	// inference CNY 300, training CNY 600, unallocated CNY 0
	// inference CNY 100, training CNY 800, unallocated CNY 0
	// inference CNY 0, training CNY 900, unallocated CNY 0
}
