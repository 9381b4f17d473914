package metering_test

import (
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

// TestAllocations: the hot path allocates nothing once a window exists.
func TestAllocations(t *testing.T) {
	a := metering.NewAggregator()
	s := series(t, a, fullKey)
	q := metering.WholeCards(1)
	h, err := s.Hold(q, eventTime)
	require.NoError(t, err)
	var fail error
	now := eventTime
	more := func(err error) {
		if err != nil {
			fail = err
		}
	}
	require.NoError(t, a.Advance(eventTime))
	recorder := a.NewRecorder()
	wide := metering.GrainsWide(fixed.Int128{Hi: 1}, metering.CardTime)
	shared := series(t, a, metering.Key{Account: "acme", Meter: metering.AcceleratorTime})
	makeShared(t, a, shared)
	sharedKey := shared.Key()
	step := func() time.Time { now = now.Add(time.Millisecond); return now }
	for name, call := range map[string]func(){
		"AddAt":           func() { more(s.AddAt(eventTime, metering.Grains(1, metering.CardTime))) },
		"AddAt, late":     func() { more(s.AddAt(eventTime.Add(-time.Hour), metering.Grains(1, metering.CardTime))) },
		"AddAt, wide":     func() { more(s.AddAt(eventTime, wide)) },
		"AddAt, shared":   func() { more(shared.AddAt(eventTime, metering.Grains(1, metering.CardTime))) },
		"Add":             func() { more(s.Add(metering.Grains(1, metering.CardTime))) },
		"Add, wide":       func() { more(s.Add(wide)) },
		"Add, shared":     func() { more(shared.Add(metering.Grains(1, metering.CardTime))) },
		"key":             func() { more(a.AddAt(&fullKey, eventTime, metering.Grains(1, metering.CardTime))) },
		"key, shared":     func() { more(a.AddAt(&sharedKey, eventTime, metering.Grains(1, metering.CardTime))) },
		"Recorder":        func() { more(recorder.AddTo(s, eventTime, metering.Grains(1, metering.CardTime))) },
		"Recorder, key":   func() { more(recorder.AddAt(&fullKey, eventTime, metering.Grains(1, metering.CardTime))) },
		"Recorder, flush": func() { more(recorder.AddTo(s, eventTime, wide)); more(recorder.Flush()) },
		"Observe":         func() { more(h.Observe(step())) },
		"Set":             func() { more(h.Set(q, step())) },
		"Start, Stop":     func() { l, err := s.Start(q, now); more(err); more(l.Stop(step())) },
		"Pause, Resume":   func() { more(h.Pause(step())); more(h.Resume(step())) },
		"Series":          func() { _, err := a.Series(fullKey); more(err) },
		"Key.Compare":     func() { _ = fullKey.Compare(fullKey) },
		"Labels.Contains": func() { _ = fullKey.Labels.Contains(fullKey.Labels) },
		"Quantity.Add":    func() { _, err := q.Add(q); more(err) },
	} {
		call()
		require.Zero(t, testing.AllocsPerRun(1000, call), name)
		require.NoError(t, fail, name)
	}
	// Over the edge of windows that exist, too.
	require.NoError(t, h.Stop(now))
	h, err = s.Hold(q, eventHour.Start())
	require.NoError(t, err)
	for w := range eventHour.Windows(a.Window()) {
		require.NoError(t, s.AddAt(w.Start(), metering.Grains(0, metering.CardTime)))
	}
	at := eventHour.Start()
	require.Zero(t, testing.AllocsPerRun(3, func() { at = at.Add(16 * time.Minute); more(h.Observe(at)) }))
	require.NoError(t, fail)
}

// makeShared has goroutines meet in a series until it has stripes.
func makeShared(t testing.TB, a *metering.Aggregator, s *metering.Series) {
	key := s.Key()
	require.Eventually(t, func() bool {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 1000 {
					if err := a.AddAt(&key, eventTime, metering.Grains(1, s.Meter().Unit.Dimension())); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		return a.Counts().Shared > 0 || runtime.GOMAXPROCS(0) == 1
	}, 10*time.Second, time.Millisecond)
}

// The baseline: one atomic addition to one word, uncontended with -cpu=1 and
// contended with -cpu=2. It keeps no window, checks no overflow and is 64 bits
// wide.
func BenchmarkBaseline_AtomicAdd(b *testing.B) {
	var word atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			word.Add(1)
		}
	})
}

func BenchmarkSeries_AddAt(b *testing.B) {
	s := series(b, metering.NewAggregator(), fullKey)
	one := metering.Grains(1, metering.CardTime)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := s.AddAt(eventTime, one); err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkHolding_Observe(b *testing.B) {
	_, _, l := lease(b, 1, "00:00:00")
	now := leaseDay.Start()
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Microsecond)
		if err := l.Observe(now); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAggregator_Series: from six fields to the handle.
func BenchmarkAggregator_Series(b *testing.B) {
	a := metering.NewAggregator()
	for i := range 1000 {
		key := fullKey
		key.Resource = strconv.Itoa(i)
		series(b, a, key)
	}
	key := fullKey
	key.Resource = "500"
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := a.Series(key); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkAggregator_Record: an event of two items with an identity of its
// own, over a day. The aggregator starts anew now and then, so that what is
// measured does not depend on how long one measures.
func BenchmarkAggregator_Record(b *testing.B) {
	const fresh = 1 << 18
	ids := make([]string, fresh)
	for i := range ids {
		ids[i] = "req-" + strconv.Itoa(i)
	}
	var a *metering.Aggregator
	e := tokens()
	i := fresh
	b.ReportAllocs()
	for b.Loop() {
		if i == fresh {
			a, i = metering.NewAggregator(), 0
		}
		e.ID, e.Time = ids[i], leaseDay.Start().Add(time.Duration(i)*300*time.Millisecond)
		if err := a.Record(e); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

func BenchmarkAggregator_Record_Duplicate(b *testing.B) {
	a := recorded(b, tokens())
	e := tokens()
	b.ReportAllocs()
	for b.Loop() {
		if err := a.Record(e); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAggregator_Usage: a thousand series that were used all the time,
// over a month, per day: 31,000 rows of 96 windows each.
func BenchmarkAggregator_Usage(b *testing.B) {
	a := metering.NewAggregator()
	month := metering.MustPeriod("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")
	for i := range 1000 {
		key := fullKey
		key.Resource = strconv.Itoa(i)
		l, err := series(b, a, key).Start(metering.WholeCards(1), month.Start())
		require.NoError(b, err)
		require.NoError(b, l.Stop(month.End()))
	}
	days := metering.Days(metering.Zone{})
	b.ReportAllocs()
	for b.Loop() {
		rows := 0
		for _, err := range a.Usage(month, metering.Per(days)) {
			if err != nil {
				b.Fatal(err)
			}
			rows++
		}
		if rows != 31_000 {
			b.Fatal(rows)
		}
	}
}

// BenchmarkAggregator_Usage_Lives: the same from events, with a heartbeat each
// hour.
func BenchmarkAggregator_Usage_Lives(b *testing.B) {
	a := metering.NewAggregator()
	month := metering.MustPeriod("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")
	for i := range 1000 {
		resource := strconv.Itoa(i)
		e := lifeEvent(resource, metering.Start, month.Start(), 1)
		e.Resource = resource
		record(b, a, e)
		for h := range 31 * 24 {
			e := lifeEvent(resource+"/"+strconv.Itoa(h), metering.Heartbeat, month.Start().Add(time.Duration(h+1)*time.Hour))
			e.Resource = resource
			record(b, a, e)
		}
	}
	days := metering.Days(metering.Zone{})
	b.ReportAllocs()
	for b.Loop() {
		if rows := mustCollect(b, a.Usage(month, metering.Per(days))); len(rows) != 31_000 {
			b.Fatal(len(rows))
		}
	}
}

func BenchmarkCalendar_Days(b *testing.B) {
	days := metering.Days(metering.MustZone("America/New_York"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := days.At(eventTime); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseQuantity(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := metering.ParseQuantity("64864800000000000000 {share}.ns"); err != nil {
			b.Fatal(err)
		}
	}
}
