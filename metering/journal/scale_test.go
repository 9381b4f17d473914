package journal

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var scaleIDs = flag.Int("journal.ids", 1_000_000, "identities in files for TestIdentities_Scale, over 35 days")

// TestIdentities_Scale fills 35 days and moves them to files, reopens, and says
// what memory and time that took and what claims cost. For 100 million
// identities, which take 3 GB of disk and 5 minutes:
//
//	go test ./metering/journal -run Identities_Scale -v -timeout 1h -journal.ids 100000000
func TestIdentities_Scale(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	const days = 35
	files := realFiles(t.TempDir())
	perDay := *scaleIDs / days
	r := rand.New(rand.NewPCG(1, 1))
	ix, err := openIdentities(files, testOwner, 20_000)
	require.NoError(t, err)
	require.NoError(t, ix.restored(0))

	var writing, steps, longest time.Duration
	var some []claim
	begin := time.Now()
	for day := range int32(days) {
		claims, out := make([]claim, 10_000), make([]finding, 10_000)
		for left := perDay; left > 0; left -= len(claims) {
			claims = claims[:min(left, len(claims))]
			for i := range claims {
				claims[i] = claim{randomPrint(r), r.Uint64(), 20_000 + day}
			}
			n, err := ix.add(claims, ix.last+1, out[:len(claims)])
			require.NoError(t, err)
			require.Equal(t, len(claims), n)
			some = append(some, claims[0])
		}
		m, err := ix.begin(20_000+day, ix.last)
		require.NoError(t, err)
		start := time.Now()
		require.NoError(t, m.write())
		writing += time.Since(start)
		require.NoError(t, ix.adopt(m))
		for done := false; !done; {
			start = time.Now()
			done, err = ix.step()
			require.NoError(t, err)
			steps += time.Since(start)
			longest = max(longest, time.Since(start))
		}
	}
	t.Logf("%d ids in %d days: %.0f s, of which files %.1f s, steps %.1f s, the longest %v", perDay*days, days,
		time.Since(begin).Seconds(), writing.Seconds(), steps.Seconds(), longest)
	s, err := ix.capture(ix.last)
	require.NoError(t, err)
	require.NoError(t, s.write())
	last := ix.last
	require.NoError(t, ix.close())

	start := time.Now()
	ix, err = openIdentities(files, testOwner, 20_000)
	require.NoError(t, err)
	require.Equal(t, last+1, ix.next())
	require.NoError(t, ix.restored(last))
	took := time.Since(start)
	t.Logf("opened in %v, %.0f M ids/s; sieve %.1f bits an id, block index %.1f, most resident %s", took.Round(time.Millisecond),
		float64(perDay*days)/took.Seconds()/1e6, float64(sieveBytes(&ix.sieve))*8/float64(perDay*days), blockIndexBits(ix), peakMemory())

	reportClaims(t, ix, r, "unknown", func() claim { return claim{randomPrint(r), 1, 20_036} })
	reportClaims(t, ix, r, "known, of files", func() claim { return some[r.IntN(len(some))] })
	require.NoError(t, ix.close())
}

// reportClaims says what claims of a kind cost in batches of 10,000.
func reportClaims(t *testing.T, ix *identities, r *rand.Rand, name string, draw func() claim) {
	claims, out := make([]claim, 10_000), make([]finding, 10_000)
	var costs []float64
	looked := 0
	for range 50 {
		for i := range claims {
			claims[i] = draw()
			if ix.sieve.days(claims[i].id) != 0 {
				looked++
			}
		}
		next := ix.last + 1
		start := time.Now()
		_, err := ix.add(claims, next, out)
		costs = append(costs, float64(time.Since(start).Nanoseconds())/float64(len(claims)))
		require.NoError(t, err)
		require.NoError(t, ix.cut(next))
	}
	slices.Sort(costs)
	t.Logf("%s: %.0f ns a claim (median), %.0f (best); %.2f %% were looked for in a file", name, costs[25], costs[0],
		float64(looked)/float64(50*len(claims))*100)
}

func sieveBytes(v *sieve) (n int) {
	for i := range v.shards {
		n += len(v.shards[i].lines) * 64
	}
	return n
}

func blockIndexBits(ix *identities) float64 {
	blocks, count := 0, 0
	for _, file := range ix.days {
		if file != nil {
			blocks += len(file.first)
			count += int(file.header.count)
		}
	}
	return float64(blocks) * 64 / float64(count)
}

// peakMemory is what Linux says of the process.
func peakMemory() string {
	text, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return "unknown"
}

// BenchmarkIdentities_Add is batches of 10,000 claims that are all new, and ones
// that are all known, with so many identities in memory, and beside it a Go map.
func BenchmarkIdentities_Add(b *testing.B) {
	for _, size := range []int{1_000_000, 10_000_000} {
		r := rand.New(rand.NewPCG(1, 2))
		ix, err := openIdentities(newMemFiles(), testOwner, 20_000)
		require.NoError(b, err)
		require.NoError(b, ix.restored(0))
		claims, out := make([]claim, 10_000), make([]finding, 10_000)
		draw := func() {
			for i := range claims {
				claims[i] = claim{randomPrint(r), r.Uint64(), 20_000}
			}
		}
		for range size / len(claims) {
			draw()
			_, err := ix.add(claims, ix.last+1, out)
			require.NoError(b, err)
		}
		oracle := map[fingerprint][2]uint64{}
		batch := func(name string, prepare, do, undo func()) {
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				var costs []float64
				for b.Loop() {
					prepare()
					start := time.Now()
					do()
					costs = append(costs, float64(time.Since(start).Nanoseconds())/float64(len(claims)))
					undo()
				}
				slices.Sort(costs)
				b.ReportMetric(costs[len(costs)/2], "ns/id-median")
				b.ReportMetric(costs[0], "ns/id-best")
				b.ReportMetric(0, "ns/op")
			})
		}
		add := func() {
			_, err := ix.add(claims, uint64(size)+1, out)
			require.NoError(b, err)
		}
		undo := func() { require.NoError(b, ix.cut(uint64(size)+1)) }
		batch("new", draw, add, undo)
		batch("known", func() {
			a := &ix.table.arena
			for i := range claims {
				e := a.at(a.drawn(r))
				claims[i] = claim{e.id, e.body, 20_000}
			}
		}, add, undo)
		for day := range ix.table.arena.days {
			for _, n := range ix.table.arena.days[day].chunks {
				for _, e := range ix.table.arena.chunks[n] {
					oracle[e.id] = [2]uint64{e.body, e.seq}
				}
			}
		}
		batch("new-in-a-map", draw, func() {
			for i := range claims {
				if _, ok := oracle[claims[i].id]; !ok {
					oracle[claims[i].id] = [2]uint64{claims[i].body, 1}
				}
			}
		}, func() {
			for i := range claims {
				delete(oracle, claims[i].id)
			}
		})
		runtime.KeepAlive(oracle)
	}
}

// drawn draws the place of an entry of the day that the benchmark fills.
func (a *arena) drawn(r *rand.Rand) ref {
	d := &a.days[daySlot(20_000)]
	return ref(d.chunks[r.IntN(len(d.chunks)-1)])<<chunkShift | ref(r.IntN(chunkEntries))
}

// BenchmarkSnapshot_Load loads snapshots of 2 million identities.
func BenchmarkSnapshot_Load(b *testing.B) {
	const size = 2_000_000
	files := newMemFiles()
	r := rand.New(rand.NewPCG(1, 2))
	ix, err := openIdentities(files, testOwner, 20_000)
	require.NoError(b, err)
	require.NoError(b, ix.restored(0))
	claims, out := make([]claim, 10_000), make([]finding, 10_000)
	for range size / len(claims) {
		for i := range claims {
			claims[i] = claim{randomPrint(r), r.Uint64(), 20_000}
		}
		_, err := ix.add(claims, ix.last+1, out)
		require.NoError(b, err)
	}
	s, err := ix.capture(ix.last)
	require.NoError(b, err)
	start := time.Now()
	require.NoError(b, s.write())
	b.Logf("written at %.0f M ids/s", size/time.Since(start).Seconds()/1e6)
	for b.Loop() {
		ix, err := openIdentities(files, testOwner, 20_000)
		require.NoError(b, err)
		require.EqualValues(b, size+1, ix.next())
	}
	b.ReportMetric(float64(b.N)*size/b.Elapsed().Seconds()/1e6, "M-ids/s")
}
