package rating_test

import (
	"fmt"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// cardAt returns a card of traffic at a price.
func cardAt(version, price string) *accounting.Card {
	return ratecard.MustParseYAML([]byte(`
card: traffic
version: "` + version + `"
currency: CNY
rounding: {mode: half-even, places: 2, level: line}
prices:
  - {id: egress, service: network, match: {meter: network.egress}, unit: GBy, per_unit: ` + price + `, minimum: 50}
`))
}

func trafficOf(account metering.Account, gb, start, end string) metering.Usage {
	return metering.Usage{Key: metering.Key{Account: account, Meter: metering.Egress}, Period: metering.MustPeriod(start, end),
		Quantity: metering.MustQuantity(gb + " GBy")}
}

// What a candidate card would have made of last month.
func ExampleCompare() {
	november := metering.MustPeriod("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
	history := rating.Rows(
		trafficOf("acme/web", "120", "2026-11-03T00:00:00Z", "2026-11-04T00:00:00Z"),
		trafficOf("acme/shop", "300", "2026-11-09T00:00:00Z", "2026-11-10T00:00:00Z"),
	)
	now := accounting.Contract{Account: "acme", Card: cardAt("1", "0.50")}
	candidate := accounting.Contract{Account: "acme", Card: cardAt("2", "0.45")}
	c, err := rating.Compare(now, candidate, november, history)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range c.Differences {
		fmt.Println(d.Account, d.PriceID, d.Before, "→", d.After, "=", d.Change)
	}
	// Output:
	// acme/shop egress CNY 150.00 → CNY 135.00 = CNY -15.00
	// acme/web egress CNY 60.00 → CNY 54.00 = CNY -6.00
}

// Usage that came late corrects its own month, where it moves the minimum too.
func ExampleCorrect() {
	november := metering.MustPeriod("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
	contract := accounting.Contract{Account: "acme", Card: cardAt("1", "0.50")}
	onTime := trafficOf("acme/web", "80", "2026-11-03T00:00:00Z", "2026-11-04T00:00:00Z")
	late := trafficOf("acme/web", "10", "2026-11-30T00:00:00Z", "2026-12-01T00:00:00Z")

	bill, _, err := rating.Rate(contract, november, rating.Rows(onTime), rating.State{})
	if err != nil {
		fmt.Println(err)
		return
	}
	corrections, err := rating.Correct(contract, bill.Charges, november, rating.Rows(onTime, late))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("billed", bill.Total())
	for _, c := range corrections {
		if c.Was != nil {
			fmt.Println("line", c.Was.Origin, c.Was.Billed, "changes by", c.Change)
		} else {
			fmt.Println("new line of", c.Is.Period.Start().Format("2006-01-02"), c.Change)
		}
	}
	// Output:
	// billed CNY 50.00
	// line true-up CNY 10.00 changes by CNY -5.00
	// new line of 2026-11-30 CNY 5.00
}
