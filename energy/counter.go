package energy

import (
	"fmt"
	"math"
	"math/bits"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A CounterSpec describes a cumulative energy counter, such as a RAPL zone or
// a GPU's total energy. The zero CounterSpec knows nothing: it takes every
// step back for a reset.
type CounterSpec struct {
	// Range is the modulus: what the counter has counted when it is back
	// where it was, such as max_energy_range_uj. 0 means unknown.
	Range Energy
	// MaxPower is what the device cannot exceed, with room for the jitter of
	// the readings' times. 0 means unknown. It tells a wrap from a reset and
	// keeps a faulty reading from being counted; without it a step back
	// within a known Range is always taken for one wrap.
	MaxPower Power
	// Ambiguous says what to do with a reading that comes so late that the
	// counter can have gone round more than once.
	Ambiguous AmbiguityPolicy
}

// An AmbiguityPolicy says what to count when a counter can have gone round an
// unknown number of times between two readings.
type AmbiguityPolicy uint8

// The ambiguity policies. Either way the delta is flagged [AmbiguousWrap].
const (
	// CountLeast counts the smallest energy that fits both readings.
	CountLeast AmbiguityPolicy = iota
	// Withhold counts nothing and reports that energy as withheld.
	Withhold
)

// validate returns a *[FieldError] that names the first field out of range.
func (s CounterSpec) validate() error {
	switch {
	case s.Range.Sign() < 0:
		return &FieldError{"counter range", s.Range.String(), "the modulus, or 0 when it is unknown"}
	case s.MaxPower < 0 || s.MaxPower > MaxPower:
		return &FieldError{"counter max power", s.MaxPower.String(), "0 (unknown) to " + MaxPower.String()}
	case s.Ambiguous > Withhold:
		return &FieldError{"ambiguity policy", fmt.Sprint(uint8(s.Ambiguous)), "CountLeast or Withhold"}
	}
	return nil
}

// WrapTime returns how soon the counter can be back where it was, rounded
// down: readings further apart can be ambiguous. It is 0 when Range or MaxPower
// is unknown, and at most the 292 years of a [time.Duration].
func (s CounterSpec) WrapTime() time.Duration {
	if s.MaxPower <= 0 || s.Range.Sign() <= 0 {
		return 0
	}
	ns, _, ok := fixed.MulDiv(s.Range.n, nanosPerSecond, fixed.FromInt64(int64(s.MaxPower)), fixed.Down)
	if v, fits := ns.Int64(); ok && fits {
		return time.Duration(v)
	}
	return 1<<63 - 1
}

// A Counter turns the readings of a cumulative counter into energy: never
// negative, never more than MaxPower allows. Get one with [NewCounter]. It
// must not be copied, and it is for one goroutine at a time.
type Counter struct {
	spec  CounterSpec
	last  int64  // instant of the last reading
	value Energy // of the last reading
	begun bool
	gap   bool // a reading was missed since

	// What goesOn needs of spec. A reading more than late after the last one
	// can hide a wrap, one above top is above the range, and power is MaxPower
	// or without limit. Where no reading can simply go on, near is 0 instead of
	// late: before the first one, after a missed one and beyond 64 bits.
	near, late, top, power uint64
}

// NewCounter returns a counter without readings. It fails with a
// *[FieldError] on a field of spec out of its range.
func NewCounter(spec CounterSpec) (*Counter, error) {
	if err := spec.validate(); err != nil {
		return nil, err
	}
	c := &Counter{spec: spec, late: math.MaxInt64, top: math.MaxUint64, power: math.MaxUint64}
	if spec.Range.Sign() > 0 && spec.MaxPower > 0 {
		c.late = uint64(spec.WrapTime())
	}
	if spec.MaxPower > 0 {
		c.power = uint64(spec.MaxPower)
	}
	if r := spec.Range.n; r.Sign() > 0 && r.Hi == 0 {
		c.top = r.Lo
	}
	return c, nil
}

// Read takes the counter's value at t and returns what was used since the
// last reading. The first reading uses nothing.
//
// It fails, and changes nothing, with a *[FieldError] on a value below 0 or
// above Range, with an *[OrderError] when t is before the last reading, or at
// it with another value, or with an error that wraps [metering.ErrTimeRange].
//
// A reading that simply goes on costs two multiplications and allocates
// nothing; one of which there is something to remark allocates a note.
func (c *Counter) Read(t time.Time, value Energy) (Delta, error) {
	ns, ok := instant(t)
	start := c.last
	if ok && value.n.Hi == 0 && c.goesOn(ns, value.n.Lo) {
		used := value.n.Lo - c.value.n.Lo
		c.last, c.value.n.Lo = ns, value.n.Lo
		return Delta{used: used, start: start, end: ns}, nil
	}
	return c.read(t, value)
}

// read is Read for what is to be remarked.
func (c *Counter) read(t time.Time, value Energy) (Delta, error) {
	if err := c.check(t, value); err != nil {
		return Delta{}, err
	}
	ns, _ := instant(t) // in range, or check had said so
	d, n := c.over(ns), new(note)
	d.note = n
	switch {
	case !c.begun:
		n.kind = First
	case ns == c.last:
		n.kind = Duplicate
		return d, nil
	default:
		c.judge(n, value, time.Duration(d.end-d.start))
	}
	if c.gap {
		n.flags |= AfterGap
	}
	c.last, c.value, c.begun, c.gap = ns, value, true, false
	if c.near = c.late; value.n.Hi != 0 {
		c.near = 0
	}
	return d, nil
}

// Advance is [Counter.Read] for the reading that simply goes on, of a counter
// of 64 bits: the value in µJ at an instant in Unix nanoseconds. It returns
// the µJ that were used, and true, where nothing is to be remarked: the
// reading is in order, not behind the last one nor beyond the range, comes
// soon enough after it and is no more than MaxPower draws in that time.
// Otherwise it changes nothing and returns false: give the reading to Read.
//
// It costs two multiplications and allocates nothing.
func (c *Counter) Advance(unixNano int64, microjoules uint64) (used uint64, ok bool) {
	if uint64(unixNano) >= maxSecond*second || !c.goesOn(unixNano, microjoules) {
		return 0, false
	}
	used = microjoules - c.value.n.Lo
	c.last, c.value.n.Lo = unixNano, microjoules
	return used, true
}

// goesOn reports whether a reading simply goes on, as Advance has it.
func (c *Counter) goesOn(unixNano int64, microjoules uint64) bool {
	dt := uint64(unixNano - c.last)
	// Unsigned, a dt of 0 or less is above any bound.
	if dt-1 >= c.near || microjoules > c.top || microjoules < c.value.n.Lo {
		return false
	}
	hi, lo := bits.Mul64(microjoules-c.value.n.Lo, second)
	most, mostLow := bits.Mul64(c.power, dt)
	return hi < most || hi == most && lo <= mostLow
}

// Miss notes that a reading at t failed. It uses nothing; the next reading
// that succeeds covers the time since the last one that did, and is flagged
// [AfterGap]. Errors are those of [Counter.Read] about t.
func (c *Counter) Miss(t time.Time) (Delta, error) {
	if err := c.check(t, c.value); err != nil {
		return Delta{}, err
	}
	c.gap, c.near = true, 0
	ns, _ := instant(t) // in range, or check had said so
	d := c.over(ns)
	d.note = &note{kind: Missed}
	return d, nil
}

func (c *Counter) check(t time.Time, value Energy) error {
	ns, ok := instant(t)
	if !ok {
		return fmt.Errorf("energy: counter: %w: %s", metering.ErrTimeRange, stamp(t))
	}
	switch {
	case value.Sign() < 0:
		return &FieldError{"counter value", value.String(), "0 or more"}
	case c.spec.Range.Sign() > 0 && value.Cmp(c.spec.Range) > 0:
		return &FieldError{"counter value", value.String(), "at most the range of " + c.spec.Range.String()}
	case c.begun && (ns < c.last || ns == c.last && value != c.value):
		return &OrderError{t, at(c.last)}
	}
	return nil
}

// over returns a delta of the time since the last reading, which check has
// found to be in order.
func (c *Counter) over(ns int64) Delta {
	if !c.begun {
		return Delta{start: ns, end: ns}
	}
	return Delta{start: c.last, end: ns}
}

// judge works out what was used between the last reading and value, dt later.
func (c *Counter) judge(n *note, value Energy, dt time.Duration) {
	back := value.Cmp(c.value) < 0
	switch {
	case !back:
		n.kind = Increase
		n.energy, _ = value.Sub(c.value) // both are 0 or more
	case c.spec.Range.IsZero():
		n.kind, n.energy = Reset, value
		n.flags |= RangeUnknown
	default:
		n.kind = Wrap
		n.energy, _ = c.spec.Range.Sub(c.value) // no value is above the range
		n.energy, _ = n.energy.Add(value)       // at most the range again
		if c.spec.MaxPower == 0 {
			n.flags |= PowerUnknown
		} else if !c.plausible(n.energy, dt) {
			n.kind, n.energy = Reset, value
		}
	}
	if !c.plausible(n.energy, dt) {
		n.flags |= Implausible
		n.energy, n.withheld = Energy{}, n.energy
		return
	}
	// Within WrapTime there is no room for a whole round more, but for the very
	// last nanosecond, which Read and Advance take for none either.
	if n.kind != Reset && uint64(dt) > c.late && c.ambiguous(n.energy, dt) {
		n.flags |= AmbiguousWrap
		if c.spec.Ambiguous == Withhold {
			n.energy, n.withheld = Energy{}, n.energy
		}
	}
}

// plausible reports whether the device can have used e in dt.
func (c *Counter) plausible(e Energy, dt time.Duration) bool {
	return c.spec.MaxPower == 0 || e.n.MulWide(nanosPerSecond).Cmp(c.spec.most(dt)) <= 0
}

// ambiguous reports whether the device can have used e and a whole round more
// in dt.
func (c *Counter) ambiguous(e Energy, dt time.Duration) bool {
	if c.spec.Range.IsZero() || c.spec.MaxPower == 0 {
		return false
	}
	more, err := e.Add(c.spec.Range)
	return err == nil && c.plausible(more, dt)
}

// most returns what MaxPower draws in dt, in µW·ns.
func (s CounterSpec) most(dt time.Duration) fixed.Int256 {
	return fixed.FromInt64(int64(s.MaxPower)).MulWide(fixed.FromInt64(int64(dt)))
}
