package journal_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// TestDrop: only what was exported, sealed, written down and is too old to come
// again is dropped, and what is left goes on.
func TestDrop(t *testing.T) {
	ctx := context.Background()
	disk := meteringtest.NewDisk()
	now := noon
	hold := errors.New("under hold")
	var asked int
	keep := func(e *metering.Event) error {
		if asked++; hold != nil && e.Time.Equal(noon) && e.ID == event(7).ID {
			return hold
		}
		return nil
	}
	opts := []journal.Option{journal.WithRetention(keep), journal.WithClock(func() time.Time { return now }), journal.WithCheckpoints(0), journal.WithSegmentSize(4096), journal.WithWindow(2)}
	rec, _, err := journal.OpenRecorderFiles(disk, opts...)
	require.NoError(t, err)
	j := rec.Journal()
	record := func(day int) {
		for i := range 60 {
			e := event(day*1000 + i)
			e.Time = noon.AddDate(0, 0, day)
			_, err := rec.Record(ctx, e)
			require.NoError(t, err)
		}
	}
	record(0)
	old := j.Durable()
	now = noon.AddDate(0, 0, 10)
	record(10)

	refused := func(why string) {
		t.Helper()
		_, err := j.Drop(ctx, old)
		var retain *journal.RetainError
		require.ErrorAs(t, err, &retain, why)
		require.Contains(t, err.Error(), why)
		n := 0
		for _, err := range j.Events(0) {
			require.NoError(t, err)
			n++
		}
		require.Equal(t, 120, n, "nothing is gone")
	}
	refused("not exported")
	var field *metering.FieldError
	require.ErrorAs(t, j.Exported(ctx, 121), &field)
	require.NoError(t, j.Exported(ctx, old))
	require.Eventually(t, func() bool { // the keeper moves the window
		_, err := j.Drop(ctx, old)
		return err != nil && err.Error() == "journal: event 1 is to be kept: it is in no snapshot of totals"
	}, 10*time.Second, time.Millisecond)
	require.NoError(t, rec.Snapshot(ctx))
	refused("not sealed")
	require.NoError(t, rec.Seal(ctx, noon.AddDate(0, 0, 5)))
	refused("event 8 is to be kept: under hold")
	_, err = j.Drop(ctx, old)
	require.ErrorIs(t, err, hold)
	asked, hold = 0, nil
	files, err := j.Drop(ctx, old)
	require.NoError(t, err)
	require.Positive(t, files)
	require.Equal(t, 60, asked, "every event that goes is asked about, and no other")
	want := rowsOf(t, rec.Usage(metering.MustPeriod("2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z")))
	for _, err := range j.Events(1) {
		require.ErrorIs(t, err, journal.ErrDropped)
	}

	for _, left := range []*meteringtest.Disk{disk.Kill(), disk.PowerLoss(meteringtest.Loss{Seed: 1})} {
		again, found, err := journal.OpenRecorderFiles(left, opts...)
		require.NoError(t, err)
		require.Equal(t, uint64(120), found.Events)
		require.Equal(t, want, rowsOf(t, again.Usage(metering.MustPeriod("2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z"))))
		e := event(0)
		e.Time = noon
		res, err := again.Record(ctx, e)
		require.NoError(t, err)
		require.Len(t, res.Refused, 1)
		_, err = again.Journal().Append(ctx, e)
		require.ErrorIs(t, err, journal.ErrRecorded)
		require.NoError(t, again.Close())
		bare, _, err := journal.OpenFiles(left, opts...)
		require.NoError(t, err)
		res, err = bare.Append(ctx, e)
		require.NoError(t, err)
		require.Len(t, res.Refused, 1)
		require.ErrorIs(t, res.Refused[0].Err, metering.ErrTooLate, "what is too old to be told apart is not counted on trust")
		require.NoError(t, bare.Close())
	}
	require.NoError(t, rec.Close())
	require.NoError(t, disk.Remove("totals"))
	_, _, err = journal.OpenRecorderFiles(disk, opts...)
	require.ErrorIs(t, err, journal.ErrCorrupt, "what was dropped cannot be counted again")
}

// TestVerify and Salvage: a damaged journal is refused, and what is left of it can
// be had.
func TestVerify(t *testing.T) {
	ctx := context.Background()
	disk := meteringtest.NewDisk()
	j, _, err := journal.OpenFiles(disk, clock(), journal.WithSegmentSize(4096))
	require.NoError(t, err)
	for i := range 100 {
		_, err := j.Append(ctx, event(i))
		require.NoError(t, err)
	}
	require.NoError(t, j.Close())
	r, err := journal.Verify(disk)
	require.NoError(t, err)
	require.True(t, r.Clean)
	require.Equal(t, []uint64{100, 1, 100}, []uint64{r.Events, r.First, r.Last})
	require.Greater(t, len(r.Segments), 2)

	broken := disk.Kill()
	f, err := broken.Edit(r.Segments[1].File)
	require.NoError(t, err)
	b := make([]byte, 1)
	_, err = f.ReadAt(b, 2000)
	require.NoError(t, err)
	_, err = f.WriteAt([]byte{b[0] ^ 4}, 2000)
	require.NoError(t, err)
	_, err = journal.Verify(broken)
	var corrupt *journal.CorruptError
	require.ErrorAs(t, err, &corrupt)
	require.Equal(t, r.Segments[1].File, corrupt.File)
	left := map[uint64]metering.Event{}
	gaps, err := journal.Salvage(broken, func(e journal.Entry) error {
		left[e.Sequence] = e.Event
		return nil
	})
	require.NoError(t, err)
	require.Len(t, gaps, 1)
	require.Less(t, len(left), 100)
	require.GreaterOrEqual(t, len(left), 96)
	for seq, e := range left {
		require.Equal(t, event(int(seq)-1), e)
	}
}

// TestImport: another journal is taken over once, whoever stops when.
func TestImport(t *testing.T) {
	ctx := context.Background()
	a, _, err := journal.OpenFiles(meteringtest.NewDisk(), clock())
	require.NoError(t, err)
	for i := range 50 {
		_, err := a.Append(ctx, event(i))
		require.NoError(t, err)
	}
	disk := meteringtest.NewDisk()
	b, _, err := journal.OpenFiles(disk, clock())
	require.NoError(t, err)
	require.Equal(t, uint64(0), b.Imported(a.ID()))
	take := func(from uint64, n int) []journal.Entry {
		var entries []journal.Entry
		for e, err := range a.Events(from) {
			require.NoError(t, err)
			if entries = append(entries, e); len(entries) == n {
				break
			}
		}
		return entries
	}
	_, err = b.Append(ctx, event(3)) // which b has from elsewhere
	require.NoError(t, err)
	res, err := b.Import(ctx, a.ID(), take(1, 20)...)
	require.NoError(t, err)
	require.Equal(t, journal.Result{Accepted: 19, Duplicates: 1}, res)
	require.Equal(t, uint64(20), b.Imported(a.ID()))
	killed := disk.Kill()
	require.NoError(t, b.Close())
	b, _, err = journal.OpenFiles(killed, clock())
	require.NoError(t, err)
	require.Equal(t, uint64(20), b.Imported(a.ID()))
	res, err = b.Import(ctx, a.ID(), take(11, 0)...)
	require.NoError(t, err)
	require.Equal(t, journal.Result{Accepted: 30, Duplicates: 10}, res)
	require.Equal(t, uint64(50), b.Durable())
	var field *metering.FieldError
	_, err = b.Import(ctx, b.ID(), take(1, 1)...)
	require.ErrorAs(t, err, &field)
	swapped := take(1, 2)
	swapped[0], swapped[1] = swapped[1], swapped[0]
	_, err = b.Import(ctx, a.ID(), swapped...)
	require.ErrorAs(t, err, &field)
	require.NoError(t, a.Close())
	require.NoError(t, b.Close())
}

// TestTail follows a journal that is being written.
func TestTail(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	j, _, err := journal.OpenFiles(meteringtest.NewDisk(), clock(), journal.WithSegmentSize(4096))
	require.NoError(t, err)
	const n = 300
	seen := make(chan uint64, n)
	done := make(chan error, 1)
	go func() {
		for e, err := range j.Tail(ctx, 0) {
			if err != nil {
				done <- err
				return
			}
			seen <- e.Sequence
		}
		done <- nil
	}()
	for i := range n {
		_, err := j.Append(ctx, event(i))
		require.NoError(t, err)
	}
	for i := range n {
		require.Equal(t, uint64(i+1), <-seen)
	}
	cancel()
	require.NoError(t, <-done)
	for e, err := range j.Tail(context.Background(), 298) {
		require.NoError(t, err)
		seen <- e.Sequence
		if e.Sequence == n {
			break
		}
	}
	require.Equal(t, []uint64{298, 299, 300}, []uint64{<-seen, <-seen, <-seen})
	require.NoError(t, j.Close())
	for _, err := range j.Tail(context.Background(), 301) {
		require.ErrorIs(t, err, journal.ErrClosed)
	}
}
