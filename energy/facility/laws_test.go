package facility_test

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"
)

var (
	lawsN    = flag.Int("laws.n", 4_000, "cases of each law")
	lawsSeed = flag.Uint64("laws.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")
)

// generator makes random cases.
type generator struct{ *rand.Rand }

// law runs check on random cases, the same ones again for the same seed.
func law(t *testing.T, check func(t *testing.T, g generator)) {
	t.Helper()
	n, seed := *lawsN, *lawsSeed
	if testing.Short() {
		n = min(n, 1000)
	}
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d cases, -laws.seed %d", n, seed)
	g := generator{rand.New(rand.NewPCG(seed, 0))}
	for range n {
		check(t, g)
		if t.Failed() {
			return
		}
	}
}
