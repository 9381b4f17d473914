package energy_test

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

func ExampleIntegrator() {
	in, err := energy.NewIntegrator(energy.WithMaxGap(time.Minute))
	if err != nil {
		panic(err)
	}
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for s := 0; s <= 1200; s += 30 { // 20 minutes, rising by 10 W each half minute
		sample := energy.Sample{Time: start.Add(time.Duration(s) * time.Second), Power: 300*energy.Watt + energy.Power(s/3)*energy.Watt}
		if err := in.Add(sample); err != nil {
			panic(err)
		}
	}
	in.Close()
	for w := range in.Drain() {
		fmt.Println(w.Period.Start().Format(time.TimeOnly), w.Energy.KWh(6), "kWh, coverage", w.Coverage(2))
	}
	fmt.Println(in.Total())
	// Output:
	// 00:00:00 0.1125 kWh, coverage 1
	// 00:15:00 0.054167 kWh, coverage 0.33
	// 600000000000 uJ
}

func ExampleIntegrate() {
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	curve, err := energy.Integrate([]energy.Sample{
		{Time: start.Add(100 * time.Second), Power: energy.Kilowatt},
		{Time: start, Power: 0},
	})
	if err != nil {
		panic(err)
	}
	cut := start.Add(37 * time.Second)
	before, _ := metering.NewPeriod(start, cut)
	after, _ := metering.NewPeriod(cut, start.Add(100*time.Second))
	fmt.Println(curve.Over(before).Energy, "+", curve.Over(after).Energy, "=", curve.Total())
	fmt.Println(curve.At(start.Add(50 * time.Second)))
	// Output:
	// 6845000000 uJ + 43155000000 uJ = 50000000000 uJ
	// 12500000000 uJ
}

func ExampleCounter() {
	c, err := energy.NewCounter(energy.CounterSpec{Range: energy.Microjoules(262143328850), MaxPower: 500 * energy.Watt})
	if err != nil {
		panic(err)
	}
	t := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, reading := range []int64{262143000000, 1000000, 1000000000, 2000000, 100000000000} {
		d, err := c.Read(t, energy.Microjoules(reading))
		if err != nil {
			panic(err)
		}
		fmt.Printf("%v %v [%v]\n", d.Kind(), d.Energy(), d.Flags())
		t = t.Add(5 * time.Second)
	}
	// Output:
	// first 0 uJ []
	// wrap 1328850 uJ []
	// increase 999000000 uJ []
	// reset 2000000 uJ []
	// increase 0 uJ [implausible]
}

func ExampleCounter_Miss() {
	c, _ := energy.NewCounter(energy.CounterSpec{Range: energy.Microjoules(262143328850)})
	t := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	_, _ = c.Read(t, energy.Joules(100_000))
	missed, _ := c.Miss(t.Add(15 * time.Second))
	next, _ := c.Read(t.Add(30*time.Second), energy.Joules(100_005))
	fmt.Println(missed.Kind(), missed.Energy())
	fmt.Println(next.Kind(), next.Energy(), next.Flags(), next.Period().Duration())
	// Output:
	// missed 0 uJ
	// increase 5000000 uJ after-gap 30s
}

func ExampleEnergy() {
	used := energy.MustParse("12.5 kW.h")
	idle := (60 * energy.Watt).Over(24 * time.Hour)
	dynamic, err := used.Sub(idle)
	fmt.Println(used, err)
	fmt.Println(dynamic.KWh(2), "kWh")
	// Output:
	// 45000000000000 uJ <nil>
	// 11.06 kWh
}

func ExamplePower() {
	p := 350*energy.Watt + 500*energy.Milliwatt
	fmt.Println(p, 4*energy.Kilowatt)
	// Output: 350.5 W 4 kW
}
