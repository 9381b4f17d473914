package allocation_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// Two service centres serve each other and two production centres.
func ExampleModel_Reciprocal() {
	weights := func(pairs ...any) allocation.Driver {
		var all []allocation.Weight
		for i := 0; i < len(pairs); i += 2 {
			to, n := metering.Account(pairs[i].(string)), int64(pairs[i+1].(int))
			all = append(all, allocation.Weight{To: to, Weight: decimal.NewFromInt(n)})
		}
		return allocation.Weighted(all...)
	}
	model := allocation.Model{Centres: []allocation.Centre{
		{ID: "network", Cost: money.MustParse("CNY 60000"), Driver: weights("storage", 20, "training", 50, "inference", 30)},
		{ID: "storage", Cost: money.MustParse("CNY 90000"), Driver: weights("network", 10, "training", 60, "inference", 30)},
		{ID: "training", Cost: money.MustParse("CNY 500000")},
		{ID: "inference", Cost: money.MustParse("CNY 350000")},
	}}
	result, err := model.Reciprocal()
	if err != nil {
		fmt.Println(err)
		return
	}
	settled, err := result.Settle(money.Rounding{Mode: money.HalfUp, Places: 2})
	for i, share := range result.Production {
		fmt.Println(share.Centre, share.Total, "→", settled.Production[i])
	}
	fmt.Println(settled.Residue, err)
	// Output:
	// inference CNY 19715000/49 → CNY 402346.94
	// training CNY 29285000/49 → CNY 597653.06
	// CNY 0 <nil>
}

// Two tenants share a pool of cards. One requests more than it uses, and a
// quarter of the cards is idle.
func ExampleSheet_Report() {
	hour := metering.MustPeriod("2026-11-01T00:00:00Z", "2026-11-01T01:00:00Z")
	sheet, err := allocation.NewSheet(hour, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	cards := func(n int64) metering.Quantity {
		q, _ := metering.NewQuantity(n, metering.MustUnit("{card}.h"))
		return q
	}
	err = sheet.Supply(allocation.Supply{Pool: "h100", Resource: "gpu", Cost: money.MustParse("CNY 160"), Capacity: cards(8)})
	for tenant, use := range map[metering.Account][2]int64{"acme": {4, 1}, "globex": {1, 2}} {
		err = sheet.Add(allocation.Sample{Key: metering.Key{Account: tenant}, Pool: "h100", Resource: "gpu",
			Period: hour, Request: cards(use[0]), Usage: cards(use[1])})
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, mode := range []allocation.IdleMode{allocation.Apart, allocation.Spread} {
		report, _ := sheet.Report(allocation.View{Idle: mode})
		for _, line := range report.Lines {
			fmt.Println(line.Kind, line.Group, line.Total)
		}
	}
	// Output:
	// workload acme CNY 80
	// workload globex CNY 40
	// idle  CNY 40
	// workload acme CNY 320/3
	// workload globex CNY 160/3
}

func ExampleSettle() {
	cent := money.MustParse("USD 100.00")
	third := allocation.Exactly(cent)
	parts := []allocation.Amount{third, third, third}
	for i := range parts {
		parts[i], _ = allocation.UnitCost(third, metering.Grains(3, metering.Count), metering.Count.Grain())
	}
	settled, err := allocation.Settle(money.Rounding{Places: 2}, parts...)
	fmt.Println(parts[0], settled, err)
	// Output: USD 100/3 [USD 33.34 USD 33.33 USD 33.33] <nil>
}

func ExampleStraightLine() {
	server := allocation.Asset{Cost: money.MustParse("CNY 10000"), Life: 36}
	schedule, err := allocation.StraightLine(server)
	if err != nil {
		fmt.Println(err)
		return
	}
	charges, err := schedule.Charges(money.Rounding{Mode: money.HalfUp, Places: 2})
	fmt.Println(charges[:3], schedule.Book(24), err)
	// Output: [CNY 277.78 CNY 277.78 CNY 277.77] CNY 10000/3 <nil>
}

func ExampleCommitment_Amortised() {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	term, _ := metering.NewPeriod(start, start.AddDate(3, 0, 0))
	c := allocation.Commitment{ID: "ri-1", Term: term, Upfront: money.MustParse("USD 10000"), Recurring: money.MustParse("USD 0.25")}
	year, _ := metering.NewPeriod(start, start.AddDate(1, 0, 0))
	amount, err := c.Amortised(year)
	fmt.Println(amount, err)
	// Output: USD 756280/137 <nil>
}

// A free quota, then a savings plan: the order is the caller's.
func ExampleDeduct() {
	requests := func(n int64) metering.Quantity { return metering.Grains(n, metering.Count) }
	d, err := allocation.Deduct(
		[]allocation.Use{
			{ID: "a", Quantity: requests(300), List: money.MustParse("USD 6.00"), Discount: decimal.RequireFromString("0.30")},
			{ID: "b", Quantity: requests(100), List: money.MustParse("USD 2.00"), Discount: decimal.RequireFromString("0.10")},
		},
		allocation.FreeQuota{Name: "free", Quantity: requests(100)},
		allocation.SpendPlan{Name: "plan", Commit: money.MustParse("USD 4.00")},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range d.Covers {
		fmt.Println(c.Stage, "covers", c.Part.RatString(), "of", c.Use, "for", c.Effective)
	}
	for _, o := range d.Overflows {
		fmt.Println("the rest of", o.Use, "is", o.List)
	}
	// Output:
	// free covers 1/4 of a for USD 0
	// free covers 1/4 of b for USD 0
	// plan covers 3/4 of a for USD 63/20
	// plan covers 17/36 of b for USD 17/20
	// the rest of b is USD 5/9
}
