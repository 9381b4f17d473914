package peak

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPairs_Partition: a place gets the level that sorting gives it, the smaller
// ones lie before it and each level keeps its interval, however soon the choice
// of pivots is given up.
func TestPairs_Partition(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 3000 {
		n := 1 + r.IntN(70)
		at, alike := r.IntN(n), 1+r.Int64N(100)
		values, slots := make([]int64, n), make([]uint16, n)
		level := map[uint16]int64{}
		for i := range values {
			values[i], slots[i] = r.Int64N(alike), uint16(i)
			if alike > 90 { // in order, but for some
				values[i] = int64(i) ^ r.Int64N(alike)>>6
			}
			level[slots[i]] = values[i]
		}
		want := slices.Sorted(slices.Values(values))
		pairs{values, slots}.partition(at, []int{0, 1, 2, 3, patience}[r.IntN(5)])

		for i, s := range slots {
			require.Equal(t, level[s], values[i])
		}
		require.Equal(t, want[at], values[at])
		slices.Sort(values[:at])
		slices.Sort(values[at:])
		require.Equal(t, want, values)
		slices.Sort(slots)
		require.Len(t, slices.Compact(slots), n)
	}
}
