package journal_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// TestLaw_Import_Once: events of two journals come into a third one, each once and
// each journal's in order, whichever of the three loses its power, and from
// wherever the import begins again. Where the third one says how far it is, it has
// all up to there.
func TestLaw_Import_Once(t *testing.T) {
	for n := range uint64(*histories) {
		seed := journal.LawSeed() + n
		r := rand.New(rand.NewPCG(seed, 9))
		disks, journals := [3]*meteringtest.Disk{}, [3]*journal.Journal{}
		interval := journal.Interval([]time.Duration{0, time.Hour}[n%2])
		open := func(i int) {
			opts := []journal.Option{clock(), journal.WithSegmentSize(8 << 10), journal.WithIdentitiesInMemory(1024)}
			if i == 2 {
				opts = append(opts, interval)
			}
			j, _, err := journal.OpenFiles(disks[i], opts...)
			require.NoError(t, err, "seed %d", seed)
			journals[i] = j
		}
		for i := range disks {
			disks[i] = meteringtest.NewDisk()
			open(i)
		}
		next := 0
		for range 60 {
			from := r.IntN(2)
			switch k := r.IntN(10); {
			case k < 4:
				var events []metering.Event
				for range 1 + r.IntN(30) {
					e := event(next)
					if r.IntN(5) == 0 && next > 0 { // the other one may have it too
						e = event(r.IntN(next))
					}
					next++
					events = append(events, e)
				}
				_, err := journals[from].Append(bg, events...)
				require.NoError(t, err)
			case k < 8:
				importSome(t, r, journals[from], journals[2])
			case k == 8:
				i := r.IntN(3)
				after := disks[i].PowerLoss(meteringtest.Loss{Seed: r.Uint64(), Survive: meteringtest.Random})
				require.NoError(t, journals[i].Close())
				disks[i] = after
				open(i)
			default:
				i := r.IntN(3)
				require.NoError(t, journals[i].Snapshot(bg))
			}
		}
		for i := range 2 {
			for journals[2].Imported(journals[i].ID()) < journals[i].Durable() {
				importSome(t, r, journals[i], journals[2])
				require.NoError(t, journals[2].Snapshot(bg))
			}
		}
		at := map[string]uint64{}
		for e, err := range journals[2].Events(0) {
			require.NoError(t, err)
			require.Zero(t, at[e.Event.ID], "seed %d: %s twice", seed, e.Event.ID)
			at[e.Event.ID] = e.Sequence
		}
		all := map[string]bool{}
		for i := range 2 {
			for e, err := range journals[i].Events(0) {
				require.NoError(t, err)
				require.NotZero(t, at[e.Event.ID], "seed %d: %s of journal %d", seed, e.Event.ID, i)
				all[e.Event.ID] = true
			}
		}
		require.Len(t, at, len(all))
		for _, j := range journals {
			require.NoError(t, j.Close())
		}
	}
}

// importSome imports a part, from where it was or from before.
func importSome(t *testing.T, r *rand.Rand, from, to *journal.Journal) {
	start := to.Imported(from.ID())
	start -= min(start, r.Uint64N(20))
	var entries []journal.Entry
	for e, err := range from.Events(start + 1) {
		require.NoError(t, err)
		if entries = append(entries, e); len(entries) == 40 {
			break
		}
	}
	done := to.Imported(from.ID())
	res, err := to.Import(bg, from.ID(), entries...)
	require.NoError(t, err)
	require.Empty(t, res.Refused)
	require.Equal(t, len(entries), res.Accepted+res.Duplicates)
	require.GreaterOrEqual(t, to.Imported(from.ID()), done)
	_, err = to.Import(bg, to.ID(), entries...)
	var field *metering.FieldError
	require.True(t, errors.As(err, &field))
}

// What an import failed to make durable is not passed over when it is given again.
func TestImport_AgainAfterFailure(t *testing.T) {
	disk := meteringtest.NewDisk()
	faults := meteringtest.NewFaults(disk)
	j, _, err := journal.OpenFiles(faults, clock(), journal.WithPreallocation(0))
	require.NoError(t, err)
	var entries []journal.Entry
	for i := range 40 {
		entries = append(entries, journal.Entry{Sequence: uint64(i + 1), Event: event(i)})
	}
	faults.Space(0)
	_, err = j.Import(bg, journal.ID{7}, entries...)
	require.ErrorIs(t, err, journal.ErrNoSpace)
	_, err = j.Import(bg, journal.ID{7}, entries...)
	require.ErrorIs(t, err, journal.ErrNoSpace)
	require.Zero(t, j.Imported(journal.ID{7}))
	faults.Space(-1)
	res, err := j.Import(bg, journal.ID{7}, entries...)
	require.NoError(t, err)
	require.Equal(t, journal.Result{Accepted: 40}, res)
	require.EqualValues(t, 40, j.Imported(journal.ID{7}))
	require.NoError(t, j.Close())
}

// TestLaw_Import_Faults: whichever call fails, an import that goes on from where
// the journal says has each event once in the end.
func TestLaw_Import_Faults(t *testing.T) {
	var entries []journal.Entry
	for i := range 200 {
		entries = append(entries, journal.Entry{Sequence: uint64(i + 1), Event: event(i)})
	}
	other := journal.ID{7}
	for _, fault := range meteringtest.EveryFault() {
		for n := 1; n < 90; n += form(5, 1) {
			what := fmt.Sprint("call ", n, ", ", fault)
			disk := meteringtest.NewDisk()
			faults := meteringtest.NewFaults(disk)
			faults.FailAt(n, fault)
			var j *journal.Journal
			var err error
			for round := 0; ; round++ {
				require.Less(t, round, 30, what)
				if round == 10 {
					faults.FailAt(0, meteringtest.Fault{})
				}
				if j == nil {
					if j, _, err = journal.OpenFiles(faults, clock(), journal.WithSegmentSize(4<<10), journal.WithPreallocation(0)); err != nil {
						continue
					}
				}
				done := j.Imported(other)
				if done == entries[len(entries)-1].Sequence {
					break
				}
				next := int(done)
				to := min(next+40, len(entries))
				res, err := j.Import(bg, other, entries[next:to]...)
				if err == nil {
					require.Equal(t, to-next, res.Accepted+res.Duplicates, what)
				} else if errors.Is(err, journal.ErrPoisoned) {
					_ = j.Close()
					j = nil
				}
			}
			after := disk.PowerLoss(meteringtest.Loss{})
			_ = j.Close()
			j, _, err = journal.OpenFiles(after, clock())
			require.NoError(t, err, what)
			count := 0
			for e, err := range j.Events(0) {
				require.NoError(t, err)
				require.Equal(t, entries[count].Event.ID, e.Event.ID, what)
				count++
			}
			require.Equal(t, len(entries), count, what)
			require.EqualValues(t, 200, j.Imported(other))
			require.NoError(t, j.Close())
		}
	}
}
