package rival

import (
	"math/big"

	"github.com/rcrowley/go-metrics"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// rcrowley/go-metrics: counters by one name, which has to be made of the fields
// for each call.

func rcrowleyBound(goroutines int) (*contest.Run, error) {
	registry := metrics.NewRegistry()
	c := metrics.NewRegisteredCounter("usage", registry)
	return &contest.Run{
		Loops: contest.Workers(goroutines, func(int) contest.Loop {
			return func(n int) error {
				for range n {
					c.Inc(workload.Step)
				}
				return nil
			}
		}),
		Total: sumOfRegistry(registry),
	}, nil
}

func rcrowleyName3(k *workload.Key3) string { return k.Account + "|" + k.Meter + "|" + k.SKU }

func rcrowleyName6(k *workload.Key6) string {
	return k.Account + "|" + k.Meter + "|" + k.Resource + "|" + k.SKU + "|" + k.Region + "|" + k.Labels
}

func rcrowleyKeyed3(in *workload.Keyed[workload.Key3], goroutines int) (*contest.Run, error) {
	registry := metrics.NewRegistry()
	for _, k := range in.Stored {
		metrics.GetOrRegisterCounter(rcrowleyName3(&k), registry)
	}
	worker := func(worker int) contest.Loop {
		at := in.Start(worker, goroutines)
		return func(n int) error {
			events, i := in.Events, at
			for range n {
				e := &events[i&(len(events)-1)]
				metrics.GetOrRegisterCounter(rcrowleyName3(&e.Key), registry).Inc(e.Amount)
				i++
			}
			at = i
			return nil
		}
	}
	return &contest.Run{Loops: contest.Workers(goroutines, worker), Total: sumOfRegistry(registry)}, nil
}

func rcrowleyKeyed6(in *workload.Keyed[workload.Key6], goroutines int) (*contest.Run, error) {
	registry := metrics.NewRegistry()
	for _, k := range in.Stored {
		metrics.GetOrRegisterCounter(rcrowleyName6(&k), registry)
	}
	worker := func(worker int) contest.Loop {
		at := in.Start(worker, goroutines)
		return func(n int) error {
			events, i := in.Events, at
			for range n {
				e := &events[i&(len(events)-1)]
				metrics.GetOrRegisterCounter(rcrowleyName6(&e.Key), registry).Inc(e.Amount)
				i++
			}
			at = i
			return nil
		}
	}
	return &contest.Run{Loops: contest.Workers(goroutines, worker), Total: sumOfRegistry(registry)}, nil
}

func sumOfRegistry(registry metrics.Registry) func() (*big.Int, error) {
	return func() (*big.Int, error) {
		total := new(big.Int)
		registry.Each(func(_ string, counter any) {
			total.Add(total, big.NewInt(counter.(metrics.Counter).Count()))
		})
		return total, nil
	}
}
