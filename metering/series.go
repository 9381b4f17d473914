package metering

import (
	"fmt"
	"math/bits"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A Series is the usage of one key in an aggregator: the handle to hold on to
// where usage is recorded often. Get one from [Aggregator.Series]. It is safe
// for concurrent use and must not be copied. A series that was evicted comes
// back by itself when it is added to.
type Series struct {
	// One cache line has all that an addition needs; the allocator puts objects
	// of 64 bytes on 64-byte boundaries.
	words   hotWords
	run     atomic.Uint64
	stripes atomic.Pointer[stripe] // nil until the series is found to be shared
	group   *group
	account ends
	*cold
}

// cold is what of a series an addition does not need, or only to tell keys of
// one account apart.
type cold struct {
	owner   *owner
	place   *place // nil where there is neither region nor labels
	books   *books // guarded by the lock; nil while all sums are in hot words
	lock    uint8  // of the aggregator's series locks
	age     uint8  // guarded by the lock; see catchUp
	evicted bool   // guarded by the lock
}

// named is the cold part of a series of a resource. It lies behind the series,
// where a lookup that compares resources finds it without another miss of the
// cache.
type named struct {
	cold
	resource string
	ends     ends
}

// named returns what a series has of its resource; its shape says that it has
// one.
func (s *Series) named() *named { return (*named)(unsafe.Pointer(s.cold)) }

func (s *Series) resource() string {
	if s.group.shape&hasResource == 0 {
		return ""
	}
	return s.named().resource
}

// Key returns the key.
func (s *Series) Key() Key {
	k := Key{Account: s.owner.path, Meter: s.group.id, Resource: s.resource(), SKU: s.group.name}
	if s.place != nil {
		k.Region, k.Labels = s.place.region, s.place.labels
	}
	return k
}

// Meter returns the meter.
func (s *Series) Meter() Meter { return *s.group.def }

// Add adds q to the aggregator's current window, which [Aggregator.Advance]
// and [Aggregator.Seal] set; there is none before the first of them
// ([ErrNoWindow]). An addition that comes while they run is in the old window
// or the new one. Otherwise it fails, and changes nothing, as
// [Series.AddAt] does.
//
// It is the quickest way to count: one atomic addition for amounts of less
// than 2^37 grains, whoever else adds, and no allocation. Larger ones take a
// lock: 2^37 grains are 137 GB, 0.038 kW·h or any number of tokens, but 2 minutes
// of time, 0.14 s of a core and 2 µs of a card.
func (s *Series) Add(q Quantity) error {
	// Zero goes the other way: it leaves a row, and no trace in a sum.
	if uint64(q.n.Hi)|(q.n.Lo-1)>>sumBits != 0 || q.dim != s.group.dim {
		return s.addNow(q)
	}
	run := &s.run
	if first := s.stripes.Load(); first != nil {
		run = first.runAt(s.group.lanes.mine())
	}
	if sum := run.Add(q.n.Lo); int64(sum) < 0 || sum&drawn == 0 {
		return s.disturbed(run, sum, q)
	}
	return nil
}

// disturbed goes on after an addition to a running word that left it full, found it
// dead, or was drawn.
func (s *Series) disturbed(run *atomic.Uint64, sum uint64, q Quantity) error {
	switch {
	case sum >= runDead: // it does not count
		return s.addNow(q)
	case sum >= runFull:
		s.spill(run)
	default:
		s.watch(run, sum, q.n.Lo)
	}
	return nil
}

// AddAt adds q to the window that contains t. It fails, and changes nothing,
// with [ErrTimeRange], a *[DimensionError], [ErrNegative] on a monotonic
// meter, [ErrOverflow], [ErrClosed], and where windows are sealed as the
// meter's [LatePolicy] says, with a *[LateError], with [ErrTooLate] or with
// [ErrTooEarly]; and with a *[QuotaError] where the series was evicted and its
// tenant has no room for it any more.
//
// Amounts of less than 2^37 grains for one of the series' two newest windows
// cost one compare-and-swap and no allocation; others take a lock, and find an
// older window by binary search.
func (s *Series) AddAt(t time.Time, q Quantity) error {
	w := windowAt(t, s.group.perWindow)
	if q.n.Hi == 0 && q.n.Lo < hotLimit && q.dim == s.group.dim && s.addHot(w, q.n.Lo) {
		return nil
	}
	return s.addAt(t, q, s.group.lanes.mine())
}

// windowAt returns the number of the window that contains t; a number that is
// no window's for a time that is out of range. perWindow is 2^64 / the width in
// seconds, rounded up: multiplying by it is exact below 2^47 seconds.
func windowAt(t time.Time, perWindow uint64) uint64 {
	w, _ := bits.Mul64(uint64(t.Unix()), perWindow)
	return w
}

// addHot adds n to the hot word of window w, if there is one and it has room.
func (s *Series) addHot(w, n uint64) bool {
	words := &s.words
	if first := s.stripes.Load(); first != nil {
		words = &first.at(s.group.lanes.mine()).words
	}
	word, tag := &words[w&1], tagOf(w)
	for {
		old := word.Load()
		sum := old + n
		// A sum that outgrows its bits shows in the lane's.
		if old>>tagShift != tag || (old^sum)>>sumBits != 0 {
			return false
		}
		if word.CompareAndSwap(old, sum) {
			return true
		}
		s.contended()
	}
}

// addAt is AddAt for all that is not hot. What it opens is for the lane of who adds:
// its own place on the stack may have another.
func (s *Series) addAt(t time.Time, q Quantity, lane uintptr) error {
	n, err := instant(t)
	if err != nil {
		return err
	}
	if err := s.group.def.takes(Amount, q); err != nil {
		return err
	}
	return s.addLocked(n, q.n, lane)
}

// addLocked adds n to the window of an instant, under the lock.
func (s *Series) addLocked(at int64, n fixed.Int128, lane uintptr) error {
	live, err := s.live()
	if err != nil {
		return s.group.agg.refused(err, s.owner.path, s.group.def, n)
	}
	s = live
	defer s.mu().Unlock()
	p, err := s.group.agg.admit(s.group.def, at, n)
	if err != nil {
		return err
	}
	p.lane = lane
	if !s.post(p) {
		return s.overflow(p.window)
	}
	return nil
}

// addNow is Add for all that is not hot. What is added has not been counted.
func (s *Series) addNow(q Quantity) error {
	if err := s.group.def.takes(Amount, q); err != nil {
		return err
	}
	live, err := s.live()
	if err != nil {
		return s.group.agg.refused(err, s.owner.path, s.group.def, q.n)
	}
	s = live
	defer s.mu().Unlock()
	w, ok := s.group.agg.now.Load().window()
	if !ok {
		s.wipe()
		return fmt.Errorf("%w: meter %q", ErrNoWindow, s.group.id)
	}
	if !s.post(posting{window: w, n: q.n}) {
		s.wipe()
		return s.overflow(w)
	}
	s.revive(w)
	return nil
}

// mu returns the lock of the series. Series share a few locks: only who holds
// the aggregator's lock for writing takes more than one.
func (s *Series) mu() *sync.Mutex { return &s.group.agg.locks[s.lock].Mutex }

// live returns the series with its lock held: s itself or, where that was
// evicted, the one that took its place.
func (s *Series) live() (*Series, error) {
	for {
		s.mu().Lock()
		if !s.evicted && !s.group.agg.closed.Load() {
			s.catchUp()
			return s, nil
		}
		s.wipe()
		s.mu().Unlock()
		next, err := s.group.agg.Series(s.Key())
		if err != nil {
			return nil, err
		}
		s = next
	}
}

// addStretches adds what was held in stretches of time, split exactly over the
// windows they cross: all of it, or nothing.
func (s *Series) addStretches(first *stretch, more []stretch) error {
	s, err := s.live()
	if err != nil {
		return err
	}
	defer s.mu().Unlock()
	var few [4]posting // enough for what is observed every half hour
	postings, err := s.appendHeld(few[:0], first)
	for i := 0; i < len(more) && err == nil; i++ {
		postings, err = s.appendHeld(postings, &more[i])
	}
	if err != nil {
		return err
	}
	return s.postAll(postings)
}

// appendHeld appends what one stretch of time comes to in its windows; none
// where nothing was held.
func (s *Series) appendHeld(ps []posting, held *stretch) ([]posting, error) {
	if held.grains.IsZero() {
		return ps, nil
	}
	a := s.group.agg
	for p := range held.Windows(time.Duration(a.width)) {
		used, ok := held.grains.MulInt64(p.end - p.start)
		if ok {
			more, err := a.admit(s.group.def, p.start, used)
			if err != nil {
				return nil, err
			}
			ps, ok = appendPosting(ps, more)
		}
		if !ok {
			return nil, s.overflow(p.start / a.width)
		}
	}
	return ps, nil
}

func (s *Series) overflow(w int64) error { return s.group.agg.overflow(s.group.def, w) }

func (a *Aggregator) overflow(m *Meter, w int64) error {
	return fmt.Errorf("%w: meter %q, window %s", ErrOverflow, m.ID, stamp(w*a.width))
}
