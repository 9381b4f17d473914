package metering_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"math/big"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/peak"
	aitokens "github.com/meterbook/meterbook/metering/tokens"
)

// Drivers of real traces, which are not of this module: without them their
// vectors are skipped.

// eachRow reads a trace by the names of its columns, or skips the test.
func eachRow(t *testing.T, source string, row func(cell func(column string) string)) {
	t.Helper()
	file, err := os.Open("../../shared/" + source)
	if err != nil {
		t.Skip("shared data absent: " + source)
	}
	defer file.Close()
	rows := csv.NewReader(file)
	header, err := rows.Read()
	require.NoError(t, err)
	columns := map[string]int{}
	for i, name := range header {
		columns[name] = i
	}
	for {
		cells, err := rows.Read()
		if err == io.EOF {
			return
		}
		require.NoError(t, err)
		row(func(column string) string {
			i, there := columns[column]
			require.True(t, there, column)
			return cells[i]
		})
	}
}

// measureRealTrace reads samples of five minutes with gaps, in thousandths of
// what they count.
func measureRealTrace(in inputs) providerFigures {
	var samples []peak.Sample
	eachRow(in.t, in.source, func(cell func(string) string) {
		n, err := decimal.NewFromString(cell("value"))
		require.NoError(in.t, err)
		samples = append(samples, peak.Sample{At: instant(in.t, cell("timestamp")), In: amount(in.t, n.Shift(3), "1")})
	})
	require.EqualValues(in.t, in.whole("samples"), len(samples))
	slices.SortFunc(samples, func(a, b peak.Sample) int { return a.At.Compare(b.At) })
	first, last := samples[0].At.Truncate(providerDay), samples[len(samples)-1].At

	of := peak.Percentile{Of: in.share("pct")}
	ceil, linear := of, of
	ceil.Index, linear.Index = peak.CeilDrop, peak.Interpolated
	rules := map[string]peak.Rule{"floor_value": of, "ceil_value": ceil, "linear_interp": linear, "enhanced95": peak.Enhanced95(), "max": peak.Maximum()}
	p, _ := planOf(in.t, peak.Sampling{
		Period: period(first, last.Truncate(providerDay).Add(providerDay)), Days: metering.Days(metering.Zone{}),
		Dimension: metering.Count, Direction: peak.InOnly,
	}, of, ceil, linear, peak.Enhanced95(), peak.Maximum())
	l := p.NewLine()
	for _, s := range samples {
		require.NoError(in.t, l.Add(s))
	}
	require.Zero(in.t, l.Repeated())
	got := providerFigures{}
	for name, rule := range rules {
		got[name] = times(exactRatio(computed(in.t, l, rule).Level.Grains()), ratio(1, 1000))
	}
	rank := computed(in.t, l, of).Rank
	got["floor_rank_desc"], got["nearest_rank_ascending"] = ratio(int64(rank), 1), ratio(int64(l.Samples()-rank+1), 1)
	return got
}

// measurePods meters each pod from when it was scheduled until it was deleted, as
// the life of a resource. Pods that were not scheduled have none.
func measurePods(in inputs) providerFigures {
	a, pods, unscheduled, shared := metering.NewAggregator(), int64(0), int64(0), int64(0)
	eachRow(in.t, in.source, func(cell func(string) string) {
		pods++
		if cell("scheduled_time") == "" {
			unscheduled++
			return
		}
		cards, milli := whole(in.t, cell("num_gpu")), whole(in.t, cell("gpu_milli"))
		sharing := "no"
		if cards == 1 && milli > 0 && milli < 1000 {
			sharing = "yes"
			shared++
		}
		capacity, err := metering.MilliCards(cards * milli)
		require.NoError(in.t, err)
		e := metering.Event{Account: "alibaba", Source: "trace", ID: cell("name"), Resource: cell("name"), Kind: metering.Start,
			Time: time.Unix(whole(in.t, cell("scheduled_time")), 0), Labels: metering.MustLabels("qos", cell("qos"), "shared", sharing),
			Items: []metering.Item{
				{Meter: metering.AcceleratorTime, Quantity: capacity},
				{Meter: metering.CPUTime, Quantity: amount(in.t, cell("cpu_milli"), "{millicore}")},
				{Meter: metering.MemoryTime, Quantity: amount(in.t, cell("memory_mib"), "MiBy")},
			}}
		end := e
		end.ID, end.Kind, end.Time, end.Items = e.ID+"/end", metering.Stop, time.Unix(whole(in.t, cell("deletion_time")), 0), nil
		record(in.t, a, e, end)
	})

	names := map[metering.MeterID]string{metering.AcceleratorTime: "gpu_milli_seconds", metering.CPUTime: "cpu_milli_seconds", metering.MemoryTime: "mem_mib_seconds"}
	units := map[metering.MeterID]string{metering.AcceleratorTime: "{millicard}.s", metering.CPUTime: "{millicore}.s", metering.MemoryTime: "MiBy.s"}
	got := providerFigures{"pods": ratio(pods, 1), "unscheduled": ratio(unscheduled, 1), "shared_pods": ratio(shared, 1)}
	year := metering.MustPeriod("1970-01-01T00:00:00Z", "1971-01-01T00:00:00Z")
	for _, row := range mustCollect(in.t, a.Usage(year, metering.GroupBy(metering.ByTenant))) {
		got[names[row.Key.Meter]] = exactly(row.Quantity, metering.MustUnit(units[row.Key.Meter]))
	}
	qos := map[string]any{}
	cards := metering.ForMeters(metering.AcceleratorTime)
	for _, row := range mustCollect(in.t, a.Usage(year, cards, metering.GroupByLabel("qos"))) {
		class, _ := row.Key.Labels.Get("qos")
		qos[class] = exactly(row.Quantity, metering.MustUnit("{millicard}.s"))
	}
	got["gpu_milli_seconds_by_qos"] = qos
	for _, row := range mustCollect(in.t, a.Usage(year, cards, metering.GroupByLabel("shared"))) {
		if sharing, _ := row.Key.Labels.Get("shared"); sharing == "yes" {
			got["shared_gpu_milli_seconds"] = exactly(row.Quantity, metering.MustUnit("{millicard}.s"))
		}
	}
	return got
}

// measureTokenTotals: each row is a request of its own.
func measureTokenTotals(in inputs) providerFigures {
	a, n := metering.NewAggregator(), 0
	eachRow(in.t, in.source, func(cell func(string) string) {
		n++
		u := aitokens.Usage{Input: whole(in.t, cell("ContextTokens")), Output: whole(in.t, cell("GeneratedTokens"))}
		e, err := u.Event(aitokens.Request{Account: "azure", Source: "trace", ID: fmt.Sprint(n), At: instant(in.t, cell("TIMESTAMP")), Model: "m"})
		require.NoError(in.t, err)
		record(in.t, a, e, e)
	})
	got := providerFigures{}
	for _, row := range mustCollect(in.t, a.Usage(longTime)) {
		name := map[metering.MeterID]string{metering.Requests: "requests", metering.InputTokens: "context_tokens", metering.OutputTokens: "generated_tokens"}[row.Key.Meter]
		require.NotEmpty(in.t, name)
		got[name] = new(big.Rat).SetInt(row.Quantity.Grains().Big())
	}
	return got
}
