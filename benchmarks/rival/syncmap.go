package rival

import (
	"math/big"
	"sync"
	"sync/atomic"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// sync.Map of pointers to atomic integers.

func syncMapKeyed3(in *workload.Keyed[workload.Key3], goroutines int) (*contest.Run, error) {
	var m sync.Map
	for _, k := range in.Stored {
		m.Store(k, new(atomic.Int64))
	}
	worker := func(worker int) contest.Loop {
		at := in.Start(worker, goroutines)
		return func(n int) error {
			events, i := in.Events, at
			for range n {
				e := &events[i&(len(events)-1)]
				sum, ok := m.Load(e.Key)
				if !ok {
					sum, _ = m.LoadOrStore(e.Key, new(atomic.Int64))
				}
				sum.(*atomic.Int64).Add(e.Amount)
				i++
			}
			at = i
			return nil
		}
	}
	return &contest.Run{Loops: contest.Workers(goroutines, worker), Total: func() (*big.Int, error) { return sumOfSyncMap(&m), nil }}, nil
}

func syncMapKeyed6(in *workload.Keyed[workload.Key6], goroutines int) (*contest.Run, error) {
	var m sync.Map
	for _, k := range in.Stored {
		m.Store(k, new(atomic.Int64))
	}
	worker := func(worker int) contest.Loop {
		at := in.Start(worker, goroutines)
		return func(n int) error {
			events, i := in.Events, at
			for range n {
				e := &events[i&(len(events)-1)]
				sum, ok := m.Load(e.Key)
				if !ok {
					sum, _ = m.LoadOrStore(e.Key, new(atomic.Int64))
				}
				sum.(*atomic.Int64).Add(e.Amount)
				i++
			}
			at = i
			return nil
		}
	}
	return &contest.Run{Loops: contest.Workers(goroutines, worker), Total: func() (*big.Int, error) { return sumOfSyncMap(&m), nil }}, nil
}

func sumOfSyncMap(m *sync.Map) *big.Int {
	total := new(big.Int)
	for _, sum := range m.Range {
		total.Add(total, big.NewInt(sum.(*atomic.Int64).Load()))
	}
	return total
}
