package contest

import (
	"errors"
	"runtime"
	"sync"
	"time"
)

const (
	// warmShare is the part of a slice that is run before the clock starts, as
	// the last entrant left its own data in the caches.
	warmShare = 4
	// maxTurns keeps the search for a slice's turns from overflowing where a
	// loop does nothing.
	maxTurns = 1 << 30

	// enough is the share of its processors that a slice must have had. On a
	// machine that does something else, two goroutines take turns on one
	// processor, and what they would contend for is never contended.
	enough = 0.9
	// tries bounds how often a slice is run for that.
	tries = 3
)

// A measurement is the time of a slice or a job.
type measurement struct {
	nsPerOp float64 // wall time for one operation, over all goroutines
	coreNs  float64 // processor time for one operation, collecting garbage included; 0 where it is not known
	calm    bool    // it had its processors to itself, as far as is known
}

// measure runs r for about slice. The first call takes longer: it finds out how
// many turns fill a slice.
func (r *Run) measure(slice time.Duration) (measurement, error) {
	if r.Job != nil {
		took, err := r.Job()
		return measurement{nsPerOp: float64(took), calm: true}, err
	}
	if r.turns == 0 {
		if err := r.calibrate(slice); err != nil {
			return measurement{}, err
		}
	}
	if _, err := r.turn(max(1, r.turns/warmShare)); err != nil {
		return measurement{}, err
	}
	var best measurement
	var share float64
	turns := r.turns
	for range tries {
		before := processorTime()
		took, err := r.turn(turns)
		if err != nil {
			return measurement{}, err
		}
		used, wanted := float64(processorTime()-before), float64(took)*float64(len(r.Loops))
		if had := used / wanted; had > share || share == 0 {
			operations := float64(turns * max(1, r.PerTurn) * len(r.Loops))
			best, share = measurement{float64(took) / operations, used / operations * processorKnown, had >= enough}, had
		}
		if best.calm {
			r.fit(turns, took, slice)
			break
		}
	}
	return best, nil
}

// calibrate runs the loops for longer and longer, until it is clear how many
// turns fill a slice. That also is where their data comes into the caches.
func (r *Run) calibrate(slice time.Duration) error {
	for r.turns = 1; ; r.turns *= 4 {
		turns := r.turns
		took, err := r.turn(turns)
		if err != nil {
			return err
		}
		if took >= slice/4 || turns >= maxTurns {
			r.fit(turns, took, slice)
			return nil
		}
	}
}

// fit sets how many turns fill a slice, given how long some took.
func (r *Run) fit(turns int, took, slice time.Duration) {
	r.turns = int(min(max(1, float64(turns)*float64(slice)/float64(max(took, 1))), maxTurns))
}

// turn runs every loop for n turns and returns the time from the start of the
// first to the end of the last.
func (r *Run) turn(n int) (time.Duration, error) {
	if len(r.Loops) == 1 {
		start := time.Now()
		err := r.Loops[0](n)
		return time.Since(start), err
	}
	errs := make([]error, len(r.Loops))
	var done, ready sync.WaitGroup
	gate := make(chan struct{})
	for i, loop := range r.Loops {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-gate
			errs[i] = loop(n)
		})
	}
	ready.Wait()
	start := time.Now()
	close(gate)
	done.Wait()
	return time.Since(start), errors.Join(errs...)
}

// Do runs every loop for n turns, all at once, without a clock.
func (r *Run) Do(n int) error {
	_, err := r.turn(n)
	return err
}

// Timed runs work with as many processors as it has threads and returns how
// long it took.
func Timed(threads int, work func() error) (time.Duration, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
	start := time.Now()
	err := work()
	return time.Since(start), err
}
