package benchmarks

import (
	"testing"

	"github.com/meterbook/meterbook/benchmarks/ours"
	"github.com/meterbook/meterbook/benchmarks/rival"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// decimalLines is a power of two, as the loops over them want.
const decimalLines = 1 << 10

// BenchmarkDecimal: quantity × price, rounded half-even to two places.
func BenchmarkDecimal(b *testing.B) {
	lines := workload.Lines(decimalLines)
	benchmark(b, append(rival.Decimals(lines), ours.Decimals(lines))...)
}
