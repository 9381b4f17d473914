package rival

import (
	"errors"
	"math/big"

	"github.com/uber-go/tally/v4"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// Tally: a scope by tags, and its counter by name. Without a reporting interval
// nothing runs beside the loop. The map of tags is used again for each call: a
// scope that exists is found by reading it only.

func newTally() tally.Scope {
	scope, _ := tally.NewRootScope(tally.ScopeOptions{Reporter: tally.NullStatsReporter, OmitCardinalityMetrics: true}, 0)
	return scope
}

func tallyBound(goroutines int) (*contest.Run, error) {
	scope := newTally()
	c := scope.Counter("usage")
	return &contest.Run{
		Loops: contest.Workers(goroutines, func(int) contest.Loop {
			return func(n int) error {
				for range n {
					c.Inc(workload.Step)
				}
				return nil
			}
		}),
		Total: sumOfScope(scope),
	}, nil
}

func tallyTags3(tags map[string]string, k *workload.Key3) map[string]string {
	tags["account"], tags["meter"], tags["sku"] = k.Account, k.Meter, k.SKU
	return tags
}

func tallyTags6(tags map[string]string, k *workload.Key6) map[string]string {
	tags["account"], tags["meter"], tags["resource"] = k.Account, k.Meter, k.Resource
	tags["sku"], tags["region"], tags["labels"] = k.SKU, k.Region, k.Labels
	return tags
}

func tallyKeyed3(in *workload.Keyed[workload.Key3], goroutines int) (*contest.Run, error) {
	scope := newTally()
	for _, k := range in.Stored {
		scope.Tagged(tallyTags3(map[string]string{}, &k)).Counter("usage")
	}
	worker := func(worker int) contest.Loop {
		at := in.Start(worker, goroutines)
		return func(n int) error {
			events, i, tags := in.Events, at, map[string]string{}
			for range n {
				e := &events[i&(len(events)-1)]
				scope.Tagged(tallyTags3(tags, &e.Key)).Counter("usage").Inc(e.Amount)
				i++
			}
			at = i
			return nil
		}
	}
	return &contest.Run{Loops: contest.Workers(goroutines, worker), Total: sumOfScope(scope)}, nil
}

func tallyKeyed6(in *workload.Keyed[workload.Key6], goroutines int) (*contest.Run, error) {
	scope := newTally()
	for _, k := range in.Stored {
		scope.Tagged(tallyTags6(map[string]string{}, &k)).Counter("usage")
	}
	worker := func(worker int) contest.Loop {
		at := in.Start(worker, goroutines)
		return func(n int) error {
			events, i, tags := in.Events, at, map[string]string{}
			for range n {
				e := &events[i&(len(events)-1)]
				scope.Tagged(tallyTags6(tags, &e.Key)).Counter("usage").Inc(e.Amount)
				i++
			}
			at = i
			return nil
		}
	}
	return &contest.Run{Loops: contest.Workers(goroutines, worker), Total: sumOfScope(scope)}, nil
}

func sumOfScope(scope tally.Scope) func() (*big.Int, error) {
	return func() (*big.Int, error) {
		all, ok := scope.(tally.TestScope)
		if !ok {
			return nil, errors.New("tally: this scope does not show its counters")
		}
		total := new(big.Int)
		for _, counter := range all.Snapshot().Counters() {
			total.Add(total, big.NewInt(counter.Value()))
		}
		return total, nil
	}
}
