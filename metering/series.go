package metering

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A Series is the usage of one key in an aggregator: the handle to hold on to
// where usage is recorded often. Get one from [Aggregator.Series]. It is safe
// for concurrent use and must not be copied.
type Series struct {
	key   Key
	meter *Meter // in the catalogue
	width int64

	// mu guards what follows. A series is locked after its aggregator and after
	// a holding; only the aggregator, while it is locked for writing, locks more
	// than one.
	mu        sync.Mutex
	used      windows
	estimated windows // the estimated part of used, where there is one
	records   uint64
}

// Key returns the key.
func (s *Series) Key() Key { return s.key }

// Meter returns the meter.
func (s *Series) Meter() Meter { return *s.meter }

// AddAt adds q to the window that contains t. It fails, and changes nothing,
// with [ErrTimeRange], a *[DimensionError], [ErrNegative] on a monotonic
// meter, or [ErrOverflow]. It does not allocate once the window exists; an
// addition to the newest window costs a mutex and an integer addition, one to
// an older window a binary search more, and a window that is new but not the
// newest a move of the newer ones.
func (s *Series) AddAt(t time.Time, q Quantity) error {
	n, err := instant(t)
	if err != nil {
		return err
	}
	if err := s.meter.takes(Amount, q); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// A window that this makes cannot overflow: what is refused changes nothing.
	c := s.used.at(n - n%s.width)
	sum, ok := c.sum.Add(q.n)
	if !ok {
		return s.overflow(c.window)
	}
	c.sum = sum
	s.records++
	return nil
}

// addSpan adds rate grains for every nanosecond of span, split exactly over
// the windows it crosses: all of it, or nothing on an overflow.
func (s *Series) addSpan(span Period, rate fixed.Int128) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if rate.IsZero() {
		span = Period{} // nothing was held: no window is made
	}
	for p := range span.Windows(time.Duration(s.width)) {
		used, ok := rate.MulInt64(p.end - p.start)
		if ok {
			_, ok = s.used.get(p.start - p.start%s.width).Add(used)
		}
		if !ok {
			return s.overflow(p.start)
		}
	}
	for p := range span.Windows(time.Duration(s.width)) {
		used, _ := rate.MulInt64(p.end - p.start)
		c := s.used.at(p.start - p.start%s.width)
		c.sum, _ = c.sum.Add(used)
	}
	s.records++
	return nil
}

func (s *Series) overflow(w int64) error {
	return fmt.Errorf("%w: meter %q, window %s", ErrOverflow, s.meter.ID, stamp(w))
}

// An addition is usage to be added to the series of a key.
type addition struct {
	key             Key
	meter           *Meter
	used, estimated windows
	records         uint64
}

// fits returns an error where adding would overflow; s.mu is held.
func (s *Series) fits(more *addition) error {
	w, ok := s.used.fits(more.used)
	if ok {
		w, ok = s.estimated.fits(more.estimated)
	}
	if !ok {
		return s.overflow(w)
	}
	return nil
}

// add adds what fits; s.mu is held, or s is not shared yet.
func (s *Series) add(more *addition) {
	s.used.add(more.used)
	s.estimated.add(more.estimated)
	s.records += more.records
}

// copied returns all that was added so far.
func (s *Series) copied() addition {
	s.mu.Lock()
	defer s.mu.Unlock()
	return addition{s.key, s.meter, slices.Clone(s.used), slices.Clone(s.estimated), s.records}
}

func (s *Series) recordCount() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.records
}
