package allocation_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/metering"
)

// fleet is what BenchmarkSheet allocates: workloads in pools, with three
// resources, over 24 hours.
const (
	fleetWorkloads = 100_000
	fleetPools     = 50
)

// BenchmarkSheet allocates 100,000 workloads over 24 hours: 7,200,000 samples
// of three resources, reported by workload and by tenant with idle cost spread
// and shared cost weighted, and settled in cents.
func BenchmarkSheet(b *testing.B) {
	resources := []allocation.Resource{"cpu", "memory", "gpu"}
	units := []metering.Unit{metering.MustUnit("{core}.h"), metering.MustUnit("GiBy.h"), metering.MustUnit("{card}.h")}
	pools, keys := make([]string, fleetPools), make([]metering.Key, fleetWorkloads)
	for i := range pools {
		pools[i] = fmt.Sprintf("pool-%03d", i)
	}
	for i := range keys {
		keys[i] = metering.Key{Account: metering.Account(fmt.Sprintf("tenant-%03d/team-%02d", i%200, i%7)), Resource: fmt.Sprintf("workload-%06d", i)}
	}
	var amounts [3][14]metering.Quantity
	for r, unit := range units {
		for n := range amounts[r] {
			amounts[r][n] = must(metering.NewQuantity(int64(n), unit))
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		s := must(allocation.NewSheet(day, time.Hour))
		for p, pool := range pools {
			for r, resource := range resources {
				capacity := must(metering.NewQuantity(24*(20_000+37*int64(p)), units[r]))
				if err := s.Supply(allocation.Supply{Pool: pool, Resource: resource, Cost: usd("12345.67"), Capacity: capacity}); err != nil {
					b.Fatal(err)
				}
			}
		}
		h := 0
		for hour := range s.Windows() {
			h++
			for i, key := range keys {
				for r, resource := range resources {
					n := 1 + (i*7+r*3+h)%13
					err := s.Add(allocation.Sample{Key: key, Pool: pools[i%fleetPools], Resource: resource, Period: hour,
						Request: amounts[r][n], Usage: amounts[r][14-n]})
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		}
		shared := []allocation.SharedCost{{Name: "support", Cost: usd("5000")}}
		for _, by := range []func(allocation.Item) (string, bool){allocation.ByWorkload, allocation.ByTenant} {
			report := must(s.Report(allocation.View{By: by, Idle: allocation.Spread, Shared: shared}))
			must(report.Settle(cents))
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.Sys)/(1<<20), "MiB-of-the-process")
	}
	samples := float64(fleetWorkloads * 24 * len(resources))
	b.ReportMetric(samples*float64(b.N)/b.Elapsed().Seconds(), "samples/s")
}
