package invoice_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// exampleBill is a month of two teams' traffic, day by day, and a fee.
func exampleBill() rating.Bill {
	first := decimal.NewFromInt(100)
	card := &accounting.Card{
		ID: "network", Version: "2026-11", Currency: money.CNY,
		Rounding: accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.LineLevel},
		Prices: []accounting.Price{{
			ID: "egress", Title: "Traffic out", Service: accounting.Network,
			Match: accounting.Match{Meter: metering.Egress}, Unit: metering.MustUnit("GBy"),
			Model: accounting.Graduated{Tiers: []accounting.Tier{
				{UpTo: &first, Price: decimal.RequireFromString("0.80")}, {Price: decimal.RequireFromString("0.5")},
			}},
		}, {
			ID: "support", Title: "Support, business hours", Service: accounting.Support,
			Model: accounting.Flat{Amount: decimal.NewFromInt(200), When: accounting.FlatAlways},
		}},
	}
	agg := metering.NewAggregator()
	for day, team := range []metering.Account{"acme/search", "acme/web", "acme/search"} {
		series, _ := agg.Series(metering.Key{Account: team, Meter: metering.Egress})
		_ = series.AddAt(time.Date(2026, time.November, 1+day, 12, 0, 0, 0, time.UTC), metering.MustQuantity("40.333 GBy"))
	}
	month, _ := metering.Month(metering.Zone{}, 2026, time.November)
	contract := accounting.Contract{Account: "acme", Name: "Acme Ltd", Card: card}
	bill, _, err := rating.Rate(contract, month, agg.Usage(month, metering.Per(metering.Days(metering.Zone{}))), rating.State{})
	if err != nil {
		panic(err)
	}
	return bill
}

func Example() {
	bill := exampleBill()
	draft, err := invoice.NewDraft(bill.Contract, bill.Period, slices.Values(bill.Charges))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(draft.Contract.CustomerName())
	for _, line := range draft.Lines {
		fmt.Printf("%s: %s\n", line.Title, line.Explain())
	}
	again, err := draft.Recompute()
	fmt.Println(draft.Total, again == draft.Total, err)
	// Output:
	// Acme Ltd
	// Traffic out: 100 GB × 0.80 CNY + 20.999 GB × 0.50 CNY = 90.4995 → 90.50 (half-even, line; 3 charges)
	// Support, business hours: 200.00 CNY flat
	// CNY 290.50 true <nil>
}

func ExampleNewDraft() {
	bill := exampleBill()
	draft, err := invoice.NewDraft(bill.Contract, bill.Period, slices.Values(bill.Charges))
	fmt.Println(len(bill.Charges), len(draft.Lines), draft.Total, err)
	// Output: 4 2 CNY 290.50 <nil>
}

func ExampleDraft_Services() {
	bill := exampleBill()
	draft, _ := invoice.NewDraft(bill.Contract, bill.Period, slices.Values(bill.Charges))
	for id, lines := range draft.Services() {
		service, _ := accounting.LookupService(id)
		fmt.Println(service.Name, len(lines), lines[0].Billed)
	}
	// Output:
	// Network 1 CNY 90.50
	// Support 1 CNY 200.00
}

func ExampleDraft_Recompute() {
	bill := exampleBill()
	draft, _ := invoice.NewDraft(bill.Contract, bill.Period, slices.Values(bill.Charges))
	draft.Total = money.MustParse("CNY 290.49")
	again, err := draft.Recompute()
	fmt.Println(again, again == draft.Total, err)
	// Output: CNY 290.50 false <nil>
}

func ExampleLine_Steps() {
	bill := exampleBill()
	draft, _ := invoice.NewDraft(bill.Contract, bill.Period, slices.Values(bill.Charges))
	for _, s := range draft.Lines[0].Steps() {
		fmt.Println(s.Tier, s.Text(draft.Lines[0].Unit, money.CNY), s.Amount.FloatString(4))
	}
	// Output:
	// 1 100 GB × 0.80 CNY 80.0000
	// 2 20.999 GB × 0.50 CNY 10.4995
}

func ExampleLine_Explain() {
	bill := exampleBill()
	draft, _ := invoice.NewDraft(bill.Contract, bill.Period, slices.Values(bill.Charges))
	fmt.Println(draft.Lines[0].Explain())
	fmt.Println(draft.Lines[0].Charges[2].Explain())
	// Output:
	// 100 GB × 0.80 CNY + 20.999 GB × 0.50 CNY = 90.4995 → 90.50 (half-even, line; 3 charges)
	// 40.333 GB, 120.999 GB in all: 19.334 GB × 0.80 CNY + 20.999 GB × 0.50 CNY = 25.9667 → 25.97 (half-even, line; price total 64.53 → 90.50)
}

func ExampleLine_Recompute() {
	bill := exampleBill()
	draft, _ := invoice.NewDraft(bill.Contract, bill.Period, slices.Values(bill.Charges))
	again, err := draft.Lines[0].Recompute()
	fmt.Println(again == draft.Lines[0].Billed, err)
	// Output: true <nil>
}
