package allocation

import (
	"runtime"
	"sync"
)

// parallelFrom is how many fractions are worth a second goroutine.
const parallelFrom = 1024

// parallel calls work for 0 to n−1, in as many goroutines as may run at once.
// Calls touch nothing in common, so the result does not depend on their number.
func parallel(n int, work func(i int)) {
	workers := runtime.GOMAXPROCS(0)
	if n < parallelFrom {
		workers = 1
	}
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w * n / workers; i < (w+1)*n/workers; i++ {
				work(i)
			}
		})
	}
	all.Wait()
}
