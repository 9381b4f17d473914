package counter_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/counter"
)

var egress = counter.Target{Key: metering.Key{Account: "acme/web", Meter: metering.Egress, Resource: "eth0", SKU: "std", Region: "north"}, Source: "node-1", Name: "eth0/tx"}

func increase(start, end, quantity string) counter.Increase {
	return counter.Increase{Period: metering.MustPeriod(start, end), Quantity: metering.MustQuantity(quantity)}
}

func TestTarget_Events(t *testing.T) {
	inc := increase("2026-03-01T09:55:00Z", "2026-03-01T10:00:00Z", "1000 By")
	events, err := egress.Events(inc)
	require.NoError(t, err)
	require.Equal(t, []metering.Event{{
		Account: "acme/web", Source: "node-1", ID: "eth0/tx@2026-03-01T10:00:00Z", Time: time.Date(2026, 3, 1, 9, 59, 59, 999999999, time.UTC), Kind: metering.Amount,
		Resource: "eth0", Region: "north", Items: []metering.Item{{Meter: metering.Egress, SKU: "std", Quantity: metering.MustQuantity("1000 By")}},
	}}, events, "a reading on the hour closes the hour before")

	spread := egress
	spread.Placement = counter.Spread
	events, err = spread.Events(increase("2026-03-01T09:59:00Z", "2026-03-01T10:17:00Z", "1000 By"))
	require.NoError(t, err)
	require.Len(t, events, 3)
	for i, want := range []struct{ id, quantity string }{
		{"eth0/tx@2026-03-01T10:17:00Z/2026-03-01T09:59:00Z", "56 By"}, // 1/18 is 55.55…
		{"eth0/tx@2026-03-01T10:17:00Z/2026-03-01T10:00:00Z", "833 By"},
		{"eth0/tx@2026-03-01T10:17:00Z/2026-03-01T10:15:00Z", "111 By"},
	} {
		require.Equal(t, want.id, events[i].ID)
		require.Equal(t, metering.MustQuantity(want.quantity), events[i].Items[0].Quantity)
		require.True(t, events[i].Estimated)
	}

	events, err = spread.Events(increase("2026-03-01T09:59:00Z", "2026-03-01T10:17:00Z", "1 By"))
	require.NoError(t, err)
	require.Len(t, events, 1, "a part of 0 is no event")
	events, err = spread.Events(inc)
	require.NoError(t, err)
	require.Equal(t, "eth0/tx@2026-03-01T10:00:00Z", events[0].ID)
	require.False(t, events[0].Estimated, "it lies in one window")

	inc.Flags = counter.Wrapped | counter.Ambiguous
	events, err = egress.Events(inc)
	require.NoError(t, err)
	require.True(t, events[0].Estimated, "a policy chose it")
	events, err = spread.Events(inc)
	require.NoError(t, err)
	require.True(t, events[0].Estimated, "and so it did in one window")

	inc.Quantity = metering.Grains(0, metering.Bytes)
	for _, none := range []counter.Increase{inc, {}, {Flags: counter.First}} {
		events, err = egress.Events(none)
		require.NoError(t, err)
		require.Empty(t, events)
	}
}

func TestTarget_Refused(t *testing.T) {
	inc := increase("2026-03-01T00:00:00Z", "2026-05-01T00:00:00Z", "1000 By")
	spread := egress
	spread.Placement = counter.Spread
	_, err := spread.Events(inc)
	require.ErrorIs(t, err, counter.ErrParts)
	spread.Width = time.Hour
	events, err := spread.Events(inc)
	require.NoError(t, err)
	require.Len(t, events, 1000, "the other 464 hours have no byte")
	_, err = inc.Parts(counter.Spread, 0)
	require.Error(t, err)
	_, err = inc.Parts(2, time.Hour)
	require.Error(t, err)

	for _, change := range []func(*counter.Target){
		func(t *counter.Target) { t.Name = "" },
		func(t *counter.Target) { t.Name = strings.Repeat("x", 193) },
		func(t *counter.Target) { t.Source = "" },
		func(t *counter.Target) { t.Key.Account = "" },
		func(t *counter.Target) { t.Key.Meter = "" },
	} {
		bad := egress
		change(&bad)
		_, err := bad.Events(inc)
		var ours *counter.FieldError
		var theirs *metering.FieldError
		require.True(t, errors.As(err, &ours) || errors.As(err, &theirs), "%v", err)
	}
	long := egress
	long.Name = strings.Repeat("x", 192)
	long.Placement = counter.Spread
	_, err = long.Events(increase("2026-03-01T09:59:00.123456789Z", "2026-03-01T10:17:00.123456789Z", "1000 By"))
	require.NoError(t, err, "an id has room for two instants")
}
