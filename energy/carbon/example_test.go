package carbon_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/carbon"
	"github.com/meterbook/meterbook/metering"
)

func ExampleSeries_Emissions() {
	midnight := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	grid, err := carbon.NewSeries(carbon.SeriesSpec{MaxHold: time.Hour},
		carbon.Point{Time: midnight, Intensity: 500 * carbon.GramPerKWh},
		carbon.Point{Time: midnight.Add(time.Hour), Intensity: 100 * carbon.GramPerKWh})
	if err != nil {
		panic(err)
	}
	hour := func(n int, kWh int64) energy.Window {
		p, _ := metering.NewPeriod(midnight.Add(time.Duration(n)*time.Hour), midnight.Add(time.Duration(n+1)*time.Hour))
		return energy.Window{Period: p, Energy: energy.KilowattHours(kWh)}
	}
	e, err := grid.Emissions(hour(0, 1), hour(1, 3))
	fmt.Println(e.Mass.Grams(0), "g", err) // the mean of both hours would say 1200
	_, err = grid.Emissions(hour(2, 1))
	fmt.Println(err)
	// Output:
	// 800 g <nil>
	// carbon: hole in the intensity series: 2026-03-01T02:00:00Z/2026-03-01T03:00:00Z: give the missing figures, or set a gap policy
}

func ExampleScope2() {
	year := metering.MustPeriod("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z")
	grid, _ := carbon.Constant(536_600 * carbon.MilligramPerKWh)
	used, _ := grid.Of(energy.KilowattHours(1000), year)
	residual := 600 * carbon.GramPerKWh
	s, err := carbon.Scope2(carbon.Use{
		Energy: used.Energy, Period: year, Market: "CN", Location: &used, Residual: &residual,
		Instruments: []carbon.Instrument{{ID: "ppa-7", Energy: energy.KilowattHours(400), Vintage: year, Market: "CN"}},
	})
	fmt.Println(s.Location.Kilograms(1), "kg location-based,", s.Market.Kilograms(1), "kg market-based", err)
	// Output: 536.6 kg location-based, 360 kg market-based <nil>
}

func ExampleSCI() {
	gpu := carbon.Component{Name: "gpu", Embodied: carbon.Kilograms(150), Lifetime: 4 * 365 * 24 * time.Hour}
	made, _ := gpu.Over(time.Hour, carbon.Part{Of: 1, All: 1})
	grid := 400 * carbon.GramPerKWh
	run, _ := grid.Of(energy.MustParse("0.52 kW.h")) // the facility's overhead included
	score, err := carbon.SCI(carbon.Software{Operational: run, Embodied: made, Unit: "1000 tokens", Units: d("842.6")})
	fmt.Println(score, err)
	// Output: 0.2519 gCO2e per 1000 tokens <nil>
}

func ExampleRate_Events() {
	hour := metering.MustPeriod("2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z")
	grid, _ := carbon.Constant(475 * carbon.GramPerKWh)
	site, _ := grid.Of(energy.KilowattHours(3), hour)
	rate, err := site.Rate(hour)
	if err != nil {
		panic(err)
	}
	used := func(account metering.Account, kWh int64) metering.Event {
		return metering.Event{Account: account, Source: "energy/site-1", ID: "attr1.0@" + string(account), Kind: metering.Amount, Time: hour.Start(), Resource: "gpu-0",
			Items: []metering.Item{{Meter: metering.DeviceEnergy, Quantity: energy.KilowattHours(kWh).Quantity()}}}
	}
	for e, err := range rate.Events(slices.Values([]metering.Event{used("acme", 1), used("beta", 2)}), energy.Energy{}) {
		if err != nil {
			panic(err)
		}
		m, _ := carbon.FromQuantity(e.Items[0].Quantity)
		fmt.Println(e.Account, m.Grams(0), "g", e.ID)
	}
	// Output:
	// acme 475 g carb1.energy.carbon/attr1.0@acme
	// beta 950 g carb1.energy.carbon/attr1.0@beta
}

func ExampleMix() {
	i, err := carbon.Mix(
		carbon.Portion{Energy: energy.KilowattHours(1), Intensity: 389_760 * carbon.MilligramPerKWh},
		carbon.Portion{Energy: energy.KilowattHours(1), Intensity: 264_960 * carbon.MilligramPerKWh})
	fmt.Println(i, err)
	// Output: 327.36 g/kWh <nil>
}

func ExampleMarketMeter() {
	catalogue, err := metering.DefaultCatalogue().With(carbon.MarketMeter())
	if err != nil {
		panic(err)
	}
	m, err := catalogue.Lookup(carbon.MarketEmitted)
	fmt.Println(m.Title, m.Unit, err)
	// Output: Greenhouse gas, market-based kg{CO2e} <nil>
}
