package carbon_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/carbon"
	"github.com/meterbook/meterbook/metering"
)

func ExampleParseIntensity() {
	for _, text := range []string{"475 g/kWh", "0.4 kg/kWh", "0.9 t/MWh", "475"} {
		i, err := carbon.ParseIntensity(text)
		fmt.Println(i, err)
	}
	same, err := carbon.PerKWh(decimal.NewFromInt(475))
	fmt.Println(same, err)
	// Output:
	// 475 g/kWh <nil>
	// 400 g/kWh <nil>
	// 900 g/kWh <nil>
	// 0 g/kWh carbon: unit "": want a mass per energy, such as g/kWh; a bare number could be anything
	// 475 g/kWh <nil>
}

func ExampleParseMass() {
	m, err := carbon.ParseMass("0.5 t")
	fmt.Println(m, err)
	fmt.Println(m == carbon.Kilograms(500), carbon.Tonnes(1) == carbon.Grams(1_000_000))
	_, err = carbon.ParseMass("500")
	fmt.Println(err)
	// Output:
	// 500000000000000 ng{CO2e} <nil>
	// true true
	// carbon: unit "": want a unit of mass: g, kg or t; a bare number could be anything
}

// A processor by the area of its die.
func ExampleProcessorDie() {
	perMM2, _ := carbon.ParseMass("19.7 g")
	base, _ := carbon.ParseMass("9.14 kg")
	m, err := carbon.ProcessorDie(decimal.NewFromInt(500), perMM2, base)
	fmt.Println(m, err)
	// Output: 18990000000000 ng{CO2e} <nil>
}

// A server by its parts, and an hour of its life.
func ExampleServerModel_Server() {
	server, err := carbon.DefaultServerModel().Server("node-1", carbon.ServerParts{VCPUs: 96, MemoryGB: 768, SSDs: 2, GPUs: 8})
	fmt.Println(server.Embodied, server.Lifetime, err)
	// Output: 12843791666666416 ng{CO2e} 35040h0m0s <nil>
}

// The years of a card's life, which begins and ends within a year; a leap year has
// a day more of it.
func ExampleComponent_Within() {
	gpu := carbon.Component{Name: "gpu-0", Embodied: carbon.Kilograms(150), Lifetime: 35_040 * time.Hour}
	began := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	var sum carbon.Mass
	for y := 2026; y <= 2030; y++ {
		year := metering.MustPeriod(fmt.Sprintf("%d-01-01T00:00:00Z", y), fmt.Sprintf("%d-01-01T00:00:00Z", y+1))
		m, err := gpu.Within(began, year, carbon.Part{Of: 1, All: 1})
		if err != nil {
			panic(err)
		}
		fmt.Println(y, m.Kilograms(3))
		sum, _ = sum.Add(m)
	}
	fmt.Println(sum == gpu.Embodied)
	// Output:
	// 2026 18.904
	// 2027 37.5
	// 2028 37.603
	// 2029 37.5
	// 2030 18.493
	// true
}

// Supply of noon does not help the night.
func ExampleMatch() {
	hour := func(h string, kWh int64) energy.Window {
		return energy.Window{Period: metering.MustPeriod("2026-03-01T"+h+":00:00Z", "2026-03-01T"+h+":59:59Z"), Energy: energy.KilowattHours(kWh)}
	}
	use := []energy.Window{hour("00", 10), hour("12", 10)}
	supply := []energy.Window{hour("12", 20)}
	m, err := carbon.Match(use, supply)
	if err != nil {
		panic(err)
	}
	fmt.Println("by the hour", m.Score(2), "by the volume", m.Volume(2))
	// Output: by the hour 0.5 by the volume 1
}
