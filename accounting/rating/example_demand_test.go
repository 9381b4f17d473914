package rating_test

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// A demand price with a ratchet: what one month came to holds the months after
// it.
func ExampleState_Demands() {
	card := ratecard.MustParseYAML([]byte(`
card: line
version: "1"
currency: CNY
rounding: {mode: half-even, places: 2, level: line}
prices:
  - id: burst
    service: network
    match: {meter: network.bandwidth}
    unit: Mbit/s
    gather: percentile
    percentile: 95
    ratchet: {percent: 80, periods: 11}
    per_unit: 72
`))
	contract := accounting.Contract{Account: "acme", Card: card}
	october, _ := metering.Month(metering.Zone{}, 2026, time.October)
	bill, state, err := rating.Rate(contract, october, samplesOf(october, "100 Mbit/s"), rating.State{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(bill.Total())
	contract.Demands = append(contract.Demands, state.Demands(contract)...)

	november, _ := metering.Month(metering.Zone{}, 2026, time.November)
	bill, _, err = rating.Rate(contract, november, samplesOf(november, "30 Mbit/s"), rating.State{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(bill.Total())
	fmt.Println(bill.Charges[len(bill.Charges)-1].Tree(accounting.English))
	// Output:
	// CNY 7200.00
	// CNY 5760.00
	// 3600.00 CNY
	// ├ percentile 95 (2 rows): 30
	// ├ usage: 30 Mbit/s
	// ├ ratchet 80%: 30 → 80
	// ├ price (per unit): 5760.00 CNY
	// │ └ 80 Mbit/s × 72.00 CNY = 5760.00 CNY
	// └ less what came before: 2160.00 CNY
}

// samplesOf yields the level of a line in the first two hours of a period.
func samplesOf(period metering.Period, level string) func(func(metering.Usage, error) bool) {
	var rows []metering.Usage
	for hour := range 2 {
		start := period.Start().Add(time.Duration(hour) * time.Hour)
		of, _ := metering.NewPeriod(start, start.Add(time.Hour))
		rows = append(rows, metering.Usage{Key: metering.Key{Account: "acme", Meter: metering.Bandwidth}, Period: of, Quantity: metering.MustQuantity(level)})
	}
	return rating.Rows(rows...)
}

// A stream of charges that nobody will ask for an explanation.
func ExampleWithoutExplanations() {
	card := ratecard.MustParseYAML([]byte(`
card: traffic
version: "1"
currency: CNY
rounding: {mode: half-even, places: 2, level: line}
prices:
  - {id: egress, service: network, match: {meter: network.egress}, unit: GBy, package: {size: 10, price: 15, parts: charge}}
`))
	november, _ := metering.Month(metering.Zone{}, 2026, time.November)
	day, _ := metering.NewPeriod(november.Start(), november.Start().AddDate(0, 0, 1))
	usage := rating.Rows(metering.Usage{Key: metering.Key{Account: "acme", Meter: metering.Egress}, Period: day, Quantity: metering.MustQuantity("12 GBy")})
	bill, _, err := rating.Stream(accounting.Contract{Account: "acme", Card: card}, november, usage, rating.State{}, func(c accounting.Charge) error {
		fmt.Println(c.PriceID, c.Billed)
		_, err := c.Explanation.Recompute()
		fmt.Println(err != nil)
		return nil
	}, rating.WithoutExplanations())
	fmt.Println(bill.Total(), err)
	// Output:
	// egress CNY 30.00
	// true
	// CNY 30.00 <nil>
}
