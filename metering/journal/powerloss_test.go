package journal_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

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

// powerLossAmong lets the power fail before any call of the file system while many
// append one event at a time, some of them the same, and do not stop for it: each event
// that was acknowledged by then is there, and none twice.
func powerLossAmong(seed uint64, cases int) outcome {
	var out outcome
	for round := seed; out.cases < cases && !out.bad(); round++ {
		r := rand.New(rand.NewPCG(round, 12))
		disk := meteringtest.NewDisk()
		files := meteringtest.NewFaults(disk)
		opts := []journal.Option{clock(), journal.WithSegmentSize(int64(4096 << r.IntN(4))), journal.WithPreallocation(int64(r.IntN(3)-1) * 8192)}
		j, _, err := journal.OpenFiles(files, opts...)
		if err != nil {
			out.note(&out.lost, "seed %d: %v", round, err)
			return out
		}
		var mu sync.Mutex
		acknowledged := map[string]bool{}
		files.Hook(func(c meteringtest.Call) error {
			mu.Lock()
			defer mu.Unlock()
			if c.Method == meteringtest.MethodSync {
				time.Sleep(20 * time.Microsecond) // others gather meanwhile
			}
			if changes(c) && out.cases < cases && r.IntN(8) == 0 {
				out.cases++
				loss := meteringtest.Loss{Seed: r.Uint64(), Survive: meteringtest.Random}
				gathered(&out, disk.PowerLoss(loss), acknowledged, fmt.Sprintf("seed %d, loss %d before %v", round, loss.Seed, c))
			}
			return nil
		})
		var group sync.WaitGroup
		for caller := range 20 {
			group.Go(func() {
				r := rand.New(rand.NewPCG(round, uint64(100+caller)))
				for range 12 {
					e := event(r.IntN(600))
					res, err := j.Append(bg, e)
					mu.Lock()
					if acknowledged[e.ID] = true; err != nil || res.Accepted+res.Duplicates != 1 {
						out.note(&out.lost, "seed %d: %v %v", round, res, err)
					}
					mu.Unlock()
				}
			})
		}
		group.Wait()
		files.Hook(nil)
		if err := j.Close(); err != nil {
			out.note(&out.lost, "seed %d: %v", round, err)
		}
	}
	return out
}

// gathered holds what is on a disk to what was acknowledged.
func gathered(out *outcome, disk *meteringtest.Disk, acknowledged map[string]bool, what string) {
	j, _, err := journal.OpenFiles(disk, clock())
	if err != nil {
		out.note(&out.lost, "%s: %v", what, err)
		return
	}
	seen := map[string]bool{}
	for e, err := range j.Events(0) {
		switch {
		case err != nil || e.Sequence != uint64(len(seen)+1):
			out.note(&out.lost, "%s: event %d after %d: %v", what, e.Sequence, len(seen), err)
		case seen[e.Event.ID]:
			out.note(&out.doubled, "%s: %s twice", what, e.Event.ID)
		case !same(&e.Event, ptr(eventOf(e.Event.ID))):
			out.note(&out.undetected, "%s: %s is another one", what, e.Event.ID)
		}
		seen[e.Event.ID] = true
	}
	for id := range acknowledged {
		if !seen[id] {
			out.note(&out.lost, "%s: %s", what, id)
		}
	}
	if err := j.Close(); err != nil {
		out.note(&out.lost, "%s: %v", what, err)
	}
}
