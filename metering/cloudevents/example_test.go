package cloudevents_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/cloudevents"
)

// check stands for what a program does with an error.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

var request = metering.Event{
	Account: "acme/chat", Source: "gateway", ID: "req-1", Time: time.Date(2026, 3, 1, 5, 17, 42, 0, time.UTC), Kind: metering.Amount,
	Items: []metering.Item{{Meter: metering.InputTokens, SKU: "m-large", Quantity: metering.MustQuantity("1500 {token}")}},
}

// Events of another producer, on lines, are read by naming what they mean.
func Example() {
	tokens, err := metering.DefaultCatalogue().Lookup(metering.InputTokens)
	check(err)
	mapping, err := cloudevents.NewMapping(cloudevents.Rule{Type: "request", Amounts: []cloudevents.Amount{{
		Meter: tokens, Unit: metering.MustUnit("{token}"), Value: cloudevents.Data("/tokens"), SKU: cloudevents.Data("/model")}}})
	check(err)
	events, err := cloudevents.NewDecoder(strings.NewReader(`
{"specversion":"1.0","id":"1","source":"api","type":"request","subject":"customer-1","time":"2026-03-01T05:17:42Z","data":{"tokens":123,"model":"x"}}
{"specversion":"1.0","id":"2","source":"api","type":"request","subject":"customer-1","time":"2026-03-01T05:17:43Z","data":{"tokens":"1.2e3","model":"x"}}
{"specversion":"1.0","id":"2","source":"api","type":"request","subject":"customer-1","time":"2026-03-01T05:17:43Z","data":{"tokens":"1.2e3","model":"x"}}
`), cloudevents.WithMapping(mapping))
	check(err)
	agg := metering.NewAggregator()
	for event, err := range events.Events() {
		check(err)
		check(agg.Record(event)) // an event that comes again counts once
	}
	march, err := metering.Month(metering.Zone{}, 2026, time.March)
	check(err)
	for usage, err := range agg.Usage(march) {
		check(err)
		fmt.Println(usage.Key, usage.Quantity)
	}
	// Output: customer-1 ai.tokens.input x 1323 {token}
}

func ExampleMarshal() {
	text, err := cloudevents.Marshal(request)
	check(err)
	fmt.Println(strings.ReplaceAll(string(text), `,"`, ",\n\""))
	// Output:
	// {"specversion":"1.0",
	// "id":"req-1",
	// "source":"gateway",
	// "type":"com.meterbook.usage.amount.v1",
	// "subject":"acme/chat",
	// "time":"2026-03-01T05:17:42Z",
	// "datacontenttype":"application/json",
	// "data":{"items":[{"meter":"ai.tokens.input",
	// "sku":"m-large",
	// "quantity":"1500 {token}"}]}}
}

func ExampleAppend() {
	var line []byte
	for _, id := range []string{"req-1", "req-2"} {
		event := request
		event.ID = id
		var err error
		line, err = cloudevents.Append(line[:0], event)
		check(err)
		fmt.Println(len(line))
	}
	// Output:
	// 270
	// 270
}

func ExampleUnmarshal() {
	text, err := cloudevents.Marshal(request)
	check(err)
	event, err := cloudevents.Unmarshal(text)
	check(err)
	fmt.Println(event.Identity(), event.Items[0].Quantity)

	_, err = cloudevents.Unmarshal([]byte(strings.Replace(string(text), "42Z", "42", 1)))
	fmt.Println(err)
	fault, ok := errors.AsType[*cloudevents.AttributeError](err)
	fmt.Println(ok, fault.Attribute, errors.Is(err, cloudevents.ErrTime))
	// Output:
	// {acme gateway req-1} 1500 {token}
	// cloudevents: time "2026-03-01T05:17:42": want RFC 3339 with an offset, such as 2026-03-01T05:17:42Z, and no second 60
	// true time true
}

func ExampleUnmarshalBatch() {
	text, err := cloudevents.Marshal(request)
	check(err)
	batch := "[" + string(text) + "," + strings.Replace(string(text), "1500", "0.5", 1) + "]"
	events, err := cloudevents.UnmarshalBatch([]byte(batch))
	fmt.Println(events, err)
	// Output:
	// [] cloudevents: event 1 at byte 272: data/items/0/quantity "0.5 {token}": metering: value falls between two grains: 0.5 {token} is not whole in {token}
}

func ExampleNewEncoder() {
	batch := cloudevents.NewEncoder(os.Stdout)
	check(batch.Encode(metering.Event{Account: "acme", Source: "node 7", ID: "1", Time: time.Unix(0, 0), Kind: metering.Stop, Resource: "vm-1"}))
	check(batch.Close())
	// Output:
	// [
	// {"specversion":"1.0","id":"1","source":"com.meterbook.source:node%207","type":"com.meterbook.usage.stop.v1","subject":"acme","time":"1970-01-01T00:00:00Z","datacontenttype":"application/json","data":{"resource":"vm-1"}}
	// ]
}

func ExampleDecoder_Events() {
	text, err := cloudevents.Marshal(request)
	check(err)
	stream, err := cloudevents.NewDecoder(strings.NewReader("[" + strings.Replace(string(text), "req-1", "", 1) + "," + string(text) + "]"))
	check(err)
	for event, err := range stream.Events() {
		if fault, ok := errors.AsType[*cloudevents.EventError](err); ok {
			fmt.Println(fault.Index, fault)
			continue
		}
		check(err)
		fmt.Println(event.ID)
	}
	// Output:
	// 0 cloudevents: event 0 at byte 1: id "": want a value
	// req-1
}
