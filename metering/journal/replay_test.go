package journal_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// What is counted when a recorder is opened keeps nothing of the buffer that the log is
// read through, however long names are: keys and lives are what they were, and events
// are known.
func TestRecorder_ReplayKeepsNoBuffer(t *testing.T) {
	disk := meteringtest.NewDisk()
	opts := []journal.Option{clock(), journal.WithCheckpoints(0)}
	rec, _, err := journal.OpenRecorderFiles(disk, opts...)
	require.NoError(t, err)
	var all []metering.Event
	for batch := range 30 {
		var events []metering.Event
		for i := range 40 {
			n := batch*40 + i
			e := event(n)
			e.Time = noon.Add(-time.Duration(n) * time.Second)
			e.Account = metering.Account(fmt.Sprintf("tenant-%d/cost-centre-%d", n%7, n%90))
			e.Resource, e.Region = fmt.Sprintf("i-%d-%s", n%300, strings.Repeat("x", n%200)), fmt.Sprintf("region-%d", n%11)
			if n%3 == 0 { // of more than what is remembered from block to block
				e.Labels, err = metering.NewLabels("team", fmt.Sprint("t", n%5), "note", strings.Repeat(string(rune('a'+n%26)), 1000))
				require.NoError(t, err)
			}
			switch n % 5 {
			case 3:
				e.Kind, e.Adjusts, e.Reason = metering.Adjustment, fmt.Sprintf("req-%08d", n-1), fmt.Sprint("reason ", n)
			case 4:
				e.Kind = metering.Start
				e.Items = []metering.Item{{Meter: metering.CPUTime, SKU: fmt.Sprint("m-", n%9), Quantity: metering.MustQuantity("2 {core}")}}
			}
			events = append(events, e)
		}
		res, err := rec.Record(bg, events...)
		require.NoError(t, err)
		require.Equal(t, journal.Result{Accepted: len(events)}, res, "%v", res)
		all = append(all, events...)
	}
	period, err := metering.NewPeriod(noon.AddDate(0, 0, -1), noon.AddDate(0, 0, 1))
	require.NoError(t, err)
	want := rowsOf(t, rec.Usage(period, metering.PerWindow()))
	require.Greater(t, len(want), 500)
	for _, lost := range [][]string{{}, {"identities.snapshot", "place"}} {
		killed := disk.Kill()
		for _, name := range lost {
			_ = killed.Remove(name)
		}
		again, found, err := journal.OpenRecorderFiles(killed, opts...)
		require.NoError(t, err)
		require.EqualValues(t, len(all), found.Replayed)
		require.Equal(t, want, rowsOf(t, again.Usage(period, metering.PerWindow())))
		res, err := again.Record(bg, all...)
		require.NoError(t, err)
		require.Equal(t, journal.Result{Duplicates: len(all)}, res)
		require.NoError(t, again.Close())
	}
	require.NoError(t, rec.Close())
}
