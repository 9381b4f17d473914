package journal_test

import (
	"errors"
	"fmt"
	"sync"

	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// powerLoss runs scenarios in which the power fails before any call of the file
// system, until there are so many cases, or one is bad and the first is enough.
// Every fourth time it fails once more while that is recovered.
func powerLoss(open opener, seed uint64, cases int, firstBad bool, below func(*meteringtest.Disk) journal.Files) outcome {
	var out outcome
	for round := seed; out.cases < cases && !(firstBad && out.bad()); round++ {
		w := newRun(open, round, &out)
		w.wrap = func(d *meteringtest.Disk) journal.Files {
			files, dead := meteringtest.NewFaults(below(d)), false
			files.Hook(func(c meteringtest.Call) error {
				w.mu.Lock()
				defer w.mu.Unlock()
				if dead {
					return errKilled
				}
				if changes(c) && w.killed == nil && w.r.IntN(40) == 0 {
					w.killed, dead = d.Kill(), true
					return errKilled
				}
				if !changes(c) || out.cases >= cases || !firstBad && w.r.IntN(2) > 0 || firstBad && out.bad() {
					return nil
				}
				loss := meteringtest.Loss{Seed: w.r.Uint64(), Survive: meteringtest.Random}
				what := fmt.Sprintf("seed %d, loss %d before %v", round, loss.Seed, c)
				after := d.PowerLoss(loss)
				if w.r.IntN(4) == 0 {
					after, what = powerLossAgain(w, after), what+", and again"
				}
				w.verify(after, what)
				return nil
			})
			return files
		}
		w.begin()
		if round%2 == 0 {
			w.scenario()
		} else {
			w.short()
		}
		for range 3 {
			loss := meteringtest.Loss{Seed: w.r.Uint64(), Survive: meteringtest.Random}
			w.verify(w.disk.PowerLoss(loss), fmt.Sprintf("seed %d, loss %d in the end", round, loss.Seed))
		}
	}
	return out
}

// powerLossAgain lets the power fail while a disk is recovered. It returns what
// is found then.
func powerLossAgain(w *run, disk *meteringtest.Disk) *meteringtest.Disk {
	files := meteringtest.NewFaults(disk)
	after, left, seed := (*meteringtest.Disk)(nil), 1+w.r.IntN(60), w.r.Uint64()
	var mu sync.Mutex
	files.Hook(func(meteringtest.Call) error {
		mu.Lock()
		defer mu.Unlock()
		if left--; left == 0 {
			after = disk.PowerLoss(meteringtest.Loss{Seed: seed, Survive: meteringtest.Random})
		}
		return nil
	})
	if s, _, err := w.open(files, w.clock); err == nil {
		_ = s.Close()
	}
	mu.Lock()
	defer mu.Unlock()
	if after == nil {
		after = disk
	}
	return after
}

var errKilled = errors.New("the process was killed")

// changes tells calls that change something from those that only read.
func changes(c meteringtest.Call) bool {
	switch c.Method {
	case meteringtest.MethodCreate, meteringtest.MethodRename, meteringtest.MethodRemove, meteringtest.MethodWriteAt,
		meteringtest.MethodTruncate, meteringtest.MethodSync, meteringtest.MethodSyncDir, meteringtest.MethodLock:
		return true
	}
	return false
}

func asItIs(d *meteringtest.Disk) journal.Files { return d }
