package metering

import (
	"fmt"
	"time"
)

// Watermark returns the instant before which windows are sealed; the zero Time
// while none are.
func (a *Aggregator) Watermark() time.Time {
	if w := a.sealed.Load(); w > 0 {
		return time.Unix(0, w*a.width).UTC()
	}
	return time.Time{}
}

// Seal closes the windows that end at or before t: what they hold does not
// change any more, and usage that comes for them is late. Writers go on
// meanwhile. An addition of one of these windows is in what is sealed or is
// told that it is late; none is lost and none is in both. The current window
// moves on where it was sealed. Nothing opens a window again: a t in the future
// makes all until then late.
//
// It fails with [ErrTimeRange] or [ErrClosed]. Where sealed windows are archived
// ([Aggregator.Archive]) it also fails when they cannot be written: they are
// sealed and stay in memory, and the next Seal tries again. A t that is not
// after the watermark seals nothing.
//
// It visits every series and every event in the life of a resource; events
// wait while it does the latter.
func (a *Aggregator) Seal(t time.Time) error {
	n, err := edge(t)
	if err != nil {
		return err
	}
	a.sealing.Lock()
	defer a.sealing.Unlock()
	if a.closed.Load() {
		return fmt.Errorf("%w: the aggregator", ErrClosed)
	}
	limit := n / a.width
	if limit > a.sealed.Load() {
		a.seal(limit)
	}
	return a.archive.store(a)
}

// seal closes the windows before limit; a.sealing is held.
func (a *Aggregator) seal(limit int64) {
	a.tick(max(limit, a.now.Load().current-1))
	entries := a.raiseWatermark(limit)
	a.sweep(func(s *Series) {
		s.catchUp()
		s.settleBefore(limit)
		if b := s.takeBooksBefore(limit); len(b.used) > 0 {
			entries = append(entries, sheetEntry{s.Key(), s.group.dim, b})
		}
	})
	if len(entries) == 0 && a.archive == nil {
		return // a file would still tell the watermark
	}
	if s, err := newSheet(a.width, entries); err == nil {
		a.parts = append(a.parts, &part{sheet: s})
		return
	}
	// What was added to a key and what lives come to are together more than 128
	// bits. Each alone fits, and a query says what is wrong.
	for _, e := range entries {
		s, _ := newSheet(a.width, []sheetEntry{e})
		a.parts = append(a.parts, &part{sheet: s})
	}
}

// raiseWatermark makes everything late that comes for windows before limit, and
// returns what lives of resources come to in those that were open until now.
func (a *Aggregator) raiseWatermark(limit int64) []sheetEntry {
	a.mu.Lock()
	defer a.mu.Unlock()
	before := a.sealed.Swap(limit)
	held := make(heldIn)
	for _, t := range a.timelines {
		held.add(*t, Period{before * a.width, limit * a.width}, a.width, 1)
	}
	return held.entries(a)
}

// takeBooksBefore removes and returns what the books have of windows before w.
// The series' lock is held.
func (s *Series) takeBooksBefore(w int64) books {
	if s.books == nil {
		return books{}
	}
	b := books{s.books.used.takeBefore(w), s.books.estimated.takeBefore(w), s.books.late.takeBefore(w)}
	if s.books.empty() {
		s.books = nil
	}
	return b
}

// Evict forgets the series that hold nothing but sealed windows, and returns
// how many there were. Their usage stays. A series comes back when it is added
// to. It visits every series, some hundred at a time.
func (a *Aggregator) Evict() (evicted int) {
	for hash, more := uint64(0), true; more; {
		hash, more = a.evictFrom(hash, &evicted)
	}
	return evicted
}

// evictFrom evicts from the segment of the index that a hash belongs to, and
// returns where the next one begins.
func (a *Aggregator) evictFrom(hash uint64, evicted *int) (after uint64, more bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	seg, after, more := a.index.next(hash)
	seg.each(func(s *Series) bool {
		s.mu().Lock()
		defer s.mu().Unlock()
		if s.idle() {
			s.evicted = true
			a.forget(s)
			a.counts.Evicted++
			*evicted++
		}
		return true
	})
	return after, more
}

// idle reports whether the series holds nothing, and lets nothing in if so. The
// series' lock is held.
func (s *Series) idle() bool {
	s.catchUp()
	if !s.books.empty() {
		return false
	}
	for words := range s.allWords() {
		// Without a tag, only the lock's holder adds to a word.
		if words[0].Load()|words[1].Load() != 0 {
			return false
		}
	}
	if now, ok := s.group.agg.now.Load().window(); ok {
		s.takeRuns(now, runDead)
	}
	return s.books.empty()
}

// Close ends recording: whatever is recorded from now on is [ErrClosed]. What
// was recorded stays and can be queried. It flushes no recorder and archives
// nothing: flush recorders and seal before. It never fails, and may be called
// again.
func (a *Aggregator) Close() error {
	a.sealing.Lock()
	defer a.sealing.Unlock()
	a.mu.Lock() // no event is half recorded
	a.closed.Store(true)
	a.mu.Unlock()
	a.sweep(func(s *Series) {
		s.catchUp()
		s.settleBefore(maxTime)
		if now, ok := a.now.Load().window(); ok {
			s.takeRuns(now, runDead)
		}
	})
	return nil
}
