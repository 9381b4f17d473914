package energy_test

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

func ExampleParse() {
	e, err := energy.Parse("820 kW.h")
	fmt.Println(e, err)
	fmt.Println(e == energy.KilowattHours(820))
	// Output:
	// 2952000000000000 uJ <nil>
	// true
}

// Energy of events is a quantity, and comes back as energy.
func ExampleFromQuantity() {
	e, err := energy.FromQuantity(metering.MustQuantity("2.5 kW.h"))
	fmt.Println(e.KWh(1), err)
	_, err = energy.FromQuantity(metering.MustQuantity("2 By"))
	fmt.Println(err)
	// Output:
	// 2.5 <nil>
	// energy: quantity 2 By: metering: dimension bytes where energy is wanted
}

// Zones of one machine that see the same energy are added up once.
func ExamplePlace() {
	zones := []energy.Zone{
		{Name: "package-0", Kind: energy.Package},
		{Name: "core", Kind: energy.Core},
		{Name: "dram", Kind: energy.DRAM},
		{Name: "package-1", Kind: energy.Package, Socket: 1},
	}
	places, err := energy.Place(zones)
	if err != nil {
		panic(err)
	}
	for i, p := range places {
		fmt.Println(zones[i].Name, p)
	}
	// Output:
	// package-0 counted
	// core contained
	// dram counted
	// package-1 counted
}

// A meter that tells only changes holds its reading until the next.
func ExampleHold() {
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	told := []energy.Sample{{Time: start, Power: 100 * energy.Watt}, {Time: start.Add(10 * time.Second), Power: 300 * energy.Watt}, {Time: start.Add(20 * time.Second)}}
	line, err := energy.Integrate(told)
	if err != nil {
		panic(err)
	}
	steps, err := energy.Integrate(energy.Hold(told))
	fmt.Println(line.Total(), steps.Total(), err)
	// Output: 3500000000 uJ 4000000000 uJ <nil>
}

// Windows of an hour, gaps of more than a minute bridged and marked as estimated.
func ExampleWithGapPolicy() {
	in, err := energy.NewIntegrator(energy.WithWindow(time.Hour), energy.WithMaxGap(time.Minute), energy.WithGapPolicy(energy.GapFill), energy.WithBacklog(100))
	if err != nil {
		panic(err)
	}
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, s := range []int{0, 60, 600, 660} { // nothing was heard for nine minutes
		if err := in.Add(energy.Sample{Time: start.Add(time.Duration(s) * time.Second), Power: energy.Kilowatt}); err != nil {
			panic(err)
		}
	}
	in.Close()
	for w := range in.Drain() {
		fmt.Println(w.Energy, "of which estimated", w.Estimated)
	}
	// Output: 660000000000 uJ of which estimated 540000000000 uJ
}
