package journal_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// TestClose_Concurrent: whatever is under way when a journal is closed, each call
// ends, Close again does nothing, and what was acknowledged is there.
func TestClose_Concurrent(t *testing.T) {
	for round := range form(20, 1000) {
		disk := meteringtest.NewDisk()
		j, _, err := journal.OpenFiles(disk, clock(), journal.WithSegmentSize(16<<10))
		require.NoError(t, err)
		var mu sync.Mutex
		acknowledged := map[string]bool{}
		var group sync.WaitGroup
		for writer := range 64 {
			group.Go(func() {
				for i := 0; ; i++ {
					e := event(writer*10_000 + i)
					res, err := j.Append(bg, e)
					if err != nil {
						if !errors.Is(err, journal.ErrClosed) {
							t.Error(err)
						}
						return
					}
					mu.Lock()
					acknowledged[e.ID] = res.Accepted == 1
					mu.Unlock()
				}
			})
		}
		for range 3 {
			group.Go(func() {
				for _, err := range j.Tail(bg, 0) {
					if err != nil && !errors.Is(err, journal.ErrClosed) {
						t.Error(err)
					}
				}
			})
			group.Go(func() { _ = j.Snapshot(bg) })
		}
		time.Sleep(time.Duration(round%5) * time.Millisecond)
		for range 2 {
			group.Go(func() {
				if err := j.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		done := make(chan struct{})
		go func() { group.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			t.Fatal("somebody waits for ever")
		}
		require.NoError(t, j.Close())
		j, r, err := journal.OpenFiles(disk.PowerLoss(meteringtest.Loss{}), clock())
		require.NoError(t, err)
		require.True(t, r.Clean)
		n := 0
		for e, err := range j.Events(0) {
			require.NoError(t, err)
			if acknowledged[e.Event.ID] {
				n++
			}
		}
		require.Equal(t, len(acknowledged), n, fmt.Sprint("round ", round))
		require.NoError(t, j.Close())
	}
}
