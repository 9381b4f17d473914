package metering_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

// A deed is one thing done to an aggregator, any of the ways there are.
type deed struct {
	event metering.Event
	add   metering.Quantity
	at    time.Time
	seal  bool
	tick  bool
}

var deedKey = metering.Key{Account: "acme", Meter: metering.MemoryTime, Resource: "hot", Labels: metering.MustLabels("team", "a")}

// deeds returns a world's events among additions, seals and moves of the current
// window.
func (r random) deeds(w world) []deed {
	var out []deed
	somewhen := func() time.Time { return w.period.Start().Add(time.Duration(r.Int64N(int64(w.period.Duration())))) }
	for _, e := range smallHeld(w.events) {
		out = append(out, deed{event: e})
		switch {
		case r.chance(20):
			out = append(out, deed{add: metering.Grains(1+r.Int64N(1<<uint(1+r.IntN(50))), metering.ByteTime), at: somewhen()})
		case r.chance(15):
			out = append(out, deed{seal: true, at: somewhen()})
		case r.chance(15):
			out = append(out, deed{tick: true, at: somewhen()})
		}
	}
	return out
}

// do does it, and returns what came of it.
func (d deed) do(a *metering.Aggregator, record func(metering.Event) error) error {
	switch {
	case d.seal:
		return a.Seal(d.at)
	case d.tick:
		return a.Advance(d.at)
	case !d.add.IsZero():
		return a.AddAt(&deedKey, d.at, d.add)
	}
	return record(d.event)
}

// TestLaw_State_GoesOnAsBefore: an aggregator that is restored from the state of
// another, at any time, counts on as that one does.
func TestLaw_State_GoesOnAsBefore(t *testing.T) {
	hours := metering.Hours(metering.Zone{})
	law(t, func(t *testing.T, r random) {
		w := r.world(14)
		days := around(w.period)
		a := ruledAggregator(t)
		cut := r.IntN(len(w.events) + 1)
		for i, d := range r.deeds(w) {
			if i == cut {
				a = restored(t, a)
			}
			require.NoError(t, ignoreLate(d.do(a, a.Record)))
		}
		// The same again, without a pause.
		b := restored(t, a)
		require.Equal(t, text(t, a.Usage(days, metering.Per(hours))), text(t, b.Usage(days, metering.Per(hours))))
		require.Equal(t, rows(t, a, days), rows(t, b, days))
		require.Equal(t, a.Watermark(), b.Watermark())
		ca, cb := a.Counts(), b.Counts()
		ca.Series, cb.Series, ca.Shared, cb.Shared = 0, 0, 0, 0 // what is sealed needs none
		require.Equal(t, ca, cb)
		late := r.event(w, "later", w.period.Start().Add(time.Minute))
		smallHeld([]metering.Event{late})
		errA, errB := a.Record(late), b.Accept(&late)
		require.Equal(t, errA == nil, errB == nil, "%v, %v", errA, errB)
		require.Equal(t, rows(t, a, days), rows(t, b, days))
	})
}

// rows are all that is known of each window.
func rows(t *testing.T, a *metering.Aggregator, p metering.Period) []metering.Usage {
	return mustCollect(t, a.Usage(p, metering.PerWindow()))
}

// restored returns another aggregator that goes on from the state of one, which
// has been through its binary form.
func restored(t *testing.T, a *metering.Aggregator) *metering.Aggregator {
	t.Helper()
	s, err := a.State()
	require.NoError(t, err)
	data, err := s.Usage.MarshalBinary()
	require.NoError(t, err)
	s.Usage = new(metering.Snapshot)
	require.NoError(t, s.Usage.UnmarshalBinary(data))
	b := ruledAggregator(t)
	require.NoError(t, b.Restore(s))
	return b
}

// ignoreLate drops the errors of usage that came too late for its policy.
func ignoreLate(err error) error {
	for _, late := range []error{metering.ErrTooLate, metering.ErrTooEarly} {
		if err != nil && errors.Is(err, late) {
			return nil
		}
	}
	var late *metering.LateError
	if errors.As(err, &late) {
		return nil
	}
	return err
}

// TestLaw_Accept_IsRecord: what Check lets through is recorded, what it does not
// is not, and accepting counts what recording does.
func TestLaw_Accept_IsRecord(t *testing.T) {
	law(t, func(t *testing.T, r random) {
		w := r.world(14)
		days := around(w.period)
		a, b := ruledAggregator(t), ruledAggregator(t)
		for _, d := range r.deeds(w) {
			if r.chance(20) && len(d.event.Items) > 0 {
				d.event.Items = append(d.event.Items[:0:0], d.event.Items...)
				d.event.Items[0].Quantity = pick(r, metering.Grains(-1, metering.CardTime), metering.Grains(-1, metering.Cards), metering.Grains(1, metering.Token), metering.MustQuantity("1 {card}.h"))
			}
			var checked, twice error
			err := d.do(a, func(e metering.Event) error {
				checked = a.Check(&e)
				twice = a.Check(&e)
				err := a.Record(e)
				require.Equal(t, checked == nil, err == nil, "%v, then %v", checked, err)
				if err != nil {
					require.Equal(t, err.Error(), checked.Error())
				}
				return err
			})
			require.Equal(t, checked, twice)
			require.Equal(t, err == nil, d.do(b, func(e metering.Event) error { return b.Accept(&e) }) == nil)
			require.Equal(t, rows(t, a, days), rows(t, b, days))
		}
		require.Equal(t, a.Counts().Events, b.Counts().Events)
	})
}

// TestLaw_CheckAll_IsRecordOneByOne: what is asked about many events is what
// recording them one after the other says.
func TestLaw_CheckAll_IsRecordOneByOne(t *testing.T) {
	law(t, func(t *testing.T, r random) {
		late := pick(r, metering.RefuseLate, metering.CountNow, metering.AdjustLate)
		a := metering.NewAggregator(metering.WithCatalogue(ruledCatalogue(t, late)), metering.WithSeriesQuota(pick(r, 1, 2, 3, 100)),
			metering.WithLateWindow(pick(r, 0, time.Hour, 100*24*time.Hour)))
		known := map[metering.Identity]bool{}
		var batch []metering.Event
		record := func() {
			refused := make([]error, len(batch))
			a.CheckAll(batch, func(i int, err error) { refused[i] = err })
			for i, e := range batch {
				require.Equal(t, fmt.Sprint(a.Record(e)), fmt.Sprint(refused[i]), "event %d of %v", i, batch)
			}
			batch = nil
		}
		for _, d := range r.deeds(r.world(14)) {
			if id := d.event.Identity(); d.event.Kind != 0 && !known[id] {
				known[id] = true
				batch = append(batch, d.event)
				continue
			}
			record()
			_ = d.do(a, func(metering.Event) error { return nil })
		}
		record()
	})
}

// TestCheckAll_LifeInOneBatch: a stop tells what the start before it in the batch
// held, in windows that are sealed.
func TestCheckAll_LifeInOneBatch(t *testing.T) {
	cards, err := metering.DefaultCatalogue().Lookup(metering.AcceleratorTime)
	require.NoError(t, err)
	cards.Late = metering.RefuseLate
	strict, err := metering.DefaultCatalogue().Replacing(cards)
	require.NoError(t, err)
	a := metering.NewAggregator(metering.WithCatalogue(strict))
	require.NoError(t, a.Seal(eventHour.End()))
	start, stop := lifeEvent("1", metering.Start, eventTime, 1), lifeEvent("2", metering.Stop, eventTime.Add(time.Minute))
	require.NoError(t, a.Check(&stop), "it stops nothing that is known")
	refused := map[int]error{}
	a.CheckAll([]metering.Event{start, stop}, func(i int, err error) { refused[i] = err })
	var late *metering.LateError
	require.ErrorAs(t, refused[1], &late)
	require.Len(t, refused, 1)
}

// TestLaw_Drain_TakesEachGrainOnce: what writers add while it is drained, again
// and again, is drained once, or left at the end.
func TestLaw_Drain_TakesEachGrainOnce(t *testing.T) {
	lawOf(t, max(*lawsN/200, 10), func(t *testing.T, r random) {
		const writers = 4
		a := metering.NewAggregator()
		require.NoError(t, a.Advance(eventTime))
		taken := map[metering.Key]map[metering.Period]int64{}
		take := func() {
			drained, err := a.Drain()
			require.NoError(t, err)
			for u := range drained {
				if taken[u.Key] == nil {
					taken[u.Key] = map[metering.Period]int64{}
				}
				n, ok := u.Quantity.Grains().Int64()
				require.True(t, ok)
				taken[u.Key][u.Period] += n
			}
		}
		keys := []metering.Key{fullKey, {Account: "acme", Meter: metering.AcceleratorTime}}
		want := map[metering.Key]int64{}
		var group sync.WaitGroup
		for i := range writers {
			key, each, n := keys[i%2], 1+r.Int64N(1<<uint(r.IntN(40))), 50+r.IntN(100)
			want[key] += each * int64(n) * 2
			group.Go(func() {
				s, err := a.Series(key)
				if err != nil {
					t.Error(err)
					return
				}
				for j := range n {
					if err := s.Add(metering.Grains(each, metering.CardTime)); err != nil {
						t.Error(err)
					}
					if err := a.AddAt(&key, eventTime.Add(time.Duration(j%3)*time.Hour), metering.Grains(each, metering.CardTime)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for range r.IntN(5) {
			take()
		}
		if r.chance(50) {
			require.NoError(t, a.Advance(eventTime.Add(3*time.Hour)))
		}
		group.Wait()
		if r.chance(30) {
			require.NoError(t, a.Seal(eventTime.Add(time.Hour)))
		}
		take()
		require.Empty(t, mustCollect(t, a.Usage(leaseYear, metering.PerWindow())), "all of it was taken")
		for key, n := range want {
			var sum int64
			for _, part := range taken[key] {
				sum += part
			}
			require.Equal(t, n, sum)
		}
	})
}

var leaseYear = metering.MustPeriod("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")

func TestDrain_Refused(t *testing.T) {
	a := recorded(t, lifeEvent("a", metering.Start, at("09:00:00"), 1))
	_, err := a.Drain()
	require.ErrorIs(t, err, metering.ErrState)
	b := metering.NewAggregator()
	require.NoError(t, b.Archive(t.TempDir()))
	_, err = b.Drain()
	require.ErrorIs(t, err, metering.ErrState)
	_, err = b.State()
	require.ErrorIs(t, err, metering.ErrState)
}

func TestRestore_Refused(t *testing.T) {
	a := recorded(t, lifeEvent("a", metering.Start, at("09:00:00"), 1))
	s, err := a.State()
	require.NoError(t, err)
	require.ErrorIs(t, a.Restore(s), metering.ErrState, "something was counted")
	wide := metering.NewAggregator(metering.WithWindow(metering.FullHour))
	var field *metering.FieldError
	require.ErrorAs(t, wide.Restore(s), &field, "other windows")
	s.Watermark = at("09:00:01")
	require.ErrorAs(t, metering.NewAggregator().Restore(s), &field, "no edge of a window")
	s.Watermark = time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC)
	require.ErrorIs(t, metering.NewAggregator().Restore(s), metering.ErrTimeRange)
	s.Watermark, s.Lives = time.Time{}, []metering.Event{tokens()}
	require.ErrorAs(t, metering.NewAggregator().Restore(s), &field, "no life")
	empty, err := metering.NewCatalogue()
	require.NoError(t, err)
	s.Lives = nil
	require.NoError(t, metering.NewAggregator(metering.WithCatalogue(empty)).Restore(s))
	b := metering.NewAggregator()
	require.NoError(t, series(t, b, fullKey).AddAt(eventTime, metering.Grains(1, metering.CardTime)))
	s, err = b.State()
	require.NoError(t, err)
	require.ErrorIs(t, metering.NewAggregator(metering.WithCatalogue(empty)).Restore(s), metering.ErrUnknown)
}

// TestRestore_CurrentIsOpen: what counts in the current window does not count in
// a sealed one, or in none, whatever the state says.
func TestRestore_CurrentIsOpen(t *testing.T) {
	noon := at("12:00:00")
	for _, current := range []time.Time{{}, noon.Add(-time.Hour), noon, noon.Add(time.Hour)} {
		a := metering.NewAggregator(metering.WithCatalogue(policies(t)))
		require.NoError(t, a.Restore(metering.State{Watermark: noon, Current: current}))
		want := noon
		if current.After(noon) {
			want = current
		}
		require.Equal(t, want, a.Current())
		s := series(t, a, metering.Key{Account: "acme", Meter: "late.now"})
		require.NoError(t, s.Add(oneToken))
		require.NoError(t, s.AddAt(noon.Add(-time.Minute), oneToken))
		rows := mustCollect(t, a.Usage(period(want, want.Add(15*time.Minute))))
		require.Len(t, rows, 1)
		require.Equal(t, "2 {token}", rows[0].Quantity.String())
	}
}

// TestAccept_NoQuota: what was accepted is counted, however many series that
// takes.
func TestAccept_NoQuota(t *testing.T) {
	a := metering.NewAggregator(metering.WithSeriesQuota(1))
	for i := range 3 {
		e := tokens()
		e.ID, e.Resource = string(rune('a'+i)), string(rune('a'+i))
		if i > 0 {
			var quota *metering.QuotaError
			require.ErrorAs(t, a.Check(&e), &quota)
		}
		require.NoError(t, a.Accept(&e))
	}
	require.Equal(t, uint64(3), a.Counts().Events)
	require.NoError(t, a.Close())
	require.ErrorIs(t, a.Check(pointer(tokens())), metering.ErrClosed)
	require.ErrorIs(t, a.Accept(pointer(tokens())), metering.ErrClosed)
}

func pointer(e metering.Event) *metering.Event { return &e }
