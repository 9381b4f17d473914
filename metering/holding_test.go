package metering_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

var leaseDay = metering.MustPeriod("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")

func at(clock string) time.Time {
	at, err := time.Parse("2006-01-02 15:04:05.999999999", "2026-03-01 "+clock)
	if err != nil {
		panic(err)
	}
	return at
}

func lease(t testing.TB, cards int32, clock string) (*metering.Aggregator, *metering.Series, metering.Lease) {
	t.Helper()
	a := metering.NewAggregator()
	s := series(t, a, metering.Key{Account: "acme", Meter: metering.AcceleratorTime, SKU: "H100"})
	l, err := s.Start(metering.WholeCards(cards), at(clock))
	require.NoError(t, err)
	return a, s, l
}

func cardHours(t testing.TB, a *metering.Aggregator) string {
	t.Helper()
	var sum metering.Quantity
	for _, u := range mustCollect(t, a.Usage(leaseDay)) {
		var err error
		sum, err = sum.Add(u.Quantity)
		require.NoError(t, err)
	}
	v, err := sum.In(metering.MustUnit("{card}.h"), 9)
	require.NoError(t, err)
	return v.String()
}

// TestHolding_Life: the eight cards of the first page.
func TestHolding_Life(t *testing.T) {
	a, _, l := lease(t, 8, "09:00:00")
	require.Equal(t, "0", cardHours(t, a), "nothing is counted before it is seen")
	require.NoError(t, l.Observe(at("10:00:00")))
	require.Equal(t, "8", cardHours(t, a))
	require.NoError(t, l.Observe(at("10:00:00")))
	require.NoError(t, l.Resize(metering.WholeCards(16), at("10:30:00")))
	require.Equal(t, "12", cardHours(t, a))
	require.NoError(t, l.Pause(at("11:00:00")))
	require.Equal(t, "20", cardHours(t, a))
	require.NoError(t, l.Observe(at("12:00:00")))
	require.NoError(t, l.Resume(at("13:00:00")))
	require.Equal(t, "20", cardHours(t, a), "a pause holds nothing")
	require.NoError(t, l.Set(metering.Grains(0, metering.Cards), at("13:30:00")))
	require.NoError(t, l.Set(metering.WholeCards(1), at("14:00:00")))
	require.NoError(t, l.Stop(at("14:00:00.000000036")))
	require.Equal(t, "28.00000000001", cardHoursOf(t, a, 11))
	require.Len(t, mustCollect(t, a.Usage(leaseDay, metering.Per(metering.Hours(metering.Zone{})))), 4, "hours in which nothing was held have no row")
}

func cardHoursOf(t testing.TB, a *metering.Aggregator, places int) string {
	t.Helper()
	v, err := mustCollect(t, a.Usage(leaseDay))[0].Quantity.In(metering.MustUnit("{card}.h"), places)
	require.NoError(t, err)
	return v.String()
}

func TestHolding_ZeroLength(t *testing.T) {
	a, _, l := lease(t, 8, "09:00:00")
	require.NoError(t, l.Stop(at("09:00:00")))
	require.Empty(t, mustCollect(t, a.Usage(leaseDay)))
}

func TestHolding_States(t *testing.T) {
	start := at("09:00:00")
	later := at("10:00:00")
	cards := metering.WholeCards(8)
	verbs := map[string]func(metering.Holding, time.Time) error{
		"set":     func(h metering.Holding, t time.Time) error { return h.Set(cards, t) },
		"resize":  func(h metering.Holding, t time.Time) error { return h.Resize(cards, t) },
		"observe": metering.Holding.Observe,
		"pause":   metering.Holding.Pause,
		"resume":  metering.Holding.Resume,
		"stop":    metering.Holding.Stop,
	}
	allowed := map[string]map[string]error{
		"held":    {"resume": metering.ErrState},
		"paused":  {"pause": metering.ErrState, "set": metering.ErrState, "resize": metering.ErrState},
		"stopped": {"set": metering.ErrClosed, "resize": metering.ErrClosed, "observe": metering.ErrClosed, "pause": metering.ErrClosed, "resume": metering.ErrClosed, "stop": metering.ErrClosed},
	}
	for state, refused := range allowed {
		for verb, call := range verbs {
			t.Run(verb+" while "+state, func(t *testing.T) {
				a, _, l := lease(t, 8, "09:00:00")
				switch state {
				case "paused":
					require.NoError(t, l.Pause(start))
				case "stopped":
					require.NoError(t, l.Stop(start))
				}
				if state != "stopped" {
					for _, bad := range []time.Time{start.Add(-1), {}, time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)} {
						require.Error(t, call(l, bad), "%v", bad)
					}
				}
				err := call(l, later)
				if want := refused[verb]; want != nil {
					require.ErrorIs(t, err, want)
					require.Equal(t, "0", cardHours(t, a), "what is refused changes nothing")
					return
				}
				require.NoError(t, err)
				require.Equal(t, map[string]string{"held": "8", "paused": "0"}[state], cardHours(t, a))
			})
		}
	}
	_, _, l := lease(t, 8, "09:00:00")
	require.ErrorIs(t, l.Stop(start.Add(-1)), metering.ErrState, "a stop before the start")
	require.NoError(t, l.Stop(start))
}

func TestSeries_Hold_Refused(t *testing.T) {
	a := metering.NewAggregator()
	s := series(t, a, fullKey)
	_, err := s.Hold(metering.WholeCards(1), time.Time{})
	require.ErrorIs(t, err, metering.ErrTimeRange)
	var dimension *metering.DimensionError
	for _, q := range []metering.Quantity{metering.MustQuantity("1 {card}.h"), metering.MustQuantity("1 By"), {}} {
		_, err = s.Hold(q, eventTime)
		require.ErrorAs(t, err, &dimension)
	}
	_, err = s.Hold(metering.WholeCards(-1), eventTime)
	require.ErrorIs(t, err, metering.ErrNegative)
	_, err = s.Hold(metering.GrainsWide(pow2(65), metering.Cards), eventTime)
	require.ErrorIs(t, err, metering.ErrOverflow, "what could never be stopped is not started")
	_, err = series(t, a, metering.Key{Account: "acme", Meter: metering.Egress}).Hold(metering.MustQuantity("1 By"), eventTime)
	var field *metering.FieldError
	require.ErrorAs(t, err, &field)

	h, err := s.Hold(metering.WholeCards(1), eventTime)
	require.NoError(t, err)
	require.ErrorAs(t, h.Set(metering.Grains(1, metering.Token), eventTime), &dimension)
	require.ErrorIs(t, h.Set(metering.WholeCards(-1), eventTime), metering.ErrNegative)
	require.ErrorIs(t, h.Set(metering.GrainsWide(pow2(65), metering.Cards), eventTime), metering.ErrOverflow)
	require.Empty(t, mustCollect(t, a.Usage(eventHour)))
}

// TestHolding_Overflow_AllWindowsOrNone: a span over several windows of which
// one is full is not booked at all, and makes no window.
// TestLaw_Holding_AdjustIsSet: adjusting by differences holds what setting their
// sums does, and what is refused changes nothing.
func TestLaw_Holding_AdjustIsSet(t *testing.T) {
	law(t, func(t *testing.T, r random) {
		sets, adjusts := metering.NewAggregator(), metering.NewAggregator()
		held := r.Int64N(100)
		set, err := series(t, sets, fullKey).Hold(metering.Grains(held, metering.Cards), eventTime)
		require.NoError(t, err)
		adjust, err := series(t, adjusts, fullKey).Hold(metering.Grains(held, metering.Cards), eventTime)
		require.NoError(t, err)
		at := eventTime
		for range 1 + r.IntN(8) {
			at = at.Add(time.Duration(r.Int64N(int64(20 * time.Minute))))
			difference := r.Int64N(200) - 100
			err := adjust.Adjust(metering.Grains(difference, metering.Cards), at)
			if held+difference < 0 {
				require.ErrorIs(t, err, metering.ErrNegative)
				continue
			}
			require.NoError(t, err)
			held += difference
			require.NoError(t, set.Set(metering.Grains(held, metering.Cards), at))
		}
		at = at.Add(time.Minute)
		require.NoError(t, set.Stop(at))
		require.NoError(t, adjust.Stop(at))
		day := metering.MustPeriod("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")
		require.Equal(t, text(t, sets.Usage(day)), text(t, adjusts.Usage(day)))
		require.ErrorIs(t, adjust.Adjust(metering.Grains(1, metering.Cards), at), metering.ErrClosed)
	})
}

func TestHolding_Adjust_Refused(t *testing.T) {
	a := metering.NewAggregator()
	h, err := series(t, a, fullKey).Hold(metering.WholeCards(2), eventTime)
	require.NoError(t, err)
	var dimension *metering.DimensionError
	require.ErrorAs(t, h.Adjust(metering.Grains(1, metering.Token), eventTime), &dimension)
	require.ErrorIs(t, h.Adjust(metering.WholeCards(-3), eventTime), metering.ErrNegative)
	require.ErrorIs(t, h.Adjust(metering.GrainsWide(pow2(65), metering.Cards), eventTime), metering.ErrOverflow)
	require.ErrorIs(t, h.Adjust(metering.WholeCards(1), eventTime.Add(-1)), metering.ErrState)
	require.ErrorIs(t, h.Adjust(metering.WholeCards(1), time.Time{}), metering.ErrTimeRange)
	require.NoError(t, h.Pause(eventTime))
	require.ErrorIs(t, h.Adjust(metering.WholeCards(1), eventTime), metering.ErrState)
	require.NoError(t, h.Resume(eventTime))
	require.NoError(t, h.Stop(eventTime.Add(time.Minute)))
	require.Equal(t, metering.MustQuantity("2 {card}.min"), mustCollect(t, a.Usage(eventHour))[0].Quantity)
}

func TestHolding_Overflow_AllWindowsOrNone(t *testing.T) {
	a, s, l := lease(t, 8, "09:00:00")
	full, _ := fixed.Max().Sub(fixed.FromInt64(5))
	require.NoError(t, s.AddAt(at("10:20:00"), metering.GrainsWide(full, metering.CardTime)))
	before, counts := text(t, a.Usage(leaseDay, metering.Per(metering.Hours(metering.Zone{})))), a.Counts()
	for _, call := range []func(time.Time) error{l.Observe, l.Stop, l.Pause} {
		require.ErrorIs(t, call(at("12:00:00")), metering.ErrOverflow)
		require.Equal(t, before, text(t, a.Usage(leaseDay, metering.Per(metering.Hours(metering.Zone{})))))
		require.Equal(t, counts, a.Counts())
	}
	require.NoError(t, l.Observe(at("10:15:00")), "up to the full window there is room")
	require.Len(t, mustCollect(t, a.Usage(metering.MustPeriod("2026-03-01T09:00:00Z", "2026-03-01T10:15:00Z"))), 1)
}

// TestHolding_TheWholeRange: a capacity as large as there may be, held for as
// long as there is time.
func TestHolding_TheWholeRange(t *testing.T) {
	a := metering.NewAggregator(metering.WithWindow(metering.FullDay))
	s := series(t, a, fullKey)
	most, _, _ := fixed.Max().Div(fixed.FromInt64(lastInstant.UnixNano()+1), fixed.Down)
	more, _ := most.Add(fixed.FromInt64(1))
	_, err := s.Hold(metering.GrainsWide(more, metering.Cards), firstInstant)
	require.ErrorIs(t, err, metering.ErrOverflow)
	h, err := s.Hold(metering.GrainsWide(most, metering.Cards), firstInstant)
	require.NoError(t, err)
	require.NoError(t, h.Stop(lastInstant))
	want, ok := most.MulInt64(lastInstant.UnixNano())
	require.True(t, ok)
	rows := mustCollect(t, a.Usage(period(firstInstant, lastInstant.Add(1))))
	require.Equal(t, want, rows[0].Quantity.Grains())
}
