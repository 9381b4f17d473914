package metering_test

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// held is a holding of 4 cores from t0 on, and a way to see what it came to.
func held() (h metering.Holding, coreHours func() string) {
	agg := metering.NewAggregator()
	cores, err := agg.Series(metering.Key{Account: "acme", Meter: metering.CPUTime, Resource: "vm-1"})
	check(err)
	h, err = cores.Hold(metering.MustQuantity("4 {core}"), t0)
	check(err)
	return h, func() string {
		for u, err := range agg.Usage(metering.MustPeriod("2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z")) {
			check(err)
			n, err := u.Quantity.In(metering.MustUnit("{core}.h"), 1)
			check(err)
			return n.String()
		}
		return "nothing yet"
	}
}

func ExampleHolding_Observe() {
	h, coreHours := held()
	fmt.Println(coreHours())
	check(h.Observe(t0.Add(time.Hour)))
	fmt.Println(coreHours())
	fmt.Println(h.Observe(t0))
	// Output:
	// nothing yet
	// 4
	// metering: change does not fit the resource's state: observe at 2026-10-05T01:00:00Z, before 2026-10-05T02:00:00Z
}

func ExampleHolding_Set() {
	h, coreHours := held()
	check(h.Set(metering.MustQuantity("0.5 {core}"), t0.Add(time.Hour)))
	check(h.Observe(t0.Add(2 * time.Hour)))
	fmt.Println(coreHours())
	// Output: 4.5
}

func ExampleHolding_Adjust() {
	h, coreHours := held()
	check(h.Adjust(metering.MustQuantity("-3 {core}"), t0.Add(time.Hour)))
	check(h.Observe(t0.Add(2 * time.Hour)))
	fmt.Println(coreHours())
	// Output: 5
}

func ExampleHolding_Resize() {
	h, _ := held()
	fmt.Println(h.Resize(metering.MustQuantity("4 {card}"), t0))
	// Output: metering: meter "compute.cpu.time": dimension cards where cores is wanted
}

func ExampleHolding_Pause() {
	h, coreHours := held()
	check(h.Pause(t0.Add(time.Hour)))
	check(h.Observe(t0.Add(5 * time.Hour)))
	fmt.Println(coreHours())
	// Output: 4
}

func ExampleHolding_Resume() {
	h, coreHours := held()
	fmt.Println(h.Resume(t0))
	check(h.Pause(t0))
	check(h.Resume(t0.Add(time.Hour)))
	check(h.Observe(t0.Add(2 * time.Hour)))
	fmt.Println(coreHours())
	// Output:
	// metering: change does not fit the resource's state: resume while held
	// 4
}

func ExampleHolding_Stop() {
	h, coreHours := held()
	check(h.Stop(t0.Add(90 * time.Minute)))
	fmt.Println(coreHours(), h.Observe(t0.Add(2*time.Hour)))
	// Output: 6 metering: closed: observe after stop
}
