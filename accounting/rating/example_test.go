package rating_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// gpuCard has one price, 18.90 yuan for an hour of an H100.
func gpuCard() *accounting.Card {
	return &accounting.Card{
		ID: "gpu", Version: "1", Currency: money.CNY,
		Rounding: accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.LineLevel},
		Prices: []accounting.Price{{
			ID: "h100", Service: accounting.AcceleratedCompute, Unit: metering.MustUnit("{card}.h"),
			Match: accounting.Match{Meter: metering.AcceleratorTime, SKU: "H100-SXM"},
			Model: accounting.PerUnit{Price: decimal.RequireFromString("18.90")},
		}},
	}
}

// gpuUsage has eight cards of acme's from 9:00 on 5 November, for 6 h 35 min
// 37.5 s.
func gpuUsage() *metering.Aggregator {
	agg := metering.NewAggregator()
	gpu, _ := agg.Series(metering.Key{Account: "acme/vision", Meter: metering.AcceleratorTime, SKU: "H100-SXM", Region: "cn-north-1"})
	start := time.Date(2026, time.November, 5, 9, 0, 0, 0, time.UTC)
	run, _ := gpu.Start(metering.WholeCards(8), start)
	_ = run.Stop(start.Add(6*time.Hour + 35*time.Minute + 37*time.Second + 500*time.Millisecond))
	return agg
}

func Example() {
	agg := gpuUsage()
	contract := accounting.Contract{Account: "acme", Card: gpuCard()}
	month, _ := metering.Month(metering.Zone{}, 2026, time.November)

	bill, _, err := rating.Rate(contract, month, agg.Usage(month), rating.State{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(bill.Total())
	fmt.Println(bill.Charges[0].Explain())
	// Output:
	// CNY 996.98
	// 52.75 card·h × 18.90 CNY = 996.975 → 996.98 (half-even, line)
}

// A month rated in two parts comes to what it does in one: the state carries
// the running totals over.
func ExampleRate_progressive() {
	agg := gpuUsage()
	contract := accounting.Contract{Account: "acme", Card: gpuCard()}
	noon := metering.MustPeriod("2026-11-01T00:00:00Z", "2026-11-05T12:00:00Z")
	rest := metering.MustPeriod("2026-11-05T12:00:00Z", "2026-12-01T00:00:00Z")

	first, state, _ := rating.Rate(contract, noon, agg.Usage(noon), rating.State{})
	second, _, _ := rating.Rate(contract, rest, agg.Usage(rest), state)
	fmt.Println(first.Charges[0].Explain())
	fmt.Println(second.Charges[0].Explain())
	total, _ := first.Total().Add(second.Total())
	fmt.Println(state.Period(), total)
	// Output:
	// 24 card·h × 18.90 CNY = 453.60
	// 28.75 card·h × 18.90 CNY = 543.375 → 543.38 (half-even, line; price total 453.60 → 996.98)
	// 2026-11-01T00:00:00Z/2026-12-01T00:00:00Z CNY 996.98
}

// What a customer pays by a card of his own is shown beside the list price.
func ExampleRate_negotiated() {
	special := gpuCard()
	special.ID = "gpu-acme"
	special.Prices[0].Model = accounting.PerUnit{Price: decimal.RequireFromString("15")}
	contract := accounting.Contract{Account: "acme", Card: gpuCard(), Negotiated: special}
	month, _ := metering.Month(metering.Zone{}, 2026, time.November)

	bill, _, _ := rating.Rate(contract, month, gpuUsage().Usage(month), rating.State{})
	fmt.Println(bill.ListTotal(), bill.Total(), bill.Charges[0].Card)
	// Output: CNY 996.98 CNY 791.25 gpu-acme@1
}

// Storage is priced by the month, of a length that the card says.
func ExampleRate_month() {
	card, err := ratecard.ParseYAML([]byte(`
card: storage
version: "1"
currency: CNY
rounding: {mode: half-up, places: 2, level: line}
prices:
  - {id: object, service: object-storage, match: {meter: storage.object.capacity}, unit: "GBy.(30.d)", per_unit: 0.12}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	agg := metering.NewAggregator()
	bucket, _ := agg.Series(metering.Key{Account: "acme", Meter: metering.ObjectStorage, Resource: "bucket-1"})
	october, _ := metering.Month(metering.Zone{}, 2026, time.October)
	held, _ := bucket.Hold(metering.MustQuantity("1000 GBy"), october.Start())
	_ = held.Stop(october.End())

	bill, _, err := rating.Rate(accounting.Contract{Account: "acme", Card: card}, october, agg.Usage(october), rating.State{})
	fmt.Println(bill.Charges[0].Explain(), err)
	// Output: ≈1033.333333333 GB·30 d × 0.12 CNY = 124.00 <nil>
}

func ExampleReportUnpriced() {
	agg := gpuUsage()
	other, _ := agg.Series(metering.Key{Account: "acme/web", Meter: metering.Egress})
	_ = other.AddAt(time.Date(2026, time.November, 5, 9, 0, 0, 0, time.UTC), metering.MustQuantity("3 GBy"))
	contract := accounting.Contract{Account: "acme", Card: gpuCard()}
	month, _ := metering.Month(metering.Zone{}, 2026, time.November)

	_, _, err := rating.Rate(contract, month, agg.Usage(month), rating.State{})
	var unpriced *rating.UnpricedError
	fmt.Println(errors.As(err, &unpriced))
	bill, _, err := rating.Rate(contract, month, agg.Usage(month), rating.State{}, rating.ReportUnpriced())
	fmt.Println(bill.Total(), bill.Unpriced[0].Key, bill.Unpriced[0].Quantity, err)
	// Output:
	// true
	// CNY 996.98 acme/web network.egress 3000000000 By <nil>
}

func ExampleStream() {
	contract := accounting.Contract{Account: "acme", Card: gpuCard()}
	month, _ := metering.Month(metering.Zone{}, 2026, time.November)
	hourly := gpuUsage().Usage(month, metering.Per(metering.Hours(metering.Zone{})))

	lines := 0
	bill, _, err := rating.Stream(contract, month, hourly, rating.State{}, func(c accounting.Charge) error {
		lines++
		return nil
	})
	fmt.Println(lines, bill.Total(), len(bill.Charges), err)
	// Output: 7 CNY 996.98 0 <nil>
}
