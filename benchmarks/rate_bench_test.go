package benchmarks

import (
	"testing"

	"github.com/meterbook/meterbook/benchmarks/ours"
	"github.com/meterbook/meterbook/benchmarks/rival"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// BenchmarkRate: one line of a bill of 10,000 at a graduated price. Ours yields
// a charge for each, rivals the sum alone.
func BenchmarkRate(b *testing.B) {
	bill := workload.NewBill()
	benchmark(b, append(rival.Rate(bill), ours.Rate(bill))...)
}
