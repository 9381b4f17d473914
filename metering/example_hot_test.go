package metering_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
)

var nine = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func ExampleSeries_Add() {
	agg := metering.NewAggregator()
	tokens, err := agg.Series(metering.Key{Account: "acme/chat", Meter: metering.OutputTokens, SKU: "m-large"})
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = agg.Advance(nine) // from a ticker; here by hand
	_ = tokens.Add(metering.Grains(350, metering.Token))
	_ = agg.Advance(nine.Add(15 * time.Minute))
	_ = tokens.Add(metering.Grains(120, metering.Token))

	morning := metering.MustPeriod("2026-03-01T09:00:00Z", "2026-03-01T12:00:00Z")
	for usage, err := range agg.Usage(morning, metering.PerWindow()) {
		fmt.Println(usage.Period.Start().Format("15:04"), usage.Quantity, err)
	}
	// Output:
	// 09:00 350 {token} <nil>
	// 09:15 120 {token} <nil>
}

func ExampleAggregator_AddAt() {
	agg := metering.NewAggregator()
	request := &metering.Key{Account: "acme/chat", Meter: metering.OutputTokens, SKU: "m-large", Region: "cn-north-1"}
	fmt.Println(agg.AddAt(request, nine, metering.Grains(350, metering.Token)))
	fmt.Println(agg.AddAt(&metering.Key{Meter: metering.OutputTokens}, nine, metering.Grains(350, metering.Token)))
	// Output:
	// <nil>
	// metering: account "": want a value
}

func ExampleRecorder() {
	agg := metering.NewAggregator()
	requests, err := agg.Series(metering.Key{Account: "acme", Meter: metering.Requests})
	if err != nil {
		fmt.Println(err)
		return
	}
	recorder := agg.NewRecorder() // one for each goroutine
	for i := range 1_000_000 {
		if err := recorder.AddTo(requests, nine.Add(time.Duration(i)*time.Millisecond), metering.Grains(1, metering.Count)); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(recorder.Flush())
	hour := metering.MustPeriod("2026-03-01T09:00:00Z", "2026-03-01T10:00:00Z")
	for usage, err := range agg.Usage(hour) {
		fmt.Println(usage.Quantity, err)
	}
	// Output:
	// <nil>
	// 1000000 1 <nil>
}

func ExampleAggregator_RecordBatch() {
	agg := metering.NewAggregator()
	at := nine.UnixNano()
	fmt.Println(agg.RecordBatch(metering.Batch{
		Meter:   metering.AcceleratorTime,
		Account: metering.Column{Values: []string{"acme", "b"}, Codes: []uint32{0, 0, 1}},
		SKU:     metering.Column{Values: []string{"H100-SXM5"}}, // of every row
		Times:   []int64{at, at + int64(time.Hour), at},
		Amounts: []int64{90, 30, 60},
		Step:    metering.MustQuantity("1 {card}.min"),
	}))
	day := metering.MustPeriod("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")
	for usage, err := range agg.Usage(day) {
		hours, _ := usage.Quantity.In(metering.MustUnit("{card}.h"), 2)
		fmt.Println(usage.Key, hours, err)
	}
	// Output:
	// <nil>
	// acme compute.accelerator.time H100-SXM5 2 <nil>
	// b compute.accelerator.time H100-SXM5 1 <nil>
}

func ExampleAggregator_Seal() {
	agg := metering.NewAggregator() // token meters refuse what is late
	key := &metering.Key{Account: "acme", Meter: metering.InputTokens}
	_ = agg.AddAt(key, nine, metering.Grains(350, metering.Token))
	fmt.Println(agg.Seal(nine.Add(time.Hour)))
	fmt.Println(agg.Watermark())

	err := agg.AddAt(key, nine, metering.Grains(1, metering.Token))
	if late, ok := errors.AsType[*metering.LateError](err); ok {
		fmt.Println(late.Meter, late.Time.Format("15:04"), "is before", late.Watermark.Format("15:04"))
	}
	fmt.Println(agg.Evict(), "series holds nothing but sealed windows")
	// Output:
	// <nil>
	// 2026-03-01 10:00:00 +0000 UTC
	// ai.tokens.input 09:00 is before 10:00
	// 1 series holds nothing but sealed windows
}

func ExampleAggregator_Refused() {
	agg := metering.NewAggregator(metering.WithSeriesQuota(1))
	for _, user := range []string{"ann", "bob", "eve"} {
		err := agg.AddAt(&metering.Key{Account: "acme", Meter: metering.InputTokens, Resource: user}, nine, metering.Grains(10, metering.Token))
		if quota, ok := errors.AsType[*metering.QuotaError](err); ok {
			fmt.Println(user, "is over the quota of", quota.Tenant, quota.Limit)
		}
	}
	for r := range agg.Refused() {
		fmt.Println(r.Tenant, r.Meter, r.Additions, r.Quantity)
	}
	// Output:
	// bob is over the quota of acme 1
	// eve is over the quota of acme 1
	// acme ai.tokens.input 2 20 {token}
}

func ExampleSnapshot_Merge() {
	machine := func(source string, tokens int64) []byte {
		agg := metering.NewAggregator()
		_ = agg.AddAt(&metering.Key{Account: "acme", Meter: metering.InputTokens}, nine, metering.Grains(tokens, metering.Token))
		snapshot, _ := agg.Snapshot(source)
		sent, _ := snapshot.MarshalBinary()
		return sent
	}
	var all metering.Snapshot
	for _, sent := range [][]byte{machine("node-1", 350), machine("node-2", 120), machine("node-1", 350)} { // one comes twice
		var s metering.Snapshot
		if err := s.UnmarshalBinary(sent); err != nil {
			fmt.Println(err)
			return
		}
		merged, err := all.Merge(&s)
		if err != nil {
			fmt.Println(err)
			return
		}
		all = *merged
	}
	day := metering.MustPeriod("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")
	for usage, err := range all.Usage(day) {
		fmt.Println(usage.Key, usage.Quantity, err)
	}
	// Output: acme ai.tokens.input 470 {token} <nil>
}

func ExampleGroupBy() {
	agg := metering.NewAggregator()
	for i, team := range []string{"chat", "vision", "chat"} {
		_ = agg.AddAt(&metering.Key{
			Account: metering.Account("acme/" + team), Meter: metering.InputTokens, Resource: fmt.Sprint("pod-", i), Labels: metering.MustLabels("env", "prod", "pod", fmt.Sprint(i)),
		}, nine, metering.Grains(100, metering.Token))
	}
	day := metering.MustPeriod("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")
	for _, by := range []metering.QueryOption{metering.GroupBy(metering.ByAccount), metering.GroupByLabel("env"), metering.GroupBy()} {
		for usage, err := range agg.Usage(day, by) {
			fmt.Println(usage.Key, "·", usage.Quantity, err)
		}
	}
	// Output:
	// acme/chat ai.tokens.input · 200 {token} <nil>
	// acme/vision ai.tokens.input · 100 {token} <nil>
	//  ai.tokens.input {env="prod"} · 300 {token} <nil>
	//  ai.tokens.input · 300 {token} <nil>
}
