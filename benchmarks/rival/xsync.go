package rival

import (
	"math/big"
	"sync/atomic"

	"github.com/puzpuzpuz/xsync/v4"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// xsync: its striped counter where there is one series, and its map of pointers
// to atomic integers by key. Load and an atomic addition are faster than its
// Compute, which allocates.

func xsyncBound(goroutines int) (*contest.Run, error) {
	c := xsync.NewCounter()
	return &contest.Run{
		Loops: contest.Workers(goroutines, func(int) contest.Loop {
			return func(n int) error {
				for range n {
					c.Add(workload.Step)
				}
				return nil
			}
		}),
		Total: func() (*big.Int, error) { return big.NewInt(c.Value()), nil },
	}, nil
}

func xsyncKeyed3(in *workload.Keyed[workload.Key3], goroutines int) (*contest.Run, error) {
	m := xsync.NewMap[workload.Key3, *atomic.Int64](xsync.WithPresize(len(in.Stored)))
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
				sum.Add(e.Amount)
				i++
			}
			at = i
			return nil
		}
	}
	return &contest.Run{Loops: contest.Workers(goroutines, worker), Total: func() (*big.Int, error) { return sumOfXsync(m), nil }}, nil
}

func xsyncKeyed6(in *workload.Keyed[workload.Key6], goroutines int) (*contest.Run, error) {
	m := xsync.NewMap[workload.Key6, *atomic.Int64](xsync.WithPresize(len(in.Stored)))
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
				sum.Add(e.Amount)
				i++
			}
			at = i
			return nil
		}
	}
	return &contest.Run{Loops: contest.Workers(goroutines, worker), Total: func() (*big.Int, error) { return sumOfXsync(m), nil }}, nil
}

func sumOfXsync[K comparable](m *xsync.Map[K, *atomic.Int64]) *big.Int {
	total := new(big.Int)
	for _, sum := range m.All() {
		total.Add(total, big.NewInt(sum.Load()))
	}
	return total
}
