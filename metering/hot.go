package metering

import (
	"sync/atomic"
)

// hotWords holds the sums of up to two open windows, one of an even and one of
// an odd number. A word is
//
//	tag: the window's number / 2, + 1 (22 bits) | lane (5 bits) | sum in grains (37 bits)
//
// and 0 where there is no window. Window and sum in one word is what makes
// sealing exact without a lock: an addition is a compare-and-swap from a word
// with its window's tag to another, so that it happens before the word is
// taken away, and is in what is taken, or does not happen. The tag is the
// window's whole number (2200-01-01 is quarter hour 8,064,576), so that no word
// is ever mistaken for that of another window. The lane is that of who put the
// word there or was last seen to add to it by [Aggregator.AddAt]; it tells
// series that processors share, and nothing depends on it.
//
// Only who holds the series' lock changes the tag of a word. Sums that outgrow
// 37 bits, and amounts that do, go to the series' books.
type hotWords [2]atomic.Uint64

const (
	sumBits  = 37
	laneBits = 5
	tagShift = sumBits + laneBits
	hotLimit = 1 << sumBits

	laneMask = (1<<laneBits - 1) << sumBits
)

// tagOf returns the tag of window w. What is no window has no tag that a word
// can have.
func tagOf(w uint64) uint64 { return w>>1 + 1 }

// windowOf returns the window of a word that is not 0, in place i of its two.
func windowOf(word uint64, i int) int64 { return int64(word>>tagShift-1)<<1 | int64(i) }

func laneOf(word uint64) uint64 { return word >> sumBits & (maxLanes - 1) }

func sumOf(word uint64) uint64 { return word & (hotLimit - 1) }

// A running word sums what is added to the current window, whichever that is:
// an addition is one atomic addition, without a look at any window. When the
// current window changes, what the word holds is taken and booked; an addition
// is in what is taken, or belongs to the next window.
//
// It is dead where additions must not count: in a series that is new, evicted,
// closed or about to overflow. An addition to a dead word shows in its result,
// and is counted another way. What such additions leave in the word is wiped
// off. The word could only come to life, or a live word die, by more than 30
// million goroutines that are all stopped between two instructions.
const (
	runFull = 1 << 63 // from here on, where it is negative, the sum is taken and booked
	runDead = 3 << 62
	runRoom = 1<<64 - runDead // a sum below it has room for what a live word holds
)

// takeRun takes what a running word holds and leaves then in it: 0 or runDead.
// The series' lock is held.
func takeRun(run *atomic.Uint64, then uint64) uint64 {
	if held := run.Swap(then); held < runDead {
		return held
	}
	return 0
}
