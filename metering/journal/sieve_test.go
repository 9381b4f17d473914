package journal

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLaw_Sieve_MissesNothing: whatever was added and dropped, a sieve names the
// day of each fingerprint it has, and few others.
func TestLaw_Sieve_MissesNothing(t *testing.T) {
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 3))
		var v sieve
		v.reserve(20_000)
		days := map[fingerprint]int{}
		for range 4 {
			for range 4_000 {
				id, day := randomPrint(r), r.IntN(daySlots)
				if r.IntN(20) == 0 {
					id.lo &^= 1<<14 - 1 // the tag that would be 0
				}
				if s := &v.shards[id.hi>>56]; s.used < s.limit() {
					s.add(id, day)
					days[id] = day
				}
			}
			gone := r.IntN(daySlots)
			for i := range v.shards {
				v.shards[i].drop(gone)
			}
			for id, day := range days {
				if day == gone {
					delete(days, id)
				} else if v.days(id)>>day&1 == 0 {
					t.Fatalf("seed %d: misses %v", seed, id)
				}
			}
		}
		wrong := 0
		for range 100_000 {
			if v.days(randomPrint(r)) != 0 {
				wrong++
			}
		}
		require.Less(t, wrong, 200, "seed %d: of 100000", seed)
	}
}

// TestSieve_FullShard: a shard that is full to the last lane still ends searches.
func TestSieve_FullShard(t *testing.T) {
	s := sized(100)
	r := rand.New(rand.NewPCG(1, 1))
	var v sieve
	for s.used < len(s.lines)*lanes {
		s.add(randomPrint(r), s.used%daySlots)
	}
	v.shards[0] = s
	for range 1000 {
		id := randomPrint(r)
		id.hi >>= 8
		v.days(id)
	}
}
