package journal_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/meterbook/meterbook/metering/journal"
)

// TestFaults runs the suites of faults and prints what was lost, counted twice or
// not noticed: nothing. With -journal.full it tries all of them, for an hour or so.
func TestFaults(t *testing.T) {
	seed := journal.LawSeed() + 1
	var mu sync.Mutex
	var table strings.Builder
	t.Cleanup(func() { t.Log(table.String()) }) // once all have ended
	fmt.Fprintf(&table, "seed %d\n%-44s %9s %6s %8s %11s\n", seed, "fault", "cases", "lost", "doubled", "undetected")
	for _, one := range []struct {
		fault string
		suite func(testing.TB, uint64) outcome
	}{
		{"kill -9 of a process that appends", func(t testing.TB, seed uint64) outcome {
			return kills(t, seed, form(200, 10_000))
		}},
		{"power loss before any call", func(_ testing.TB, seed uint64) outcome {
			return powerLoss(openReal, seed, form(2000, 100_000), false, asItIs)
		}},
		{"the same while pieces share a sync", func(_ testing.TB, seed uint64) outcome {
			return powerLoss(openPieces, seed, form(1000, 100_000), false, asItIs)
		}},
		{"the same while many append one event each", func(_ testing.TB, seed uint64) outcome {
			return powerLossAmong(seed, form(500, 100_000))
		}},
		{"any call fails, in 14 ways", func(_ testing.TB, seed uint64) outcome {
			return ioFaults(openReal, seed, form(71, 1), false)
		}},
		{"the same in an interval, and then a kill", func(_ testing.TB, seed uint64) outcome {
			return ioFaultsIn(openInterval, seed, form(101, 1), false, false)
		}},
		{"disk full at any byte, and then room", func(_ testing.TB, seed uint64) outcome {
			return fullDisk(openReal, seed, form(170_011, 997), false).and(fullDisk(openBare, seed, form(34_011, 97), false))
		}},
		{"64 KiB cut at any byte", func(t testing.TB, seed uint64) outcome {
			return truncations(t, openReal, seed, form(127, 1), false)
		}},
		{"any bit of 64 KiB of log flipped", func(t testing.TB, seed uint64) outcome {
			return flips(t, openReal, seed, form(601, 1), false)
		}},
		{"any bit of index, secret and place flipped", func(t testing.TB, seed uint64) outcome {
			return indexFlips(t, openReal, seed, form(2503, 1), false)
		}},
		{"index damaged while it is open", func(t testing.TB, seed uint64) outcome {
			return damageInUse(t, openReal, seed, form(97, 1), false)
		}},
		{"events, 3 in 10 twice, over restarts", func(t testing.TB, seed uint64) outcome {
			return volume(t, seed, form(200_000, 10_000_000))
		}},
		{"opened by many at once", func(t testing.TB, seed uint64) outcome {
			return opens(t, seed, form(100, 1000))
		}},
	} {
		t.Run(one.fault, func(t *testing.T) {
			t.Parallel()
			out := one.suite(t, seed)
			mu.Lock()
			defer mu.Unlock()
			fmt.Fprintf(&table, "%-44s %9d %6d %8d %11d\n", one.fault, out.cases, out.lost, out.doubled, out.undetected)
			if out.bad() || out.cases == 0 {
				t.Errorf("%+v", out)
			}
		})
	}
}

// form returns the number of the quick or of the full form: of cases, or of the
// step from one to the next. With -race the quick one is a fifth.
func form(quick, all int) int {
	switch {
	case *full:
		return all
	case raceEnabled && quick > all:
		return quick * 5
	case raceEnabled:
		return max(quick/5, 1)
	}
	return quick
}
