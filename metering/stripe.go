package metering

import (
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"
)

// When two processors add to one word, its cache line travels between them,
// which costs several times what the addition does. A series that is found to
// be shared therefore gets stripes: a copy of its words for each of a few
// lanes. A goroutine keeps to its lane, and what the series holds is the sum.
//
// Which lane is a matter of speed alone: any lane is right.

// A stripe is the hot words of a series for one lane.
type stripe struct {
	words hotWords
	run   atomic.Uint64
	_     uint64
}

const (
	stripeBytes = int(unsafe.Sizeof(stripe{}))
	// blockSeries is how many series have their stripes in one block. Those of
	// one lane lie together: they are written by one processor at a time, and two
	// of them fill a cache line without harm.
	blockSeries = 1024
	// laneBytes is how far apart the stripes of a series lie.
	laneBytes = blockSeries * stripeBytes
	// maxStripeBytes bounds the memory that an aggregator spends on stripes. Past
	// it, series that are shared stay as they are.
	maxStripeBytes = 32 << 20

	maxLanes = 1 << laneBits
)

// lanes deals out lanes to goroutines, and stripes to series.
type lanes struct {
	// of has, by place of a goroutine's stack, 1 + the offset of its lane in a
	// block, in bytes; 0 where none has been dealt out. It comes first, so that
	// finding a lane takes an addition less.
	of    [256]atomic.Uintptr
	count int           // a power of two
	next  atomic.Uint32 // the next lane to be dealt out
	// visitor is the lane of who last visited a series of another lane.
	visitor atomic.Uint64

	mu   sync.Mutex
	free []*stripe // the first lane's, of series that have none yet
	made int       // series that have stripes
}

// begin makes two lanes for each processor, so that two goroutines that run
// at once seldom share one.
func (l *lanes) begin() {
	l.count = 1
	if procs := runtime.GOMAXPROCS(0); procs > 1 {
		l.count <<= bits.Len(uint(min(2*procs, maxLanes) - 1))
	}
}

// mine returns 1 + the offset of the caller's lane. Go does not tell which
// processor or goroutine one is on; where the stack lies does, near enough:
// stacks are at least 2 KiB.
func (l *lanes) mine() uintptr {
	var here [0]byte
	of := l.place(uintptr(unsafe.Pointer(&here)))
	if lane := of.Load(); lane != 0 {
		return lane
	}
	return l.deal(of)
}

// at is mine for an address on the caller's stack. It is not what mine calls, which
// would be too much for the compiler to inline.
func (l *lanes) at(stack uintptr) uintptr {
	of := l.place(stack)
	if lane := of.Load(); lane != 0 {
		return lane
	}
	return l.deal(of)
}

// place returns where the lane of those is whose stack is at an address. It is
// worked out by hand because the compiler would look whether l is nil.
func (l *lanes) place(stack uintptr) *atomic.Uintptr {
	return (*atomic.Uintptr)(unsafe.Add(unsafe.Pointer(l), stack>>11%uintptr(len(l.of))*unsafe.Sizeof(l.of[0])))
}

// deal gives a place the next lane in turn.
func (l *lanes) deal(of *atomic.Uintptr) uintptr {
	lane := 1 + uintptr((l.next.Add(1)-1)&uint32(l.count-1))*uintptr(laneBytes)
	of.Store(lane)
	return lane
}

// dealAgain is for a goroutine that met another on its lane.
func (l *lanes) dealAgain() {
	var here [0]byte
	l.deal(l.place(uintptr(unsafe.Pointer(&here))))
}

// number returns the number of a lane that mine returned.
func number(mine uintptr) uint64 { return uint64(mine / uintptr(laneBytes)) }

// at returns the stripe of a lane, which mine returned; s is that of the first.
func (s *stripe) at(mine uintptr) *stripe {
	return (*stripe)(unsafe.Add(unsafe.Pointer(s), mine-1))
}

// runAt is &s.at(mine).run in one step.
func (s *stripe) runAt(mine uintptr) *atomic.Uint64 {
	return (*atomic.Uint64)(unsafe.Add(unsafe.Pointer(s), mine+(unsafe.Offsetof(s.run)-1)))
}

// each yields the stripe of each lane.
func (l *lanes) each(first *stripe, yield func(*stripe) bool) {
	for lane := range l.count {
		if !yield(first.at(1 + uintptr(lane*laneBytes))) {
			return
		}
	}
}

// newStripes returns stripes for a series, without windows and dead: that of
// the first lane. It returns nil when there is no more memory for them.
func (l *lanes) newStripes() *stripe {
	l.mu.Lock()
	defer l.mu.Unlock()
	if (l.made+1)*l.count*stripeBytes > maxStripeBytes {
		return nil
	}
	if len(l.free) == 0 {
		block := make([]stripe, l.count*blockSeries)
		for i := range blockSeries {
			l.free = append(l.free, &block[i])
		}
	}
	last := len(l.free) - 1
	first := l.free[last]
	l.free = l.free[:last]
	l.each(first, func(s *stripe) bool { s.run.Store(runDead); return true })
	l.made++
	return first
}

// giveBack takes the stripes of a series that is gone, which hold nothing.
// Goroutines that found the series before may still look at them, so they are
// not dealt out again.
func (l *lanes) giveBack() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.made--
}

// shared returns how many series have stripes.
func (l *lanes) shared() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.made
}
