package journal_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

func totalOf(t *testing.T, r *journal.Recorder) (sum int64) {
	p, err := metering.NewPeriod(noon.AddDate(0, 0, -1), noon.AddDate(0, 0, 1))
	require.NoError(t, err)
	for u, err := range r.Usage(p) {
		require.NoError(t, err)
		n, ok := u.Quantity.Grains().Int64()
		require.True(t, ok)
		sum += n
	}
	return sum
}

// What was made durable without an answer, because the caller did not wait or the
// disk was full behind it, is counted once it is sent again, and after a restart.
func TestRecorder_CountsWhatWasNotAnswered(t *testing.T) {
	for _, name := range []string{"context", "disk full in part"} {
		t.Run(name, func(t *testing.T) {
			disk := meteringtest.NewDisk()
			faults := meteringtest.NewFaults(disk)
			r, _, err := journal.OpenRecorderFiles(faults, clock(), journal.WithCheckpoints(0), journal.WithPreallocation(0))
			require.NoError(t, err)
			events, want := make([]metering.Event, 40_000), int64(0)
			for i := range events {
				events[i] = event(i)
				events[i].Time = noon
				want += int64(i)
			}
			ctx := context.Background()
			if name == "context" {
				stuck := make(chan struct{})
				faults.Hook(func(c meteringtest.Call) error {
					if c.Method == meteringtest.MethodSync {
						<-stuck
					}
					return nil
				})
				short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
				defer cancel()
				_, err = r.Record(short, events...)
				close(stuck)
			} else {
				faults.Space(500_000)
				_, err = r.Record(ctx, events...)
				faults.Space(-1)
			}
			require.Error(t, err)
			_, err = r.Record(ctx, events...)
			require.NoError(t, err)
			// What nobody waited for is counted by somebody else, who may still be at it.
			require.Eventually(t, func() bool { return totalOf(t, r) == want }, 10*time.Second, time.Millisecond, "sent again")
			require.NoError(t, r.Close())
			r, _, err = journal.OpenRecorderFiles(disk, clock(), journal.WithCheckpoints(0))
			require.NoError(t, err)
			require.Equal(t, want, totalOf(t, r), "opened again")
			require.NoError(t, r.Close())
		})
	}
}
