package metering

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
// 32, drawn from the sum, makes the series a shared one: few enough for a
// goroutine whose stack moves, and with it its lane. Series that one goroutine
// has for itself would cost it a line of memory more if they were shared.
func (s *Series) visited(word uint64, lane uint32) uint64 {
	if word*0x9e3779b97f4a7c15>>59 == 0 {
		s.contended()
	}
	return word&^laneMask | uint64(lane)<<sumBits
}
