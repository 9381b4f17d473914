package energy_test

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/metering"
)

// A counter is read when it is read, and not at the edges of windows: what was used
// in between is laid over the windows by time, and adds up to the microjoule.
func ExampleDelta_Period() {
	gpu, err := energy.NewCounter(energy.CounterSpec{MaxPower: 700 * energy.Watt})
	if err != nil {
		panic(err)
	}
	start := time.Date(2026, 3, 1, 9, 59, 50, 0, time.UTC)
	windows := map[time.Time]energy.Energy{}
	for i, reading := range []int64{5_000_000_000_000, 5_010_500_000_001, 5_021_000_000_000} {
		d, err := gpu.Read(start.Add(time.Duration(i)*30*time.Second), energy.Microjoules(reading))
		if err != nil {
			panic(err)
		}
		spread(windows, d)
	}
	for t := start.Truncate(15 * time.Minute); len(windows) > 0; t = t.Add(15 * time.Minute) {
		fmt.Println(t.Format(time.TimeOnly), windows[t])
		delete(windows, t)
	}
	// Output:
	// 09:45:00 3500000000 uJ
	// 10:00:00 17500000000 uJ
}

// spread adds the energy of a delta to windows of a quarter hour.
func spread(windows map[time.Time]energy.Energy, d energy.Delta) {
	var parts []metering.Period
	var weights []int64
	for p := range d.Period().Windows(15 * time.Minute) {
		parts, weights = append(parts, p), append(weights, int64(p.Duration()))
	}
	if len(parts) == 0 { // the first reading
		return
	}
	shares, err := d.Energy().Quantity().Split(weights...)
	if err != nil {
		panic(err)
	}
	for i, p := range parts {
		e, err := energy.FromQuantity(shares[i])
		if err != nil {
			panic(err)
		}
		t := p.Start().Truncate(15 * time.Minute)
		if windows[t], err = windows[t].Add(e); err != nil {
			panic(err)
		}
	}
}
