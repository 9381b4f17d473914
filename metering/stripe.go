package metering

import (
	"math/bits"
	"runtime"
	"sync/atomic"
	"unsafe"
)

// When two processors add to one word, its cache line travels between them,
// which costs several times what the addition does. A series that is found to
// be shared therefore gets stripes: a copy of its words for each of a few
// lanes, every one on a cache line of its own. A goroutine keeps to its lane,
// and what the series holds is the sum.
//
// Which lane is a matter of speed alone: any lane is right.

// A stripe is the hot words of a series for one lane.
type stripe struct {
	words hotWords
	run   atomic.Uint64
	_     [40]byte
}

const stripeBytes = 64

// maxStripeBytes bounds the memory that an aggregator spends on stripes. Past
// it, series that are shared stay as they are.
const maxStripeBytes = 16 << 20

// lanes deals out lanes to goroutines.
type lanes struct {
	count int           // a power of two
	next  atomic.Uint32 // the next lane to be dealt out
	made  atomic.Int64  // bytes of stripes
	// of has, by place of a goroutine's stack, 1 + the offset of its stripe in
	// bytes; 0 where none has been dealt out.
	of [256]atomic.Uint32
}

const maxLanes = 32

// newLanes has two lanes for each processor, so that two goroutines that run
// at once seldom share one.
func newLanes() *lanes {
	procs := runtime.GOMAXPROCS(0)
	if procs == 1 {
		return &lanes{count: 1}
	}
	return &lanes{count: 1 << bits.Len(uint(min(2*procs, maxLanes)-1))}
}

// mine returns 1 + the offset of the caller's stripe. Go does not tell which
// processor or goroutine one is on; where the stack lies does, near enough:
// stacks are at least 2 KiB.
func (l *lanes) mine() uint32 {
	var here byte
	place := uint8(uintptr(unsafe.Pointer(&here)) >> 11)
	if lane := l.of[place].Load(); lane != 0 {
		return lane
	}
	return l.deal(place)
}

// deal gives a place the next lane in turn.
func (l *lanes) deal(place uint8) uint32 {
	lane := 1 + (l.next.Add(1)-1)&uint32(l.count-1)*stripeBytes
	l.of[place].Store(lane)
	return lane
}

// dealAgain is for a goroutine that met another on its lane.
func (l *lanes) dealAgain() {
	var here byte
	l.deal(uint8(uintptr(unsafe.Pointer(&here)) >> 11))
}

// at returns the stripe at what mine returned; s is the first of as many
// stripes as there are lanes.
func (s *stripe) at(mine uint32) *stripe {
	return (*stripe)(unsafe.Add(unsafe.Pointer(s), mine-1))
}

// newStripes returns the first of a stripe for each lane, or nil when there is
// no more memory for stripes.
func (l *lanes) newStripes() *stripe {
	size := int64(l.count * stripeBytes)
	if l.made.Add(size) > maxStripeBytes {
		l.made.Add(-size)
		return nil
	}
	return &make([]stripe, l.count)[0]
}
