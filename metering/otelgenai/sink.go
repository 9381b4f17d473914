package otelgenai

import (
	"context"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
)

// A Sink takes events, each once by its identity. A [*journal.Recorder] is one. An
// error says that it is open which of the events were taken: they are given again.
// It is called from one goroutine at a time.
type Sink interface {
	Record(ctx context.Context, events ...metering.Event) (journal.Result, error)
}

// Aggregator returns a sink that counts in an aggregator, in memory. What it has
// counted before is among the accepted of its results; the aggregator's own counts
// tell them apart.
func Aggregator(agg *metering.Aggregator) Sink { return aggregator{agg} }

type aggregator struct{ agg *metering.Aggregator }

func (a aggregator) Record(_ context.Context, events ...metering.Event) (journal.Result, error) {
	var r journal.Result
	for i := range events {
		if err := a.agg.Record(events[i]); err != nil {
			r.Refused = append(r.Refused, journal.Refusal{Index: i, Err: err})
			continue
		}
		r.Accepted++
	}
	return r, nil
}
