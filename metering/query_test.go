package metering_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// failing returns the error that a query begins with.
func failing(t *testing.T, a *metering.Aggregator, p metering.Period, opts ...metering.QueryOption) error {
	t.Helper()
	rows, err := collect(a.Usage(p, opts...))
	require.Error(t, err)
	require.Empty(t, rows, "the error comes before any row")
	return err
}

func TestUsage_Refused(t *testing.T) {
	a := recorded(t, tokens())
	var window *metering.WindowError
	day := period(leaseDay.Start(), leaseDay.End())
	for _, p := range []metering.Period{period(day.Start().Add(1), day.End()), period(day.Start(), day.End().Add(-time.Minute)), period(day.Start().Add(time.Minute), day.Start().Add(time.Minute))} {
		require.ErrorAs(t, failing(t, a, p), &window)
		require.Equal(t, 15*time.Minute, window.Width)
	}
	// The calendar's edges, wherever they are in the period, come before rows.
	kathmandu := metering.Days(metering.MustZone("Asia/Kathmandu"))
	hourly := metering.NewAggregator(metering.WithWindow(metering.FullHour))
	record(t, hourly, tokens())
	require.ErrorAs(t, failing(t, hourly, day, metering.Per(kathmandu)), &window)
	require.Equal(t, time.Date(2026, 3, 1, 18, 15, 0, 0, time.UTC), window.Edge)
	require.Len(t, mustCollect(t, a.Usage(day, metering.Per(kathmandu))), 2)
	daily := metering.NewAggregator(metering.WithWindow(metering.FullDay))
	require.ErrorAs(t, failing(t, daily, day, metering.Per(metering.Days(metering.MustZone("Asia/Shanghai")))), &window)
	newfoundland := metering.MustPeriod("2010-11-07T00:00:00Z", "2010-11-08T00:00:00Z")
	require.ErrorAs(t, failing(t, a, newfoundland, metering.Per(metering.Hours(metering.MustZone("America/St_Johns")))), &window)
	require.Empty(t, mustCollect(t, a.Usage(newfoundland, metering.Per(metering.Days(metering.MustZone("America/St_Johns"))))))

	var field *metering.FieldError
	require.ErrorAs(t, failing(t, a, day, metering.Of("acme//x")), &field)
	require.ErrorAs(t, failing(t, a, day, metering.Per(metering.Calendar{})), &field)
	require.ErrorIs(t, failing(t, a, day, metering.ForMeters("compute.acelerator.time")), metering.ErrUnknown)

	require.Empty(t, mustCollect(t, a.Usage(metering.Period{})))
	require.Empty(t, mustCollect(t, metering.NewAggregator().Usage(day)))
}

func TestUsage_Options(t *testing.T) {
	event := func(id string, account metering.Account, resource string, meter metering.MeterID) metering.Event {
		e := tokens()
		e.ID, e.Account, e.Resource, e.Items = id, account, resource, []metering.Item{{Meter: meter, Quantity: metering.Grains(1, metering.Token)}}
		return e
	}
	a := recorded(t,
		event("1", "acme", "r1", metering.InputTokens),
		event("2", "acme", "r2", metering.InputTokens),
		event("3", "acme/vision", "r1", metering.InputTokens),
		event("4", "acme/vision", "", metering.OutputTokens),
		event("5", "acme2", "r1", metering.InputTokens),
		lifeEvent("6", metering.Start, eventHour.Start(), 1), lifeEvent("7", metering.Stop, eventHour.End()))
	keys := func(opts ...metering.QueryOption) (keys []string) {
		for _, u := range mustCollect(t, a.Usage(eventHour, opts...)) {
			keys = append(keys, string(u.Key.Account)+" "+string(u.Key.Meter)+" "+u.Key.Resource+" "+u.Quantity.Grains().String())
		}
		return keys
	}
	all := []string{
		"acme ai.tokens.input r1 1", "acme ai.tokens.input r2 1", "acme compute.accelerator.time gpu-1 259459200000000000000",
		"acme/vision ai.tokens.input r1 1", "acme/vision ai.tokens.output  1", "acme2 ai.tokens.input r1 1",
	}
	require.Equal(t, all, keys())
	require.Equal(t, all, keys(metering.Of(""), metering.ForMeters()))
	require.Equal(t, all[:5], keys(metering.Of("acme")))
	require.Equal(t, all[3:5], keys(metering.Of("acme/vision")))
	require.Empty(t, keys(metering.Of("acm")))
	require.Equal(t, []string{all[4]}, keys(metering.ForMeters(metering.OutputTokens)))
	require.Equal(t, []string{all[2], all[4]}, keys(metering.ForMeters(metering.AcceleratorTime, metering.OutputTokens), metering.Of("acme")))
	require.Equal(t, []string{"acme ai.tokens.input  2", "acme compute.accelerator.time  259459200000000000000",
		"acme/vision ai.tokens.input  1", "acme/vision ai.tokens.output  1", "acme2 ai.tokens.input  1"}, keys(metering.AcrossResources()))

	// Lives, too, are those of a cost centre and of what lies below it.
	vision := lifeEvent("8", metering.Start, eventHour.Start(), 2)
	vision.Account, vision.Resource = "acme/vision/train", "gpu-9"
	gone := vision
	gone.ID, gone.Kind, gone.Time, gone.Items = "9", metering.Stop, eventHour.End(), nil
	record(t, a, vision, gone)
	cards := metering.ForMeters(metering.AcceleratorTime)
	require.Equal(t, []string{"acme/vision/train compute.accelerator.time gpu-9 518918400000000000000"}, keys(metering.Of("acme/vision"), cards))
	require.Len(t, keys(metering.Of("acme"), cards), 2)
	require.Empty(t, keys(metering.Of("acme/other"), cards))

	ids := []metering.MeterID{metering.OutputTokens}
	option := metering.ForMeters(ids...)
	ids[0] = metering.InputTokens
	require.Equal(t, []string{all[4]}, keys(option), "an option keeps what it was given")
}

// TestUsage_RowsAreInOrderOfTimeThenKey, and an iteration can be left and run
// again.
func TestUsage_RowsAreInOrderOfTimeThenKey(t *testing.T) {
	a := recorded(t, lifeEvent("1", metering.Start, at("09:00:00"), 1), lifeEvent("2", metering.Stop, at("12:00:00")), tokens())
	rows := a.Usage(leaseDay, metering.Per(metering.Hours(metering.Zone{})))
	all := mustCollect(t, rows)
	require.Len(t, all, 5)
	for i := 1; i < len(all); i++ {
		c := all[i-1].Period.Compare(all[i].Period)
		require.True(t, c < 0 || c == 0 && all[i-1].Key.Compare(all[i].Key) < 0)
	}
	for n := range 5 {
		var some []metering.Usage
		for u, err := range rows {
			require.NoError(t, err)
			if some = append(some, u); len(some) > n {
				break
			}
		}
		require.Equal(t, all[:n+1], some)
	}
}

// TestUsage_Zero: there is a row where something was counted, also nothing of
// it in the end.
func TestUsage_Zero(t *testing.T) {
	zero := tokens()
	zero.ID, zero.Items = "zero", []metering.Item{{Meter: metering.InputTokens, Quantity: metering.Grains(0, metering.Token)}}
	rows := mustCollect(t, recorded(t, zero).Usage(eventHour))
	require.Len(t, rows, 1)
	require.Equal(t, metering.Grains(0, metering.Token), rows[0].Quantity)
	require.Equal(t, metering.Exact, rows[0].Quality())

	charge, refund := tokens(), adjustment()
	charge.Items = charge.Items[:1]
	rows = mustCollect(t, recorded(t, charge, refund).Usage(eventHour))
	require.Len(t, rows, 1)
	require.True(t, rows[0].Quantity.IsZero())
}

// TestUsage_Quality: exact, mixed, estimated, and an estimate that is put
// right by a measurement.
func TestUsage_Quality(t *testing.T) {
	amount := func(id string, n int64, estimated bool) metering.Event {
		e := adjustment()
		e.ID, e.Estimated, e.Items[0].Quantity = id, estimated, metering.Grains(n, metering.Token)
		return e
	}
	a := metering.NewAggregator()
	for _, step := range []struct {
		e        metering.Event
		n, guess int64
		quality  metering.Quality
	}{
		{amount("1", 5, true), 5, 5, metering.Estimated},
		{amount("2", 7, false), 12, 5, metering.Mixed},
		{amount("3", -5, true), 7, 0, metering.Exact},
	} {
		record(t, a, step.e)
		rows := mustCollect(t, a.Usage(eventHour))
		require.Len(t, rows, 1)
		require.Equal(t, metering.Grains(step.n, metering.Token), rows[0].Quantity)
		require.Equal(t, metering.Grains(step.guess, metering.Token), rows[0].Estimated)
		require.Equal(t, step.quality, rows[0].Quality())
	}
}

// TestUsage_Overflow: a total that leaves 128 bits is an error; one whose parts
// would, in some order, is not.
func TestUsage_Overflow(t *testing.T) {
	amount := func(id string, n fixed.Int128, hours int) metering.Event {
		e := adjustment()
		e.ID, e.Resource, e.Time, e.Items[0].Quantity = id, id, eventTime.Add(time.Duration(hours)*time.Hour), metering.GrainsWide(n, metering.Token)
		return e
	}
	a := recorded(t, amount("1", fixed.Max(), 0), amount("2", fixed.Max(), 1))
	require.Len(t, mustCollect(t, a.Usage(leaseDay)), 2)
	err := failing(t, a, leaseDay, metering.AcrossResources())
	require.ErrorIs(t, err, metering.ErrOverflow)
	require.ErrorContains(t, err, string(metering.InputTokens))
	record(t, a, amount("3", fixed.Min(), 2))
	rows := mustCollect(t, a.Usage(leaseDay, metering.AcrossResources()))
	require.Equal(t, "170141183460469231731687303715884105726 {token}", rows[0].Quantity.String())
}

// TestUsage_WhileRecording: what is recorded between rows may come or not, and
// what was there before is there, once.
func TestUsage_WhileRecording(t *testing.T) {
	a := metering.NewAggregator()
	s := series(t, a, fullKey)
	for h := range 24 {
		require.NoError(t, s.AddAt(leaseDay.Start().Add(time.Duration(h)*time.Hour), metering.Grains(1, metering.CardTime)))
	}
	n := 0
	for u, err := range a.Usage(leaseDay, metering.Per(metering.Hours(metering.Zone{}))) {
		require.NoError(t, err)
		require.Equal(t, "1 {share}.ns", u.Quantity.String())
		// Behind: windows that are new move the ones to come.
		require.NoError(t, s.AddAt(u.Period.Start().Add(-24*time.Hour), metering.Grains(1, metering.CardTime)))
		record(t, a, func() metering.Event { e := tokens(); e.ID = u.Period.String(); return e }())
		n++
	}
	require.Equal(t, 24, n)
}

// TestUsage_Groups_AnyOrder: what rows are grouped by does not depend on which
// option came first.
func TestUsage_Groups_AnyOrder(t *testing.T) {
	a := metering.NewAggregator()
	for i, k := range []metering.Key{
		{Account: "acme/a", SKU: "s", Resource: "r1", Labels: metering.MustLabels("team", "x", "stage", "prod")},
		{Account: "acme/b", SKU: "s", Resource: "r2", Region: "north", Labels: metering.MustLabels("team", "x")},
	} {
		k.Meter = metering.Egress
		require.NoError(t, a.AddAt(&k, eventTime, metering.Grains(int64(i+1), metering.Bytes)))
	}
	for _, tt := range []struct {
		by   metering.QueryOption
		want []string
	}{
		{metering.GroupBy(metering.ByTenant), []string{"acme network.egress"}},
		{metering.GroupBy(), []string{" network.egress"}},
		{metering.GroupBy(metering.ByRegion, metering.ByResource), []string{" network.egress", " network.egress @north"}},
		{metering.GroupByLabel("team"), []string{` network.egress {team="x"}`}},
	} {
		for _, opts := range [][]metering.QueryOption{{tt.by, metering.AcrossResources()}, {metering.AcrossResources(), tt.by}} {
			var got []string
			for _, u := range mustCollect(t, a.Usage(eventHour, opts...)) {
				got = append(got, u.Key.String())
			}
			require.Equal(t, tt.want, got)
		}
	}
}

// TestUsage_WhileDraining: what is drained between rows may come or not, and what
// is sealed behind it is under its own key.
func TestUsage_WhileDraining(t *testing.T) {
	a := metering.NewAggregator()
	add := func(account metering.Account, hour, bytes int) {
		key := metering.Key{Account: account, Meter: metering.Egress}
		at := leaseDay.Start().Add(time.Duration(hour) * time.Hour)
		require.NoError(t, a.AddAt(&key, at, metering.Grains(int64(bytes), metering.Bytes)))
		require.NoError(t, a.Seal(at.Add(time.Hour)))
	}
	for _, account := range []metering.Account{"b", "c"} {
		key := metering.Key{Account: account, Meter: metering.Egress}
		require.NoError(t, a.AddAt(&key, leaseDay.Start(), metering.Grains(1, metering.Bytes)))
	}
	add("c", 1, 1)
	var rows []string
	for u, err := range a.Usage(leaseDay, metering.Per(metering.Hours(metering.Zone{}))) {
		require.NoError(t, err)
		if rows = append(rows, fmt.Sprint(u.Key.Account, " ", u.Quantity)); len(rows) > 1 {
			continue
		}
		_, err := a.Drain()
		require.NoError(t, err)
		add("a", 2, 20)
		add("b", 3, 30)
		add("d", 4, 40)
	}
	require.Equal(t, []string{"b 1 By", "c 1 By", "b 30 By"}, rows, "a and d were not there when it began")
}

// TestUsage_Groups_Refused: an option that says nothing is no sum over all.
func TestUsage_Groups_Refused(t *testing.T) {
	a := recorded(t, tokens())
	for _, by := range []metering.QueryOption{metering.GroupBy(0), metering.GroupBy(metering.ByTenant, 99), metering.GroupByLabel("")} {
		_, err := collect(a.Usage(eventHour, by))
		var field *metering.FieldError
		require.ErrorAs(t, err, &field)
	}
	require.Len(t, mustCollect(t, a.Usage(eventHour, nil, metering.Where(nil))), 2, "no option is none")
	var field *metering.FieldError
	require.ErrorAs(t, a.Merge(nil), &field)
	require.ErrorAs(t, a.NewRecorder().AddTo(nil, eventTime, oneToken), &field)
	require.NotNil(t, metering.NewAggregator(nil))
}
