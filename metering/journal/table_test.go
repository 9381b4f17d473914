package journal

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func randomPrint(r *rand.Rand) fingerprint { return fingerprint{r.Uint64(), r.Uint64()} }

// crowded returns fingerprints of few homes, so that buckets overflow.
func crowded(r *rand.Rand) fingerprint {
	return fingerprint{uint64(r.IntN(2))<<56 | uint64(r.IntN(3))<<54 | uint64(r.IntN(40))<<24, uint64(r.IntN(1 << 20))}
}

// TestLaw_Table_IsAMap: after any insertions, cuts and sweeps the table finds
// what a map does.
func TestLaw_Table_IsAMap(t *testing.T) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 1))
		draw := randomPrint
		if seed%2 == 1 {
			draw = crowded
		}
		table, want := newTable(), map[fingerprint]entry{}
		days := map[fingerprint]int32{}
		var seq uint64
		for range 40 {
			switch r.IntN(6) {
			case 0:
				seq -= min(seq, r.Uint64N(300))
				for id, e := range want {
					if e.seq >= seq {
						delete(want, id)
					}
				}
				table.cut(seq)
			case 1:
				day := int32(r.IntN(4))
				dropDay(table, day)
				for id := range want {
					if days[id] == day {
						delete(want, id)
					}
				}
			default:
				for range r.IntN(1500) {
					e := entry{draw(r), r.Uint64(), seq}
					if _, known := want[e.id]; known {
						continue
					}
					day := int32(r.IntN(4))
					known, at := table.find(e.id)
					if known != nil {
						t.Fatalf("seed %d: finds what was never there", seed)
					}
					table.insert(at, day, e)
					want[e.id], days[e.id] = e, day
					seq++
				}
			}
			require.Equal(t, len(want), table.arena.count, "seed %d", seed)
			for id, e := range want {
				if got, _ := table.find(id); got == nil || *got != e {
					t.Fatalf("seed %d: %+v is not %+v", seed, got, e)
				}
			}
			for range 100 {
				id := draw(r)
				if _, known := want[id]; !known {
					got, _ := table.find(id)
					require.Nil(t, got, "seed %d", seed)
				}
			}
		}
	}
}

// dropDay removes all entries of a day.
func dropDay(t *table, day int32) {
	d := daySlot(day)
	gone := map[uint32]bool{}
	for _, n := range t.arena.days[d].chunks {
		gone[n] = true
	}
	for i := range t.shards {
		t.sweep(i, func(s slot) bool { return !gone[uint32(s.ref()>>chunkShift)] })
	}
	t.arena.release(d, len(t.arena.days[d].chunks))
}

// TestTable_Memory: at every size, also just before and just after parts of it
// grow, the table takes at most 48 bytes an entry, and an insertion moves at
// most 1/200 of it.
func TestTable_Memory(t *testing.T) {
	entries := 1_000_000
	if testing.Short() {
		entries = 300_000
	}
	r := rand.New(rand.NewPCG(1, 2))
	table := newTable()
	var worst float64
	at := 0
	for n := 1; n <= entries; n++ {
		fill(table, entry{id: randomPrint(r), seq: uint64(n)})
		if n > 250_000 && n%100 == 0 {
			if now := float64(tableBytes(table)) / float64(n); now > worst {
				worst, at = now, n
			}
		}
	}
	require.LessOrEqual(t, worst, 48.0, "at %d", at)
	t.Logf("up to %d entries: at most %.1f bytes an entry, at %d", entries, worst, at)
	largest := 0
	for i := range table.shards {
		largest = max(largest, table.shards[i].used)
	}
	require.Less(t, largest, entries/200)
}

func fill(t *table, e entry) {
	_, at := t.find(e.id)
	t.insert(at, 1, e)
}

// tableBytes is what the table has taken, in use or not.
func tableBytes(t *table) int {
	n := len(t.arena.chunks)*chunkEntries*32 + len(t.spare)*4096 + cap(t.scratch)*8 + cap(t.arena.chunks)*8
	for i := range t.shards {
		n += len(t.shards[i].pages)*4096 + cap(t.shards[i].pages)*8
	}
	return n
}

func BenchmarkTable_Batch(b *testing.B) {
	for _, size := range []int{1_000_000, 10_000_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			table := newTable()
			for n := range size {
				fill(table, entry{id: randomPrint(r), seq: uint64(n)})
			}
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			ids := make([]fingerprint, 10_000)
			seq := uint64(size)
			var sum slot
			var batches []float64
			for b.Loop() {
				b.StopTimer()
				table.cut(uint64(size))
				for i := range ids {
					ids[i] = randomPrint(r)
				}
				b.StartTimer()
				start := time.Now()
				for at := 0; at < len(ids); at += 250 {
					part := ids[at : at+250]
					for _, id := range part {
						sum ^= table.touch(id)
					}
					for _, id := range part {
						if e, at := table.find(id); e == nil {
							table.insert(at, 1, entry{id: id, seq: seq})
							seq++
						}
					}
				}
				batches = append(batches, float64(time.Since(start).Nanoseconds())/10_000)
			}
			_ = sum
			slices.Sort(batches)
			b.ReportMetric(batches[0], "ns/id-best")
			b.ReportMetric(batches[len(batches)/2], "ns/id-median")
			b.ReportMetric(float64(tableBytes(table))/float64(size), "B/id")
			b.ReportMetric(float64(m.HeapAlloc)/float64(size), "heap-B/id")
		})
	}
}
