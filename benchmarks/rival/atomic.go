package rival

import (
	"math/big"
	"sync/atomic"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// word is one atomic integer with its cache line to itself: the least that a
// counter shared by goroutines can cost.
type word struct {
	_ [128]byte // two lines, as processors fetch them in pairs
	atomic.Int64
	_ [120]byte
}

func atomicBound(goroutines int) (*contest.Run, error) {
	w := new(word)
	return &contest.Run{
		Loops: contest.Workers(goroutines, func(int) contest.Loop {
			return func(n int) error {
				for range n {
					w.Add(workload.Step)
				}
				return nil
			}
		}),
		Total: func() (*big.Int, error) { return big.NewInt(w.Load()), nil },
	}, nil
}
