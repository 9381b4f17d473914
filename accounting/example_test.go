package accounting_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// exampleCard prices traffic, the first 100 GB of a month free.
func exampleCard() *accounting.Card {
	free := decimal.NewFromInt(100)
	return &accounting.Card{
		ID: "network", Version: "2026-11", Currency: money.CNY,
		Rounding: accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.LineLevel},
		Prices: []accounting.Price{{
			ID: "egress", Title: "Traffic out", Service: accounting.Network,
			Match: accounting.Match{Meter: metering.Egress}, Unit: metering.MustUnit("GBy"),
			Model: accounting.Graduated{Tiers: []accounting.Tier{{UpTo: &free}, {Price: decimal.RequireFromString("0.125")}}},
		}},
	}
}

// exampleCharges are two days of traffic of two teams.
func exampleCharges() []accounting.Charge {
	var rows []metering.Usage
	for day := 1; day <= 2; day++ {
		for _, team := range []metering.Account{"acme/search", "acme/web"} {
			start := time.Date(2026, time.November, day, 0, 0, 0, 0, time.UTC)
			period, _ := metering.NewPeriod(start, start.AddDate(0, 0, 1))
			rows = append(rows, metering.Usage{Key: metering.Key{Account: team, Meter: metering.Egress}, Period: period, Quantity: metering.MustQuantity("60.5 GBy")})
		}
	}
	month, _ := metering.Month(metering.Zone{}, 2026, time.November)
	bill, _, err := rating.Rate(accounting.Contract{Account: "acme", Card: exampleCard()}, month, func(yield func(metering.Usage, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}, rating.State{})
	if err != nil {
		panic(err)
	}
	return bill.Charges
}

func Example() {
	charges := exampleCharges()
	total, err := accounting.Total(slices.Values(charges), accounting.Billed)
	fmt.Println(total, err)
	fmt.Println(charges[1].Explain())
	again, err := charges[1].Explanation.Recompute()
	fmt.Println(again == charges[1].Billed, err)
	// Output:
	// CNY 17.75 <nil>
	// 60.5 GB, 121 GB in all: 39.5 GB × 0.00 CNY + 21 GB × 0.125 CNY = 2.625 → 2.62 (half-even, line)
	// true <nil>
}

func ExampleTotal() {
	charges := exampleCharges()
	billed, _ := accounting.Total(slices.Values(charges), accounting.Billed)
	list, _ := accounting.Total(slices.Values(charges), accounting.List)
	search, _ := accounting.Total(func(yield func(accounting.Charge) bool) {
		for _, c := range charges {
			if c.Account == "acme/search" && !yield(c) {
				return
			}
		}
	}, accounting.Billed)
	fmt.Println(billed, list, search)
	// Output: CNY 17.75 CNY 17.75 CNY 7.57
}

func ExampleGroupBy() {
	groups, err := accounting.GroupBy(slices.Values(exampleCharges()), func(c accounting.Charge) metering.Account { return c.Account })
	for _, g := range groups {
		fmt.Println(g.Key, len(g.Charges), g.Billed)
	}
	fmt.Println(err)
	// Output:
	// acme/search 2 CNY 7.57
	// acme/web 2 CNY 10.18
	// <nil>
}

func ExampleContract_BillingPeriod() {
	c := accounting.Contract{Account: "acme", Zone: metering.MustZone("Asia/Shanghai"), AnchorDay: 15}
	period, err := c.BillingPeriod(time.Date(2026, time.November, 14, 16, 0, 0, 0, time.UTC))
	fmt.Println(period, err)
	// Output: 2026-11-14T16:00:00Z/2026-12-14T16:00:00Z <nil>
}

func ExampleContract_CustomerName() {
	fmt.Println(accounting.Contract{Account: "acme"}.CustomerName(), accounting.Contract{Account: "acme", Name: "Acme Ltd"}.CustomerName())
	// Output: acme Acme Ltd
}

func ExampleMatch_Specificity() {
	key := metering.Key{Account: "acme", Meter: metering.Egress, SKU: "premium", Region: "cn-north-1"}
	matches := []accounting.Match{
		{Meter: metering.Egress},
		{Meter: metering.Egress, Region: "cn-north-1"},
		{Meter: metering.Egress, SKU: "premium"},
	}
	slices.SortFunc(matches, func(a, b accounting.Match) int { return b.Specificity() - a.Specificity() })
	for _, m := range matches {
		fmt.Printf("%q %q %v\n", m.SKU, m.Region, m.Matches(key))
	}
	// Output:
	// "premium" "" true
	// "" "cn-north-1" true
	// "" "" true
}

func ExamplePrice_Covers() {
	p := accounting.Price{From: time.Date(2026, time.November, 15, 0, 0, 0, 0, time.UTC)}
	month, _ := metering.Month(metering.Zone{}, 2026, time.November)
	some, all := p.Covers(month)
	fmt.Println(some, all)
	// Output: true false
}

func ExampleCard_Name() {
	fmt.Println(exampleCard().Name())
	// Output: network@2026-11
}

func ExampleRounding_Text() {
	r := accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.BillLevel}
	fmt.Println(r.Text(money.CNY))
	fmt.Println(r.Text(money.JPY))
	// Output:
	// half-even, bill
	// half-even to 2 places, bill
}

func ExampleParseLevel() {
	level, ok := accounting.ParseLevel("bill")
	fmt.Println(level, ok)
	_, ok = accounting.ParseLevel("month")
	fmt.Println(ok)
	// Output:
	// bill true
	// false
}

func ExampleServices() {
	for _, s := range accounting.Services()[:3] {
		fmt.Printf("%s: %s (%s)\n", s.ID, s.Name, s.Category)
	}
	// Output:
	// accelerated-compute: Accelerated compute (Compute)
	// general-compute: General compute (Compute)
	// block-storage: Block storage (Storage)
}

func ExampleLookupService() {
	s, ok := accounting.LookupService(accounting.ModelInference)
	fmt.Println(s.Category, ok)
	// Output: AI and Machine Learning true
}

func ExampleCharge_Explain() {
	for _, c := range exampleCharges() {
		fmt.Println(c.Account, c.Explain())
	}
	// Output:
	// acme/search 60.5 GB × 0.00 CNY = 0.00
	// acme/web 60.5 GB, 121 GB in all: 39.5 GB × 0.00 CNY + 21 GB × 0.125 CNY = 2.625 → 2.62 (half-even, line)
	// acme/search 60.5 GB, 181.5 GB in all: 60.5 GB × 0.125 CNY = 7.5625 → 7.57 (half-even, line; price total 2.62 → 10.19)
	// acme/web 60.5 GB, 242 GB in all: 60.5 GB × 0.125 CNY = 7.5625 → 7.56 (half-even, line; price total 10.19 → 17.75)
}

func ExampleExplanation_Recompute() {
	c := exampleCharges()[3]
	c.Billed = money.MustParse("CNY 7.57") // a cent too much
	again, err := c.Explanation.Recompute()
	fmt.Println(again, again == c.Billed, err)
	// Output: CNY 7.56 false <nil>
}

func ExampleExplanation_Steps() {
	for _, s := range exampleCharges()[1].Explanation.Steps() {
		fmt.Println(s.Tier, s.Quantity, s.Price, s.Amount.RatString())
	}
	// Output:
	// 1 39500000000 By 0 0
	// 2 21000000000 By 0.125 21/8
}

func ExampleExplanation_Exact() {
	fmt.Println(exampleCharges()[1].Explanation.Exact().RatString())
	// Output: 21/8
}
