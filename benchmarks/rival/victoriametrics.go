package rival

import (
	"math/big"

	"github.com/VictoriaMetrics/metrics"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// VictoriaMetrics counters. A series is known by one string with the labels in
// it, which has to be made of the fields for each call; that is most of the
// cost.

func victoriaBound(goroutines int) (*contest.Run, error) {
	set := metrics.NewSet()
	c := set.NewCounter("usage")
	return &contest.Run{
		Loops: contest.Workers(goroutines, func(int) contest.Loop {
			return func(n int) error {
				for range n {
					c.AddInt64(workload.Step)
				}
				return nil
			}
		}),
		Total: sumOfSet(set),
	}, nil
}

func victoriaName3(k *workload.Key3) string {
	return `usage{account="` + k.Account + `",meter="` + k.Meter + `",sku="` + k.SKU + `"}`
}

func victoriaName6(k *workload.Key6) string {
	return `usage{account="` + k.Account + `",meter="` + k.Meter + `",resource="` + k.Resource +
		`",sku="` + k.SKU + `",region="` + k.Region + `",labels="` + k.Labels + `"}`
}

func victoriaKeyed3(in *workload.Keyed[workload.Key3], goroutines int) (*contest.Run, error) {
	set := metrics.NewSet()
	for _, k := range in.Stored {
		set.GetOrCreateCounter(victoriaName3(&k))
	}
	worker := func(worker int) contest.Loop {
		at := in.Start(worker, goroutines)
		return func(n int) error {
			events, i := in.Events, at
			for range n {
				e := &events[i&(len(events)-1)]
				set.GetOrCreateCounter(victoriaName3(&e.Key)).AddInt64(e.Amount)
				i++
			}
			at = i
			return nil
		}
	}
	return &contest.Run{Loops: contest.Workers(goroutines, worker), Total: sumOfSet(set)}, nil
}

func victoriaKeyed6(in *workload.Keyed[workload.Key6], goroutines int) (*contest.Run, error) {
	set := metrics.NewSet()
	for _, k := range in.Stored {
		set.GetOrCreateCounter(victoriaName6(&k))
	}
	worker := func(worker int) contest.Loop {
		at := in.Start(worker, goroutines)
		return func(n int) error {
			events, i := in.Events, at
			for range n {
				e := &events[i&(len(events)-1)]
				set.GetOrCreateCounter(victoriaName6(&e.Key)).AddInt64(e.Amount)
				i++
			}
			at = i
			return nil
		}
	}
	return &contest.Run{Loops: contest.Workers(goroutines, worker), Total: sumOfSet(set)}, nil
}

func sumOfSet(set *metrics.Set) func() (*big.Int, error) {
	return func() (*big.Int, error) {
		total := new(big.Int)
		for _, name := range set.ListMetricNames() {
			total.Add(total, new(big.Int).SetUint64(set.GetOrCreateCounter(name).Get()))
		}
		return total, nil
	}
}
