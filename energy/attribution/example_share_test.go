package attribution_test

import (
	"fmt"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/attribution"
)

// A device that was half busy, of which no baseline is known.
func ExampleResidualIdle() {
	idle, err := attribution.ResidualIdle(energy.KilowattHours(4), 1, 2)
	fmt.Println(idle.KWh(1), err)
	// Output: 2 <nil>
}

// Two accounts wake a device that takes 100 J when anybody does, and each adds its own.
func ExampleShapley() {
	own := []int64{40, 10}
	shares, err := attribution.Shapley(2, func(who uint32) energy.Energy {
		var sum int64
		for i, j := range own {
			if who&(1<<i) != 0 {
				sum += j
			}
		}
		if who != 0 {
			sum += 100
		}
		return energy.Joules(sum)
	})
	fmt.Println(shares, err)
	// Output: [90000000 uJ 60000000 uJ] <nil>
}
