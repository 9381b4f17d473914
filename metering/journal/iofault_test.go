package journal_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// ioFaults runs scenarios in which one call of the file system fails, or all from
// it on, in every way, and looks afterwards at what a power loss and a kill leave.
// Of n calls and faults every step-th is tried. In an interval only the kill is
// looked at.
func ioFaults(open opener, seed uint64, step int, firstBad bool) outcome {
	return ioFaultsIn(open, seed, step, firstBad, true)
}

func ioFaultsIn(open opener, seed uint64, step int, firstBad, synced bool) outcome {
	var out outcome
	calls := callsOf(open, seed)
	all := meteringtest.EveryFault()
	// Calls of the keeper come and go, so a few more than were counted.
	for at := int(seed) % step; at < (calls+10)*len(all); at += step {
		fault, n := all[at%len(all)], 1+at/len(all)
		w := newRun(open, seed, &out)
		w.begin()
		calls, hit := 0, meteringtest.Call{}
		w.wrap = func(d *meteringtest.Disk) journal.Files {
			f := meteringtest.NewFaults(d)
			if n > calls {
				f.FailAt(n-calls, fault)
			} else if fault.Sticky {
				f.FailAt(1, fault)
			}
			f.Hook(func(c meteringtest.Call) error {
				w.mu.Lock()
				defer w.mu.Unlock()
				if calls++; calls < n {
					hit = c
				}
				return nil
			})
			return f
		}
		start := time.Now()
		w.scenario()
		what := fmt.Sprintf("seed %d, call %d after %v, %v", seed, n, hit, fault)
		if took := time.Since(start); took > 5*time.Second {
			out.note(&out.lost, "%s: took %v", what, took)
		}
		w.close()
		w.wrap = asItIs
		cases := out.cases
		if synced {
			w.verify(w.disk.PowerLoss(meteringtest.Loss{Seed: uint64(at)}), what+", power loss that keeps nothing")
			w.verify(w.disk.PowerLoss(meteringtest.Loss{Seed: uint64(at), Survive: 50}), what+", power loss")
		}
		w.verify(w.disk.Kill(), what+", kill")
		if out.cases = cases + 1; firstBad && out.bad() {
			break
		}
	}
	return out
}

// callsOf returns how many calls a scenario makes.
func callsOf(open opener, seed uint64) int {
	var calls atomic.Int64
	w := newRun(open, seed, new(outcome))
	w.begin()
	w.wrap = func(d *meteringtest.Disk) journal.Files {
		files := meteringtest.NewFaults(d)
		files.Hook(func(meteringtest.Call) error { calls.Add(1); return nil })
		return files
	}
	w.scenario()
	return int(calls.Load())
}

// fullDisk lets the disk become full after any number of bytes, gives the same
// batch again once there is room, and looks at what is left. What was refused is
// never found.
func fullDisk(open opener, seed uint64, step int, firstBad bool) outcome {
	var out outcome
	const most = 700 << 10
	for room := int64(seed) % int64(step); room < most && !(firstBad && out.bad()); room += int64(step) {
		w := newRun(open, seed, &out)
		w.begin()
		var faults *meteringtest.Faults
		w.wrap = func(d *meteringtest.Disk) journal.Files {
			faults = meteringtest.NewFaults(d)
			return faults
		}
		if !w.start() {
			break
		}
		what := fmt.Sprintf("seed %d, room for %d bytes", seed, room)
		faults.Space(room)
		events := w.fresh(1600, 0)
		for i := range events { // several records
			events[i].Resource = string(make1K[:240]) + fmt.Sprint(i)
		}
		_, err := w.s.Append(bg, events...)
		if err != nil && !errors.Is(err, journal.ErrNoSpace) {
			out.note(&out.lost, "%s: %v", what, err)
		}
		if err == nil {
			for _, e := range events {
				w.acked = append(w.acked, factOf(e))
			}
		}
		w.verify(w.disk.Kill(), what+", kill while full")
		w.verify(w.disk.PowerLoss(meteringtest.Loss{Seed: uint64(room), Survive: 50}), what+", power loss while full")
		if _, err := w.s.Append(bg, w.known(3)...); err != nil { // what is known takes no room
			out.note(&out.lost, "%s: known events are refused: %v", what, err)
		}
		faults.Space(-1)
		w.append(events...)
		w.append(w.fresh(10, 0)...)
		w.close()
		w.verify(w.disk.PowerLoss(meteringtest.Loss{}), what+", in the end")
		out.cases -= 2
	}
	return out
}
