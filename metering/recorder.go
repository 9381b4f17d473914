package metering

import (
	"errors"
	"fmt"
	"time"
	"unsafe"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A Recorder adds up usage for one goroutine, for loops that are too tight for
// [Series.AddAt]: adding costs no atomic operation, and what has come together
// reaches the aggregator when it is flushed. Get one from
// [Aggregator.NewRecorder]; the zero Recorder is not usable. It is not safe for
// concurrent use and must not be copied.
//
// Until then it is in no query, and a crash of the goroutine that forgets the
// recorder loses it. Whether a window is sealed is decided when it is flushed.
type Recorder struct {
	_     noCopy
	agg   *Aggregator
	last  *recorded // the one added to last
	slots [recorderSlots]recorded
	used  int
	err   error // of flushes that made room
}

// A noCopy tells go vet that what has one must not be copied.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

const recorderSlots = 1024 // of 40 bytes

// recorded is what has come together for one window of a series.
type recorded struct {
	series *Series // nil where there is nothing
	window int64
	sum    fixed.Int128
}

// NewRecorder returns an empty recorder of 40 KiB.
func (a *Aggregator) NewRecorder() *Recorder {
	r := &Recorder{agg: a}
	r.last = &r.slots[0]
	return r
}

// AddTo adds q to the window of s that contains t. It fails, and changes
// nothing, with [ErrTimeRange], a *[DimensionError], [ErrNegative], or with
// [ErrOverflow] when what has come together does. A *[FieldError] says that s
// is a series of another aggregator. The recorder flushes itself when it has
// 768 windows; what is refused then is returned by the next Flush.
func (r *Recorder) AddTo(s *Series, t time.Time, q Quantity) error {
	if s == nil {
		return &FieldError{"series", "", "want one to add to"}
	}
	w := int64(windowAt(t, s.group.perWindow))
	if e := r.last; e.series == s && e.window == w && q.n.Hi >= 0 && q.dim == s.group.dim {
		if sum, ok := e.sum.Add(q.n); ok {
			e.sum = sum
			return nil
		}
	}
	return r.addTo(s, t, q)
}

// AddAt adds q to the window of the series of key that contains t. It fails as
// [Recorder.AddTo] does. The first addition to a key that has no series goes to
// the aggregator at once, and fails as [Aggregator.AddAt] does.
func (r *Recorder) AddAt(key *Key, t time.Time, q Quantity) error {
	if key == nil {
		key = new(Key) // which is not valid, and says so
	}
	s := r.agg.find(key)
	if s == nil {
		// It may be refused by a quota, which wants to know how much.
		return r.agg.addNew(key, t, q)
	}
	return r.AddTo(s, t, q)
}

// addTo is AddTo for what was not added to last.
func (r *Recorder) addTo(s *Series, t time.Time, q Quantity) error {
	n, err := instant(t)
	if err != nil {
		return err
	}
	if s.group.agg != r.agg {
		return &FieldError{"series", s.Key().String(), "want one of the recorder's aggregator"}
	}
	if err := s.group.def.takes(Amount, q); err != nil {
		return err
	}
	e := r.slot(s, n/r.agg.width)
	sum, ok := e.sum.Add(q.n)
	if !ok {
		return s.overflow(e.window)
	}
	e.sum = sum
	r.last = e
	return nil
}

// slot returns what has come together for a window of s, which may be nothing.
func (r *Recorder) slot(s *Series, w int64) *recorded {
	if r.used == recorderSlots*3/4 {
		r.err = errors.Join(r.err, r.flush())
	}
	// Series lie apart by their size at least.
	i := uint64(uintptr(unsafe.Pointer(s))>>5) ^ uint64(w)<<2
	for ; ; i++ {
		e := &r.slots[i%recorderSlots]
		if e.series == s && e.window == w {
			return e
		}
		if e.series == nil {
			*e = recorded{series: s, window: w}
			r.used++
			return e
		}
	}
}

// A FlushError reports usage that a recorder had taken and the aggregator
// refused. It is not counted, and not in the recorder any more.
type FlushError struct {
	Key      Key
	Window   Period
	Quantity Quantity
	Err      error
}

func (e *FlushError) Error() string {
	return fmt.Sprintf("%v: %v of %v in %v was recorded and is refused", e.Err, e.Quantity, e.Key.Redacted(), e.Window)
}

func (e *FlushError) Unwrap() error { return e.Err }

// Flush hands over what has come together since the last one, and empties the
// recorder. It returns a *[FlushError] for each window of a series that was
// refused, joined, some of them twice, with the reasons that [Series.AddAt] has;
// the rest is counted.
func (r *Recorder) Flush() error {
	err := errors.Join(r.err, r.flush())
	r.err = nil
	return err
}

func (r *Recorder) flush() error {
	var refused []error
	for i := range r.slots {
		e := &r.slots[i]
		if e.series == nil {
			continue
		}
		if err := e.series.addSum(e.window, e.sum); err != nil {
			width := r.agg.width
			refused = append(refused, &FlushError{e.series.Key(), Period{e.window * width, (e.window + 1) * width}, Quantity{e.sum, e.series.group.dim}, err})
		}
		*e = recorded{}
	}
	r.used = 0
	return errors.Join(refused...)
}

// addSum adds n to window w.
func (s *Series) addSum(w int64, n fixed.Int128) error {
	if n.Hi == 0 && n.Lo < hotLimit && s.addHot(uint64(w), n.Lo) {
		return nil
	}
	return s.addLocked(w*s.group.agg.width, n, 0)
}
