package metering_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

var eventTime = time.Date(2026, 3, 1, 9, 7, 30, 1, time.UTC)

// tokens is a plain event, and hour the period of its time.
func tokens() metering.Event {
	return metering.Event{Account: "acme/chat", Source: "gateway", ID: "req-1", Time: eventTime, Kind: metering.Amount, Region: "cn-north-1",
		Labels: metering.MustLabels("model", "m-large"),
		Items: []metering.Item{
			{Meter: metering.InputTokens, SKU: "m-large", Quantity: metering.Grains(1200, metering.Token)},
			{Meter: metering.OutputTokens, SKU: "m-large", Quantity: metering.Grains(350, metering.Token)},
		}}
}

var eventHour = metering.MustPeriod("2026-03-01T09:00:00Z", "2026-03-01T10:00:00Z")

// lifeEvent is an event in the life of a resource that holds cards.
func lifeEvent(id string, kind metering.Kind, at time.Time, cards ...int32) metering.Event {
	e := metering.Event{Account: "acme", Source: "scheduler", ID: id, Time: at, Kind: kind, Resource: "gpu-1"}
	for _, n := range cards {
		e.Items = append(e.Items, metering.Item{Meter: metering.AcceleratorTime, SKU: "H100", Quantity: metering.WholeCards(n)})
	}
	return e
}

func adjustment() metering.Event {
	e := tokens()
	e.ID, e.Kind, e.Adjusts, e.Reason = "req-1/fix", metering.Adjustment, "req-1", "counted twice by the proxy"
	e.Items = e.Items[:1]
	e.Items[0].Quantity = metering.Grains(-1200, metering.Token)
	return e
}

// refusals has every way in which an event alone, or with a catalogue, is
// refused: the error, and the field it names.
var refusals = []struct {
	name  string
	event func() metering.Event
	want  error  // a sentinel, or
	field string // the field of a *FieldError
}{
	{"no account", change(func(e *metering.Event) { e.Account = "" }), nil, "account"},
	{"an account of empty names", change(func(e *metering.Event) { e.Account = "acme//x" }), nil, "account"},
	{"no source", change(func(e *metering.Event) { e.Source = "" }), nil, "source"},
	{"no id", change(func(e *metering.Event) { e.ID = "" }), nil, "id"},
	{"bad UTF-8 in the source", change(func(e *metering.Event) { e.Source = "a\xff" }), nil, "source"},
	{"a control character in the id", change(func(e *metering.Event) { e.ID = "a\nb" }), nil, "id"},
	{"NUL in the resource", change(func(e *metering.Event) { e.Resource = "\x00" }), nil, "resource"},
	{"a C1 control in the region", change(func(e *metering.Event) { e.Region = "\u009b" }), nil, "region"},
	{"a long id", change(func(e *metering.Event) { e.ID = strings.Repeat("x", metering.MaxNameBytes+1) }), nil, "id"},
	{"a long region", change(func(e *metering.Event) { e.Region = strings.Repeat("x", metering.MaxNameBytes+1) }), nil, "region"},
	{"a long SKU", change(func(e *metering.Event) { e.Items[1].SKU = strings.Repeat("x", metering.MaxNameBytes+1) }), nil, "SKU"},
	{"a long reason", fix(func(e *metering.Event) { e.Reason = strings.Repeat("x", 1025) }), nil, "reason"},

	{"no time", change(func(e *metering.Event) { e.Time = time.Time{} }), metering.ErrTimeRange, ""},
	{"1969", change(func(e *metering.Event) { e.Time = time.Date(1969, 12, 31, 23, 59, 59, 999999999, time.UTC) }), metering.ErrTimeRange, ""},
	{"2200", change(func(e *metering.Event) { e.Time = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC) }), metering.ErrTimeRange, ""},
	{"2262, near the end of int64", change(func(e *metering.Event) { e.Time = time.Date(2262, 4, 11, 0, 0, 0, 0, time.UTC) }), metering.ErrTimeRange, ""},
	{"2263, past it", change(func(e *metering.Event) { e.Time = time.Date(2263, 1, 1, 0, 0, 0, 0, time.UTC) }), metering.ErrTimeRange, ""},
	{"year 292277026596", change(func(e *metering.Event) { e.Time = time.Unix(1<<62, 0) }), metering.ErrTimeRange, ""},

	{"no kind", change(func(e *metering.Event) { e.Kind = 0 }), nil, "kind"},
	{"a kind there is not", change(func(e *metering.Event) { e.Kind = metering.Adjustment + 1 }), nil, "kind"},
	{"no items", change(func(e *metering.Event) { e.Items = nil }), nil, "items"},
	{"too many items", change(func(e *metering.Event) {
		for range metering.MaxItems {
			e.Items = append(e.Items, e.Items[0])
		}
	}), nil, "items"},
	{"a stop of nothing", life(metering.Stop, func(e *metering.Event) { e.Resource = "" }), nil, "resource"},
	{"a level of nothing", life(metering.Level, func(e *metering.Event) { e.Resource = "" }, 8), nil, "resource"},
	{"a stop with items", life(metering.Stop, func(*metering.Event) {}, 8), nil, "items"},
	{"a start without items", life(metering.Start, func(*metering.Event) {}), nil, "items"},
	{"an estimated heartbeat", life(metering.Heartbeat, func(e *metering.Event) { e.Estimated = true }), nil, "estimated"},
	{"an adjustment of nothing", fix(func(e *metering.Event) { e.Adjusts = "" }), nil, "adjusts"},
	{"an adjustment without a reason", fix(func(e *metering.Event) { e.Reason = "" }), nil, "reason"},
	{"an amount that adjusts", change(func(e *metering.Event) { e.Adjusts = "req-0" }), nil, "adjusts"},
	{"an amount with a reason", change(func(e *metering.Event) { e.Reason = "because" }), nil, "reason"},
	{"a meter that is no id", change(func(e *metering.Event) { e.Items[1].Meter = "A B" }), nil, "meter"},
	{"no quantity", change(func(e *metering.Event) { e.Items[1].Quantity = metering.Quantity{} }), nil, "quantity"},
	{"a quantity of no dimension", change(func(e *metering.Event) { e.Items[1].Quantity = metering.Grains(1, 200) }), nil, "quantity"},

	{"an unknown meter", change(func(e *metering.Event) { e.Items[1].Meter = "ai.tokens.thought" }), metering.ErrUnknown, ""},
	{"a negative amount", change(func(e *metering.Event) { e.Items[1].Quantity = metering.Grains(-1, metering.Token) }), metering.ErrNegative, ""},
	{"a negative capacity", life(metering.Start, func(*metering.Event) {}, -1), metering.ErrNegative, ""},
	{"a start of tokens", life(metering.Start, func(e *metering.Event) {
		e.Items = []metering.Item{{Meter: metering.InputTokens, Quantity: metering.Grains(1, metering.Token)}}
	}), nil, "meter"},
	{"a capacity that overflows in time", life(metering.Level, func(e *metering.Event) {
		e.Items = []metering.Item{{Meter: metering.MemoryTime, Quantity: metering.MustQuantity("24000000000000000000 By")}}
	}), metering.ErrOverflow, ""},
	{"capacities that together overflow in time", life(metering.Level, func(e *metering.Event) {
		it := metering.Item{Meter: metering.MemoryTime, Quantity: metering.MustQuantity("12000000000000000000 By")}
		e.Items = []metering.Item{it, it}
	}), metering.ErrOverflow, ""},
}

func change(set func(*metering.Event)) func() metering.Event {
	return func() metering.Event {
		e := tokens()
		set(&e)
		return e
	}
}

func fix(set func(*metering.Event)) func() metering.Event {
	return func() metering.Event {
		e := adjustment()
		set(&e)
		return e
	}
}

func life(kind metering.Kind, set func(*metering.Event), cards ...int32) func() metering.Event {
	return func() metering.Event {
		e := lifeEvent("1", kind, eventTime, cards...)
		set(&e)
		return e
	}
}

// TestRecord_Refused: each refusal is a typed error that names the field, is
// counted, and changes nothing else.
func TestRecord_Refused(t *testing.T) {
	for _, tt := range refusals {
		t.Run(tt.name, func(t *testing.T) {
			a := recorded(t, func() metering.Event { e := tokens(); e.ID = "before"; return e }())
			before, counts := text(t, a.Usage(eventHour)), a.Counts()
			err := a.Record(tt.event())
			if tt.want != nil {
				require.ErrorIs(t, err, tt.want)
			} else {
				var field *metering.FieldError
				require.ErrorAs(t, err, &field)
				require.Equal(t, tt.field, field.Field)
				require.LessOrEqual(t, len(field.Value), 64+len("…"))
			}
			require.Less(t, len(err.Error()), 300)
			counts.Refused++
			require.Equal(t, counts, a.Counts())
			require.Equal(t, before, text(t, a.Usage(eventHour)))
		})
	}
}

func TestRecord_WrongDimension(t *testing.T) {
	a := metering.NewAggregator()
	e := tokens()
	e.Items[1].Quantity = metering.MustQuantity("1 By")
	var dimension *metering.DimensionError
	require.ErrorAs(t, a.Record(e), &dimension)
	require.Equal(t, metering.DimensionError{Got: metering.Bytes, Want: metering.Token, Meter: metering.OutputTokens}, *dimension)
	require.ErrorContains(t, dimension, `meter "ai.tokens.output"`)

	// A capacity is in what is held, an amount in what that comes to over time.
	start := lifeEvent("1", metering.Start, eventTime, 8)
	start.Items[0].Quantity = metering.MustQuantity("8 {card}.h")
	require.ErrorAs(t, a.Record(start), &dimension)
	require.Equal(t, metering.DimensionError{Got: metering.CardTime, Want: metering.Cards, Meter: metering.AcceleratorTime}, *dimension)
	require.Equal(t, metering.Counts{Refused: 2}, a.Counts())
}

func TestEvent_Validate(t *testing.T) {
	for _, e := range []metering.Event{tokens(), adjustment(), lifeEvent("1", metering.Start, eventTime, 8), lifeEvent("1", metering.Stop, eventTime),
		func() metering.Event {
			e := tokens()
			e.Resource, e.Region, e.Labels = "", "", metering.Labels{}
			return e
		}()} {
		require.NoError(t, e.Validate())
	}
}

// TestEvent_Body: an event is what all of its fields say, but for the order of
// its items and the zone of its time.
func TestEvent_Body(t *testing.T) {
	base := adjustment()
	base.Items = append(base.Items, metering.Item{Meter: metering.OutputTokens, SKU: "m-large", Quantity: metering.Grains(5, metering.Token)})
	with := func(set func(*metering.Event)) metering.Event {
		e := base
		e.Items = append([]metering.Item{}, base.Items...)
		set(&e)
		return e
	}
	for name, same := range map[string]metering.Event{
		"again":            base,
		"in another zone":  with(func(e *metering.Event) { e.Time = e.Time.In(time.FixedZone("x", 3600)) }),
		"items swapped":    with(func(e *metering.Event) { e.Items[0], e.Items[1] = e.Items[1], e.Items[0] }),
		"labels made anew": with(func(e *metering.Event) { e.Labels = metering.MustLabels("model", "m-large") }),
	} {
		a := recorded(t, base)
		require.NoError(t, a.Record(same), name)
		require.EqualValues(t, 1, a.Counts().Duplicates, name)
		require.EqualValues(t, 1, a.Counts().Events, name)
	}
	for name, other := range map[string]metering.Event{
		"cost centre": with(func(e *metering.Event) { e.Account = "acme/other" }),
		"time":        with(func(e *metering.Event) { e.Time = e.Time.Add(1) }),
		"kind": with(func(e *metering.Event) {
			e.Kind, e.Adjusts, e.Reason, e.Items[0].Quantity = metering.Amount, "", "", metering.Grains(1, metering.Token)
		}),
		"resource":   with(func(e *metering.Event) { e.Resource = "r" }),
		"region":     with(func(e *metering.Event) { e.Region = "" }),
		"labels":     with(func(e *metering.Event) { e.Labels = metering.Labels{} }),
		"estimated":  with(func(e *metering.Event) { e.Estimated = true }),
		"adjusts":    with(func(e *metering.Event) { e.Adjusts = "req-2" }),
		"reason":     with(func(e *metering.Event) { e.Reason = "another" }),
		"meter":      with(func(e *metering.Event) { e.Items[0].Meter = metering.CachedTokens }),
		"SKU":        with(func(e *metering.Event) { e.Items[0].SKU = "" }),
		"quantity":   with(func(e *metering.Event) { e.Items[0].Quantity = metering.Grains(-1201, metering.Token) }),
		"an item":    with(func(e *metering.Event) { e.Items = e.Items[:1] }),
		"item twice": with(func(e *metering.Event) { e.Items = append(e.Items, e.Items[0]) }),
	} {
		a := recorded(t, base)
		before := text(t, a.Usage(eventHour))
		require.ErrorIs(t, a.Record(other), metering.ErrConflict, name)
		require.Equal(t, metering.Counts{Events: 1, Conflicts: 1, Series: 2}, a.Counts(), name)
		require.Equal(t, before, text(t, a.Usage(eventHour)), "the first one stands")
	}
	for name, another := range map[string]metering.Event{
		"tenant": with(func(e *metering.Event) { e.Account = "other/chat" }),
		"source": with(func(e *metering.Event) { e.Source = "gateway-2" }),
		"id":     with(func(e *metering.Event) { e.ID = "req-9" }),
	} {
		a := recorded(t, base)
		require.NoError(t, a.Record(another), name)
		require.EqualValues(t, 2, a.Counts().Events, name)
	}
}

// TestRecord_ItemsAreTheCallersAgain: what is done to an event afterwards does
// not reach the aggregator.
func TestRecord_ItemsAreTheCallersAgain(t *testing.T) {
	a := metering.NewAggregator()
	start := lifeEvent("1", metering.Start, eventTime, 8)
	record(t, a, start, lifeEvent("2", metering.Stop, eventTime.Add(time.Hour)))
	day := metering.MustPeriod("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")
	before := text(t, a.Usage(day))
	require.NotEmpty(t, before)
	start.Items[0] = metering.Item{Meter: metering.Egress, Quantity: metering.MustQuantity("1 By")}
	require.Equal(t, before, text(t, a.Usage(day)))

	e := tokens()
	record(t, a, e)
	before = text(t, a.Usage(day))
	e.Items[0].Quantity = metering.Grains(9, metering.Token)
	require.Equal(t, before, text(t, a.Usage(day)))
	require.ErrorIs(t, a.Record(e), metering.ErrConflict)
}

func TestEvent_JSON(t *testing.T) {
	for _, e := range []metering.Event{tokens(), adjustment(), lifeEvent("1", metering.Level, eventTime, 8), {}} {
		text, err := json.Marshal(e)
		require.NoError(t, err)
		var back metering.Event
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, e, back)
	}
	require.Equal(t, metering.Identity{Tenant: "acme", Source: "gateway", ID: "req-1"}, tokens().Identity())
}

// FuzzEvent_Identity: two events are the same exactly when tenant, source and
// id are, however text runs together.
func FuzzEvent_Identity(f *testing.F) {
	f.Add("acme", "a-1", "2", "acme", "a", "1-2")
	f.Add("acme", "a", "1", "acme/x", "a", "1")
	f.Add("acme", "s", "1", "acme", "s1", "")
	f.Add("a/b", "c", "d", "a", "b/c", "d")
	f.Add("a", "b|c", "d", "a", "b", "c|d")
	f.Add("ab", "c", "d", "a", "bc", "d")
	f.Fuzz(func(t *testing.T, account1, source1, id1, account2, source2, id2 string) {
		one, two := tokens(), tokens()
		one.Account, one.Source, one.ID = metering.Account(account1), source1, id1
		two.Account, two.Source, two.ID = metering.Account(account2), source2, id2
		a := metering.NewAggregator()
		if a.Record(one) != nil || two.Validate() != nil {
			return
		}
		err := a.Record(two)
		switch {
		case one.Identity() != two.Identity():
			require.NoError(t, err)
			require.EqualValues(t, 2, a.Counts().Events)
		case one.Account != two.Account:
			require.ErrorIs(t, err, metering.ErrConflict)
		default:
			require.NoError(t, err)
			require.EqualValues(t, 1, a.Counts().Duplicates)
		}
	})
}
