package facility_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/metering"
)

// ofYear is energy of 2025, in kWh.
func ofYear(kWh int64) facility.Measured {
	year := metering.MustPeriod("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z")
	return facility.Measured{Energy: energy.KilowattHours(kWh), Period: year}
}

// Renewable energy beyond what the site used is a surplus, and no part of the factor.
func ExampleREF() {
	ref, err := facility.REF(ofYear(1_200), ofYear(1_000))
	fmt.Println(ref.Decimal(2), ref.Surplus().KWh(0), ref.Has(facility.Capped), err)
	// Output: 1 200 true <nil>
}

func ExampleERF() {
	heat := facility.Reuse{Measured: ofYear(150)}
	erf, err := facility.ERF(heat, ofYear(1_000))
	fmt.Println(erf.Decimal(2), err)
	// Output: 0.15 <nil>
}

// What leaves the site as heat can bring the effectiveness below 1, where a PUE never is.
func ExampleERE() {
	pue, err := facility.PUE(ofYear(1_200), ofYear(1_000), facility.Category3)
	if err != nil {
		panic(err)
	}
	ere, err := facility.ERE(pue, facility.Reuse{Measured: ofYear(300)})
	fmt.Println(pue.Decimal(2), ere.Decimal(2), err)
	// Output: 1.2 0.9 <nil>
}

func ExampleCER() {
	cer, err := facility.CER(ofYear(4_000), ofYear(800))
	fmt.Println(cer.Decimal(1), err)
	// Output: 5 <nil>
}

func ExampleCUE() {
	grid := facility.Emission{
		Amount: facility.Amount{Carrier: facility.Electricity, Value: decimal.NewFromInt(1_400), Unit: "kWh"},
		Factor: facility.Factor{Kilograms: decimal.RequireFromString("0.4"), Per: "kWh", Year: 2025, Region: "CN-East", Method: "location-based"},
	}
	cue, err := facility.CUE(ofYear(1_000), grid)
	fmt.Println(cue.Decimal(2), "kg/kWh", err)
	// Output: 0.56 kg/kWh <nil>
}

// The water of the site, and then with that of its electricity.
func ExampleWUE() {
	water, err := facility.Litres(decimal.NewFromInt(200))
	if err != nil {
		panic(err)
	}
	it := ofYear(1_000)
	wue, err := facility.WUE(facility.WaterUse{Volume: water, Period: it.Period, Category: facility.WaterInput}, it)
	if err != nil {
		panic(err)
	}
	pue, err := facility.PUE(ofYear(1_200), it, facility.Category3)
	if err != nil {
		panic(err)
	}
	source, err := facility.WUESource(wue, pue, decimal.RequireFromString("3.1"))
	fmt.Println(wue.Decimal(2), source.Decimal(2), err)
	// Output: 0.2 3.92 <nil>
}

func ExampleITEEsv() {
	server := func(performance int64, power energy.Power) facility.Server {
		return facility.Server{Performance: decimal.NewFromInt(performance), Unit: "ssj_ops", Power: power}
	}
	eff, err := facility.ITEEsv(ofYear(0).Period, server(24_000, 300*energy.Watt), server(40_000, 500*energy.Watt))
	fmt.Println(eff.Decimal(1), err)
	// Output: 80 <nil>
}

func ExampleITEUsv() {
	used, err := facility.ITEUsv(ofYear(0).Period,
		facility.Utilisation{Percent: decimal.NewFromInt(30)},
		facility.Utilisation{Percent: decimal.NewFromInt(50)},
		facility.Utilisation{Missing: true})
	fmt.Println(used.Decimal(0), used.Has(facility.ServersMissing), err)
	// Output: 40 true <nil>
}

// PUE0 is a ratio of peaks, and not to be compared with one of energies.
func ExamplePeakPUE() {
	year := ofYear(0).Period
	peak, err := facility.PeakPUE(
		facility.Demand{Power: 1_500 * energy.Kilowatt, Period: year, Point: facility.SiteInput},
		facility.Demand{Power: 1_000 * energy.Kilowatt, Period: year, Point: facility.UPSOutput})
	fmt.Println(peak.KPI(), peak.Decimal(2), err)
	// Output: PUE0 1.5 <nil>
}

// What is designed is never mixed with what is measured.
func ExampleDesigned() {
	design := facility.Design{LoadPercent: 60, Climate: "Beijing, TMY"}
	r, err := facility.Designed(1_300*energy.Kilowatt, 1_000*energy.Kilowatt, ofYear(0).Period, design, facility.Category3)
	if err != nil {
		panic(err)
	}
	built, _ := facility.PUE(ofYear(1_450), ofYear(1_000), facility.Category3)
	_, err = facility.Combine(r, built)
	fmt.Println(r.Name(), r.Decimal(2))
	fmt.Println(err)
	// Output:
	// dPUE3 1.3
	// facility: dPUE3 where PUE is wanted: use results of one kind
}

// A meter's windows become a measurement: what it did not see is in it.
func ExampleOf() {
	w := energy.Window{Period: metering.MustPeriod("2025-01-01T00:00:00Z", "2025-01-01T01:00:00Z"), Energy: energy.KilowattHours(12), Observed: 45 * time.Minute}
	m := facility.Of(w)
	fmt.Println(m.Energy.KWh(0), "kWh,", m.Unobserved, "not seen")
	// Output: 12 kWh, 15m0s not seen
}

func ExampleParsePoint() {
	p, err := facility.ParsePoint("ups_output")
	fmt.Println(p == facility.UPSOutput, err)
	// Output: true <nil>
}

// Gas in kilowatt-hours, by the weights of the world and of one country: which table
// it was stays with the figure.
func ExampleWeightTable_Convert() {
	gas := facility.Amount{Carrier: facility.NaturalGas, Value: decimal.NewFromInt(20_000), Unit: "kWh"}
	for _, table := range []facility.WeightTable{facility.GreenGrid(), facility.GreenGridUS()} {
		site, err := table.Convert(ofYear(1_000_000), gas)
		fmt.Println(site.Table, site.Energy.KWh(0), err)
	}
	diesel := facility.Amount{Carrier: facility.Diesel, Value: decimal.NewFromInt(1_000), Unit: "L"}
	site, err := facility.EN50600().Convert(ofYear(1_000_000), diesel)
	fmt.Println(site.Table, site.Energy.KWh(0), err)
	// Output:
	// TGG source weights, global 1007000 <nil>
	// TGG source weights, US 1006200 <nil>
	// EN 50600-4 site energy 1009900 <nil>
}
