package benchmarks

import (
	"fmt"
	"testing"

	"github.com/meterbook/meterbook/benchmarks/ours"
	"github.com/meterbook/meterbook/benchmarks/rival"
)

// BenchmarkKeyed3: from three strings to the sum, a few keys being used most of
// the time. Ours adds to the window of the event's time as well.
func BenchmarkKeyed3(b *testing.B) {
	for goroutines := 1; goroutines <= 2; goroutines++ {
		b.Run(fmt.Sprintf("goroutines=%d", goroutines), func(b *testing.B) {
			benchmark(b, append(rival.Keyed3(zipf3, goroutines), ours.Keyed3(zipf3, goroutines))...)
		})
	}
}

// BenchmarkKeyed6: the same from every field of a key.
func BenchmarkKeyed6(b *testing.B) {
	for goroutines := 1; goroutines <= 2; goroutines++ {
		b.Run(fmt.Sprintf("goroutines=%d", goroutines), func(b *testing.B) {
			benchmark(b, append(rival.Keyed6(zipf6, goroutines), ours.Keyed6(zipf6, goroutines))...)
		})
	}
}
