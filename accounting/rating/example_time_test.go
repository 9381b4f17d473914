package rating_test

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// A quarter in three bills.
func ExampleRateAll() {
	contract := accounting.Contract{Account: "acme", Card: cardAt("1", "0.50")}
	quarter := metering.MustPeriod("2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z")
	bills, err := rating.RateAll(contract, quarter, rating.Rows(
		trafficOf("acme/web", "300", "2026-12-03T00:00:00Z", "2026-12-04T00:00:00Z"),
		trafficOf("acme/web", "200", "2026-10-03T00:00:00Z", "2026-10-04T00:00:00Z"),
	))
	for _, b := range bills {
		fmt.Println(b.Period.Start().Format("2006-01"), b.Total())
	}
	fmt.Println(err)
	// Output:
	// 2026-10 CNY 100.00
	// 2026-11 CNY 50.00
	// 2026-12 CNY 150.00
	// <nil>
}

// What was known on the first of December, and what is known now.
func ExampleAsKnown() {
	first := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	history := iter.Seq2[rating.Recorded, error](func(yield func(rating.Recorded, error) bool) {
		_ = yield(rating.Recorded{Usage: trafficOf("acme/web", "200", "2026-11-03T00:00:00Z", "2026-11-04T00:00:00Z"), At: first.Add(-time.Hour)}, nil) &&
			yield(rating.Recorded{Usage: trafficOf("acme/web", "100", "2026-11-30T00:00:00Z", "2026-12-01T00:00:00Z"), At: first.Add(5 * time.Hour)}, nil)
	})
	contract := accounting.Contract{Account: "acme", Card: cardAt("1", "0.50")}
	november := metering.MustPeriod("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
	var bills []rating.Bill
	for _, at := range []time.Time{first, first.AddDate(0, 0, 1)} {
		bill, _, err := rating.Rate(contract, november, rating.AsKnown(history, at), rating.State{})
		if err != nil {
			fmt.Println(err)
			return
		}
		bills = append(bills, bill)
		fmt.Println(bill.Total())
	}
	differences, err := rating.Diff(slices.Values(bills[0].Charges), slices.Values(bills[1].Charges))
	for _, d := range differences {
		fmt.Println(d.Account, d.PriceID, d.Change)
	}
	fmt.Println(err)
	// Output:
	// CNY 100.00
	// CNY 150.00
	// acme/web egress CNY 50.00
	// <nil>
}
