package metering

import (
	"sync/atomic"

	"github.com/meterbook/meterbook/internal/fixed"
)

// Below, the series' lock is held, and it has caught up.

// post adds p, if its window has room.
func (s *Series) post(p posting) bool {
	if s.postHot(p) {
		return true
	}
	if !s.fits(p) {
		return false
	}
	s.bookkeeping().post(p)
	return true
}

// postAll adds all of them, whose windows differ, or none.
func (s *Series) postAll(ps []posting) error {
	for _, p := range ps {
		if !s.fits(p) {
			return s.overflow(p.window)
		}
	}
	for _, p := range ps {
		s.bookkeeping().post(p)
	}
	return nil
}

// postHot puts a small amount of a new window into the hot word of the
// caller's lane, and what is there of an older window into the books.
func (s *Series) postHot(p posting) bool {
	if p.n.Hi != 0 || p.n.Lo >= hotLimit || p.late || !p.estimated.IsZero() {
		return false
	}
	if s.books != nil && !roomy(s.books.used.get(p.window)) {
		return false
	}
	mine := p.lane
	if mine == 0 {
		mine = s.group.lanes.mine()
	}
	words := &s.words
	if first := s.stripes.Load(); first != nil {
		words = &first.at(mine).words
	}
	word, tag := &words[p.window&1], tagOf(uint64(p.window))
	// Others may add to the word as long as it has its tag, and never change it.
	for {
		old := word.Load()
		sum := old + p.n.Lo
		switch have := old >> tagShift; {
		case have > tag:
			return false // older windows are cold
		case have == tag && (old^sum)>>sumBits == 0:
			if word.CompareAndSwap(old, sum) {
				return true
			}
		default:
			s.book(word.Swap(tag<<tagShift|number(mine)<<sumBits|p.n.Lo), int(p.window&1))
			return true
		}
	}
}

// book puts what was taken from place i of two hot words into the books.
func (s *Series) book(word uint64, i int) {
	if word != 0 {
		s.bookkeeping().used.add(windowOf(word, i), fixed.FromUint64(sumOf(word)))
	}
}

func (s *Series) bookkeeping() *books {
	if s.books == nil {
		s.books = new(books)
	}
	return s.books
}

// fits reports whether p can be posted to the books without overflow. Near
// the limits it takes from the hot words what they hold of that window, and
// they stay without until there is room again.
func (s *Series) fits(p posting) bool {
	if s.books.fits(p) {
		if sum, _ := s.books.usedIn(p.window).Add(p.n); roomy(sum) {
			return true
		}
	}
	s.settle(p.window)
	return s.books.fits(p)
}

// usedIn returns the sum of window w in the books.
func (b *books) usedIn(w int64) fixed.Int128 {
	if b == nil {
		return fixed.Int128{}
	}
	return b.used.get(w)
}

// settle takes all that hot words hold of window w into the books.
func (s *Series) settle(w int64) {
	for words := range s.allWords() {
		word := &words[w&1]
		// Only the lock's holder changes a tag: what is taken is of that tag.
		if word.Load()>>tagShift == tagOf(uint64(w)) {
			s.book(word.Swap(0), int(w&1))
		}
	}
	if now, ok := s.group.agg.now.Load().window(); ok && now == w {
		s.takeRuns(w, runDead)
	}
}

// settleBefore takes what hot words hold of windows before w into the books.
func (s *Series) settleBefore(w int64) {
	for words := range s.allWords() {
		for i := range words {
			if word := words[i].Load(); word != 0 && windowOf(word, i) < w {
				s.book(words[i].Swap(0), i)
			}
		}
	}
}

// takeRuns books what running words hold as usage of window w, and leaves
// those that live at then: 0, or runDead.
func (s *Series) takeRuns(w int64, then uint64) {
	var sum uint64 // of at most 33 words below runDead: it may need more
	take := func(run *atomic.Uint64) {
		if run.Load() >= runDead {
			run.Store(runDead)
			return
		}
		if held := takeRun(run, then); held > 0 {
			if sum += held; sum >= runRoom {
				s.bookkeeping().used.add(w, fixed.FromUint64(sum))
				sum = 0
			}
		}
	}
	for run := range s.allRuns() {
		take(run)
	}
	if sum > 0 {
		s.bookkeeping().used.add(w, fixed.FromUint64(sum))
	}
}

// revive lets the caller's lane add to the current window w, if it has room.
func (s *Series) revive(w int64) {
	run := &s.run
	if first := s.stripes.Load(); first != nil {
		run = first.runAt(s.group.lanes.mine())
	}
	if run.Load() < runDead {
		return
	}
	if roomy(s.books.usedIn(w)) {
		run.Store(0)
	} else {
		run.Store(runDead)
	}
}

// wipe takes off running words what was added to them while they were dead.
func (s *Series) wipe() {
	for run := range s.allRuns() {
		if run.Load() >= runDead {
			run.Store(runDead)
		}
	}
}

// spill books what a full running word holds. It takes the lock.
func (s *Series) spill(run *atomic.Uint64) {
	s.mu().Lock()
	defer s.mu().Unlock()
	s.catchUp() // which empties it if it is of a window that is over
	if w, ok := s.group.agg.now.Load().window(); ok && run.Load() < runDead {
		if held := takeRun(run, 0); held > 0 {
			s.bookkeeping().used.add(w, fixed.FromUint64(held))
		}
		if !roomy(s.books.usedIn(w)) {
			s.takeRuns(w, runDead)
		}
	}
}

// allWords yields the hot words of every lane.
func (s *Series) allWords() func(yield func(*hotWords) bool) {
	return func(yield func(*hotWords) bool) {
		if !yield(&s.words) {
			return
		}
		for st := range s.allStripes() {
			if !yield(&st.words) {
				return
			}
		}
	}
}

// allRuns yields the running word of every lane.
func (s *Series) allRuns() func(yield func(*atomic.Uint64) bool) {
	return func(yield func(*atomic.Uint64) bool) {
		if !yield(&s.run) {
			return
		}
		for st := range s.allStripes() {
			if !yield(&st.run) {
				return
			}
		}
	}
}

// allStripes yields the stripes of a series that has any.
func (s *Series) allStripes() func(yield func(*stripe) bool) {
	return func(yield func(*stripe) bool) {
		if first := s.stripes.Load(); first != nil {
			s.group.lanes.each(first, yield)
		}
	}
}

// hotSums yields, for windows in no order and more than once, what hot words
// hold, and leaves it there. A window that only has its tag comes to 0.
func (s *Series) hotSums(yield func(w int64, n fixed.Int128)) {
	for words := range s.allWords() {
		for i := range words {
			if word := words[i].Load(); word != 0 {
				yield(windowOf(word, i), fixed.FromUint64(sumOf(word)))
			}
		}
	}
	if now, ok := s.group.agg.now.Load().window(); ok {
		for run := range s.allRuns() {
			if sum := run.Load(); sum > 0 && sum < runDead {
				yield(now, fixed.FromUint64(sum))
			}
		}
	}
}
