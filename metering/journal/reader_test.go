package journal_test

import (
	"context"
	"fmt"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// TestRecorder_CloseAtOnce: closing meets a recorder that is about to make a
// checkpoint by itself, at any moment.
func TestRecorder_CloseAtOnce(t *testing.T) {
	for i := range 100 {
		rec, _, err := journal.OpenRecorderFiles(meteringtest.NewDisk(), clock(), journal.WithCheckpoints(time.Duration(1+i)*time.Microsecond))
		require.NoError(t, err)
		require.NoError(t, rec.Close())
	}
}

// TestRecorder_CheckpointsOfManyJournals: a biller that imports two recorders of one
// tenant, and adds itself, has all that was added.
func TestRecorder_CheckpointsOfManyJournals(t *testing.T) {
	ctx := context.Background()
	key := metering.Key{Account: "acme", Meter: metering.Egress}
	biller := openRecorder(t, meteringtest.NewDisk())
	for i := range 2 {
		edge := openRecorder(t, meteringtest.NewDisk())
		require.NoError(t, edge.AddAt(&key, noon, metering.MustQuantity(fmt.Sprint(i+1, " GBy"))))
		require.NoError(t, edge.Checkpoint(ctx))
		for e, err := range edge.Journal().Events(0) {
			require.NoError(t, err)
			res, err := biller.Import(ctx, edge.Journal().ID(), e)
			require.NoError(t, err)
			require.Equal(t, journal.Result{Accepted: 1}, res)
		}
		require.NoError(t, edge.Close())
	}
	require.NoError(t, biller.AddAt(&key, noon, metering.MustQuantity("3 GBy")))
	require.NoError(t, biller.Checkpoint(ctx))
	require.Equal(t, metering.MustQuantity("6 GBy"), rowsOf(t, biller.Usage(month))[0].Quantity)

	own := event(1)
	own.Source = "checkpoint " + biller.Journal().ID().String() + " 9"
	res, err := biller.Record(ctx, own)
	require.NoError(t, err)
	var field *metering.FieldError
	require.ErrorAs(t, res.Refused[0].Err, &field, "a source that is the recorder's own")
	require.NoError(t, biller.Close())
}

// TestRecorder_Overflow: what is durable and does not fit is said and counted, and
// does not keep the others from being counted again.
func TestRecorder_Overflow(t *testing.T) {
	ctx := context.Background()
	disk := meteringtest.NewDisk()
	rec := openRecorder(t, disk)
	most, _ := fixed.FromBig(new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 127), big.NewInt(1)))
	for i := range 2 {
		e := event(i)
		e.Items = []metering.Item{{Meter: metering.InputTokens, Quantity: metering.GrainsWide(most, metering.Token)}}
		_, err := rec.Record(ctx, e)
		if i == 0 {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, metering.ErrOverflow)
		}
	}
	_, err := rec.Record(ctx, event(9))
	require.NoError(t, err)
	again, found, err := journal.OpenRecorderFiles(disk.Kill(), clock(), journal.WithCheckpoints(0))
	require.NoError(t, err)
	require.Equal(t, []uint64{2, 1}, []uint64{found.Replayed, found.Uncounted})
	require.Equal(t, rowsOf(t, rec.Usage(month)), rowsOf(t, again.Usage(month)))
	require.NoError(t, again.Close())
	require.NoError(t, rec.Close())
}

// TestRecorder_GivenUp: what a caller does not wait for any more is counted when it
// is durable, once, and sealing waits for it.
func TestRecorder_GivenUp(t *testing.T) {
	for _, n := range []int{1, 6000} {
		disk := meteringtest.NewDisk()
		faults := meteringtest.NewFaults(disk)
		rec, _, err := journal.OpenRecorderFiles(faults, clock(), journal.WithCheckpoints(0))
		require.NoError(t, err)
		stalled, goOn := make(chan struct{}), make(chan struct{})
		var once sync.Once
		faults.Hook(func(c meteringtest.Call) error {
			if c.Method == "Sync" {
				once.Do(func() { close(stalled); <-goOn })
			}
			return nil
		})
		ctx, cancel := context.WithCancel(context.Background())
		go func() { <-stalled; cancel() }()
		events := make([]metering.Event, n)
		for i := range events {
			events[i] = event(i)
		}
		_, err = rec.Record(ctx, events...)
		require.ErrorIs(t, err, context.Canceled)
		kept := append([]metering.Event{}, events...)
		for i := range events {
			events[i] = metering.Event{} // they are the caller's again
		}
		close(goOn)
		require.NoError(t, rec.Seal(context.Background(), noon))
		res, err := rec.Record(context.Background(), kept...)
		require.NoError(t, err)
		require.Equal(t, n, res.Accepted+res.Duplicates)
		require.Positive(t, res.Duplicates)
		want := rowsOf(t, rec.Usage(month))
		require.Equal(t, uint64(n), rec.Counts().Events)
		again := openRecorder(t, disk.Kill())
		require.Equal(t, want, rowsOf(t, again.Usage(month)))
		require.NoError(t, again.Close())
		require.NoError(t, rec.Close())
	}
}

// TestRecorder_Quota holds within one batch; what was added within a quota is not
// refused by it when it is made durable.
func TestRecorder_Quota(t *testing.T) {
	ctx := context.Background()
	rec := openRecorder(t, meteringtest.NewDisk(), journal.WithUsage(metering.WithSeriesQuota(2)))
	var batch []metering.Event
	for i := range 4 {
		e := event(i)
		e.Items[0].SKU, e.Region = "m", fmt.Sprint(i%3)
		batch = append(batch, e)
	}
	res, err := rec.Record(ctx, batch...)
	require.NoError(t, err)
	require.Equal(t, 3, res.Accepted, "two regions, and the first again")
	require.Len(t, res.Refused, 1)
	var quota *metering.QuotaError
	require.ErrorAs(t, res.Refused[0].Err, &quota)
	require.Equal(t, 2, res.Refused[0].Index)
	require.Equal(t, uint64(1), rec.Journal().Counts().Refused)

	key := metering.Key{Account: "acme", Meter: metering.InputTokens, Region: "elsewhere"}
	require.NoError(t, rec.AddAt(&key, noon, metering.Grains(99, metering.Token)))
	require.NoError(t, rec.Checkpoint(ctx))
	require.Equal(t, 3, len(rowsOf(t, rec.Usage(month))))
	require.NoError(t, rec.Close())
}

// TestRecorder_Counts: what a recorder refuses and what it knows is counted.
func TestRecorder_Counts(t *testing.T) {
	ctx := context.Background()
	rec := openRecorder(t, meteringtest.NewDisk())
	_, err := rec.Record(ctx, event(1))
	require.NoError(t, err)
	require.NoError(t, rec.Seal(ctx, noon.Add(time.Hour)))
	unknown, other, late := event(2), event(1), event(3)
	unknown.Items[0].Meter = "nobody.knows"
	other.Time = other.Time.Add(1)
	res, err := rec.Record(ctx, unknown, event(1), other, late)
	require.NoError(t, err)
	require.Equal(t, 1, res.Duplicates)
	require.Len(t, res.Refused, 3)
	require.Equal(t, journal.Counts{Accepted: 1, Duplicates: 1, Conflicts: 1, Untimely: 1, Refused: 1}, rec.Journal().Counts())
	_, err = rec.Record(ctx, make([]metering.Event, journal.MaxBatch+1)...)
	var field *metering.FieldError
	require.ErrorAs(t, err, &field)
	require.ErrorAs(t, rec.Seal(ctx, noon.AddDate(0, 0, 2)), &field, "the future is not sealed")
	_, err = rec.Journal().Append(ctx, event(5))
	require.ErrorIs(t, err, journal.ErrRecorded)
	require.NoError(t, rec.Close())
	_, err = rec.Record(ctx)
	require.ErrorIs(t, err, journal.ErrClosed)
	for _, err := range rec.Journal().Events(0) {
		require.ErrorIs(t, err, journal.ErrClosed)
	}
}

// TestOpen_Shorter: a log that has lost its end or its beginning is refused, and
// left as it is.
func TestOpen_Shorter(t *testing.T) {
	disk := meteringtest.NewDisk()
	j, _, err := journal.OpenFiles(disk, clock(), journal.WithSegmentSize(4096))
	require.NoError(t, err)
	for i := range 60 {
		_, err := j.Append(context.Background(), event(i))
		require.NoError(t, err)
	}
	require.NoError(t, j.Close())
	report, err := journal.Verify(disk)
	require.NoError(t, err)
	last := report.Segments[len(report.Segments)-1]

	cut := disk.Kill()
	f, err := cut.Edit(last.File)
	require.NoError(t, err)
	require.NoError(t, f.Truncate(last.Bytes/2))
	headless := disk.Kill()
	require.NoError(t, headless.Remove(report.Segments[0].File))
	for name, broken := range map[string]*meteringtest.Disk{"cut": cut, "headless": headless} {
		before, err := meteringtest.Contents(broken)
		require.NoError(t, err)
		_, err = journal.Verify(broken)
		require.ErrorIs(t, err, journal.ErrCorrupt, name)
		_, _, err = journal.OpenFiles(broken, clock(), journal.WithSegmentSize(4096))
		var corrupt *journal.CorruptError
		require.ErrorAs(t, err, &corrupt, name)
		after, err := meteringtest.Contents(broken)
		require.NoError(t, err)
		delete(before, "lock")
		delete(after, "lock")
		require.Equal(t, before, after, name)
	}
}

// TestOptions_Refused: an option out of its range is said, not bent.
func TestOptions_Refused(t *testing.T) {
	for _, opt := range []journal.Option{journal.WithWindow(0), journal.WithWindow(journal.MaxWindow + 1), journal.WithIdentitiesInMemory(1)} {
		_, _, err := journal.OpenFiles(meteringtest.NewDisk(), opt)
		var field *metering.FieldError
		require.ErrorAs(t, err, &field)
	}
	_, _, err := journal.OpenFiles(meteringtest.NewDisk(), journal.WithSegmentSize(1))
	require.Error(t, err)
}

func TestParseID(t *testing.T) {
	id := journal.ID{1, 2, 15: 255}
	back, err := journal.ParseID(id.String())
	require.NoError(t, err)
	require.Equal(t, id, back)
	for _, text := range []string{"", "0", id.String()[1:], id.String() + "0", id.String()[1:] + "g"} {
		_, err := journal.ParseID(text)
		require.ErrorIs(t, err, metering.ErrSyntax, text)
	}
}
