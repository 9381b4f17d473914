package metering_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/accelerator"
	"github.com/meterbook/meterbook/metering/counter"
)

// Drivers of parts of cards, and of counters.

// measureSlots: a request of slots, of which a card has as many as the vector
// says. Slots off the grid of a card's shares are an exact share all the same.
func measureSlots(in inputs) providerFigures {
	c, name := accelerator.Default(), in.text("resource")
	if _, err := c.Resource(name); err != nil {
		c, err = c.WithResources("vector", accelerator.Resource{Name: name, Vendor: "NVIDIA", Group: name, Measure: accelerator.Slots, Source: in.source, Confidence: accelerator.Low})
		require.NoError(in.t, err)
	}
	demands, err := c.Demands(map[string]int64{name: in.whole("request")}, accelerator.Device{Slots: in.whole("vgpu_per_gpu")})
	require.NoError(in.t, err)
	require.Len(in.t, demands, 1)
	each, err := demands[0].Share(accelerator.LargerShare)
	require.NoError(in.t, err)
	share := ratio(each.Num()*demands[0].Count, each.Den())
	if cards, err := demands[0].Cards(accelerator.LargerShare); !errors.Is(err, metering.ErrInexact) {
		require.NoError(in.t, err)
		require.Zero(in.t, share.Cmp(exactly(cards, metering.MustUnit("{card}"))))
	}
	return providerFigures{"gpu_share": share}
}

// measureTemplate compares shares of cores and of memory, which differ by 1 in
// 61,440 for one template.
func measureTemplate(in inputs) providerFigures {
	core, err := accelerator.NewShare(in.whole("ai_core"), in.whole("ai_core_total"))
	require.NoError(in.t, err)
	memory, err := accelerator.NewShare(in.whole("memory_mb"), in.whole("memory_total_mb"))
	require.NoError(in.t, err)
	r := accelerator.Reservation{Core: core, Memory: memory}
	larger, err := r.Billable(accelerator.LargerShare)
	require.NoError(in.t, err)

	in.requireInCatalogue(r)
	figure := func(s accelerator.Share) any { return ratio(s.Num(), s.Den()) }
	return providerFigures{"core_share": figure(core), "memory_share": figure(memory), "share_max": figure(larger)}
}

// requireInCatalogue: where the catalogue has the template, it says the same. Some
// say how much of the memory can be had and not how much there is.
func (in inputs) requireInCatalogue(r accelerator.Reservation) {
	in.t.Helper()
	model, err := accelerator.Default().Lookup("Ascend " + in.text("chip"))
	if errors.Is(err, accelerator.ErrUnknownModel) {
		return
	}
	require.NoError(in.t, err)
	partition, err := model.Partition(in.text("template"))
	if errors.Is(err, accelerator.ErrUnknownPartition) {
		return
	}
	require.NoError(in.t, err)
	require.Equal(in.t, partition.Core, r.Core)
	if memory, known := model.DeviceMemory().Value(); known && memory == in.whole("memory_total_mb")<<20 {
		require.Equal(in.t, partition.Memory, r.Memory)
	}
}

// measureCounter reads an energy counter minute by minute. Its unit is the first
// word.
func measureCounter(in inputs) providerFigures {
	unit, _, _ := strings.Cut(in.text("unit"), " ")
	c, err := counter.New(counter.Options{Unit: metering.MustUnit(unit), Sentinels: counter.DCGM()})
	require.NoError(in.t, err)
	target := counter.Target{Key: metering.Key{Account: "acme", Meter: metering.DeviceEnergy, Resource: "gpu-0"}, Source: "dcgm", Name: in.text("metric")}
	a := metering.NewAggregator()
	sums, reset := [2]metering.Quantity{metering.Grains(0, metering.Energy), metering.Grains(0, metering.Energy)}, 0
	for i, x := range in.list("samples") {
		value, err := counter.ParseValue(fmt.Sprint(x))
		require.NoError(in.t, err)
		increase, err := c.Observe(counter.Reading{At: anyStart.Add(time.Duration(i) * time.Minute), Value: value})
		require.NoError(in.t, err)
		if increase.Flags.Has(counter.Reset) {
			reset = 1
		}
		sums[reset], err = sums[reset].Add(increase.Quantity)
		require.NoError(in.t, err)
		events, err := target.Events(increase)
		require.NoError(in.t, err)
		record(in.t, a, events...)
	}
	rows := mustCollect(in.t, a.Usage(longTime))
	all, err := sums[0].Add(sums[1])
	require.NoError(in.t, err)
	if !all.IsZero() {
		require.Len(in.t, rows, 1)
		require.Equal(in.t, all, rows[0].Quantity)
	}
	return providerFigures{"kwh_before_reset": exactly(sums[0], metering.MustUnit("kW.h")), "after_reset_mj": exactly(sums[1], metering.MustUnit("mJ"))}
}
