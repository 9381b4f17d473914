package rival

import (
	"errors"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
	"github.com/meterbook/meterbook/energy"
)

// Summation returns the entrant that adds up a day's samples and does nothing
// else: no time, no tenant. It reads the same memory.
func Summation(samples func() [][]energy.Sample) contest.Entrant {
	return contest.Entrant{Name: "summation", Open: func() (*contest.Run, error) {
		all := samples()
		return &contest.Run{PerTurn: workload.DayDevices * workload.DaySamples, Loops: []contest.Loop{func(n int) error {
			for range n {
				sum := int64(0)
				for _, device := range all {
					for i := range device {
						sum += int64(device[i].Power)
					}
				}
				if sum <= 0 {
					return errors.New("summation: no power")
				}
			}
			return nil
		}}}, nil
	}}
}

// Atomic returns the entrant that adds to one atomic integer, uncontended.
func Atomic() contest.Entrant {
	return contest.Entrant{Name: "atomic", Open: func() (*contest.Run, error) { return atomicBound(1) }}
}
