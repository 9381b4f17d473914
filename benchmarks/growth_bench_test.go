package benchmarks

import (
	"fmt"
	"sync"
	"testing"

	"github.com/meterbook/meterbook/benchmarks/ours"
	"github.com/meterbook/meterbook/benchmarks/rival"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// BenchmarkGrowth: what an addition by three strings costs among more and more
// series, each as likely to be next as any other.
func BenchmarkGrowth(b *testing.B) {
	for series := 1_000; series <= 1_000_000; series *= 10 {
		b.Run(fmt.Sprintf("series=%d", series), func(b *testing.B) {
			in := sync.OnceValue(func() *workload.Keyed[workload.Key3] { return workload.Uniform(series) })
			benchmark(b, append(rival.Keyed3(in, 1), ours.Keyed3(in, 1))...)
		})
	}
}
