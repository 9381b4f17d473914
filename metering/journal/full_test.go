package journal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// TestJournal_FullDisk: whatever room is left when a disk fills up, and however often
// snapshots are made meanwhile, what was acknowledged before, then and afterwards is read
// again.
func TestJournal_FullDisk(t *testing.T) {
	refused := 0
	for room := int64(0); room < 4000; room += 40 {
		disk := meteringtest.NewDisk()
		files := meteringtest.NewFaults(disk)
		opts := []journal.Option{clock(), journal.WithSegmentSize(4096), journal.WithPreallocation(8 << 10)}
		j, _, err := journal.OpenFiles(files, opts...)
		require.NoError(t, err)
		acked := 0
		for i := range 20 {
			_, err := j.Append(bg, event(i))
			require.NoError(t, err)
			acked++
		}
		files.Space(room)
		for i := 20; i < 90; i++ {
			if _, err = j.Append(bg, event(i)); err == nil {
				acked++
			} else {
				refused++
			}
			if i%3 == 0 {
				_ = j.Snapshot(bg)
			}
		}
		files.Space(-1)
		_, err = j.Append(bg, event(100))
		require.NoError(t, err, "there is room again")
		acked++
		require.NoError(t, j.Close())
		k, _, err := journal.OpenFiles(disk.Kill(), opts...)
		require.NoError(t, err, "room for %d", room)
		n := 0
		for _, err := range k.Events(0) {
			require.NoError(t, err)
			n++
		}
		require.Equal(t, acked, n, "room for %d", room)
		require.NoError(t, k.Close())
	}
	require.Greater(t, refused, 1000)
}
