package metering_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

// Refused events are sorted by reason, and what a quota kept out is counted on the
// hot path too.
func TestAggregator_Health_Reasons(t *testing.T) {
	at := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	agg := metering.NewAggregator(metering.WithSeriesQuota(1))
	event := func(id string, meter metering.MeterID, sku string, q metering.Quantity, at time.Time) metering.Event {
		return metering.Event{Account: "acme", Source: "api", ID: id, Time: at, Kind: metering.Amount, Items: []metering.Item{{Meter: meter, SKU: sku, Quantity: q}}}
	}
	one := metering.Grains(1, metering.Count)
	most := metering.MustQuantity("170141183460469231731687303715884105727 1")
	require.NoError(t, agg.Record(event("1", metering.Requests, "", one, at)))
	require.Error(t, agg.Record(event("", metering.Requests, "", one, at)))
	require.Error(t, agg.Record(event("2", metering.Requests, "", metering.Grains(1, metering.Time), at)))
	require.Error(t, agg.Record(event("3", "no.such.meter", "", one, at)))
	require.Error(t, agg.Record(event("4", metering.Bandwidth, "", metering.Grains(1, metering.BitRate), at)))
	require.Error(t, agg.Record(event("5", metering.Requests, "other", one, at)))
	require.Error(t, agg.Record(event("6", metering.Requests, "", most, at)))
	require.NoError(t, agg.Seal(at.Add(100*24*time.Hour)))
	require.Error(t, agg.Record(event("7", metering.Requests, "", one, at)))
	require.Error(t, agg.AddAt(&metering.Key{Account: "acme", Meter: metering.Requests, SKU: "another"}, at.Add(101*24*time.Hour), one))

	got, refused := map[string]int64{}, int64(0)
	for v := range agg.Health() {
		got[v.Name+" "+v.Outcome] = v.Value
		if v.Name == "aggregator.refusals" {
			refused += v.Value
		}
	}
	for name, want := range map[string]int64{"aggregator.refusals invalid": 2, "aggregator.refusals unknown-meter": 2, "aggregator.refusals quota": 1,
		"aggregator.refusals overflow": 1, "aggregator.refusals untimely": 1, "aggregator.quota.refused ": 2} {
		require.Equal(t, want, got[name], name)
	}
	require.Equal(t, got["aggregator.events refused"], refused)
	n := 0
	for range agg.Health() {
		if n++; n == 12 {
			break
		}
	}
}

func TestWatch_Over(t *testing.T) {
	require.Nil(t, metering.Watch(nil).Over(time.Second))
	var told []string
	watch := metering.Watch(func(_ context.Context, op metering.Operation) { told = append(told, op.Name) }).Over(time.Second)
	for _, op := range []metering.Operation{{Name: "fast", Took: time.Second - 1}, {Name: "slow", Took: time.Second}, {Name: "failed", Err: errors.New("no")}} {
		watch(context.Background(), op)
	}
	require.Equal(t, []string{"slow", "failed"}, told)
}
