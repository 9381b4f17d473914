package rating_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/rating"
)

// FuzzRate_Laws holds one world to laws 4, 8 and 9: its bill cut in time adds
// up to the whole, its text is the same twice, and every explanation
// re-computes. The fuzzer chooses the world by its two numbers, and whether
// its prices have stages.
func FuzzRate_Laws(f *testing.F) {
	for n := range uint64(64) {
		f.Add(uint64(20261126), n, n%2 == 0)
	}
	f.Fuzz(func(t *testing.T, seed, n uint64, staged bool) {
		g := newGenerator(seed, n)
		var w world
		if staged {
			w, _ = g.stagedWorld()
		} else {
			w = g.world()
		}
		whole, end, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{}, rating.ReportUnpriced())
		billed, list, state, errPieces := rateInPieces(t, w, w.cutInTime(g))
		require.Equal(t, kind(err), kind(errPieces))
		require.Equal(t, billText(w, false), billText(w, false), "law 8")
		if err != nil {
			return
		}
		require.Equal(t, whole.Total(), billed, "law 4")
		require.Equal(t, whole.ListTotal(), list, "law 4, at list prices")
		require.Equal(t, end, state)
		for _, c := range whole.Charges {
			require.Equal(t, c.Billed, must(c.Explanation.Recompute()), "law 9: %v", c.Explanation)
		}
	})
}
