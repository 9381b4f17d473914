package peak

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPairs_Partition: the k largest levels come to the front, each with its
// interval, however soon the choice of pivots is given up.
func TestPairs_Partition(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 3000 {
		n := 1 + r.IntN(70)
		k, alike := 1+r.IntN(n), 1+r.Int64N(100)
		values, slots := make([]int64, n), make([]uint16, n)
		level := map[uint16]int64{}
		for i := range values {
			values[i], slots[i] = r.Int64N(alike), uint16(i)
			level[slots[i]] = values[i]
		}
		want := slices.Clone(values)
		slices.Sort(want)
		slices.Reverse(want)
		pairs{values, slots}.partition(k, []int{0, 1, 2, 3, patience}[r.IntN(5)])

		for i, s := range slots {
			require.Equal(t, level[s], values[i])
		}
		front := slices.Clone(values[:k])
		slices.Sort(front)
		slices.Reverse(front)
		require.Equal(t, want[:k], front)
		slices.Sort(slots)
		require.Len(t, slices.Compact(slots), n)
	}
}
