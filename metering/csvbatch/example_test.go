package csvbatch_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/csvbatch"
)

const export = `tenant,model,region,time,kilotokens
acme/chat,m-large,north,2026-03-01T05:17:42Z,3.5
acme/chat,m-large,north,2026-03-01T05:18:03Z,0.25
"umbra, inc",m-small,south,2026-03-01T13:20:00.5+08:00,12
`

// check stands for what a program does with an error.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

func Example() {
	meter, err := metering.DefaultCatalogue().Lookup(metering.InputTokens)
	check(err)
	r, err := csvbatch.NewReader(strings.NewReader(export), csvbatch.Layout{
		Meter: meter, Unit: metering.MustUnit("10*3{token}"),
		Account: "tenant", SKU: "model", Region: "region", Time: "time", Amount: "kilotokens",
	})
	check(err)
	agg := metering.NewAggregator()
	for batch, err := range r.Batches() {
		check(err)
		check(agg.RecordBatch(*batch))
	}
	month, err := metering.Month(metering.Zone{}, 2026, time.March)
	check(err)
	for usage, err := range agg.Usage(month) {
		check(err)
		fmt.Println(usage.Key, usage.Quantity)
	}
	// Output:
	// acme/chat ai.tokens.input m-large@north 3750 {token}
	// umbra, inc ai.tokens.input m-small@south 12000 {token}
}

// A step is a billionth of a card·hour here: 64 bits of grains would be 127
// seconds of a card.
func Example_cardHours() {
	meter, err := metering.DefaultCatalogue().Lookup(metering.AcceleratorTime)
	check(err)
	r, err := csvbatch.NewReader(strings.NewReader("team,time,card hours\nacme,2026-03-01T05:00:00Z,1.5\nacme,2026-03-01T06:00:00Z,0.000000001\n"), csvbatch.Layout{
		Meter: meter, Unit: metering.MustUnit("{card}.h"),
		Account: "team", Time: "time", Amount: "card hours",
	})
	check(err)
	agg := metering.NewAggregator()
	for batch, err := range r.Batches() {
		check(err)
		fmt.Println(batch.Amounts, "of", batch.Step)
		check(agg.RecordBatch(*batch))
	}
	month, err := metering.Month(metering.Zone{}, 2026, time.March)
	check(err)
	for usage, err := range agg.Usage(month) {
		check(err)
		hours, err := usage.Quantity.In(meter.Unit, 9)
		check(err)
		fmt.Println(usage.Key, hours, usage.Quantity == metering.MustQuantity("1.500000001 {card}.h"))
	}
	// Output:
	// [1500000000 1] of 259459200000 {share}.ns
	// acme compute.accelerator.time 1.500000001 true
}

func ExampleReader_Batches() {
	pages, err := metering.Each("page")
	check(err)
	r, err := csvbatch.NewReader(strings.NewReader("when,pages\n2026-03-01T05:17:42Z,12\n2026-03-01T05:18:03Z,1.5\n"), csvbatch.Layout{
		Meter: metering.Meter{ID: "ocr.pages", Title: "Pages read", Unit: pages, Form: metering.Amounts, Aggregation: metering.Sum, Layer: metering.Application},
		Unit:  pages, Time: "when", Amount: "pages",
		Fixed: metering.Key{Account: "acme/archive"},
	})
	check(err)
	for batch, err := range r.Batches() {
		if bad, ok := errors.AsType[*csvbatch.RowError](err); ok {
			fmt.Println(bad)
			fmt.Println(bad.Line, bad.Column, errors.Is(err, metering.ErrInexact))
			break
		}
		check(err)
		fmt.Println(batch.Account.Values, batch.Times, batch.Amounts)
	}
	// Output:
	// [acme/archive] [1772342262000000000] [12]
	// csvbatch: line 3: amount "1.5" in column "pages": metering: value falls between two grains: 1.5 {page} is not whole in 1
	// 3 pages true
}

func ExampleSplit() {
	meter, err := metering.DefaultCatalogue().Lookup(metering.InputTokens)
	check(err)
	file := strings.NewReader(export) // an *os.File, as a rule
	parts, err := csvbatch.Split(file, file.Size(), 2, csvbatch.Layout{
		Meter: meter, Unit: metering.MustUnit("10*3{token}"),
		Account: "tenant", SKU: "model", Region: "region", Time: "time", Amount: "kilotokens",
	})
	check(err)
	for _, part := range parts { // a goroutine each, as a rule
		for batch, err := range part.Batches() {
			check(err)
			fmt.Println(batch.Account.Values, batch.Amounts)
		}
	}
	// Output:
	// [acme/chat] [3500 250]
	// [umbra, inc] [12000]
}
