package journal_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"iter"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

var month = metering.MustPeriod("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")

func rowsOf(t testing.TB, usage iter.Seq2[metering.Usage, error]) (rows []metering.Usage) {
	t.Helper()
	for u, err := range usage {
		require.NoError(t, err)
		if !u.Quantity.IsZero() || !u.Estimated.IsZero() || !u.Late.IsZero() {
			rows = append(rows, u)
		}
	}
	return rows
}

func openRecorder(t testing.TB, disk *meteringtest.Disk, opts ...journal.Option) *journal.Recorder {
	t.Helper()
	r, _, err := journal.OpenRecorderFiles(disk, append([]journal.Option{clock(), journal.WithCheckpoints(0), journal.WithSegmentSize(4096)}, opts...)...)
	require.NoError(t, err)
	return r
}

// A lesson is a recorder and the aggregator that it is to be like.
type lesson struct {
	t     *testing.T
	r     *rand.Rand
	disk  *meteringtest.Disk
	rec   *journal.Recorder
	model *metering.Aggregator
	adds  []addition // since the last checkpoint
	n     int
	said  []metering.Event
}

type addition struct {
	key metering.Key
	at  time.Time
	q   metering.Quantity
}

func (l *lesson) instant() time.Time {
	return noon.Add(time.Duration(l.r.IntN(8*3600)-4*3600) * time.Second)
}

func (l *lesson) event() metering.Event {
	l.n++
	kinds := []metering.Kind{metering.Amount, metering.Amount, metering.Adjustment, metering.Start, metering.Resize, metering.Pause, metering.Resume, metering.Stop, metering.Heartbeat, metering.Level}
	e := metering.Event{Account: metering.Account([]string{"acme", "acme/a", "b"}[l.r.IntN(3)]), Source: "s", ID: fmt.Sprint(l.n), Time: l.instant(),
		Kind: kinds[l.r.IntN(len(kinds))], Resource: []string{"r1", "r2"}[l.r.IntN(2)], Labels: metering.MustLabels("team", "x")}
	item := func(q metering.Quantity) {
		e.Items = append(e.Items, metering.Item{Meter: metering.AcceleratorTime, SKU: "H100", Quantity: q})
		e.Estimated = l.r.IntN(4) == 0
	}
	switch e.Kind {
	case metering.Amount:
		if l.r.IntN(3) == 0 { // of a meter that refuses what is late
			e.Items = []metering.Item{{Meter: metering.InputTokens, Quantity: metering.Grains(l.r.Int64N(1000), metering.Token)}}
		} else {
			item(metering.Grains(l.r.Int64N(1<<40), metering.CardTime))
		}
	case metering.Adjustment:
		item(metering.Grains(-l.r.Int64N(1<<20), metering.CardTime))
		e.Adjusts, e.Reason = "1", "measured late"
	case metering.Start, metering.Resize, metering.Level:
		item(metering.WholeCards(int32(l.r.IntN(9))))
	}
	return e
}

func (l *lesson) record() {
	var batch []metering.Event
	for range 1 + l.r.IntN(4) {
		if len(l.said) > 0 && l.r.IntN(4) == 0 {
			batch = append(batch, l.said[l.r.IntN(len(l.said))])
		} else {
			batch = append(batch, l.event())
		}
	}
	res, err := l.rec.Record(context.Background(), batch...)
	require.NoError(l.t, err)
	refused := map[int]error{}
	for _, one := range res.Refused {
		refused[one.Index] = one.Err
	}
	for i, e := range batch {
		if refused[i] == nil {
			// A duplicate of what has been sealed since is none that the model takes.
			if err := l.model.Record(e); err != nil {
				require.Contains(l.t, l.said, e, "%v", err)
			}
			l.said = append(l.said, e)
			continue
		}
		require.NotContains(l.t, l.said, e, "%v", refused[i])
		require.Error(l.t, l.model.Record(e))
	}
}

func (l *lesson) add() {
	key := metering.Key{Account: "acme", Meter: metering.AcceleratorTime, SKU: "H100", Resource: []string{"", "r1"}[l.r.IntN(2)]}
	at, q := l.instant(), metering.Grains(1+l.r.Int64N(1<<50), metering.CardTime)
	if err := l.rec.AddAt(&key, at, q); err == nil {
		l.adds = append(l.adds, addition{key, at.Truncate(15 * time.Minute), q})
	} else {
		require.True(l.t, errors.Is(err, metering.ErrTooLate) || errors.Is(err, metering.ErrTooEarly), "%v", err)
	}
}

// checkpointed counts what was added.
func (l *lesson) checkpointed() {
	for _, a := range l.adds {
		require.NoError(l.t, l.model.AddAt(&a.key, a.at, a.q))
	}
	l.adds = nil
}

func (l *lesson) step() {
	ctx := context.Background()
	switch l.r.IntN(12) {
	case 0, 1, 2, 3, 4:
		l.record()
	case 5, 6, 7:
		l.add()
	case 8:
		require.NoError(l.t, l.rec.Checkpoint(ctx))
		l.checkpointed()
	case 9:
		t := l.instant()
		require.NoError(l.t, l.rec.Seal(ctx, t))
		l.checkpointed()
		require.NoError(l.t, l.model.Seal(t))
		require.Equal(l.t, l.model.Watermark(), l.rec.Watermark())
	case 10:
		require.NoError(l.t, l.rec.Snapshot(ctx))
	default:
		l.restart()
	}
}

func (l *lesson) restart() {
	if l.r.IntN(3) == 0 {
		require.NoError(l.t, l.rec.Close())
		l.checkpointed()
	} else {
		before := l.rec
		if l.r.IntN(2) == 0 {
			l.disk = l.disk.Kill()
		} else {
			l.disk = l.disk.PowerLoss(meteringtest.Loss{Seed: l.r.Uint64(), Survive: meteringtest.Random})
		}
		l.adds = nil
		require.NoError(l.t, before.Close()) // on the disk that was
	}
	l.rec = openRecorder(l.t, l.disk)
	l.same()
}

func (l *lesson) same() {
	require.Equal(l.t, rowsOf(l.t, l.model.Usage(month, metering.PerWindow())), rowsOf(l.t, l.rec.Usage(month, metering.PerWindow())))
	require.Equal(l.t, l.model.Counts().Anomalies, l.rec.Counts().Anomalies)
}

var recorderSeed = flag.Uint64("recorder.seed", 20261126, "seed of the cases; 0 takes one from the clock and logs it")

// TestLaw_Recorder_IsItsAggregator: whatever is recorded, added, sealed, snapped,
// closed, killed and cut off, a recorder has counted what an aggregator would have
// that never stopped, but for what was added since the last checkpoint.
func TestLaw_Recorder_IsItsAggregator(t *testing.T) {
	n := 300
	if testing.Short() {
		n = 50
	}
	seed := *recorderSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d cases, seed %d", n, seed)
	for i := range n {
		l := &lesson{t: t, r: rand.New(rand.NewPCG(seed, uint64(i))), disk: meteringtest.NewDisk(), model: metering.NewAggregator()}
		l.rec = openRecorder(t, l.disk)
		for range 40 {
			l.step()
		}
		l.same()
		require.NoError(t, l.rec.Close())
		if t.Failed() {
			return
		}
	}
}

// TestRecorder_CheckpointFails: what could not be made durable is tried again, and
// counts once.
func TestRecorder_CheckpointFails(t *testing.T) {
	ctx := context.Background()
	disk := meteringtest.NewDisk()
	full := meteringtest.NewFaults(disk)
	rec, _, err := journal.OpenRecorderFiles(full, clock(), journal.WithCheckpoints(0), journal.WithPreallocation(0))
	require.NoError(t, err)
	key := metering.Key{Account: "acme", Meter: metering.AcceleratorTime}
	q := metering.MustQuantity("3 {card}.h")
	require.NoError(t, rec.AddAt(&key, noon, q))
	full.Space(0)
	require.ErrorIs(t, rec.Checkpoint(ctx), journal.ErrNoSpace)
	require.Empty(t, rowsOf(t, rec.Usage(month)))
	require.NoError(t, rec.AddAt(&key, noon, q))
	require.ErrorIs(t, rec.Seal(ctx, noon.Add(time.Hour)), journal.ErrNoSpace)
	require.True(t, rec.Watermark().IsZero(), "nothing is sealed that is not told")
	full.Space(1 << 30)
	require.NoError(t, rec.Seal(ctx, noon.Add(time.Hour)))
	rows := rowsOf(t, rec.Usage(month))
	require.Len(t, rows, 1)
	require.Equal(t, metering.MustQuantity("6 {card}.h"), rows[0].Quantity)
	require.NoError(t, rec.Close())
	again := openRecorder(t, disk)
	require.Equal(t, rows, rowsOf(t, again.Usage(month)))
	require.Equal(t, noon.Add(time.Hour), again.Watermark())
	require.NoError(t, again.Close())
}

// TestRecorder_ByItself: checkpoints are made when the timer says so.
func TestRecorder_ByItself(t *testing.T) {
	tick := make(chan time.Time)
	waits := make(chan time.Duration, 100)
	disk := meteringtest.NewDisk()
	rec, _, err := journal.OpenRecorderFiles(disk, clock(), journal.WithCheckpoints(time.Minute), journal.WithTimer(func(d time.Duration) <-chan time.Time {
		waits <- d
		return tick
	}))
	require.NoError(t, err)
	key := metering.Key{Account: "acme", Meter: metering.AcceleratorTime}
	require.NoError(t, rec.AddAt(&key, noon, metering.MustQuantity("1 {card}.h")))
	require.Equal(t, time.Minute, <-waits)
	tick <- noon
	<-waits // the next one: the first was made
	require.NoError(t, rec.Err())
	require.Len(t, rowsOf(t, rec.Usage(month)), 1)
	require.NoError(t, rec.Close())
}

// TestRecorder_LeaseGoesOn: a lease that ran when the process was killed goes on,
// and the time in between counts once it was seen again.
func TestRecorder_LeaseGoesOn(t *testing.T) {
	ctx := context.Background()
	disk := meteringtest.NewDisk()
	rec := openRecorder(t, disk)
	life := func(kind metering.Kind, id string, hours int) metering.Event {
		e := metering.Event{Account: "acme", Source: "control", ID: id, Time: noon.Add(time.Duration(hours) * time.Hour), Kind: kind, Resource: "gpu-1"}
		if kind == metering.Start {
			e.Items = []metering.Item{{Meter: metering.AcceleratorTime, Quantity: metering.WholeCards(8)}}
		}
		return e
	}
	_, err := rec.Record(ctx, life(metering.Start, "1", 0), life(metering.Heartbeat, "2", 1))
	require.NoError(t, err)
	require.NoError(t, rec.Snapshot(ctx))
	hours := func(r *journal.Recorder) string {
		n, err := rowsOf(t, r.Usage(month))[0].Quantity.In(metering.MustUnit("{card}.h"), 0)
		require.NoError(t, err)
		return n.String()
	}
	require.Equal(t, "8", hours(rec))
	again := openRecorder(t, disk.Kill())
	require.Equal(t, "8", hours(again), "nothing is counted that was not seen")
	_, err = again.Record(ctx, life(metering.Stop, "3", 5))
	require.NoError(t, err)
	require.Equal(t, "40", hours(again))
	require.NoError(t, again.Close())
	require.NoError(t, rec.Close())
}

// TestRecorder_CatalogueChanged: events that cannot be counted any more are not
// passed over.
func TestRecorder_CatalogueChanged(t *testing.T) {
	ctx := context.Background()
	disk := meteringtest.NewDisk()
	rec := openRecorder(t, disk)
	_, err := rec.Record(ctx, event(1))
	require.NoError(t, err)
	empty, err := metering.NewCatalogue()
	require.NoError(t, err)
	_, _, err = journal.OpenRecorderFiles(disk.Kill(), clock(), journal.WithUsage(metering.WithCatalogue(empty)))
	require.ErrorIs(t, err, metering.ErrUnknown)
	require.NoError(t, rec.Close())
	_, _, err = journal.OpenRecorderFiles(disk.Kill(), clock(), journal.WithUsage(metering.WithCatalogue(empty)))
	require.ErrorIs(t, err, metering.ErrUnknown, "of the snapshot of totals")
}

// TestRecorder_Concurrent: writers by both verbs while windows are sealed,
// checkpoints and snapshots made: every grain that was acknowledged is counted
// once, also after a restart.
func TestRecorder_Concurrent(t *testing.T) {
	ctx := context.Background()
	disk := meteringtest.NewDisk()
	rec := openRecorder(t, disk)
	const writers, each = 6, 150
	var mu sync.Mutex
	var want int64
	var group, upkeep sync.WaitGroup
	stop := make(chan struct{})
	for w := range writers {
		group.Go(func() {
			key := metering.Key{Account: "acme", Meter: metering.AcceleratorTime, Resource: fmt.Sprint("r", w%3)}
			sum := int64(0)
			for i := range each {
				at := noon.Add(time.Duration(i) * time.Minute)
				q := metering.Grains(int64(1+w*1000+i), metering.CardTime)
				if w%2 == 0 {
					if err := rec.AddAt(&key, at, q); err != nil {
						t.Error(err)
					}
					sum += int64(1 + w*1000 + i)
					continue
				}
				e := metering.Event{Account: "acme", Source: fmt.Sprint(w), ID: fmt.Sprint(i), Time: at, Kind: metering.Amount, Resource: key.Resource,
					Items: []metering.Item{{Meter: key.Meter, Quantity: q}}}
				res, err := rec.Record(ctx, e, e)
				if err != nil || res.Accepted != 1 || res.Duplicates != 1 {
					t.Error(res, err)
				}
				sum += int64(1 + w*1000 + i)
			}
			mu.Lock()
			want += sum
			mu.Unlock()
		})
	}
	upkeep.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			var err error
			switch i % 4 {
			case 0:
				err = rec.Checkpoint(ctx)
			case 1:
				err = rec.Seal(ctx, noon.Add(time.Duration(i)*time.Minute))
			case 2:
				err = rec.Snapshot(ctx)
			default:
				err = rec.Advance(ctx, noon.Add(time.Duration(i)*time.Minute))
			}
			if err != nil {
				t.Error(err)
			}
		}
	})
	group.Wait()
	close(stop)
	upkeep.Wait()
	require.NoError(t, rec.Checkpoint(ctx))
	total := func(r *journal.Recorder) (sum int64) {
		for _, u := range rowsOf(t, r.Usage(month)) {
			n, ok := u.Quantity.Grains().Int64()
			require.True(t, ok)
			sum += n
		}
		return sum
	}
	require.Equal(t, want, total(rec))
	again := openRecorder(t, disk.Kill())
	require.Equal(t, want, total(again))
	require.NoError(t, again.Close())
	require.NoError(t, rec.Close())
	require.NoError(t, rec.Close())
	_, err := rec.Record(ctx, event(1))
	require.ErrorIs(t, err, journal.ErrClosed)
}

// TestRecorder_ConflictAfterSeal: another event with a known identity is a conflict,
// as the aggregator has it, though its window is sealed by now.
func TestRecorder_ConflictAfterSeal(t *testing.T) {
	ctx := context.Background()
	rec := openRecorder(t, meteringtest.NewDisk())
	said := metering.Event{Account: "acme", Source: "s", ID: "1", Time: noon, Kind: metering.Amount,
		Items: []metering.Item{{Meter: metering.InputTokens, Quantity: metering.Grains(5, metering.Token)}}}
	other, fresh, unknown := said, said, said
	other.Region = "eu"
	fresh.ID = "2"
	unknown.Items = []metering.Item{{Meter: "no.such.meter", Quantity: metering.Grains(5, metering.Token)}}
	_, err := rec.Record(ctx, said)
	require.NoError(t, err)
	require.NoError(t, rec.Seal(ctx, noon.Add(time.Hour)))
	res, err := rec.Record(ctx, said, other, fresh, unknown)
	require.NoError(t, err)
	require.Equal(t, 1, res.Duplicates)
	require.Len(t, res.Refused, 3)
	require.ErrorIs(t, res.Refused[0].Err, metering.ErrConflict)
	var late *metering.LateError
	require.ErrorAs(t, res.Refused[1].Err, &late)
	require.ErrorIs(t, res.Refused[2].Err, metering.ErrUnknown)
	require.NoError(t, rec.Close())
}
