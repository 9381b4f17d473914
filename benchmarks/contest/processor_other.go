//go:build !unix

package contest

import "time"

// processorKnown is 1 where processor time is what was used, and 0 elsewhere.
const processorKnown = 0.0

// processorTime returns how long this program has run at most: here nobody says
// how long it waited for a processor.
func processorTime() time.Duration {
	return time.Duration(time.Since(loaded).Nanoseconds() * maxLoops)
}

// maxLoops is more goroutines than anyone measures with.
const maxLoops = 1 << 10

var loaded = time.Now()
