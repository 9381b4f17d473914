package journal_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
)

// Each verb of a recorder is told with its name, and what is faster than asked for
// is not.
func TestWatch(t *testing.T) {
	day := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	var looks atomic.Int64
	var told []metering.Operation
	rec, _, err := journal.OpenRecorder(t.TempDir(), journal.WithCheckpoints(0),
		journal.WithClock(func() time.Time { return day }),
		journal.WithStopwatch(func() time.Time { return day.Add(time.Duration(looks.Add(1)) * time.Millisecond) }),
		journal.WithWatch(time.Millisecond, func(_ context.Context, op metering.Operation) { told = append(told, op) }))
	require.NoError(t, err)
	ctx := context.Background()
	e := metering.Event{Account: "acme", Source: "api", ID: "1", Time: day, Kind: metering.Amount,
		Items: []metering.Item{{Meter: metering.Requests, Quantity: metering.Grains(1, metering.Count)}}}
	_, err = rec.Record(ctx, e)
	require.NoError(t, err)
	require.NoError(t, rec.Checkpoint(ctx))
	require.NoError(t, rec.Seal(ctx, day))
	require.NoError(t, rec.Snapshot(ctx))
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	e.ID = "2"
	_, err = rec.Record(stopped, e)
	require.ErrorIs(t, err, context.Canceled)
	var names []string
	for _, op := range told {
		names = append(names, op.Name)
		require.GreaterOrEqual(t, op.Took, time.Millisecond)
		require.Equal(t, day, op.Start.Truncate(time.Hour))
	}
	require.Equal(t, []string{"recorder.record", "recorder.checkpoint", "recorder.seal", "journal.snapshot", "recorder.snapshot", "recorder.record"}, names)
	require.Equal(t, 1, told[0].Items)
	require.NoError(t, told[0].Err)
	require.ErrorIs(t, told[5].Err, context.Canceled)
	require.NoError(t, rec.Close())
}
