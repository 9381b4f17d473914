package rival

import (
	"math/big"
	"time"

	"github.com/hashicorp/go-metrics"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// hashicorp/go-metrics with its in-memory sink. An amount is a float32, so it is
// exact up to 2^24 only; sums are float64. It has intervals of its own, by the
// clock and not by the time of an event.

const (
	hashicorpInterval = 24 * time.Hour // so that a run does not cross into the next
	hashicorpRetain   = 3 * hashicorpInterval
)

func newHashicorp() (*metrics.Metrics, *metrics.InmemSink, error) {
	sink := metrics.NewInmemSink(hashicorpInterval, hashicorpRetain)
	m, err := metrics.New(&metrics.Config{FilterDefault: true}, sink)
	return m, sink, err
}

func hashicorpLabels3(k *workload.Key3) []metrics.Label {
	return []metrics.Label{{Name: "account", Value: k.Account}, {Name: "meter", Value: k.Meter}, {Name: "sku", Value: k.SKU}}
}

func hashicorpLabels6(k *workload.Key6) []metrics.Label {
	return []metrics.Label{
		{Name: "account", Value: k.Account}, {Name: "meter", Value: k.Meter}, {Name: "resource", Value: k.Resource},
		{Name: "sku", Value: k.SKU}, {Name: "region", Value: k.Region}, {Name: "labels", Value: k.Labels},
	}
}

func hashicorpKeyed3(in *workload.Keyed[workload.Key3], goroutines int) (*contest.Run, error) {
	m, sink, err := newHashicorp()
	if err != nil {
		return nil, err
	}
	name := []string{"usage"}
	for _, k := range in.Stored {
		m.IncrCounterWithLabels(name, 0, hashicorpLabels3(&k))
	}
	worker := func(worker int) contest.Loop {
		at := in.Start(worker, goroutines)
		return func(n int) error {
			events, i := in.Events, at
			for range n {
				e := &events[i&(len(events)-1)]
				m.IncrCounterWithLabels(name, float32(e.Amount), hashicorpLabels3(&e.Key))
				i++
			}
			at = i
			return nil
		}
	}
	return &contest.Run{Loops: contest.Workers(goroutines, worker), Total: sumOfSink(sink)}, nil
}

func hashicorpKeyed6(in *workload.Keyed[workload.Key6], goroutines int) (*contest.Run, error) {
	m, sink, err := newHashicorp()
	if err != nil {
		return nil, err
	}
	name := []string{"usage"}
	for _, k := range in.Stored {
		m.IncrCounterWithLabels(name, 0, hashicorpLabels6(&k))
	}
	worker := func(worker int) contest.Loop {
		at := in.Start(worker, goroutines)
		return func(n int) error {
			events, i := in.Events, at
			for range n {
				e := &events[i&(len(events)-1)]
				m.IncrCounterWithLabels(name, float32(e.Amount), hashicorpLabels6(&e.Key))
				i++
			}
			at = i
			return nil
		}
	}
	return &contest.Run{Loops: contest.Workers(goroutines, worker), Total: sumOfSink(sink)}, nil
}

func sumOfSink(sink *metrics.InmemSink) func() (*big.Int, error) {
	return func() (*big.Int, error) {
		total := new(big.Int)
		for _, interval := range sink.Data() {
			for _, counter := range interval.Counters {
				total.Add(total, whole(counter.Sum))
			}
		}
		return total, nil
	}
}
