package metering

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

// An Aggregator keeps usage in memory by key and window, exactly. Build one
// with [NewAggregator]; the zero Aggregator is not usable. It is safe for
// concurrent use and must not be copied.
//
// Usage gets in by two ways. [Aggregator.Record] counts an [Event] once, by
// its identity. The hot path has no identity and no check for duplicates:
// [Series.Add], [Series.AddAt] and what is built on them ([Lease], [Holding]),
// [Aggregator.AddAt], [Aggregator.RecordBatch] and [Recorder].
type Aggregator struct {
	catalogue   *Catalogue
	width       int64 // of windows, in nanoseconds
	quota       int
	lateWindows int64
	openWindows int64

	perWindow uint64 // see windowAt

	hash   keyHash
	lanes  lanes
	index  index
	now    atomic.Pointer[clock]
	sealed atomic.Int64 // windows before it are sealed
	closed atomic.Bool

	snapshots atomic.Uint64 // taken
	untimely  atomic.Uint64 // refusals
	accepted  atomic.Uint64 // events counted without the lock

	// sealing is held for writing by who seals, advances or closes, and for
	// reading by who needs all of what a window holds. mu guards what follows,
	// and the index against change. A series' lock guards its books. Lock order:
	// sealing, a Holding's, mu, a series'.
	sealing   sync.RWMutex
	mu        sync.RWMutex
	groups    map[groupKey]*group
	owners    map[Account]*owner
	places    map[placeKey]*place
	tenants   map[Account]*tenant
	events    map[fingerprint]fingerprint // body by identity
	timelines map[resourceKey]*timeline
	counts    Counts
	reasons   [reasonCount]uint64 // of refused events
	accepting bool                // what is counted was accepted before, whatever the quota says
	parts     []*part             // sealed windows, guarded by sealing
	archive   *archive

	holdings sync.Pool // of *holding that were stopped

	locks [256]paddedMutex
}

// A paddedMutex has a cache line of its own.
type paddedMutex struct {
	sync.Mutex
	_ [56]byte
}

// A resourceKey names a resource. It has the tenant and not the account: a
// resource can move between cost centres and its life goes on.
type resourceKey struct {
	tenant   Account
	resource string
}

// NewAggregator returns an empty aggregator.
func NewAggregator(opts ...Option) *Aggregator {
	cfg := newConfig(opts)
	width := int64(cfg.window.Duration())
	a := &Aggregator{
		catalogue:   cfg.catalogue,
		width:       width,
		quota:       cfg.quota,
		lateWindows: wholeWindows(int64(cfg.lateWindow), width),
		openWindows: int64(cfg.openWindows),
		perWindow:   math.MaxUint64/uint64(width/second) + 1,
		hash:        newKeyHash(),
		groups:      make(map[groupKey]*group),
		owners:      make(map[Account]*owner),
		places:      make(map[placeKey]*place),
		tenants:     make(map[Account]*tenant),
		events:      make(map[fingerprint]fingerprint),
		timelines:   make(map[resourceKey]*timeline),
	}
	a.lanes.begin()
	a.index.begin()
	a.now.Store(new(clock))
	return a
}

// wholeWindows returns how many windows a time takes, rounded up; none for none.
func wholeWindows(time, width int64) int64 {
	if time%width > 0 {
		return time/width + 1
	}
	return time / width
}

// Catalogue returns the meters that can be recorded.
func (a *Aggregator) Catalogue() *Catalogue { return a.catalogue }

// Current returns the start of the current window; the zero Time while there is
// none.
func (a *Aggregator) Current() time.Time {
	if w, ok := a.now.Load().window(); ok {
		return time.Unix(0, w*a.width).UTC()
	}
	return time.Time{}
}

// Window returns the width of the windows kept.
func (a *Aggregator) Window() time.Duration { return time.Duration(a.width) }

// AddAt adds q to the window of the series of key that contains t, making the
// series when it is new. It fails, and changes nothing, as [Aggregator.Series]
// and [Series.AddAt] do; what a quota refuses is in [Aggregator.Refused].
//
// It costs what [Series.AddAt] does and a hash and a comparison of the key, and
// does not allocate for a series that is there. The key comes by pointer
// because copying its 88 bytes takes as long as hashing them; it is not kept.
func (a *Aggregator) AddAt(key *Key, t time.Time, q Quantity) error {
	// Most additions are done here, without a call, but for those that addAny is
	// left to do: it does any. Each instruction counts, for how many of them there
	// are says whether the processor sees the next addition while this one waits
	// for memory.
	var here [0]byte
	stack := uintptr(unsafe.Pointer(&here))
	if key == nil || !key.isUsual() || uint64(q.n.Hi)|q.n.Lo>>sumBits != 0 {
		return a.addAny(key, t, q, stack)
	}
	la, lm, ls := len(key.Account), len(key.Meter), len(key.SKU)
	account := ends{first8(string(key.Account)), last8(string(key.Account))}
	meter := ends{first8(string(key.Meter)), last8(string(key.Meter))}
	var sku ends
	if ls >= 8 {
		sku = ends{first8(key.SKU), last8(key.SKU)}
	} else if ls >= 4 {
		sku = ends{first4(key.SKU), last4(key.SKU)}
	} else {
		sku = tiny(key.SKU)
	}
	of := lengths(la, lm, ls)
	hash := a.hash.names(account, meter, sku, of)
	bk := a.index.directory.Load().segment(hash).bucket(hash)
	equal := bk.equal(tagByte(hash) * eachByte)
	if equal == 0 {
		return a.addAny(key, t, q, stack)
	}
	s := bk.slot(equal)
	if s == nil || !s.is(of, account, meter, sku) {
		return a.addAny(key, t, q, stack)
	}
	w, lane := windowAt(t, a.perWindow), a.lanes.at(stack)
	word := &s.words[w&1]
	if first := s.stripes.Load(); first != nil {
		word = &first.at(lane).words[w&1]
	}
	// Of times that are out of range w is below 2^55: no head is mistaken for another.
	old := word.Load()
	sum, head := old+q.n.Lo, tagOf(w)<<laneBits+number(lane)
	if old>>sumBits != head || sum>>sumBits != head || q.dim != s.group.dim || !word.CompareAndSwap(old, sum) {
		return a.addAny(key, t, q, stack)
	}
	return nil
}

// addAny is AddAt for every key and amount, and for words of other lanes than that
// of the place on the stack where AddAt was called: its own place may have another.
func (a *Aggregator) addAny(key *Key, t time.Time, q Quantity, stack uintptr) error {
	if key == nil {
		key = new(Key) // which is not valid, and says so
	}
	var s *Series
	if key.isPlain() {
		s = a.index.candidate(&a.hash, key, 0, lengths(len(key.Account), len(key.Meter), len(key.SKU)))
	} else {
		s = a.index.rare(&a.hash, key)
	}
	if s == nil {
		if s, _ = a.index.find(&a.hash, key); s == nil {
			return a.addNew(key, t, q)
		}
	}
	w, lane := windowAt(t, a.perWindow), a.lanes.at(stack)
	word, tag := &s.words[w&1], tagOf(w)
	first := s.stripes.Load()
	if first != nil {
		word = &first.at(lane).words[w&1]
	}
	old := word.Load()
	sum := old + q.n.Lo
	if old>>tagShift != tag || (old^sum)>>sumBits != 0 || q.n.Hi != 0 || q.n.Lo >= hotLimit || q.dim != s.group.dim {
		return s.addAt(t, q, lane)
	}
	if laneOf(old) != number(lane) && first == nil {
		sum = s.visited(sum, number(lane))
	}
	if word.CompareAndSwap(old, sum) || s.addHot(w, q.n.Lo) {
		return nil
	}
	return s.addAt(t, q, lane)
}

// addNew is AddAt for a key that has no series, or had none a moment ago.
func (a *Aggregator) addNew(key *Key, t time.Time, q Quantity) error {
	// What is refused makes no series: the amount is looked at first.
	m, err := a.checkKey(key)
	if err != nil {
		return err
	}
	n, err := instant(t)
	if err == nil {
		err = m.takes(Amount, q)
	}
	if err == nil {
		_, err = a.admit(m, n, q.n)
	}
	if err != nil {
		return err
	}
	s, err := a.make(*key, m)
	if err != nil {
		return a.refused(err, key.Account, m, q.n)
	}
	return s.AddAt(t, q)
}

// Series returns the series of key, making it when it is new. It fails with
// a *[FieldError] on a key that is not valid, with [ErrUnknown] when the
// catalogue does not have its meter, with a *[QuotaError] when the tenant has
// as many series as it may, or with [ErrClosed]. It costs a hash and a
// comparison of the key: keep the series where usage is recorded often.
func (a *Aggregator) Series(key Key) (*Series, error) {
	if s := a.find(&key); s != nil && !a.closed.Load() {
		return s, nil
	}
	m, err := a.checkKey(&key)
	if err != nil {
		return nil, err
	}
	return a.make(key, m)
}

func (a *Aggregator) checkKey(key *Key) (*Meter, error) {
	if err := key.Validate(); err != nil {
		return nil, err
	}
	return a.catalogue.additive(key.Meter)
}

// make returns the series of a valid key, making it if it is still not there.
func (a *Aggregator) make(key Key, m *Meter) (*Series, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed.Load() {
		return nil, fmt.Errorf("%w: the aggregator", ErrClosed)
	}
	s, hash := a.index.find(&a.hash, &key)
	if s != nil {
		return s, nil
	}
	if err := a.room(key.Account, 1); err != nil {
		return nil, err
	}
	s = a.newSeries(&key, m, hash)
	a.intern(s, hash)
	return s, nil
}

// find returns the series of a key, or nil.
func (a *Aggregator) find(key *Key) *Series {
	s, _ := a.index.find(&a.hash, key)
	return s
}
