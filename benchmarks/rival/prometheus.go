package rival

import (
	"fmt"
	"math/big"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// Prometheus counters. They take a float64 and add whole numbers as integers.
// WithLabelValues is faster than With, which takes a map.

var (
	labels3 = []string{"account", "meter", "sku"}
	labels6 = []string{"account", "meter", "resource", "sku", "region", "labels"}
)

func prometheusBound(goroutines int) (*contest.Run, error) {
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: "usage"})
	return &contest.Run{
		Loops: contest.Workers(goroutines, func(int) contest.Loop {
			return func(n int) error {
				for range n {
					c.Add(workload.Step)
				}
				return nil
			}
		}),
		Total: gathered(c),
	}, nil
}

func prometheusKeyed3(in *workload.Keyed[workload.Key3], goroutines int) (*contest.Run, error) {
	vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "usage"}, labels3)
	for _, k := range in.Stored {
		vec.WithLabelValues(k.Account, k.Meter, k.SKU)
	}
	worker := func(worker int) contest.Loop {
		at := in.Start(worker, goroutines)
		return func(n int) error {
			events, i := in.Events, at
			for range n {
				e := &events[i&(len(events)-1)]
				k := &e.Key
				vec.WithLabelValues(k.Account, k.Meter, k.SKU).Add(float64(e.Amount))
				i++
			}
			at = i
			return nil
		}
	}
	return &contest.Run{Loops: contest.Workers(goroutines, worker), Total: gathered(vec)}, nil
}

func prometheusKeyed6(in *workload.Keyed[workload.Key6], goroutines int) (*contest.Run, error) {
	vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "usage"}, labels6)
	for _, k := range in.Stored {
		vec.WithLabelValues(k.Account, k.Meter, k.Resource, k.SKU, k.Region, k.Labels)
	}
	worker := func(worker int) contest.Loop {
		at := in.Start(worker, goroutines)
		return func(n int) error {
			events, i := in.Events, at
			for range n {
				e := &events[i&(len(events)-1)]
				k := &e.Key
				vec.WithLabelValues(k.Account, k.Meter, k.Resource, k.SKU, k.Region, k.Labels).Add(float64(e.Amount))
				i++
			}
			at = i
			return nil
		}
	}
	return &contest.Run{Loops: contest.Workers(goroutines, worker), Total: gathered(vec)}, nil
}

// gathered returns the sum of a collector's counters. Each is a float64, and
// exact below 2^53.
func gathered(c prometheus.Collector) func() (*big.Int, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(c)
	return func() (*big.Int, error) {
		families, err := registry.Gather()
		if err != nil {
			return nil, fmt.Errorf("prometheus: %w", err)
		}
		total := new(big.Int)
		for _, family := range families {
			for _, metric := range family.GetMetric() {
				total.Add(total, whole(metric.GetCounter().GetValue()))
			}
		}
		return total, nil
	}
}
