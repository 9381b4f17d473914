package rival

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// otelRun is a run of a counter whose series exist.
func otelRun[K any](in *workload.Keyed[K], goroutines int, set func(*K) attribute.Set,
	worker func(c otelCounter, at int) contest.Loop) (*contest.Run, error) {
	c, err := newOTelCounter()
	if err != nil {
		return nil, err
	}
	for _, k := range in.Stored {
		c.Add(context.Background(), 0, metric.WithAttributeSet(set(&k)))
	}
	return &contest.Run{
		Loops: contest.Workers(goroutines, func(i int) contest.Loop { return worker(c, in.Start(i, goroutines)) }),
		Total: c.total,
	}, nil
}

func otelSet3(k *workload.Key3) attribute.Set {
	var kv [3]attribute.KeyValue
	fill3(&kv, k)
	return attribute.NewSet(kv[:]...)
}

func otelSet6(k *workload.Key6) attribute.Set {
	var kv [6]attribute.KeyValue
	fill6(&kv, k)
	return attribute.NewSet(kv[:]...)
}

// The slices of attributes and options are made once, by the goroutine that
// uses them: that saves the two allocations that a call written in one line makes
// for them.

func otelKeyed3(in *workload.Keyed[workload.Key3], goroutines int) (*contest.Run, error) {
	return otelRun(in, goroutines, otelSet3, func(c otelCounter, at int) contest.Loop {
		return func(n int) error {
			events, i, ctx := in.Events, at, context.Background()
			var kv [3]attribute.KeyValue
			option := make([]metric.AddOption, 1)
			for range n {
				e := &events[i&(len(events)-1)]
				fill3(&kv, &e.Key)
				option[0] = metric.WithAttributes(kv[:]...)
				c.Add(ctx, e.Amount, option...)
				i++
			}
			at = i
			return nil
		}
	})
}

func otelKeyed6(in *workload.Keyed[workload.Key6], goroutines int) (*contest.Run, error) {
	return otelRun(in, goroutines, otelSet6, func(c otelCounter, at int) contest.Loop {
		return func(n int) error {
			events, i, ctx := in.Events, at, context.Background()
			var kv [6]attribute.KeyValue
			option := make([]metric.AddOption, 1)
			for range n {
				e := &events[i&(len(events)-1)]
				fill6(&kv, &e.Key)
				option[0] = metric.WithAttributes(kv[:]...)
				c.Add(ctx, e.Amount, option...)
				i++
			}
			at = i
			return nil
		}
	})
}

func otelNewSetKeyed3(in *workload.Keyed[workload.Key3], goroutines int) (*contest.Run, error) {
	return otelRun(in, goroutines, otelSet3, func(c otelCounter, at int) contest.Loop {
		return func(n int) error {
			events, i, ctx := in.Events, at, context.Background()
			var kv [3]attribute.KeyValue
			option := make([]metric.AddOption, 1)
			for range n {
				e := &events[i&(len(events)-1)]
				fill3(&kv, &e.Key)
				option[0] = metric.WithAttributeSet(attribute.NewSet(kv[:]...))
				c.Add(ctx, e.Amount, option...)
				i++
			}
			at = i
			return nil
		}
	})
}

func otelNewSetKeyed6(in *workload.Keyed[workload.Key6], goroutines int) (*contest.Run, error) {
	return otelRun(in, goroutines, otelSet6, func(c otelCounter, at int) contest.Loop {
		return func(n int) error {
			events, i, ctx := in.Events, at, context.Background()
			var kv [6]attribute.KeyValue
			option := make([]metric.AddOption, 1)
			for range n {
				e := &events[i&(len(events)-1)]
				fill6(&kv, &e.Key)
				option[0] = metric.WithAttributeSet(attribute.NewSet(kv[:]...))
				c.Add(ctx, e.Amount, option...)
				i++
			}
			at = i
			return nil
		}
	})
}

func otelPrebuiltKeyed3(in *workload.Keyed[workload.Key3], goroutines int) (*contest.Run, error) {
	options := otelOptions(in, otelSet3)
	return otelRun(in, goroutines, otelSet3, func(c otelCounter, at int) contest.Loop { return otelPrebuilt(c, options, at) })
}

func otelPrebuiltKeyed6(in *workload.Keyed[workload.Key6], goroutines int) (*contest.Run, error) {
	options := otelOptions(in, otelSet6)
	return otelRun(in, goroutines, otelSet6, func(c otelCounter, at int) contest.Loop { return otelPrebuilt(c, options, at) })
}

// otelEvent is an event with the option of its series in place of the key.
type otelEvent struct {
	option []metric.AddOption
	amount int64
}

// otelOptions returns the events with options, one for each series.
func otelOptions[K comparable](in *workload.Keyed[K], set func(*K) attribute.Set) []otelEvent {
	options := make(map[K][]metric.AddOption, len(in.Stored))
	for _, k := range in.Stored {
		options[k] = []metric.AddOption{metric.WithAttributeSet(set(&k))}
	}
	events := make([]otelEvent, len(in.Events))
	for i, e := range in.Events {
		events[i] = otelEvent{options[e.Key], e.Amount}
	}
	return events
}

func otelPrebuilt(c otelCounter, events []otelEvent, at int) contest.Loop {
	return func(n int) error {
		i, ctx := at, context.Background()
		for range n {
			e := &events[i&(len(events)-1)]
			c.Add(ctx, e.amount, e.option...)
			i++
		}
		at = i
		return nil
	}
}
