package benchmarks

import (
	"testing"

	"github.com/meterbook/meterbook/benchmarks/ours"
	"github.com/meterbook/meterbook/benchmarks/rival"
)

// BenchmarkBound: one goroutine adds to one series that it holds.
func BenchmarkBound(b *testing.B) {
	benchmark(b, append(ours.Bound(1), rival.Bound(1)...)...)
}

// BenchmarkContended: two goroutines add to the same one.
func BenchmarkContended(b *testing.B) {
	benchmark(b, append(ours.Bound(2), rival.Bound(2)...)...)
}
