package workload

import (
	"fmt"
	"time"
)

// A Fleet is what workloads requested and used in the hours of a day: the input
// of an allocation.
type Fleet struct {
	Start     time.Time
	Pools     []string
	Resources []string
	Tenants   []string // by workload
	Workloads []string
}

// Sizes of a [Fleet].
const (
	FleetWorkloads = 100_000
	FleetHours     = 24
	FleetPools     = 50
)

// NewFleet returns 100,000 workloads of 200 tenants in 50 pools, with three
// resources each: 7,200,000 samples in a day.
func NewFleet() *Fleet {
	f := &Fleet{Start: Hour.Truncate(24 * time.Hour), Resources: []string{"cpu", "memory", "gpu"}}
	for i := range FleetPools {
		f.Pools = append(f.Pools, fmt.Sprintf("pool-%03d", i))
	}
	for i := range FleetWorkloads {
		f.Tenants = append(f.Tenants, fmt.Sprintf("tenant-%03d/team-%02d", i%200, i%7))
		f.Workloads = append(f.Workloads, fmt.Sprintf("workload-%06d", i))
	}
	return f
}

// Pool returns which pool a workload is in.
func (f *Fleet) Pool(workload int) int { return workload % FleetPools }

// Capacity returns the units of any resource that a pool has in a day.
func (f *Fleet) Capacity(pool int) int64 { return FleetHours * (20_000 + 37*int64(pool)) }

// FleetCost is what each resource of each pool costs in a day, in cents.
const FleetCost = 1_234_567

// Sample returns what a workload requested and used of a resource in an hour.
func (f *Fleet) Sample(workload, resource, hour int) (request, usage int64) {
	request = int64(1 + (workload*7+resource*3+hour)%13)
	return request, 14 - request
}
