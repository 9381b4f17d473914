package benchmarks

import (
	"testing"

	"github.com/meterbook/meterbook/benchmarks/ours"
)

// BenchmarkPrimitive: a lease started and stopped, a level set, the tokens of a
// request in three classes, beside an addition by key.
func BenchmarkPrimitive(b *testing.B) {
	benchmark(b, append(ours.Primitives(), ours.Keyed3(zipf3, 1))...)
}
