package journal_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/segment"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// slow lets syncs take some time, so that callers gather meanwhile.
func slow(files *meteringtest.Faults, also func(meteringtest.Call) error) {
	files.Hook(func(c meteringtest.Call) error {
		if c.Method == meteringtest.MethodSync {
			time.Sleep(50 * time.Microsecond)
		}
		return also(c)
	})
}

func fine(meteringtest.Call) error { return nil }

// Events that many append one at a time while the disk is busy share records.
func TestAppend_GathersWhileTheDiskIsBusy(t *testing.T) {
	disk := meteringtest.NewDisk()
	files := meteringtest.NewFaults(disk)
	j, _, err := journal.OpenFiles(files, clock())
	require.NoError(t, err)
	slow(files, fine)
	const writers, each = 96, 40
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range each {
				e := event(w*each + i)
				if w%2 == 1 { // of many items, which are given in no order
					for k := range 5 {
						e.Items = append(e.Items, metering.Item{Meter: metering.OutputTokens, SKU: fmt.Sprint("m-", 9-k), Quantity: metering.Grains(int64(k), metering.Token)})
					}
				}
				res, err := j.Append(bg, e)
				if err != nil || res.Accepted != 1 {
					t.Errorf("%v %v", res, err)
				}
				clear(e.Items) // the journal has what it needs
			}
		})
	}
	group.Wait()
	require.EqualValues(t, writers*each, j.Counts().Accepted)
	require.NoError(t, j.Close())
	report, err := segment.Verify(disk)
	require.NoError(t, err)
	records := uint64(0)
	for _, s := range report.Segments {
		records += s.Records
	}
	require.Less(t, records, uint64(writers*each/4), "several events a record")
	j, _, err = journal.OpenFiles(disk, clock())
	require.NoError(t, err)
	seen := map[string]bool{}
	for e, err := range j.Events(0) {
		require.NoError(t, err)
		require.False(t, seen[e.Event.ID])
		seen[e.Event.ID] = true
	}
	require.Len(t, seen, writers*each)
	require.NoError(t, j.Close())
}

// A crowd is callers that each append one event at a time: the same ones, others of
// the same identity, some that are not valid, and some that do not wait.
type crowd struct {
	t    *testing.T
	seed uint64
	add  func(context.Context, metering.Event) (journal.Result, error)

	mu       sync.Mutex
	given    uint64
	accepted map[string]string // body by id, of what was acknowledged as new
	known    map[string]string // and as known
	refused  map[string]bool   // bodies
	errors   int
}

func newCrowd(t *testing.T, seed uint64) *crowd {
	return &crowd{t: t, seed: seed, accepted: map[string]string{}, known: map[string]string{}, refused: map[string]bool{}}
}

// event draws one, and says what becomes of it for sure: nothing, if it is not valid.
func (c *crowd) event(r *rand.Rand) (e metering.Event, bad bool) {
	n := r.IntN(1500)
	e = event(n)
	switch r.IntN(40) {
	case 0: // of another body
		e.Items[0].Quantity = metering.Grains(int64(n)+1, metering.Token)
	case 1:
		e.Source, bad = "", true
	case 2:
		e.Time, bad = noon.AddDate(-1, 0, 0), true
	case 3:
		e.Time, bad = noon.AddDate(1, 0, 0), true
	}
	return e, bad
}

func (c *crowd) run(callers, each int) {
	var group sync.WaitGroup
	for caller := range callers {
		group.Go(func() {
			r := rand.New(rand.NewPCG(c.seed, uint64(caller)))
			for range each {
				e, bad := c.event(r)
				ctx, cancel := bg, func() {}
				if r.IntN(8) == 0 {
					ctx, cancel = context.WithTimeout(bg, time.Duration(r.IntN(300))*time.Microsecond)
				}
				res, err := c.add(ctx, e)
				cancel()
				c.note(&e, bad, res, err)
			}
		})
	}
	group.Wait()
}

func (c *crowd) note(e *metering.Event, bad bool, res journal.Result, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.given++
	body := journal.Canonical(e)
	said := res.Accepted + res.Duplicates + len(res.Refused)
	switch {
	case err != nil && said == 0:
		c.errors++
	case err != nil || said != 1 || bad && len(res.Refused) == 0:
		c.t.Errorf("seed %d: %s: %v, %v", c.seed, body, res, err)
	case res.Accepted == 1:
		if before, ok := c.accepted[e.ID]; ok {
			c.t.Errorf("seed %d: %s was accepted before: %s", c.seed, body, before)
		}
		c.accepted[e.ID] = body
	case res.Duplicates == 1:
		c.known[e.ID] = body
	case errors.Is(res.Refused[0].Err, metering.ErrConflict):
		c.refused[body] = true
	case !bad:
		c.t.Errorf("seed %d: %s: %v", c.seed, body, res.Refused[0].Err)
	}
}

// judge reads what is there: each event once, all that was acknowledged, and nothing
// that was refused.
func (c *crowd) judge(j *journal.Journal) (sum int64) {
	there := map[string]string{}
	for e, err := range j.Events(0) {
		require.NoError(c.t, err)
		require.NotContains(c.t, there, e.Event.ID, "seed %d", c.seed)
		there[e.Event.ID] = journal.Canonical(&e.Event)
		n, _ := e.Event.Items[0].Quantity.Grains().Int64()
		sum += n
	}
	for _, acknowledged := range []map[string]string{c.accepted, c.known} {
		for id, body := range acknowledged {
			require.Equal(c.t, body, there[id], "seed %d", c.seed)
		}
	}
	for _, body := range there {
		require.NotContains(c.t, c.refused, body, "seed %d", c.seed)
	}
	return sum
}

// faulty fails a call of a hundred: a write for want of room, a sync for good.
func faulty(r *rand.Rand) func(meteringtest.Call) error {
	var mu sync.Mutex
	return func(c meteringtest.Call) error {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case c.Method == meteringtest.MethodWriteAt && r.IntN(60) == 0:
			return syscall.ENOSPC
		case c.Method == meteringtest.MethodSync && r.IntN(300) == 0:
			return syscall.EIO
		}
		return nil
	}
}

// TestLaw_Gather_EachOnce: whoever appends at the same time, gives up or sends what
// others send, and whatever the disk does, each event is there once, and what is said
// of it is true.
func TestLaw_Gather_EachOnce(t *testing.T) {
	for n := range uint64(*histories) {
		seed := journal.LawSeed() + n
		r := rand.New(rand.NewPCG(seed, 11))
		disk := meteringtest.NewDisk()
		c := newCrowd(t, seed)
		for range 3 { // the journal may be poisoned, and is opened again
			files := meteringtest.NewFaults(disk)
			opts := []journal.Option{clock(), journal.WithSegmentSize(int64(4096 << r.IntN(6)))}
			if seed%4 == 3 {
				opts = append(opts, journal.Interval(time.Millisecond))
			}
			j, _, err := journal.OpenFiles(files, opts...)
			require.NoError(t, err)
			if fails := fine; seed%2 == 0 {
				slow(files, fails)
			} else {
				slow(files, faulty(r))
			}
			c.add = func(ctx context.Context, e metering.Event) (journal.Result, error) { return j.Append(ctx, e) }
			before := c.given
			c.run(24, 60)
			counts := j.Counts()
			require.Equal(t, c.given-before, counts.Accepted+counts.Duplicates+counts.Conflicts+counts.Untimely+counts.Refused+counts.Failed, "seed %d", seed)
			files.Hook(nil)
			_ = j.Close()
		}
		j, _, err := journal.OpenFiles(disk, clock())
		require.NoError(t, err)
		c.judge(j)
		require.NoError(t, j.Close())
	}
}

// TestLaw_Gather_CountsWhatIsThere: a recorder has counted what is in its journal, also
// of events whose callers did not wait.
func TestLaw_Gather_CountsWhatIsThere(t *testing.T) {
	for n := range uint64(*histories) {
		c := newCrowd(t, journal.LawSeed()+n)
		disk := meteringtest.NewDisk()
		files := meteringtest.NewFaults(disk)
		rec, _, err := journal.OpenRecorderFiles(files, clock(), journal.WithCheckpoints(0))
		require.NoError(t, err)
		slow(files, fine)
		c.add = func(ctx context.Context, e metering.Event) (journal.Result, error) { return rec.Record(ctx, e) }
		c.run(24, 60)
		var sum int64
		require.Eventually(t, func() bool { // who gave up may be gathered and not staged yet
			sum = c.judge(rec.Journal())
			return totalOf(t, rec) == sum
		}, 10*time.Second, time.Millisecond, "seed %d", c.seed)
		require.NoError(t, rec.Close())
		rec, _, err = journal.OpenRecorderFiles(disk, clock(), journal.WithCheckpoints(0))
		require.NoError(t, err)
		require.Equal(t, sum, totalOf(t, rec), "seed %d", c.seed)
		require.NoError(t, rec.Close())
	}
}

// Close answers whoever is gathered.
func TestAppend_GatheredAndClosed(t *testing.T) {
	for range *histories {
		disk := meteringtest.NewDisk()
		files := meteringtest.NewFaults(disk)
		j, _, err := journal.OpenFiles(files, clock())
		require.NoError(t, err)
		slow(files, fine)
		var group sync.WaitGroup
		var mu sync.Mutex
		acknowledged := map[string]bool{}
		for w := range 32 {
			group.Go(func() {
				for i := 0; ; i++ {
					e := event(w*10_000 + i)
					if _, err := j.Append(bg, e); err != nil {
						if !errors.Is(err, journal.ErrClosed) {
							t.Error(err)
						}
						return
					}
					mu.Lock()
					acknowledged[e.ID] = true
					mu.Unlock()
				}
			})
		}
		time.Sleep(2 * time.Millisecond)
		require.NoError(t, j.Close())
		group.Wait()
		j, _, err = journal.OpenFiles(disk, clock())
		require.NoError(t, err)
		for e, err := range j.Events(0) {
			require.NoError(t, err)
			delete(acknowledged, e.Event.ID)
		}
		require.Empty(t, acknowledged)
		require.NoError(t, j.Close())
	}
}
