package rating_test

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// A site's energy by a utility's card: hours with prices of their own, the
// highest mean of a quarter hour, and 1 % of both for a power factor of 0.88.
func ExampleRate_tariff() {
	card := ratecard.MustParseYAML([]byte(`card: utility
version: "1"
currency: CNY
rounding: {mode: half-up, places: 2, level: line}
power_factor: {id: power-factor, service: energy, active: energy.facility, reactive: energy.reactive,
  steps: [{ratio: 0.498397, percent: 0}, {ratio: 0.526091, percent: 0.5}, {ratio: 0.553283, percent: 1}, {percent: 5}]}
prices:
  - id: peak
    service: energy
    match: {meter: energy.facility}
    unit: kW.h
    during: {zone: Asia/Shanghai, months: [nov, dec, jan], hours: ["17:00-21:00"]}
    per_unit: 0.9
  - {id: valley, service: energy, match: {meter: energy.facility}, unit: kW.h, per_unit: 0.3}
  - {id: demand, service: energy, match: {meter: energy.demand}, unit: kW, gather: peak, per_unit: 40}
`))
	shanghai := metering.MustZone("Asia/Shanghai")
	contract := accounting.Contract{Account: "site", Card: card, Zone: shanghai}
	month := metering.MustPeriod("2026-10-31T16:00:00Z", "2026-11-30T16:00:00Z")
	row := func(meter metering.MeterID, quantity string, hour int) metering.Usage {
		start := month.Start().Add(time.Duration(hour) * time.Hour)
		quarter, _ := metering.NewPeriod(start, start.Add(15*time.Minute))
		return metering.Usage{Key: metering.Key{Account: "site", Meter: meter}, Period: quarter, Quantity: metering.MustQuantity(quantity)}
	}
	bill, _, err := rating.Rate(contract, month, rating.Rows(
		row(metering.FacilityEnergy, "200 kW.h", 3), row(metering.EnergyDemand, "800 kW", 3),
		row(metering.FacilityEnergy, "100 kW.h", 18), row(metering.EnergyDemand, "400 kW", 18),
		row(metering.ReactiveEnergy, "160 kW.h", 18)), rating.State{})
	if err != nil {
		panic(err)
	}
	for _, c := range bill.Charges {
		fmt.Println(c.PriceID, c.Billed)
	}
	fmt.Println(bill.Total())
	// Output:
	// valley CNY 60.00
	// demand CNY 32000.00
	// peak CNY 90.00
	// demand CNY 0.00
	// power-factor CNY 321.50
	// CNY 32471.50
}
