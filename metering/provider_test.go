package metering_test

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
)

// What providers publish of how long a resource was used, by their own worked
// examples.

// TestProvider_ClockHours: seconds by clock hours of UTC+8, in which providers
// settle what they count by the second.
func TestProvider_ClockHours(t *testing.T) {
	for _, tt := range []struct {
		source, start, end string
		seconds            []int64
	}{
		{"https://support.huaweicloud.com/intl/ar-mena/price-deh/deh_billing_0005.html", "2023-04-18T09:59:30+08:00", "2023-04-18T10:45:46+08:00", []int64{30, 2746}},
		{"https://support.huaweicloud.com/intl/ar-mena/price-ecs/ecs_billing_2003.html", "2023-04-18T08:45:30+08:00", "2023-04-18T08:55:30+08:00", []int64{600}},
		{"https://www.alibabacloud.com/help/en/analyticdb/analyticdb-for-postgresql/product-overview/per-second-billing", "2023-04-18T10:59:30+08:00", "2023-04-18T12:50:30+08:00", []int64{30, 3600, 3030}},
	} {
		life := metering.MustPeriod(tt.start, tt.end)
		a := metering.NewAggregator()
		machine := func(id string, kind metering.Kind, at time.Time, items ...metering.Item) {
			require.NoError(t, a.Record(metering.Event{Account: "acme", Source: "control", ID: id, Time: at, Kind: kind, Resource: "i-1", Items: items}))
		}
		machine("1", metering.Start, life.Start(), metering.Item{Meter: metering.InstanceTime, Quantity: metering.Grains(1, metering.Count)})
		machine("2", metering.Stop, life.End())
		day, err := metering.NewPeriod(life.Start().Truncate(time.Hour), life.End().Truncate(time.Hour).Add(time.Hour))
		require.NoError(t, err)
		var seconds []int64
		for _, row := range mustCollect(t, a.Usage(day, metering.Per(metering.Hours(metering.MustZone("Asia/Shanghai"))))) {
			n, err := row.Quantity.In(metering.MustUnit("{item}.s"), 0)
			require.NoError(t, err)
			seconds = append(seconds, n.IntPart())
		}
		require.Equal(t, tt.seconds, seconds, tt.source)
	}
}

// TestProvider_CardOffCPUOn: a card is metered while it is there; a boot without
// it meters the processor alone, and the disk is held all the time.
// https://cloud.yovole.com/help/ai/html/pricing/gpu_instance.html, whose page
// prints 1.0833 core-hours where its own formula gives 10.0833.
func TestProvider_CardOffCPUOn(t *testing.T) {
	a := metering.NewAggregator()
	at, n := metering.MustPeriod("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z").Start(), 0
	holds := func(kind metering.Kind, minutes int, cards, cores string) {
		e := metering.Event{Account: "acme", Source: "control", ID: fmt.Sprint(n), Time: at, Kind: kind, Resource: "gpu-1"}
		if kind != metering.Stop {
			e.Items = []metering.Item{
				{Meter: metering.AcceleratorTime, SKU: "card", Quantity: metering.MustQuantity(cards + " {card}")},
				{Meter: metering.CPUTime, Quantity: metering.MustQuantity(cores + " {core}")},
				{Meter: metering.BlockStorage, Quantity: metering.MustQuantity("20 GBy")},
			}
		}
		require.NoError(t, a.Record(e))
		at, n = at.Add(time.Duration(minutes)*time.Minute), n+1
	}
	holds(metering.Start, 20, "1", "10")
	holds(metering.Resize, 10, "0", "0.5")
	holds(metering.Resize, 20, "2", "20")
	holds(metering.Stop, 0, "", "")
	got := map[metering.MeterID]*big.Rat{}
	for _, row := range mustCollect(t, a.Usage(metering.MustPeriod("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"))) {
		unit := map[metering.MeterID]string{metering.AcceleratorTime: "{card}.h", metering.CPUTime: "{core}.h", metering.BlockStorage: "GBy.h"}[row.Key.Meter]
		got[row.Key.Meter] = new(big.Rat).SetFrac(row.Quantity.Grains().Big(), metering.MustUnit(unit).Grains().Big())
	}
	require.Equal(t, "1/1", got[metering.AcceleratorTime].String())
	require.Equal(t, "121/12", got[metering.CPUTime].String())
	require.Equal(t, "50/3", got[metering.BlockStorage].String())
}

// TestProvider_StoppedMachine: a machine that is stopped and kept is not charged
// for what runs, and goes on with its disk and its elastic address; see
// [metering.PausePolicy].
func TestProvider_StoppedMachine(t *testing.T) {
	a := metering.NewAggregator()
	start := metering.MustPeriod("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z").Start()
	for i, kind := range []metering.Kind{metering.Start, metering.Pause, metering.Heartbeat, metering.Resume, metering.Stop} {
		e := metering.Event{Account: "acme", Source: "control", ID: fmt.Sprint(i), Time: start.Add(time.Duration(i) * time.Hour), Kind: kind, Resource: "i-1"}
		if kind == metering.Start {
			e.Items = []metering.Item{
				{Meter: metering.CPUTime, Quantity: metering.MustQuantity("8 {core}")},
				{Meter: metering.MemoryTime, Quantity: metering.MustQuantity("32 GiBy")},
				{Meter: metering.AcceleratorTime, SKU: "card", Quantity: metering.WholeCards(1)},
				{Meter: metering.BlockStorage, Quantity: metering.MustQuantity("100 GiBy")},
				{Meter: metering.AddressTime, Quantity: metering.MustQuantity("1 1")},
			}
		}
		require.NoError(t, a.Record(e))
	}
	hours := map[metering.MeterID]string{metering.CPUTime: "16 {core}.h", metering.MemoryTime: "64 GiBy.h", metering.AcceleratorTime: "2 {card}.h",
		metering.BlockStorage: "400 GiBy.h", metering.AddressTime: "4 {item}.h"}
	rows := mustCollect(t, a.Usage(metering.MustPeriod("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z")))
	require.Len(t, rows, len(hours))
	for _, row := range rows {
		require.Equal(t, metering.MustQuantity(hours[row.Key.Meter]), row.Quantity, row.Key.Meter)
	}
	require.Zero(t, a.Counts().Anomalies)
}
