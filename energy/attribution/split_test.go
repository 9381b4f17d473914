package attribution

import (
	"flag"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
)

var splitSeed = flag.Uint64("split.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")

// The quick split makes the parts of the exact one.
func TestLaw_SplitNarrow(t *testing.T) {
	seed := *splitSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d", seed)
	g := rand.New(rand.NewPCG(seed, 0))
	refused := 0
	for range 20_000 {
		weights := make([]fixed.Int128, 1+g.IntN(66))
		shift := g.IntN(63)
		for i := range weights {
			if g.IntN(4) > 0 {
				weights[i] = fixed.FromInt64(g.Int64() >> shift)
			}
		}
		// A factor of 2 that all have, as card time has.
		common := fixed.FromInt64(1 << g.IntN(40))
		for i := range weights {
			weights[i], _ = weights[i].Mul(common)
		}
		total := fixed.FromInt64(g.Int64() >> g.IntN(63))
		got, ok := splitNarrow(nil, total, weights)
		sum := new(big.Int)
		for _, w := range weights {
			sum.Add(sum, w.Big())
		}
		if sum.Sign() > 0 && sum.BitLen() <= 63 && len(weights) <= 64 && !ok {
			t.Fatalf("%v of %v: refused", total, weights)
		}
		if !ok {
			refused++
			continue
		}
		exact, err := fixed.Split(nil, total, weights)
		if err != nil {
			t.Fatal(err)
		}
		for i := range exact {
			if got[i] != exact[i] {
				t.Fatalf("%v of %v: %v, want %v", total, weights, got, exact)
			}
		}
	}
	if refused == 0 || refused > 15_000 {
		t.Errorf("%d of 20000 were too wide", refused)
	}
	for _, wide := range []fixed.Int128{{Hi: 1}, {Hi: -1}, {Lo: 1 << 63}} {
		if _, ok := splitNarrow(nil, wide, []fixed.Int128{fixed.FromInt64(1)}); ok {
			t.Errorf("took a total of %v", wide)
		}
		wide.Lo |= 1
		if _, ok := splitNarrow(nil, fixed.FromInt64(1), []fixed.Int128{wide}); ok {
			t.Errorf("took a weight of %v", wide)
		}
	}
}

func TestLargest(t *testing.T) {
	g := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		a := make([]uint64, 1+g.IntN(64))
		for i := range a {
			a[i] = g.Uint64() >> (g.IntN(2) * 62) // many that are equal
		}
		sorted := slices.Sorted(slices.Values(a))
		k := 1 + g.IntN(len(a))
		if got := largest(slices.Clone(a), k); got != sorted[len(a)-k] {
			t.Fatalf("%d-th largest of %v is %d", k, a, got)
		}
	}
}
