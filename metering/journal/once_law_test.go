package journal_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// TestLaw_Journal_EachOnce: through batches with duplicates and conflicts, late and
// early days, closes, kills, losses of power, checkpoints and days that go by, in
// every mode, a journal has each event that it accepted once, in order, and says
// of every one what plain lists say.
func TestLaw_Journal_EachOnce(t *testing.T) {
	t.Parallel()
	t.Logf("seeds from %d", journal.LawSeed())
	for n := range uint64(*histories) {
		w := newWorld(t, journal.LawSeed()+n)
		for range 40 {
			w.step()
		}
		w.close()
	}
}

// TestJournal_EachOnce_Concurrent: writers that send the same events at once get
// each accepted once in all.
func TestJournal_EachOnce_Concurrent(t *testing.T) {
	for _, writers := range []int{8, 64} {
		for _, opts := range [][]journal.Option{nil, {journal.Interval(1e6)}} {
			disk := meteringtest.NewDisk()
			j, _, err := journal.OpenFiles(disk, append(opts, clock(), journal.WithSegmentSize(16<<10), journal.WithIdentitiesInMemory(1024))...)
			require.NoError(t, err)
			const events = 4000
			var mu sync.Mutex
			accepted, given := 0, map[int]bool{}
			var group sync.WaitGroup
			for writer := range writers {
				group.Go(func() {
					r := rand.New(rand.NewPCG(uint64(writer), 4))
					for range 3000 / writers {
						batch, numbers := make([]metering.Event, 1+r.IntN(10)), []int{}
						for i := range batch {
							n := r.IntN(events)
							batch[i], numbers = event(n), append(numbers, n)
						}
						res, err := j.Append(bg, batch...)
						mu.Lock()
						if err != nil || len(res.Refused) > 0 || res.Accepted+res.Duplicates != len(batch) {
							t.Errorf("%v %v", res, err)
						}
						accepted += res.Accepted
						for _, n := range numbers {
							given[n] = true
						}
						mu.Unlock()
						if r.IntN(50) == 0 {
							_ = j.Snapshot(bg)
						}
					}
				})
			}
			group.Wait()
			require.Equal(t, len(given), accepted)
			require.NoError(t, j.Close())
			for range 2 {
				j, _, err = journal.OpenFiles(disk, clock())
				require.NoError(t, err)
				seen := map[string]bool{}
				for e, err := range j.Events(0) {
					require.NoError(t, err)
					require.EqualValues(t, len(seen)+1, e.Sequence)
					require.False(t, seen[e.Event.ID], e.Event.ID)
					seen[e.Event.ID] = true
				}
				require.Len(t, seen, accepted)
				for n := range given {
					require.True(t, seen[fmt.Sprintf("req-%08d", n)])
				}
				require.NoError(t, j.Close())
			}
		}
	}
}

// A batch of several parts can fail in some of them. Sent again, each event is there
// once.
func TestAppend_FailsInPart(t *testing.T) {
	disk := meteringtest.NewDisk()
	faults := meteringtest.NewFaults(disk)
	j, _, err := journal.OpenFiles(faults, clock(), journal.WithPreallocation(0))
	require.NoError(t, err)
	events := make([]metering.Event, 40_000)
	for i := range events {
		events[i] = event(i)
	}
	faults.Space(700_000)
	_, err = j.Append(bg, events...)
	require.ErrorIs(t, err, journal.ErrNoSpace)
	before := int(j.Durable())
	require.Less(t, before, len(events), "as many as the parts before")
	faults.Space(-1)
	res, err := j.Append(bg, events...)
	require.NoError(t, err)
	require.Equal(t, journal.Result{Accepted: len(events) - before, Duplicates: before}, res)
	require.NoError(t, j.Close())
	j, _, err = journal.OpenFiles(disk, clock())
	require.NoError(t, err)
	seen := make(map[string]bool, len(events))
	for e, err := range j.Events(0) {
		require.NoError(t, err)
		require.False(t, seen[e.Event.ID], e.Event.ID)
		seen[e.Event.ID] = true
	}
	for i := range events {
		require.True(t, seen[events[i].ID], events[i].ID)
	}
	require.Len(t, seen, len(events))
	require.NoError(t, j.Close())
}
