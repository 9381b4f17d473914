package journal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// taking is a catalogue whose input tokens are taken when they are late.
func taking(t *testing.T) journal.Option {
	var meters []metering.Meter
	for m := range metering.DefaultCatalogue().All() {
		if m.ID == metering.InputTokens {
			m.Late = metering.AdjustLate
		}
		meters = append(meters, m)
	}
	c, err := metering.NewCatalogue(meters...)
	require.NoError(t, err)
	return journal.WithUsage(metering.WithCatalogue(c))
}

// TestRecorder_Rules: what was counted when it was late, by a catalogue that takes it, is
// never given up by opening with another one: neither after a kill, nor where a snapshot
// was made before; and once it was closed, the catalogue can change.
func TestRecorder_Rules(t *testing.T) {
	for _, snapshot := range []string{"none", "before", "between"} {
		t.Run(snapshot, func(t *testing.T) {
			disk := meteringtest.NewDisk()
			rec := openRecorder(t, disk, taking(t))
			record := func(i int) {
				res, err := rec.Record(bg, event(i))
				require.NoError(t, err)
				require.Equal(t, 1, res.Accepted)
			}
			record(1)
			if snapshot == "before" {
				require.NoError(t, rec.Snapshot(bg))
			}
			require.NoError(t, rec.Seal(bg, noon.Add(time.Hour)))
			record(2)
			if snapshot == "between" {
				require.NoError(t, rec.Snapshot(bg))
			}
			record(3)
			want := rowsOf(t, rec.Usage(month))

			killed := disk.Kill()
			for range 2 { // an attempt changes nothing
				_, _, err := journal.OpenRecorderFiles(killed, clock(), journal.WithCheckpoints(0))
				require.ErrorIs(t, err, journal.ErrRules)
				require.ErrorContains(t, err, `id "req-0000000`)
				var late *metering.LateError
				require.ErrorAs(t, err, &late)
			}
			again, found, err := journal.OpenRecorderFiles(killed, clock(), journal.WithCheckpoints(0), taking(t))
			require.NoError(t, err)
			require.Zero(t, found.Uncounted)
			require.Equal(t, want, rowsOf(t, again.Usage(month)))
			require.NoError(t, again.Close())

			// Closed, all is in the snapshot.
			other, found, err := journal.OpenRecorderFiles(killed, clock(), journal.WithCheckpoints(0))
			require.NoError(t, err)
			require.Zero(t, found.Replayed+found.Uncounted)
			require.Equal(t, want, rowsOf(t, other.Usage(month)))
			res, err := other.Record(bg, event(4))
			require.NoError(t, err)
			require.Len(t, res.Refused, 1, "late, by these rules")
			require.NoError(t, other.Close())

			// Who can do no better says so.
			last, found, err := journal.OpenRecorderFiles(disk.Kill(), clock(), journal.WithCheckpoints(0), journal.WithChangedRules())
			require.NoError(t, err)
			require.NotZero(t, found.Uncounted)
			require.NoError(t, last.Close())
			require.NoError(t, rec.Close())
		})
	}
}

// TestRecorder_RulesAreSaidOnce: opening and closing does not fill the log.
func TestRecorder_RulesAreSaidOnce(t *testing.T) {
	disk := meteringtest.NewDisk()
	var records []uint64
	for i := range 6 {
		rec := openRecorder(t, disk)
		if i == 2 {
			_, err := rec.Record(bg, event(1))
			require.NoError(t, err)
		}
		require.NoError(t, rec.Snapshot(bg))
		require.NoError(t, rec.Close())
		report, err := journal.Verify(disk)
		require.NoError(t, err)
		records = append(records, report.Segments[len(report.Segments)-1].Records)
	}
	require.Equal(t, records[0], records[1])
	require.Equal(t, records[3:], []uint64{records[2], records[2], records[2]})
}

// TestRecorder_AppendedWithoutOne: what was appended beside a recorder and is late for
// what it sealed was never counted, and is said to be.
func TestRecorder_AppendedWithoutOne(t *testing.T) {
	disk := meteringtest.NewDisk()
	rec := openRecorder(t, disk)
	require.NoError(t, rec.Seal(bg, noon.Add(time.Hour)))
	require.NoError(t, rec.Close())
	j, _, err := journal.OpenFiles(disk, clock())
	require.NoError(t, err)
	_, err = j.Append(bg, event(1))
	require.NoError(t, err)
	require.NoError(t, j.Close())
	rec, found, err := journal.OpenRecorderFiles(disk, clock(), journal.WithCheckpoints(0))
	require.NoError(t, err)
	require.EqualValues(t, 1, found.Uncounted)
	require.NoError(t, rec.Close())
}

// TestRecorder_OtherWindow: windows of another width are told with what to do.
func TestRecorder_OtherWindow(t *testing.T) {
	disk := meteringtest.NewDisk()
	require.NoError(t, openRecorder(t, disk).Close())
	_, _, err := journal.OpenRecorderFiles(disk, clock(), journal.WithUsage(metering.WithWindow(metering.FullHour)))
	require.ErrorContains(t, err, "give those of then to WithUsage")
	var field *metering.FieldError
	require.ErrorAs(t, err, &field)
	require.Equal(t, "window", field.Field)
}
