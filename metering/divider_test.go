package metering

import (
	"math/rand/v2"
	"testing"
)

// TestDivider_IsDivision at the edges of quotients and anywhere below 2^63, for
// every width of windows and for others.
func TestDivider_IsDivision(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	divisors := []uint64{3, 7, 1<<62 + 1, 1<<63 - 1, uint64(QuarterHour.Duration()), uint64(FullHour.Duration()), uint64(FullDay.Duration())}
	for range 100 {
		if d := r.Uint64N(1 << (2 + r.IntN(61))); d&(d-1) != 0 {
			divisors = append(divisors, d)
		}
	}
	for _, d := range divisors {
		by := dividerBy(d)
		check := func(n uint64) {
			if n < 1<<63 && by.of(n) != n/d {
				t.Fatalf("%d / %d: got %d, want %d", n, d, by.of(n), n/d)
			}
		}
		for range 2000 {
			n := r.Uint64N(1 << (1 + r.IntN(63)))
			check(n)
			check(n - n%d)
			check(n - n%d - 1)
			check(1<<63 - 1 - n%1000)
		}
	}
}
