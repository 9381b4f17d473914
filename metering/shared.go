package metering

import "sync/atomic"

// contended is called by who met another in a word: the series gets stripes,
// or the caller another lane.
func (s *Series) contended() {
	if s.stripes.Load() != nil {
		s.group.lanes.dealAgain()
		return
	}
	s.mu().Lock()
	defer s.mu().Unlock()
	s.share()
}

// drawn are bits of a running word: where they are 0, one addition in 512 by most
// amounts, it is watched for a while. To compare what it held before each addition
// would make all of them slower by a tenth.
const drawn = 511 << 6

// watch looks for some 20 ns whether somebody else adds to a running word, to which
// n was added.
func (s *Series) watch(run *atomic.Uint64, sum, n uint64) {
	if n&(drawn|1<<6-1) == 0 && sum*0x9e3779b97f4a7c15>>55 != 0 {
		return // all sums of such amounts would be drawn
	}
	for range 64 {
		if run.Load() != sum {
			s.contended()
			return
		}
	}
}

// share gives the series its stripes. They begin without a window and dead, so
// that the first addition of a lane takes the lock, held here as well.
func (s *Series) share() {
	if s.evicted || s.stripes.Load() != nil {
		return
	}
	if first := s.group.lanes.newStripes(); first != nil {
		s.stripes.Store(first)
	}
}

// visited returns word with the lane of who is about to add to it, which is not
// the one that is in it. Goroutines that take turns on a series never meet in a
// word, and still its cache line travels between their processors. One visit in
// eight, drawn from the sum, makes the series a shared one, if the last such
// visit came from another lane. A goroutine whose stack moves, as it may with
// every collection of garbage, has another lane for all of its series from then
// on: its visits follow each other, while those of goroutines that share series
// alternate. A series that is shared for nothing costs a line of memory more.
func (s *Series) visited(word, lane uint64) uint64 {
	if word*0x9e3779b97f4a7c15>>61 == 0 && s.group.lanes.visitor.Swap(lane) != lane {
		s.contended()
	}
	return word&^laneMask | lane<<sumBits
}
