package rival

import (
	"sync"

	"github.com/meterbook/meterbook/benchmarks/contest"
)

// Mutex returns the entrant that locks and unlocks a mutex that nobody else
// wants: the least that anything safe for many goroutines costs which is not one
// word. Nothing is to be done under the lock.
func Mutex() contest.Entrant {
	return contest.Entrant{Name: "mutex", Open: func() (*contest.Run, error) {
		mu := new(sync.Mutex)
		return &contest.Run{Loops: []contest.Loop{func(n int) error {
			for range n {
				mu.Lock()
				mu.Unlock() //nolint:staticcheck // what the two cost
			}
			return nil
		}}}, nil
	}}
}
