package metering

import (
	"fmt"
	"time"
)

// A clock says which window is current. It never changes: a new one takes its
// place.
type clock struct {
	current, previous int64 // windows, + 1; 0 for none
	age               uint8 // counts changes, and wraps
}

func (c *clock) window() (w int64, ok bool) { return c.current - 1, c.current > 0 }

// Advance makes the window that contains t the current one, in which
// [Series.Add] counts. The aggregator reads no clock: whoever embeds it calls
// Advance, such as from a ticker. The current window never goes back: an
// earlier t changes nothing. It fails with [ErrTimeRange], with [ErrClosed], or
// with [ErrTooEarly] beyond the windows that may be open.
//
// It visits every series, at some 50 ns each, and stops no writer.
func (a *Aggregator) Advance(t time.Time) error {
	n, err := instant(t)
	if err != nil {
		return err
	}
	a.sealing.Lock()
	defer a.sealing.Unlock()
	if a.closed.Load() {
		return fmt.Errorf("%w: the aggregator", ErrClosed)
	}
	if sealed := a.sealed.Load(); sealed > 0 && n/a.width-sealed >= a.openWindows {
		return a.tooEarly(n)
	}
	if a.tick(n / a.width) {
		a.sweep(func(s *Series) { s.catchUp() })
	}
	return nil
}

// tick sets the current window and reports whether it changed. Series are
// still to catch up; a.sealing is held.
func (a *Aggregator) tick(w int64) bool {
	// Series are made under this lock, of the age of the clock: whoever is made
	// later has nothing to catch up with.
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now.Load()
	if now.current > w {
		return false
	}
	a.now.Store(&clock{current: w + 1, previous: now.current, age: now.age + 1})
	return true
}

// catchUp books what running words hold of a window that is not current any
// more. The series' lock is held.
func (s *Series) catchUp() {
	now := s.group.agg.now.Load()
	if s.age == now.age {
		return
	}
	s.age = now.age
	then := uint64(0)
	if !roomy(s.books.usedIn(now.current - 1)) {
		then = runDead
	}
	s.takeRuns(now.previous-1, then)
}

// sweep visits every series with its lock held, some hundred at a time, so that
// events are not kept waiting for all.
func (a *Aggregator) sweep(visit func(*Series)) {
	for hash, more := uint64(0), true; more; {
		hash, more = a.sweepFrom(hash, visit)
	}
}

// sweepFrom visits the series of the segment of the index that a hash belongs
// to, and returns where the next one begins.
func (a *Aggregator) sweepFrom(hash uint64, visit func(*Series)) (after uint64, more bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	seg, after, more := a.index.next(hash)
	seg.each(func(s *Series) bool {
		s.mu().Lock()
		defer s.mu().Unlock()
		visit(s)
		return true
	})
	return after, more
}
