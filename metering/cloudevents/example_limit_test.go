package cloudevents_test

import (
	"errors"
	"fmt"
	"strings"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/cloudevents"
)

// Requests are counted, each as one, whatever they are; what is larger than expected
// is refused before it is looked at.
func ExampleFixed() {
	requests, err := metering.DefaultCatalogue().Lookup(metering.Requests)
	check(err)
	mapping, err := cloudevents.NewMapping(cloudevents.Rule{Type: "request", Amounts: []cloudevents.Amount{{
		Meter: requests, Unit: metering.MustUnit("1"), Value: cloudevents.Fixed("1")}}})
	check(err)
	text := []byte(`[{"specversion":"1.0","id":"1","source":"api","type":"request","subject":"customer-1","time":"2026-03-01T05:17:42Z","data":{}}]`)
	events, err := cloudevents.UnmarshalBatch(text, cloudevents.WithMapping(mapping),
		cloudevents.WithMaxEvents(10), cloudevents.WithMaxDepth(4), cloudevents.WithMaxEventBytes(1000))
	check(err)
	fmt.Println(events[0].Items[0].Meter, events[0].Items[0].Quantity)

	_, err = cloudevents.Unmarshal([]byte(`{"data":"`+strings.Repeat("x", 2000)+`"}`), cloudevents.WithMaxEventBytes(1000))
	var limit *cloudevents.LimitError
	fmt.Println(errors.As(err, &limit), limit)
	// Output:
	// ai.requests 1 1
	// true cloudevents: want at most 1000 bytes in an event
}
