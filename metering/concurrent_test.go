package metering_test

import (
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// TestAggregator_ConcurrentSafe: every way in and every way out at once; the
// totals are exact in the end.
func TestAggregator_ConcurrentSafe(t *testing.T) {
	const goroutines = 8
	n := 400
	if testing.Short() {
		n = 100
	}
	a := metering.NewAggregator()
	shared := series(t, a, metering.Key{Account: "acme", Meter: metering.AcceleratorTime, Resource: "shared"})
	hold, err := shared.Hold(metering.WholeCards(1), leaseDay.Start())
	require.NoError(t, err)
	one := metering.Grains(1, metering.CardTime)
	window := func(i int) time.Time { return leaseDay.Start().Add(time.Duration(i*7%96) * 15 * time.Minute) }

	// What is added to the side, and merged while everything goes on.
	side := make([]*metering.Aggregator, goroutines)
	for g := range side {
		e := tokens()
		e.Source, e.Time = fmt.Sprint("side", g), window(g)
		side[g] = recorded(t, e)
	}

	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			own, err := a.Series(metering.Key{Account: "acme", Meter: metering.AcceleratorTime, Resource: strconv.Itoa(g % 3)})
			if err != nil {
				t.Error(err)
				return
			}
			for i := range n {
				check := func(err error) {
					if err != nil {
						t.Error(err)
					}
				}
				check(shared.AddAt(window(i), one))
				check(own.AddAt(window(n-i), one))
				// The same event from all, and one from each.
				e := tokens()
				e.ID, e.Time = strconv.Itoa(i), window(i)
				check(a.Record(e))
				e.Source = fmt.Sprint("g", g)
				check(a.Record(e))
				beat := lifeEvent(strconv.Itoa(i), metering.Heartbeat, leaseDay.Start().Add(time.Duration(1+i)*time.Minute))
				beat.Source, beat.Resource = fmt.Sprint("agent", g), "gpu-"+strconv.Itoa(g%2)
				check(a.Record(beat))
				if err := hold.Observe(leaseDay.Start().Add(time.Duration(i) * time.Second)); !errors.Is(err, metering.ErrState) {
					check(err) // ErrState: another was there before
				}
				switch i % 20 {
				case 0:
					if _, err := collect(a.Usage(leaseDay, metering.Per(metering.Hours(metering.Zone{})), metering.AcrossResources())); err != nil {
						t.Error(err)
					}
				case 7:
					_ = a.Counts()
				case 13:
					check(metering.NewAggregator().Merge(a))
				}
			}
			if err := a.Merge(side[g]); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.NoError(t, hold.Stop(leaseDay.End()))
	for resource := range 2 {
		start := lifeEvent("start"+strconv.Itoa(resource), metering.Start, leaseDay.Start(), 1)
		start.Resource = "gpu-" + strconv.Itoa(resource)
		record(t, a, start)
	}

	got := map[string]string{}
	for _, u := range mustCollect(t, a.Usage(leaseDay)) {
		got[string(u.Key.Meter)+" "+u.Key.Resource] = u.Quantity.String()
	}
	grains := func(n int64, more string) string {
		sum, err := metering.Grains(n, metering.CardTime).Add(metering.MustQuantity(more))
		require.NoError(t, err)
		return sum.String()
	}
	events := int64(n) + goroutines*int64(n) + goroutines // shared once, one from each, and those of the side
	require.Equal(t, map[string]string{
		"compute.accelerator.time shared": grains(goroutines*int64(n), "24 {card}.h"),
		"compute.accelerator.time 0":      grains(3*int64(n), "0 {card}.h"),
		"compute.accelerator.time 1":      grains(3*int64(n), "0 {card}.h"),
		"compute.accelerator.time 2":      grains(2*int64(n), "0 {card}.h"),
		"compute.accelerator.time gpu-0":  grains(0, strconv.Itoa(n)+" {card}.min"),
		"compute.accelerator.time gpu-1":  grains(0, strconv.Itoa(n)+" {card}.min"),
		"ai.tokens.input ":                metering.Grains(1200*events, metering.Token).String(),
		"ai.tokens.output ":               metering.Grains(350*events, metering.Token).String(),
	}, got)
	c := a.Counts()
	require.EqualValues(t, events+goroutines*int64(n)+2, c.Events)
	require.EqualValues(t, (goroutines-1)*n, c.Duplicates)
	require.Zero(t, c.Refused+c.Conflicts)
	require.Zero(t, c.Anomalies)
}

// TestRecord_AllItemsOrNone_ConcurrentSafe: the hot path comes between the
// items of no event: near the edge of 128 bits an event is counted whole or
// not at all, whatever else is added.
func TestRecord_AllItemsOrNone_ConcurrentSafe(t *testing.T) {
	c, err := metering.NewCatalogue(pagesMeter())
	require.NoError(t, err)
	a := metering.NewAggregator(metering.WithCatalogue(c))
	key := func(sku string) metering.Key { return metering.Key{Account: "acme", Meter: "ocr.pages", SKU: sku} }
	full := series(t, a, key("full"))
	require.NoError(t, full.AddAt(eventTime, metering.GrainsWide(nearMax(2), metering.Count)))

	var wg sync.WaitGroup
	stop := make(chan struct{})
	wg.Go(func() { // takes the room and gives it back
		for {
			for _, n := range []int64{1, -1} {
				_ = full.AddAt(eventTime, metering.Grains(n, metering.Count))
			}
			select {
			case <-stop:
				return
			default:
				runtime.Gosched()
			}
		}
	})
	var counted int64
	for i := range 2000 {
		e := metering.Event{Account: "acme", Source: "s", ID: strconv.Itoa(i), Time: eventTime, Kind: metering.Amount, Items: []metering.Item{
			{Meter: "ocr.pages", SKU: "free", Quantity: metering.Grains(1, metering.Count)},
			{Meter: "ocr.pages", SKU: "full", Quantity: metering.Grains(2, metering.Count)},
		}}
		if a.Record(e) == nil {
			counted++
			undo := e
			undo.ID, undo.Items = "undo"+e.ID, []metering.Item{{Meter: "ocr.pages", SKU: "full", Quantity: metering.Grains(-2, metering.Count)}}
			require.NoError(t, a.Record(undo))
		}
	}
	close(stop)
	wg.Wait()
	rows := mustCollect(t, a.Usage(eventHour))
	require.Equal(t, metering.Grains(counted, metering.Count), rows[0].Quantity)
	require.EqualValues(t, 2*counted, a.Counts().Events)
	require.EqualValues(t, 2000-counted, a.Counts().Refused)
}

// TestMerge_EachOther_ConcurrentSafe: aggregators that are merged into each
// other do not wait for each other.
func TestMerge_EachOther_ConcurrentSafe(t *testing.T) {
	a, b := recorded(t, tokens()), recorded(t, adjustment())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				_ = a.Merge(b)
				_ = b.Merge(a)
			}
		})
	}
	wg.Wait()
	for _, x := range []*metering.Aggregator{a, b} {
		require.LessOrEqual(t, x.Counts().Events, uint64(2))
	}
}

// TestHolding_ConcurrentSafe: whoever observes, each nanosecond is booked once.
func TestHolding_ConcurrentSafe(t *testing.T) {
	a, _, l := lease(t, 1, "00:00:00")
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 500 {
				_ = l.Observe(leaseDay.Start().Add(time.Duration(i*8+g) * 13 * time.Millisecond))
				if g == 0 && i%50 == 0 {
					_ = l.Set(metering.WholeCards(1), leaseDay.Start().Add(time.Duration(i*8)*13*time.Millisecond))
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, l.Stop(leaseDay.Start().Add(time.Hour)))
	require.Equal(t, "1", cardHours(t, a))
}

// TestLaw_Usage_SameBytesAtAnyGOMAXPROCS: the same events, recorded by one or
// by many goroutines on 1, 2 or 8 processors, in the order that comes of it
// and of the runtime's order of maps, give the same bytes.
func TestLaw_Usage_SameBytesAtAnyGOMAXPROCS(t *testing.T) {
	was := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(was)
	law(t, func(t *testing.T, r random) {
		w := r.world(12)
		want := text(t, recorded(t, w.events...).Usage(w.period))
		for _, procs := range []int{1, 2, 8} {
			runtime.GOMAXPROCS(procs)
			a := metering.NewAggregator()
			var wg sync.WaitGroup
			for g := range procs {
				wg.Go(func() {
					for i := g; i < len(w.events); i += procs {
						if err := a.Record(w.events[i]); err != nil {
							t.Error(err)
						}
					}
				})
			}
			wg.Wait()
			require.Equal(t, want, text(t, a.Usage(w.period)), "GOMAXPROCS %d", procs)
		}
	})
}

// nearMax returns the largest count less n.
func nearMax(n int64) fixed.Int128 {
	v, _ := fixed.Max().Sub(fixed.FromInt64(n))
	return v
}
