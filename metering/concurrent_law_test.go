package metering_test

import (
	"errors"
	"flag"
	"fmt"
	"iter"
	"math/big"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

var hotRuns = flag.Int("hot.runs", 30, "how many runs a test of writers at once makes, for each GOMAXPROCS")

// A crowd is goroutines that add to a few series at once, in every way there
// is, while windows are sealed, series evicted, and usage read and copied.
type crowd struct {
	agg     *metering.Aggregator
	keys    []metering.Key
	start   time.Time
	windows int
	present atomic.Int64 // the window that is about to be sealed

	mu       sync.Mutex
	accepted map[string]*big.Int // by key and window, of what was not refused
	refused  int
}

const quarter = 15 * time.Minute

// Meters with each policy. What is counted now has no window of its own.
var crowdMeters = []metering.MeterID{"late.refuse", "late.now", "late.adjust"}

func newCrowd(t *testing.T, r random) *crowd {
	var meters []metering.Meter
	for i, id := range crowdMeters {
		meters = append(meters, metering.Meter{ID: id, Unit: metering.Token.Grain(), Form: metering.Amounts, Aggregation: metering.Sum,
			Layer: metering.AI, Late: metering.LatePolicy(i)})
	}
	catalogue, err := metering.NewCatalogue(meters...)
	require.NoError(t, err)
	c := &crowd{
		agg:   metering.NewAggregator(metering.WithCatalogue(catalogue), metering.WithLateWindow(4*quarter)),
		start: time.Date(2026, 3, 1, r.IntN(24), 0, 0, 0, time.UTC), windows: 3 + r.IntN(12), accepted: make(map[string]*big.Int),
	}
	for i := range 1 + r.IntN(6) {
		c.keys = append(c.keys, metering.Key{Account: metering.Account("t" + strconv.Itoa(i)), Meter: pick(r, crowdMeters...)})
	}
	require.NoError(t, c.agg.Advance(c.start))
	return c
}

// cell names what is compared with the oracle: a window, or all windows of a
// key whose usage may count in another than its own.
func (c *crowd) cell(key metering.Key, at time.Time) string {
	if key.Meter == "late.now" || key.SKU == "now" {
		return key.String()
	}
	return key.String() + " " + at.Truncate(quarter).Format(time.RFC3339)
}

func (c *crowd) amount(r random) fixed.Int128 {
	switch r.IntN(12) {
	case 0:
		return fixed.Int128{Hi: r.Int64N(1 << 30), Lo: r.Uint64()}
	case 1:
		return fixed.FromInt64(r.Int64())
	case 2:
		return fixed.FromInt64(-r.Int64N(1 << 50)) // late.* take it: they are not monotonic
	case 3:
		return fixed.FromUint64(1<<42 - 1)
	}
	return fixed.FromInt64(r.Int64N(1000))
}

// at returns a time in a window near the present one, now and then too old.
func (c *crowd) at(r random) time.Time {
	w := int(c.present.Load()) + r.IntN(5) - 2
	if r.chance(3) {
		w -= 6
	}
	return c.start.Add(time.Duration(w)*quarter + time.Duration(r.Int64N(int64(quarter))))
}

// A taking is one amount that a writer handed over.
type taking struct {
	key metering.Key
	at  time.Time
	n   fixed.Int128
}

// write adds for a while and returns what was accepted.
func (c *crowd) write(r random, g, ops int) (taken []taking, refused int, err error) {
	recorder := c.agg.NewRecorder()
	var pending []taking
	settle := func(err error, ts ...taking) error {
		switch {
		case err == nil:
			taken = append(taken, ts...)
		case isLate(err):
			refused += len(ts)
		default:
			return err
		}
		return nil
	}
	handles := make(map[metering.Key]*metering.Series)
	handle := func(key metering.Key) *metering.Series {
		if handles[key] == nil {
			handles[key], err = c.agg.Series(key)
		}
		return handles[key]
	}
	for i := range ops {
		t := taking{pick(r, c.keys...), c.at(r), c.amount(r)}
		q := metering.GrainsWide(t.n, metering.Token)
		switch r.IntN(10) {
		case 0, 1, 2:
			err = settle(handle(t.key).AddAt(t.at, q), t)
		case 3, 4:
			err = settle(c.agg.AddAt(&t.key, t.at, q), t)
		case 5, 6:
			t.key.SKU = "now" // a series of its own: its windows are not told
			err = settle(handle(t.key).Add(q), t)
		case 7:
			if err = recorder.AddTo(handle(t.key), t.at, q); err == nil {
				pending = append(pending, t)
			}
		case 8:
			err = settle(c.agg.Record(metering.Event{Account: t.key.Account, Source: strconv.Itoa(g), ID: strconv.Itoa(i), Time: t.at, Kind: metering.Amount,
				Items: []metering.Item{{Meter: t.key.Meter, Quantity: q}}}), t)
		case 9:
			err = c.writeBatch(r, settle)
		}
		if err == nil && r.chance(5) {
			taken, refused, err = c.flush(recorder, pending, taken, refused)
			pending = nil
		}
		if err != nil {
			return nil, 0, err
		}
		if r.chance(2) {
			runtime.Gosched()
		}
	}
	taken, refused, err = c.flush(recorder, pending, taken, refused)
	return taken, refused, err
}

func (c *crowd) writeBatch(r random, settle func(error, ...taking) error) error {
	key := pick(r, c.keys...)
	b := metering.Batch{Meter: key.Meter, Account: metering.Column{Values: []string{string(key.Account)}}}
	var ts []taking
	for range 1 + r.IntN(4) {
		t := taking{key, c.at(r), fixed.FromInt64(r.Int64N(1000))}
		b.Times, b.Amounts = append(b.Times, t.at.UnixNano()), append(b.Amounts, int64(t.n.Lo))
		ts = append(ts, t)
	}
	return settle(c.agg.RecordBatch(b), ts...)
}

// flush accepts what a recorder has taken but for the windows it says were
// refused.
func (c *crowd) flush(recorder *metering.Recorder, pending, taken []taking, refused int) ([]taking, int, error) {
	lost := make(map[string]bool)
	for err := range each(recorder.Flush()) {
		var f *metering.FlushError
		if !errors.As(err, &f) || !isLate(err) {
			return nil, 0, err
		}
		lost[f.Key.String()+f.Window.Start().String()] = true
	}
	for _, t := range pending {
		if lost[t.key.String()+t.at.Truncate(quarter).String()] {
			refused++
		} else {
			taken = append(taken, t)
		}
	}
	return taken, refused, nil
}

// each yields the errors that were joined.
func each(err error) iter.Seq[error] {
	return func(yield func(error) bool) {
		if joined, ok := err.(interface{ Unwrap() []error }); ok { // it is what was joined that is wanted
			for _, e := range joined.Unwrap() {
				for one := range each(e) {
					if !yield(one) {
						return
					}
				}
			}
		} else if err != nil {
			yield(err)
		}
	}
}

func isLate(err error) bool {
	var late *metering.LateError
	return errors.As(err, &late) || errors.Is(err, metering.ErrTooLate)
}

// keep seals one window after the other, and checks that what was sealed stays
// what it was.
func (c *crowd) keep(t *testing.T, r random, over <-chan struct{}) {
	whole := period(c.start.Add(-10*quarter), c.start.Add(time.Duration(c.windows+10)*quarter))
	var sealed string
	until := whole.Start()
	check := func() {
		if until.Equal(whole.Start()) {
			return
		}
		rows := c.agg.Usage(period(whole.Start(), until), metering.PerWindow())
		if got := onTime(t, rows); got != sealed {
			t.Errorf("what was sealed until %v has changed: got\n%s\nwant\n%s", until, got, sealed)
		}
	}
	for w := range c.windows {
		for range 1 + r.IntN(4) {
			switch r.IntN(5) {
			case 0:
				c.agg.Evict()
			case 1:
				if _, err := collect(c.agg.Usage(whole, metering.GroupBy(metering.ByTenant))); err != nil {
					t.Error(err)
				}
			case 2:
				if _, err := c.agg.Snapshot("crowd"); err != nil {
					t.Error(err)
				}
			case 3:
				check()
			default:
				runtime.Gosched()
			}
		}
		c.present.Store(int64(w + 1))
		next := c.start.Add(time.Duration(w+1) * quarter)
		var err error
		if r.chance(30) {
			err = c.agg.Advance(next)
		} else {
			err = c.agg.Seal(next)
			until = next
			sealed = onTime(t, c.agg.Usage(period(whole.Start(), until), metering.PerWindow()))
		}
		if err != nil {
			t.Error(err)
		}
	}
	<-over
	check()
}

// onTime is the text of rows less what was counted late.
func onTime(t *testing.T, rows iter.Seq2[metering.Usage, error]) string {
	less := func(yield func(metering.Usage, error) bool) {
		for u, err := range rows {
			if err == nil {
				u.Quantity, err = u.Quantity.Sub(u.Late)
			}
			if u.Quantity.IsZero() && err == nil {
				continue // a late row may be the only one of its window
			}
			if !yield(u, err) {
				return
			}
		}
	}
	return text(t, less)
}

// TestLaw_Hot_ExactWhileSealing: writers at once, in all ways, while windows are
// sealed and series evicted: what was accepted is what there is, to the grain,
// in the window it belongs to.
func TestLaw_Hot_ExactWhileSealing(t *testing.T) {
	runs := *hotRuns
	if testing.Short() {
		runs = max(runs/5, 1)
	}
	for _, procs := range []int{1, 2, 8} {
		t.Run(fmt.Sprintf("GOMAXPROCS=%d", procs), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			lawOf(t, runs, func(t *testing.T, r random) {
				c := newCrowd(t, r)
				c.run(t, r, 8+r.IntN(57))
				c.compare(t)
			})
		})
	}
}

// run lets writers loose and adds up what each of them says was accepted.
func (c *crowd) run(t *testing.T, r random, writers int) {
	over := make(chan struct{})
	var wg, keeper sync.WaitGroup
	for g := range writers {
		own := random{newRand(r.Uint64())}
		wg.Go(func() {
			taken, refused, err := c.write(own, g, 40)
			if err != nil {
				t.Error(err)
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			c.refused += refused
			for _, one := range taken {
				cell := c.cell(one.key, one.at)
				if c.accepted[cell] == nil {
					c.accepted[cell] = new(big.Int)
				}
				c.accepted[cell].Add(c.accepted[cell], one.n.Big())
			}
		})
	}
	own := random{newRand(r.Uint64())}
	keeper.Go(func() { c.keep(t, own, over) })
	wg.Wait()
	close(over)
	keeper.Wait()
}

// compare reads everything back, window by window.
func (c *crowd) compare(t *testing.T) {
	whole := period(c.start.Add(-20*quarter), c.start.Add(time.Duration(c.windows+20)*quarter))
	got := make(map[string]*big.Int)
	for u, err := range c.agg.Usage(whole, metering.PerWindow()) {
		require.NoError(t, err)
		cell := c.cell(u.Key, u.Period.Start())
		if got[cell] == nil {
			got[cell] = new(big.Int)
		}
		got[cell].Add(got[cell], u.Quantity.Grains().Big())
	}
	require.Len(t, got, len(c.accepted))
	for cell, want := range c.accepted {
		require.NotNil(t, got[cell], cell)
		require.Equal(t, want.String(), got[cell].String(), cell)
	}
}

// TestLaw_Hot_TightLoops: goroutines that do nothing but add to one series, as
// fast as they can, while its windows are sealed under their hands.
func TestLaw_Hot_TightLoops(t *testing.T) {
	const goroutines, windows = 4, 16
	runs := max(*hotRuns/10, 1)
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	at := func(w int64) time.Time { return start.Add(time.Duration(w) * quarter) }
	for range runs {
		a := metering.NewAggregator(metering.WithCatalogue(policies(t)))
		require.NoError(t, a.Advance(start))
		windowed := series(t, a, metering.Key{Account: "acme", Meter: "late.refuse"})
		current := series(t, a, metering.Key{Account: "acme", Meter: "late.refuse", SKU: "now"})
		var present atomic.Int64
		var accepted [windows]atomic.Int64
		var total atomic.Int64
		var wg sync.WaitGroup
		for g := range goroutines {
			wg.Go(func() {
				key, n := windowed.Key(), metering.Grains(int64(g+1), metering.Token)
				for w := present.Load(); w < windows; w = present.Load() {
					var err error
					if g%2 == 0 {
						err = windowed.AddAt(at(w), n)
					} else {
						err = a.AddAt(&key, at(w), n)
					}
					if err == nil {
						accepted[w].Add(int64(g + 1))
					} else if !isLate(err) {
						t.Error(err)
						return
					}
					if err := current.Add(n); err != nil {
						t.Error(err)
						return
					}
					total.Add(int64(g + 1))
				}
			})
		}
		for w := range int64(windows) {
			runtime.Gosched()
			// Writers go on to add to the window that is being sealed.
			require.NoError(t, a.Seal(at(w+1)))
			present.Store(w + 1)
		}
		wg.Wait()
		got, sum := [windows]int64{}, int64(0)
		for u, err := range a.Usage(period(start, at(windows+1)), metering.PerWindow()) {
			require.NoError(t, err)
			n, ok := u.Quantity.Grains().Int64()
			require.True(t, ok)
			if u.Key.SKU == "now" {
				sum += n
			} else {
				got[int64(u.Period.Start().Sub(start)/quarter)] = n
			}
		}
		require.Equal(t, total.Load(), sum)
		for w := range accepted {
			require.Equal(t, accepted[w].Load(), got[w], "window %d", w)
		}
	}
}
