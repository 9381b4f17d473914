package facility_test

import (
	"errors"
	"fmt"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/metering"
)

func ExamplePUE() {
	year := metering.MustPeriod("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z")
	site := facility.Measured{Energy: energy.KilowattHours(1_250_000), Period: year, Accuracy: facility.OfClass(facility.Percent / 2)}
	it := facility.Measured{Energy: energy.KilowattHours(820_000), Period: year, Accuracy: facility.OfClass(facility.Percent)}
	r, err := facility.PUE(site, it, facility.Category3)
	if err != nil {
		panic(err)
	}
	fmt.Println(r)
	fmt.Println(r.Overhead().KWh(0), "kWh of overhead,", len(r.Warnings()), "warnings")

	_, err = facility.PUE(it, site, facility.Category3)
	var below *facility.BelowOneError
	fmt.Println(errors.As(err, &below))
	// Output:
	// PUE3 1.524 2025-01-01T00:00:00Z/2026-01-01T00:00:00Z
	// 430000 kWh of overhead, 0 warnings
	// true
}

func ExampleResult_Warnings() {
	day := metering.MustPeriod("2025-01-01T00:00:00Z", "2025-01-02T00:00:00Z")
	site := facility.Measured{Energy: energy.KilowattHours(1010), Period: day}
	it := facility.Measured{Energy: energy.KilowattHours(1000), Period: day}
	r, _ := facility.PUE(site, it, facility.CategoryUnknown)
	fmt.Println(r.Name(), r.Decimal(2))
	for _, w := range r.Warnings() {
		fmt.Println("-", w)
	}
	// Output:
	// iPUE 1.01
	// - below 1.02
	// - interim: period below 12 months
	// - category unknown
	// - meter class unknown
}

func ExampleCombine() {
	year := metering.MustPeriod("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z")
	site := func(total, it int64) facility.Result {
		r, err := facility.PUE(facility.Measured{Energy: energy.KilowattHours(total), Period: year},
			facility.Measured{Energy: energy.KilowattHours(it), Period: year}, facility.Category3)
		if err != nil {
			panic(err)
		}
		return r
	}
	fleet, err := facility.Combine(site(120, 100), site(450, 300))
	fmt.Println(fleet.Decimal(3), err) // not 1.35, the mean of 1.2 and 1.5
	// Output: 1.425 <nil>
}

func ExamplePack_Judge() {
	year := metering.MustPeriod("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z")
	r, err := facility.PUE(facility.Measured{Energy: energy.KilowattHours(1_520), Period: year},
		facility.Measured{Energy: energy.KilowattHours(1_000), Period: year}, facility.Category2)
	if err != nil {
		panic(err)
	}
	v, err := facility.GB40879().Judge(r, facility.Site{Racks: 400}, year.End())
	fmt.Println(v, err)
	// Output: GB 40879-2021 (2021): PUE fails, at most 1.5 <nil>
}

func ExampleCompose() {
	year := metering.MustPeriod("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z")
	of := func(kWh int64) facility.Measured {
		return facility.Measured{Energy: energy.KilowattHours(kWh), Period: year, Accuracy: facility.Percent}
	}
	cooling, _ := facility.Partial("cooling", of(300), of(1000), facility.Category3)
	power, _ := facility.Partial("power", of(100), of(1000), facility.Category3)
	r, err := facility.Compose(cooling, power)
	fmt.Println(cooling.Decimal(2), power.Decimal(2), r.Decimal(2), err) // not 1.43, their product
	// Output: 1.3 1.1 1.4 <nil>
}

func ExampleResult_Uncertainty() {
	year := metering.MustPeriod("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z")
	r, _ := facility.PUE(facility.Measured{Energy: energy.KilowattHours(1500), Period: year, Accuracy: facility.Percent / 2},
		facility.Measured{Energy: energy.KilowattHours(1000), Period: year, Accuracy: facility.Percent}, facility.Category3)
	u, err := r.Uncertainty(0)
	fmt.Printf("%v ± %.3f %v\n", r.Decimal(1), u.Expanded(2), err)
	// Output: 1.5 ± 0.034 <nil>
}
