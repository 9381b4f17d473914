package metering_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

func series(t testing.TB, a *metering.Aggregator, key metering.Key) *metering.Series {
	t.Helper()
	s, err := a.Series(key)
	require.NoError(t, err)
	return s
}

func TestNewAggregator_Options(t *testing.T) {
	a := metering.NewAggregator()
	require.Equal(t, 15*time.Minute, a.Window())
	require.Same(t, metering.DefaultCatalogue(), a.Catalogue())
	for size, want := range map[metering.WindowSize]time.Duration{metering.QuarterHour: 15 * time.Minute, metering.FullHour: time.Hour,
		metering.FullDay: 24 * time.Hour, 99: 15 * time.Minute} {
		require.Equal(t, want, metering.NewAggregator(metering.WithWindow(size)).Window())
	}
	require.Same(t, metering.DefaultCatalogue(), metering.NewAggregator(metering.WithCatalogue(nil)).Catalogue())

	c, err := metering.NewCatalogue(pagesMeter())
	require.NoError(t, err)
	b := metering.NewAggregator(metering.WithCatalogue(c))
	_, err = b.Series(metering.Key{Account: "acme", Meter: metering.Egress})
	require.ErrorIs(t, err, metering.ErrUnknown)
}

func TestAggregator_Series(t *testing.T) {
	a := metering.NewAggregator()
	s := series(t, a, fullKey)
	require.Same(t, s, series(t, a, fullKey))
	require.Equal(t, fullKey, s.Key())
	require.Equal(t, metering.AcceleratorTime, s.Meter().ID)

	var field *metering.FieldError
	_, err := a.Series(metering.Key{})
	require.ErrorAs(t, err, &field)
	_, err = a.Series(metering.Key{Account: "acme", Meter: "no.such.meter"})
	require.ErrorIs(t, err, metering.ErrUnknown)
	require.Equal(t, 1, a.Counts().Series)
}

// TestRecord_Overflow_AllItemsOrNone: an event that overflows any of its
// windows counts in none, makes no series, and can be counted once there is
// room.
func TestRecord_Overflow_AllItemsOrNone(t *testing.T) {
	for _, estimated := range []bool{false, true} {
		a := metering.NewAggregator()
		full := tokens()
		full.ID, full.Estimated = "full", true
		full.Items = []metering.Item{{Meter: metering.OutputTokens, SKU: "m-large", Quantity: metering.GrainsWide(fixed.Max(), metering.Token)}}
		record(t, a, full)
		before, counts := text(t, a.Usage(eventHour)), a.Counts()

		e := tokens()
		e.Estimated = estimated
		require.ErrorIs(t, a.Record(e), metering.ErrOverflow)
		require.ErrorContains(t, a.Record(e), string(metering.OutputTokens))
		counts.Refused += 2
		require.Equal(t, counts, a.Counts(), "no series was made")
		require.Equal(t, before, text(t, a.Usage(eventHour)), "no row was made")

		room := full
		room.ID, room.Kind, room.Adjusts, room.Reason = "room", metering.Adjustment, "full", "far too many"
		room.Items = []metering.Item{{Meter: metering.OutputTokens, SKU: "m-large", Quantity: metering.Grains(-350, metering.Token)}}
		record(t, a, room, e)
		rows := mustCollect(t, a.Usage(eventHour, metering.ForMeters(metering.OutputTokens)))
		require.Equal(t, fixed.Max(), rows[0].Quantity.Grains())
	}
}

// TestRecord_Overflow_OfTheEstimatedPart: quantities that cancel leave the
// estimated part alone to overflow.
func TestRecord_Overflow_OfTheEstimatedPart(t *testing.T) {
	a := metering.NewAggregator()
	amount := func(id string, n fixed.Int128, estimated bool) metering.Event {
		e := adjustment()
		e.ID, e.Estimated, e.Items = id, estimated, []metering.Item{{Meter: metering.InputTokens, Quantity: metering.GrainsWide(n, metering.Token)}}
		return e
	}
	record(t, a, amount("1", fixed.Max(), true), amount("2", fixed.Min(), false))
	before := text(t, a.Usage(eventHour))
	require.ErrorIs(t, a.Record(amount("3", fixed.FromInt64(1), true)), metering.ErrOverflow)
	require.Equal(t, before, text(t, a.Usage(eventHour)))
	record(t, a, amount("4", fixed.FromInt64(1), false))
}

// TestRecord_ItemsOfOneKey add up before they are counted.
func TestRecord_ItemsOfOneKey(t *testing.T) {
	a := metering.NewAggregator()
	e := tokens()
	it := func(n fixed.Int128) metering.Item {
		return metering.Item{Meter: metering.InputTokens, Quantity: metering.GrainsWide(n, metering.Token)}
	}
	e.Items = []metering.Item{it(fixed.Max()), it(fixed.FromInt64(1))}
	require.ErrorIs(t, a.Record(e), metering.ErrOverflow)
	e.Items = []metering.Item{it(fixed.FromInt64(1)), it(fixed.FromInt64(2)), it(fixed.FromInt64(1))}
	record(t, a, e)
	rows := mustCollect(t, a.Usage(eventHour))
	require.Len(t, rows, 1)
	require.Equal(t, "4 {token}", rows[0].Quantity.String())

	// Of a correction, and of what is held, too.
	e = adjustment()
	e.Items = []metering.Item{it(fixed.Min()), it(fixed.FromInt64(-1))}
	require.ErrorIs(t, a.Record(e), metering.ErrOverflow)
	record(t, a, lifeEvent("1", metering.Start, eventHour.Start(), 3, 5), lifeEvent("2", metering.Stop, eventHour.End()))
	rows = mustCollect(t, a.Usage(eventHour, metering.ForMeters(metering.AcceleratorTime)))
	require.Len(t, rows, 1)
	require.Equal(t, metering.MustQuantity("8 {card}.h"), rows[0].Quantity)
}

func TestMerge_Refused(t *testing.T) {
	refused := func(a, b *metering.Aggregator, want error) {
		t.Helper()
		beforeA, beforeB := text(t, a.Usage(eventHour)), text(t, b.Usage(eventHour))
		countsA, countsB := a.Counts(), b.Counts()
		err := a.Merge(b)
		if want != nil {
			require.ErrorIs(t, err, want)
		} else {
			var field *metering.FieldError
			require.ErrorAs(t, err, &field)
		}
		require.Equal(t, beforeA, text(t, a.Usage(eventHour)))
		require.Equal(t, beforeB, text(t, b.Usage(eventHour)))
		require.Equal(t, countsA, a.Counts())
		require.Equal(t, countsB, b.Counts())
	}
	another := tokens()
	another.Items = another.Items[:1]
	second := tokens()
	second.ID = "req-2"

	a := recorded(t, tokens())
	refused(a, a, metering.ErrOverlap)
	refused(a, recorded(t, tokens(), second), metering.ErrOverlap)
	refused(a, recorded(t, another, second), metering.ErrConflict)
	refused(recorded(t, tokens(), second), recorded(t, another, second), metering.ErrConflict)

	refused(metering.NewAggregator(metering.WithWindow(metering.FullHour)), recorded(t, tokens()), nil)
	more, err := metering.DefaultCatalogue().With(pagesMeter())
	require.NoError(t, err)
	refused(metering.NewAggregator(metering.WithCatalogue(more)), recorded(t, tokens()), nil)
	same, err := metering.NewCatalogue()
	require.NoError(t, err)
	same, err = same.With(collectMeters(metering.DefaultCatalogue())...)
	require.NoError(t, err)
	require.NoError(t, metering.NewAggregator(metering.WithCatalogue(same)).Merge(recorded(t, tokens())), "another catalogue of the same meters")

	// An overflow of one series of many.
	full := tokens()
	full.ID, full.Items = "full", []metering.Item{{Meter: metering.OutputTokens, SKU: "m-large", Quantity: metering.GrainsWide(fixed.Max(), metering.Token)}}
	refused(recorded(t, full), recorded(t, tokens(), second), metering.ErrOverflow)
	refused(recorded(t, tokens(), second), recorded(t, full), metering.ErrOverflow)
}

func collectMeters(c *metering.Catalogue) (meters []metering.Meter) {
	for m := range c.All() {
		meters = append(meters, m)
	}
	return meters
}

// TestMerge_HotPathTwice: usage without identity is added each time.
func TestMerge_HotPathTwice(t *testing.T) {
	a, b := metering.NewAggregator(), metering.NewAggregator()
	require.NoError(t, series(t, b, fullKey).AddAt(eventTime, metering.Grains(5, metering.CardTime)))
	require.NoError(t, a.Merge(b))
	require.NoError(t, a.Merge(b))
	require.Equal(t, "10 {share}.ns", mustCollect(t, a.Usage(eventHour))[0].Quantity.String())
	require.Equal(t, metering.Counts{Series: 1}, a.Counts())
}

func TestAggregator_Counts(t *testing.T) {
	a := metering.NewAggregator()
	conflict := tokens()
	conflict.Region = "elsewhere"
	record(t, a, tokens(), tokens(), tokens(), lifeEvent("1", metering.Stop, eventTime), lifeEvent("2", metering.Start, eventTime.Add(time.Hour), 8))
	require.Error(t, a.Record(conflict))
	require.Error(t, a.Record(metering.Event{}))
	require.NoError(t, series(t, a, fullKey).AddAt(eventTime, metering.Grains(0, metering.CardTime)))
	require.Error(t, series(t, a, fullKey).AddAt(eventTime, metering.Grains(-1, metering.CardTime)))
	want := metering.Counts{Events: 3, Duplicates: 2, Conflicts: 1, Refused: 1, Series: 3, Anomalies: 1}
	require.Equal(t, want, a.Counts())

	// What the stop belongs to arrives late: it fits now.
	record(t, a, lifeEvent("0", metering.Start, eventTime.Add(-time.Hour), 8))
	want.Events, want.Anomalies = 4, 0
	require.Equal(t, want, a.Counts())

	sum := map[string]int64{}
	for v := range a.Health() {
		sum[v.Name+" "+v.Outcome] += v.Value
	}
	require.Equal(t, map[string]int64{"aggregator.events counted": 4, "aggregator.events duplicate": 2, "aggregator.events conflict": 1,
		"aggregator.events refused": 1, "aggregator.untimely ": 0, "aggregator.series ": 3, "aggregator.series.shared ": 0, "aggregator.series.evicted ": 0, "aggregator.anomalies ": 0,
		"aggregator.quota.refused ": 0, "aggregator.refusals invalid": 1, "aggregator.refusals unknown-meter": 0,
		"aggregator.refusals quota": 0, "aggregator.refusals untimely": 0, "aggregator.refusals overflow": 0}, sum)
	for range a.Health() { // an iteration can be left
		break
	}
}
