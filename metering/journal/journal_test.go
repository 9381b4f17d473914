package journal_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func clock() journal.Option { return journal.WithClock(func() time.Time { return noon }) }

func event(i int) metering.Event {
	return metering.Event{Account: "acme/vision", Source: "gateway", ID: fmt.Sprintf("req-%08d", i), Time: noon.Add(time.Duration(i) * time.Millisecond), Kind: metering.Amount,
		Items: []metering.Item{{Meter: metering.InputTokens, SKU: fmt.Sprint("m-", i%7), Quantity: metering.Grains(int64(i), metering.Token)}}}
}

func TestJournal_EachOnce(t *testing.T) {
	ctx := context.Background()
	disk := meteringtest.NewDisk()
	j, r, err := journal.OpenFiles(disk, clock())
	require.NoError(t, err)
	require.True(t, r.Created)
	var events []metering.Event
	for i := range 20000 {
		events = append(events, event(i))
	}
	res, err := j.Append(ctx, events[:15000]...)
	require.NoError(t, err)
	require.Equal(t, journal.Result{Accepted: 15000}, res)
	res, err = j.Append(ctx, events[10000:]...)
	require.NoError(t, err)
	require.Equal(t, journal.Result{Accepted: 5000, Duplicates: 5000}, res)
	other := events[3]
	other.Time = other.Time.Add(1)
	res, err = j.Append(ctx, other)
	require.NoError(t, err)
	require.ErrorIs(t, res.Refused[0].Err, metering.ErrConflict)
	check := func(j *journal.Journal) {
		n := 0
		for e, err := range j.Events(0) {
			require.NoError(t, err)
			require.Equal(t, uint64(n+1), e.Sequence)
			require.Equal(t, events[n], e.Event)
			n++
		}
		require.Equal(t, 20000, n)
	}
	check(j)
	crashed := disk.PowerLoss(meteringtest.Loss{Seed: 1, Survive: 50})
	require.NoError(t, j.Close())
	j, r, err = journal.OpenFiles(disk, clock())
	require.NoError(t, err)
	require.True(t, r.Clean)
	require.Equal(t, uint64(20000), r.Events)
	require.Zero(t, r.Indexed)
	check(j)
	require.NoError(t, j.Close())
	j, r, err = journal.OpenFiles(crashed, clock())
	require.NoError(t, err)
	require.Equal(t, uint64(20000), r.Events)
	require.Equal(t, uint64(20000), r.Indexed)
	check(j)
	res, err = j.Append(ctx, events...)
	require.NoError(t, err)
	require.Equal(t, journal.Result{Duplicates: 20000}, res)
	require.NoError(t, j.Close())
}
