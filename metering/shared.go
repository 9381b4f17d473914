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

// visitsToShare is after how many changes of lane a series counts as shared.
// A goroutine whose stack moves changes lanes too, but seldom.
const visitsToShare = 8

// visit notes which lane adds to a series without stripes. Goroutines that
// take turns on it never meet in a word, and still its cache line travels.
// The owner is the lane · 256 + the number of changes; updates that are lost
// in a race only delay what they count.
func (s *Series) visit() {
	mine := s.group.lanes.mine()
	owner := s.owner.Load()
	switch {
	case owner>>8 == mine:
	case owner == 0:
		s.owner.Store(mine << 8)
	case owner&0xff < visitsToShare:
		s.owner.Store(mine<<8 | owner&0xff + 1)
	case owner&0xff == visitsToShare:
		s.owner.Store(mine<<8 | owner&0xff + 1) // asked once, whether there was memory or not
		s.contended()
	}
}
