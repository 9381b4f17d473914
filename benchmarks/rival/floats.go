package rival

import (
	"fmt"
	"math"
	"time"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// FloatAllocation returns the entrant that allocates as a program would that
// has no library: floats in a map by workload, with a second pass for idle cost.
// It finds a workload by its strings, as ours does. It has no windows, no cents
// and no account of over-allocation, and adds up to about the cost.
func FloatAllocation(fleet func() *workload.Fleet) contest.Entrant {
	return contest.Entrant{Name: "floats", Open: func() (*contest.Run, error) {
		f := fleet()
		return &contest.Run{Job: func() (time.Duration, error) {
			return contest.Timed(1, func() error { return allocateFloats(f) })
		}}, nil
	}}
}

// fleetKey is a workload as the key of a map.
type fleetKey struct{ tenant, workload, pool string }

func allocateFloats(f *workload.Fleet) error {
	used := map[fleetKey]*[3]float64{}
	totals := map[string]*[3]float64{}
	for hour := range workload.FleetHours {
		for i, name := range f.Workloads {
			for r := range f.Resources {
				request, usage := f.Sample(i, r, hour)
				k := fleetKey{f.Tenants[i], name, f.Pools[f.Pool(i)]}
				if used[k] == nil {
					used[k] = new([3]float64)
				}
				if totals[k.pool] == nil {
					totals[k.pool] = new([3]float64)
				}
				v := math.Max(float64(request), float64(usage))
				used[k][r] += v
				totals[k.pool][r] += v
			}
		}
	}
	costs, sum := map[fleetKey]float64{}, 0.0
	for k, u := range used {
		for r := range u {
			costs[k] += workload.FleetCost * u[r] / totals[k.pool][r]
		}
		sum += costs[k]
	}
	if want := float64(workload.FleetCost * workload.FleetPools * len(f.Resources)); math.Abs(sum-want) > 1 {
		return fmt.Errorf("allocated %f of %f", sum, want)
	}
	return nil
}
