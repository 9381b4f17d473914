package attribution_test

import (
	"fmt"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/attribution"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/metering"
)

// gpu returns a card that drew 400 W for a quarter hour, of which acme held
// half and beta a quarter.
func gpu() attribution.Device {
	held := func(cardSeconds int64) metering.Quantity {
		q, _ := metering.NewQuantity(cardSeconds, metering.MustUnit("{card}.s"))
		return q
	}
	return attribution.Device{
		ID: "gpu-0", SKU: "H100-SXM5", Region: "cn-north-1",
		Energy:   (400 * energy.Watt).Over(window.Duration()),
		Idle:     (80 * energy.Watt).Over(window.Duration()),
		Capacity: held(900),
		Holders: []attribution.Holder{
			{Account: "acme/vision", Allocated: held(450), Used: 10},
			{Account: "beta", Allocated: held(225), Used: 30},
		},
	}
}

func ExampleAttribute() {
	r, err := attribution.Attribute(attribution.Input{
		Period:   window,
		Devices:  []attribution.Device{gpu()},
		Facility: facility.Measured{Energy: energy.MustParse("0.13 kW.h"), Period: window},
		Category: facility.Category3,
	})
	if err != nil {
		panic(err)
	}
	for _, s := range r.Shares {
		fmt.Printf("%q IT %v kWh, of which idle %v, overhead %v\n", s.Account, s.IT.KWh(4), s.Idle.KWh(4), s.Overhead.KWh(4))
	}
	books, err := r.Reconcile()
	fmt.Println(r.PUE.Name(), r.PUE.Decimal(2), "unallocated", books.Unallocated.KWh(4), err)
	// Output:
	// "acme/vision" IT 0.03 kWh, of which idle 0.01, overhead 0.009
	// "beta" IT 0.065 kWh, of which idle 0.005, overhead 0.0195
	// "" IT 0.005 kWh, of which idle 0.005, overhead 0.0015
	// iPUE3 1.3 unallocated 0.005 <nil>
}

func ExampleResult_Events() {
	r, err := attribution.Attribute(attribution.Input{Period: window, Devices: []attribution.Device{gpu()}})
	if err != nil {
		panic(err)
	}
	agg := metering.NewAggregator()
	for e := range r.Events("energy/site-1", "provider/idle") {
		if err := agg.Record(e); err != nil {
			panic(err)
		}
	}
	for u, err := range agg.Usage(window) {
		if err != nil {
			panic(err)
		}
		used, _ := energy.FromQuantity(u.Quantity)
		fmt.Println(u.Key.Account, u.Key.Meter, used.KWh(3))
	}
	// Output:
	// acme/vision energy.device 0.03
	// beta energy.device 0.065
	// provider/idle energy.device 0.005
}

func ExampleAdjustments() {
	first, err := attribution.Attribute(attribution.Input{Period: window, Devices: []attribution.Device{gpu()}})
	if err != nil {
		panic(err)
	}
	late := gpu()
	late.Energy = (440 * energy.Watt).Over(window.Duration())
	second, err := attribution.Revise(first, attribution.Input{Period: window, Devices: []attribution.Device{late}})
	if err != nil {
		panic(err)
	}
	events, err := attribution.Adjustments(first, second, "energy/site-1", "provider/idle", "meter re-read")
	if err != nil {
		panic(err)
	}
	for e := range events {
		fmt.Println(e.Account, e.Kind, e.Items[0].Quantity)
		fmt.Println("  ", e.ID, "adjusts", e.Adjusts)
	}
	// Output:
	// acme/vision adjustment 9000000000 uJ
	//    attr1.1@2026-03-01T00:00:00Z/5:gpu-0/vision adjusts attr1.0@2026-03-01T00:00:00Z/5:gpu-0/vision
	// beta adjustment 27000000000 uJ
	//    attr1.1@2026-03-01T00:00:00Z/5:gpu-0/ adjusts attr1.0@2026-03-01T00:00:00Z/5:gpu-0/
}

func ExampleCompare() {
	// Alone, acme would have drawn 300 W and beta 350: half of the card does
	// not draw half of its power.
	d := gpu()
	d.Worth = func(coalition uint32) energy.Energy {
		alone := []energy.Power{0, 300, 350, 400}[coalition]
		return (alone * energy.Watt).Over(window.Duration())
	}
	in := attribution.Input{Period: window, Devices: []attribution.Device{d}}
	list, err := attribution.Compare(in, attribution.IdleByAllocation, attribution.ByUse, attribution.Equally, attribution.ByShapley)
	if err != nil {
		panic(err)
	}
	for _, a := range list {
		fmt.Printf("%-11q", a.Account)
		for _, e := range a.Energy {
			fmt.Printf(" %6v Wh", e.KWh(6).Shift(3))
		}
		fmt.Println()
	}
	// Output:
	// "acme/vision"     30 Wh     25 Wh     50 Wh  43.75 Wh
	// "beta"          65 Wh     75 Wh     50 Wh  56.25 Wh
	// ""               5 Wh      0 Wh      0 Wh      0 Wh
}

func ExampleSliceUse() {
	// Two instances of one card, busy for half and for all of a second.
	three, _ := attribution.SliceUse(3, 500)
	one, _ := attribution.SliceUse(1, 1000)
	fmt.Println(three, one)
	// Output: 1500 1000
}

func ExampleResult_By() {
	other := gpu()
	other.ID = "gpu-1"
	r, err := attribution.Attribute(attribution.Input{Period: window, Devices: []attribution.Device{gpu(), other}})
	if err != nil {
		panic(err)
	}
	rack := map[string]string{"gpu-0": "rack-a", "gpu-1": "rack-a"}
	for _, g := range r.By(func(s attribution.Share) string { return rack[s.Device] }) {
		fmt.Printf("%s %q %v kWh\n", g.Name, g.Account, g.IT.KWh(3))
	}
	// Output:
	// rack-a "acme/vision" 0.06 kWh
	// rack-a "beta" 0.13 kWh
	// rack-a "" 0.01 kWh
}
