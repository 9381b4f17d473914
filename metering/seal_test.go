package metering_test

import (
	"fmt"
	"math"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// policies is a catalogue with a meter for each late policy.
func policies(t testing.TB) *metering.Catalogue {
	var meters []metering.Meter
	for i, id := range crowdMeters {
		meters = append(meters, metering.Meter{ID: id, Unit: metering.Token.Grain(), Form: metering.Amounts, Aggregation: metering.Sum,
			Layer: metering.AI, Monotonic: true, Late: metering.LatePolicy(i)})
	}
	c, err := metering.NewCatalogue(meters...)
	require.NoError(t, err)
	return c
}

var oneToken = metering.Grains(1, metering.Token)

// TestSeal_Policies: what becomes of usage before, just before, at and far
// before the watermark, by every way in.
func TestSeal_Policies(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	ways := map[string]func(a *metering.Aggregator, key metering.Key, at time.Time) error{
		"Series": func(a *metering.Aggregator, key metering.Key, at time.Time) error {
			s, err := a.Series(key)
			require.NoError(t, err)
			return s.AddAt(at, oneToken)
		},
		"key": func(a *metering.Aggregator, key metering.Key, at time.Time) error { return a.AddAt(&key, at, oneToken) },
		"event": func(a *metering.Aggregator, key metering.Key, at time.Time) error {
			return a.Record(metering.Event{Account: key.Account, Source: "s", ID: at.String(), Time: at, Kind: metering.Amount,
				Items: []metering.Item{{Meter: key.Meter, Quantity: oneToken}}})
		},
		"batch": func(a *metering.Aggregator, key metering.Key, at time.Time) error {
			return a.RecordBatch(metering.Batch{Meter: key.Meter, Account: metering.Column{Values: []string{string(key.Account)}}, Times: []int64{at.UnixNano()}, Amounts: []int64{1}})
		},
		"recorder": func(a *metering.Aggregator, key metering.Key, at time.Time) error {
			r := a.NewRecorder()
			if err := r.AddAt(&key, at, oneToken); err != nil {
				return err
			}
			return r.Flush()
		},
	}
	for way, add := range ways {
		for _, meter := range crowdMeters {
			t.Run(fmt.Sprint(way, "/", meter), func(t *testing.T) {
				a := metering.NewAggregator(metering.WithCatalogue(policies(t)), metering.WithLateWindow(time.Hour), metering.WithOpenWindows(8))
				key := metering.Key{Account: "acme", Meter: meter}
				require.Zero(t, a.Watermark())
				require.NoError(t, add(a, key, noon.Add(-24*time.Hour)), "nothing is late before anything is sealed")
				require.NoError(t, a.Seal(noon.Add(time.Minute)))
				require.Equal(t, noon, a.Watermark(), "only whole windows are sealed")

				require.NoError(t, add(a, key, noon))
				require.NoError(t, add(a, key, noon.Add(2*time.Hour-1)))
				require.ErrorIs(t, add(a, key, noon.Add(2*time.Hour)), metering.ErrTooEarly)
				require.ErrorIs(t, add(a, key, noon.Add(-time.Hour-1)), metering.ErrTooLate)
				require.EqualValues(t, 2, a.Counts().Untimely)
				err := add(a, key, noon.Add(-time.Hour))
				early := text(t, a.Usage(period(noon.Add(-time.Hour), noon.Add(-45*time.Minute))))
				current := text(t, a.Usage(period(noon, noon.Add(15*time.Minute))))
				switch meter {
				case "late.refuse":
					var late *metering.LateError
					require.ErrorAs(t, err, &late)
					require.EqualValues(t, 3, a.Counts().Untimely)
					require.Equal(t, metering.LateError{Meter: meter, Time: noon.Add(-time.Hour), Watermark: noon}, *late)
					require.Empty(t, early)
					require.Contains(t, current, "|1|0")
				case "late.now":
					require.NoError(t, err)
					require.Empty(t, early)
					require.Contains(t, current, "|2|0")
				case "late.adjust":
					require.NoError(t, err)
					require.Contains(t, early, "|1|0")
					require.Contains(t, current, "|1|0")
				}
			})
		}
	}
}

// TestSeal_LateWindow: how late usage may be is in whole windows, rounded up, and
// may be not at all.
func TestSeal_LateWindow(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for late, windows := range map[time.Duration]int{0: 0, 1: 1, 15 * time.Minute: 1, 15*time.Minute + 1: 2, 30 * time.Minute: 2} {
		a := metering.NewAggregator(metering.WithCatalogue(policies(t)), metering.WithLateWindow(late))
		require.NoError(t, a.Seal(noon))
		key := metering.Key{Account: "acme", Meter: "late.adjust"}
		first := noon.Add(-time.Duration(windows) * 15 * time.Minute)
		require.ErrorIs(t, a.AddAt(&key, first.Add(-1), oneToken), metering.ErrTooLate, "%v", late)
		require.NoError(t, a.AddAt(&key, first, oneToken), "%v", late)
	}
}

// TestSeal_Lives: what a life held is sealed as far as it is known, and what
// comes to be known of it later is late.
func TestSeal_Lives(t *testing.T) {
	a := metering.NewAggregator()
	nine := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	record(t, a, lifeEvent("1", metering.Start, nine, 8), lifeEvent("2", metering.Heartbeat, nine.Add(30*time.Minute)))
	require.NoError(t, a.Seal(nine.Add(2*time.Hour)))
	day := period(nine, nine.Add(8*time.Hour))
	cards := func() (used, late string) {
		for _, u := range mustCollect(t, a.Usage(day, metering.ForMeters(metering.AcceleratorTime))) {
			q, err := u.Quantity.In(cardMinute, 3)
			require.NoError(t, err)
			l, err := u.Late.In(cardMinute, 3)
			require.NoError(t, err)
			return q.String(), l.String()
		}
		return "", ""
	}
	used, late := cards()
	require.Equal(t, "240 0", used+" "+late)
	record(t, a, lifeEvent("3", metering.Stop, nine.Add(3*time.Hour)))
	used, late = cards()
	require.Equal(t, "1440 720", used+" "+late, "the 90 minutes until 11:00 are late, the hour after is not")
	record(t, a, lifeEvent("4", metering.Pause, nine.Add(time.Hour)))
	used, late = cards()
	require.Equal(t, "480 240", used+" "+late, "paused after an hour, says a late event")
	require.ErrorIs(t, a.Record(lifeEvent("5", metering.Heartbeat, nine.Add(-40*24*time.Hour))), metering.ErrTooLate)
}

var cardMinute = metering.MustUnit("{card}.min")

// TestSeal_Holding books what is late as the meter says.
func TestSeal_Holding(t *testing.T) {
	a := metering.NewAggregator()
	nine := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	h, err := series(t, a, metering.Key{Account: "acme", Meter: metering.AcceleratorTime}).Hold(metering.WholeCards(1), nine)
	require.NoError(t, err)
	require.NoError(t, a.Seal(nine.Add(time.Hour)))
	require.NoError(t, h.Stop(nine.Add(90*time.Minute)))
	rows := mustCollect(t, a.Usage(period(nine, nine.Add(2*time.Hour))))
	require.Len(t, rows, 1)
	require.Equal(t, metering.MustQuantity("1.5 {card}.h"), rows[0].Quantity)
	require.Equal(t, metering.MustQuantity("1 {card}.h"), rows[0].Late)
}

// TestAdvance_TooEarly: a clock that jumps is told, once there is a watermark to
// tell it by.
func TestAdvance_TooEarly(t *testing.T) {
	a := metering.NewAggregator(metering.WithOpenWindows(4), metering.WithLateWindow(math.MaxInt64))
	require.NoError(t, a.AddAt(&metering.Key{Account: "acme", Meter: metering.AcceleratorTime}, eventTime, metering.Grains(1, metering.CardTime)))
	require.NoError(t, a.Seal(eventHour.End()))
	require.NoError(t, a.Advance(eventHour.End().Add(59*time.Minute)))
	require.ErrorIs(t, a.Advance(eventHour.End().Add(time.Hour)), metering.ErrTooEarly)
	require.NoError(t, a.AddAt(&metering.Key{Account: "acme", Meter: metering.AcceleratorTime}, time.Unix(0, 0), metering.Grains(1, metering.CardTime)), "the late window is all of time")
}

func TestAdvance(t *testing.T) {
	a := metering.NewAggregator()
	s := tokenSeries(t, a)
	require.ErrorIs(t, s.Add(oneToken), metering.ErrNoWindow)
	require.Empty(t, mustCollect(t, a.Usage(leaseDay)))
	require.ErrorIs(t, a.Advance(time.Time{}), metering.ErrTimeRange)
	at := leaseDay.Start()
	want := map[string]string{}
	total := int64(0)
	for i := range 8 {
		require.NoError(t, a.Advance(at))
		require.NoError(t, a.Advance(at.Add(-time.Hour)), "it never goes back")
		sum := int64(0)
		for n := range int64(i + 1) {
			require.NoError(t, s.Add(metering.Grains(n, metering.Token)), "zero is a row too")
			sum += n
		}
		want[at.Format("15:04")] = strconv.FormatInt(sum, 10)
		total += sum
		at = at.Add(15 * time.Minute)
	}
	got := map[string]string{}
	for _, u := range mustCollect(t, a.Usage(leaseDay, metering.PerWindow())) {
		got[u.Period.Start().Format("15:04")] = u.Quantity.Grains().String()
	}
	require.Equal(t, want, got)
	require.NoError(t, a.Seal(at.Add(time.Hour)), "where the current window is sealed it moves on")
	require.NoError(t, s.Add(oneToken))
	rows := mustCollect(t, a.Usage(period(at.Add(time.Hour), leaseDay.End())))
	require.Len(t, rows, 1)
	require.Equal(t, strconv.FormatInt(total+1, 10), mustCollect(t, a.Usage(leaseDay))[0].Quantity.Grains().String())
}

// TestAdd_Limits: what is near the limits of a hot word, of 64 and of 128 bits
// is counted exactly or refused.
func TestAdd_Limits(t *testing.T) {
	for _, way := range []string{"Add", "AddAt"} {
		a := metering.NewAggregator()
		require.NoError(t, a.Advance(eventTime))
		s := tokenSeries(t, a)
		add := func(n fixed.Int128) error {
			if way == "Add" {
				return s.Add(metering.GrainsWide(n, metering.Token))
			}
			return s.AddAt(eventTime, metering.GrainsWide(n, metering.Token))
		}
		total := fixed.Int128{}
		hot := fixed.FromUint64(1<<37 - 1)
		for range 3000 { // a hot word overflows again and again
			require.NoError(t, add(hot))
			total, _ = total.Add(hot)
		}
		most := fixed.FromUint64(1<<63 + 5)
		require.NoError(t, add(most))
		total, _ = total.Add(most)
		require.Equal(t, total, mustCollect(t, a.Usage(eventHour))[0].Quantity.Grains(), way)

		rest, _ := fixed.Max().Sub(total)
		require.NoError(t, add(rest))
		require.ErrorIs(t, add(fixed.FromInt64(1)), metering.ErrOverflow)
		require.NoError(t, add(fixed.Int128{}))
		require.ErrorIs(t, add(hot), metering.ErrOverflow)
		require.Equal(t, fixed.Max(), mustCollect(t, a.Usage(eventHour))[0].Quantity.Grains(), way)
		var dimension *metering.DimensionError
		require.ErrorAs(t, s.Add(metering.Grains(1, metering.Bytes)), &dimension)
		require.ErrorIs(t, add(fixed.FromInt64(-1)), metering.ErrNegative)
	}
}

// TestQuota: one tenant's series end where its quota does, whatever the way in;
// what was refused is told, and others go on.
func TestQuota(t *testing.T) {
	a := metering.NewAggregator(metering.WithSeriesQuota(3))
	key := func(tenant string, i int) *metering.Key {
		return &metering.Key{Account: metering.Account(tenant + "/team"), Meter: metering.InputTokens, Resource: strconv.Itoa(i)}
	}
	for i := range 3 {
		require.NoError(t, a.AddAt(key("acme", i), eventTime, oneToken))
	}
	refused := func(err error) {
		t.Helper()
		var quota *metering.QuotaError
		require.ErrorAs(t, err, &quota)
		require.Equal(t, metering.QuotaError{Tenant: "acme", Limit: 3}, *quota)
		require.ErrorContains(t, err, `"acme"`)
	}
	before := text(t, a.Usage(eventHour))
	refused(a.AddAt(key("acme", 3), eventTime, metering.Grains(10, metering.Token)))
	_, err := a.Series(*key("acme", 3))
	refused(err)
	e := tokens()
	refused(a.Record(e))
	refused(a.Record(lifeEvent("1", metering.Start, eventTime, 1)))
	refused(a.RecordBatch(metering.Batch{Meter: metering.InputTokens, Account: metering.Column{Values: []string{"acme/team"}},
		Resource: metering.Column{Values: []string{"0", "new"}}, Times: []int64{eventTime.UnixNano(), eventTime.UnixNano()}, Amounts: []int64{100, 1000}}))
	refused(a.NewRecorder().AddAt(key("acme", 4), eventTime, metering.GrainsWide(fixed.Max(), metering.Token)))
	require.Equal(t, before, text(t, a.Usage(eventHour)))
	require.EqualValues(t, 2, a.Counts().Refused)

	require.NoError(t, a.AddAt(key("acme", 1), eventTime, oneToken), "what is there goes on")
	require.NoError(t, a.AddAt(key("acme-2", 1), eventTime, oneToken), "and so do others")
	var got []string
	for r := range a.Refused() {
		got = append(got, fmt.Sprint(r.Tenant, " ", r.Meter, " ", r.Additions, " ", r.Quantity))
	}
	require.Equal(t, []string{
		"acme ai.tokens.input 4 170141183460469231731687303715884105727 {token}", // and not less for having no room for more
		"acme ai.tokens.output 1 350 {token}",
		"acme compute.accelerator.time 1 0 {share}.ns", // how long it would have been held is not known
	}, got)

	require.NoError(t, a.Seal(eventHour.End()))
	require.Equal(t, 4, a.Evict())
	require.Error(t, a.AddAt(key("acme", 4), eventTime, oneToken), "late, and no series is made for it")
	for i := range 3 {
		require.NoError(t, a.AddAt(key("acme", 3+i), eventHour.End(), oneToken), "evicted series make room")
	}
}

// TestQuota_Batch: a tenant over its quota keeps a batch out, and the others in
// it neither pay with series nor are told to have been refused.
func TestQuota_Batch(t *testing.T) {
	a := metering.NewAggregator(metering.WithSeriesQuota(1))
	at := eventTime.UnixNano()
	err := a.RecordBatch(metering.Batch{Meter: metering.InputTokens, Account: metering.Column{Values: []string{"good", "greedy/a", "greedy/b", "good2"}},
		Times: []int64{at, at, at, at}, Amounts: []int64{1, 2, 4, 8}})
	var quota *metering.QuotaError
	require.ErrorAs(t, err, &quota)
	require.Equal(t, metering.Account("greedy"), quota.Tenant)
	var row *metering.RowError
	require.ErrorAs(t, err, &row)
	require.Equal(t, 2, row.Row)
	require.Zero(t, a.Counts().Series)
	for r := range a.Refused() {
		require.Equal(t, metering.Refusal{Tenant: "greedy", Meter: metering.InputTokens, Additions: 2, Quantity: metering.Grains(6, metering.Token)}, r)
	}
}

// TestQuota_Evicted: a handle whose series has lost its place is told so, and
// what it brought is told too.
func TestQuota_Evicted(t *testing.T) {
	a := metering.NewAggregator(metering.WithSeriesQuota(1))
	require.NoError(t, a.Advance(eventTime))
	s := tokenSeries(t, a)
	recorder := a.NewRecorder()
	require.NoError(t, recorder.AddTo(s, eventTime, metering.Grains(16, metering.Token)))
	require.Equal(t, 1, a.Evict())
	require.NoError(t, a.AddAt(&metering.Key{Account: "acme", Meter: metering.Requests}, eventTime, metering.Grains(1, metering.Count)))
	var quota *metering.QuotaError
	require.ErrorAs(t, s.Add(oneToken), &quota)
	require.ErrorAs(t, s.AddAt(eventTime, metering.Grains(4, metering.Token)), &quota)
	require.ErrorAs(t, recorder.Flush(), &quota)
	for r := range a.Refused() {
		require.Equal(t, metering.Refusal{Tenant: "acme", Meter: metering.InputTokens, Additions: 3, Quantity: metering.Grains(21, metering.Token)}, r)
	}
}

// TestQuota_LateLife: what a life comes to in sealed windows is added to a series,
// which counts; who asks before recording is told so, too.
func TestQuota_LateLife(t *testing.T) {
	a := metering.NewAggregator(metering.WithSeriesQuota(1))
	require.NoError(t, a.Record(lifeEvent("1", metering.Start, eventTime, 1)))
	require.NoError(t, a.Record(lifeEvent("2", metering.Heartbeat, eventTime.Add(2*time.Hour))))
	require.NoError(t, a.Seal(eventHour.End().Add(2*time.Hour)))
	late := lifeEvent("3", metering.Stop, eventTime.Add(time.Hour))
	var asked, recorded *metering.QuotaError
	require.ErrorAs(t, a.Check(&late), &asked)
	require.ErrorAs(t, a.Record(late), &recorded)
	require.Equal(t, recorded, asked)

	// Of two that need the same series, both are told, and others are not.
	var refused []int
	again, other := late, late
	again.ID, other.Account = "4", "other"
	a.CheckAll([]metering.Event{late, again, other}, func(i int, _ error) { refused = append(refused, i) })
	require.Equal(t, []int{0, 1}, refused)
	require.NoError(t, a.Accept(&late), "no quota refuses what was accepted")
	require.NoError(t, a.Check(&again), "the series is there")
}

// TestCounts_UntimelyLife: an event in a life that is too late is counted as such,
// and asking for it counts nothing.
func TestCounts_UntimelyLife(t *testing.T) {
	a := metering.NewAggregator(metering.WithLateWindow(time.Hour))
	require.NoError(t, a.Seal(eventHour.End().Add(24*time.Hour)))
	old := lifeEvent("1", metering.Start, eventTime, 1)
	require.ErrorIs(t, a.Check(&old), metering.ErrTooLate)
	require.Zero(t, a.Counts().Untimely)
	require.ErrorIs(t, a.Record(old), metering.ErrTooLate)
	require.EqualValues(t, 1, a.Counts().Untimely)
}

// TestEvict: a series goes when it holds nothing that is open, its usage stays,
// and a handle to it stays good.
func TestEvict(t *testing.T) {
	a := metering.NewAggregator(metering.WithCatalogue(sealable(t)))
	require.NoError(t, a.Advance(eventTime))
	s := tokenSeries(t, a)
	hold, err := series(t, a, fullKey).Hold(metering.WholeCards(1), eventTime)
	require.NoError(t, err)
	recorder := a.NewRecorder()
	require.NoError(t, s.AddAt(eventTime, oneToken))
	require.NoError(t, recorder.AddTo(s, eventTime, oneToken))
	require.Equal(t, 1, a.Evict(), "the one that only a holding knows")
	require.NoError(t, s.Add(oneToken))
	require.NoError(t, a.Seal(eventHour.End()))
	require.Equal(t, 1, a.Evict())
	require.Zero(t, a.Counts().Series)
	require.EqualValues(t, 2, a.Counts().Evicted)

	require.NoError(t, recorder.Flush())
	require.NoError(t, s.Add(oneToken))
	require.NoError(t, s.AddAt(eventTime, oneToken))
	require.NoError(t, hold.Stop(eventTime.Add(time.Hour)))
	require.Equal(t, 2, a.Counts().Series)
	require.NotSame(t, s, tokenSeries(t, a))
	rows := mustCollect(t, a.Usage(period(eventHour.Start(), eventHour.End().Add(time.Hour)), metering.ForMeters(metering.InputTokens)))
	require.Len(t, rows, 1)
	require.Equal(t, "5 {token}", rows[0].Quantity.String())
	require.Equal(t, "2 {token}", rows[0].Late.String())
	require.Zero(t, a.Evict(), "late usage is not sealed")
	require.NoError(t, a.Seal(eventHour.End().Add(2*time.Hour)))
	require.Equal(t, 2, a.Evict())
}

// TestClose: whatever is recorded afterwards is refused and counted nowhere.
func TestClose(t *testing.T) {
	a := metering.NewAggregator()
	require.NoError(t, a.Advance(eventTime))
	s := tokenSeries(t, a)
	hold, err := series(t, a, fullKey).Hold(metering.WholeCards(1), eventTime)
	require.NoError(t, err)
	recorder := a.NewRecorder()
	require.NoError(t, s.Add(oneToken))
	require.NoError(t, s.AddAt(eventTime, oneToken))
	require.NoError(t, recorder.AddTo(s, eventTime, oneToken))
	before := text(t, a.Usage(eventHour))
	require.NoError(t, a.Close())
	require.NoError(t, a.Close())

	key := s.Key()
	for name, err := range map[string]error{
		"Add": s.Add(oneToken), "AddAt": s.AddAt(eventTime, oneToken), "key": a.AddAt(&key, eventTime, oneToken),
		"flush": recorder.Flush(), "hold": hold.Stop(eventTime.Add(time.Hour)), "event": a.Record(tokens()),
		"life": a.Record(lifeEvent("1", metering.Start, eventTime, 1)), "seal": a.Seal(eventHour.End()), "advance": a.Advance(eventHour.End()),
		"merge": a.Merge(metering.NewAggregator()),
	} {
		require.ErrorIs(t, err, metering.ErrClosed, name)
	}
	_, err = a.Series(key)
	require.ErrorIs(t, err, metering.ErrClosed)
	require.Equal(t, before, text(t, a.Usage(eventHour)))
}

// TestSeal_TooLateText: how long usage may be late is told as people say it.
func TestSeal_TooLateText(t *testing.T) {
	noon := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	for window, want := range map[time.Duration]string{time.Hour: "1h", 24 * time.Hour: "1 day", 36 * time.Hour: "36h", metering.DefaultLateWindow: "35 days"} {
		a := metering.NewAggregator(metering.WithCatalogue(policies(t)), metering.WithLateWindow(window))
		require.NoError(t, a.Seal(noon))
		err := a.AddAt(&metering.Key{Account: "acme", Meter: crowdMeters[0]}, noon.Add(-window-time.Second), oneToken)
		require.ErrorIs(t, err, metering.ErrTooLate)
		require.ErrorContains(t, err, " is more than "+want+" before 2026-10-01T12:00:00Z")
	}
}
