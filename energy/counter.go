package energy

import (
	"fmt"
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
// down: readings further apart are ambiguous. It is 0 when Range or MaxPower
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
	last  time.Time // of the last reading
	value Energy    // of the last reading
	begun bool
	gap   bool // a reading was missed since
}

// NewCounter returns a counter without readings. It fails with a
// *[FieldError] on a field of spec out of its range.
func NewCounter(spec CounterSpec) (*Counter, error) {
	if err := spec.validate(); err != nil {
		return nil, err
	}
	return &Counter{spec: spec}, nil
}

// Read takes the counter's value at t and returns what was used since the
// last reading. The first reading uses nothing.
//
// It fails, and changes nothing, with a *[FieldError] on a value below 0 or
// above Range, with an *[OrderError] when t is before the last reading, or at
// it with another value, or with an error that wraps [metering.ErrTimeRange].
func (c *Counter) Read(t time.Time, value Energy) (Delta, error) {
	if err := c.check(t, value); err != nil {
		return Delta{}, err
	}
	d := Delta{Period: c.period(t)}
	switch {
	case !c.begun:
		d.Kind = First
	case t.Equal(c.last):
		d.Kind = Duplicate
		return d, nil
	default:
		c.delta(&d, value)
	}
	if c.gap {
		d.Flags |= AfterGap
	}
	c.last, c.value, c.begun, c.gap = t, value, true, false
	return d, nil
}

// Miss notes that a reading at t failed. It uses nothing; the next reading
// that succeeds covers the time since the last one that did, and is flagged
// [AfterGap]. Errors are those of [Counter.Read] about t.
func (c *Counter) Miss(t time.Time) (Delta, error) {
	if err := c.check(t, c.value); err != nil {
		return Delta{}, err
	}
	c.gap = true
	return Delta{Period: c.period(t), Kind: Missed}, nil
}

func (c *Counter) check(t time.Time, value Energy) error {
	if _, ok := instant(t); !ok {
		return fmt.Errorf("energy: counter: %w: %s", metering.ErrTimeRange, stamp(t))
	}
	switch {
	case value.Sign() < 0:
		return &FieldError{"counter value", value.String(), "0 or more"}
	case c.spec.Range.Sign() > 0 && value.Cmp(c.spec.Range) > 0:
		return &FieldError{"counter value", value.String(), "at most the range of " + c.spec.Range.String()}
	case c.begun && (t.Before(c.last) || t.Equal(c.last) && value != c.value):
		return &OrderError{t, c.last}
	}
	return nil
}

// period returns the time since the last reading, which check has found to
// be in order.
func (c *Counter) period(t time.Time) metering.Period {
	start := t
	if c.begun {
		start = c.last
	}
	p, _ := metering.NewPeriod(start, t)
	return p
}

// delta works out what was used between the last reading and value.
func (c *Counter) delta(d *Delta, value Energy) {
	dt := d.Period.Duration()
	back := value.Cmp(c.value) < 0
	switch {
	case !back:
		d.Kind = Increase
		d.Energy, _ = value.Sub(c.value) // both are 0 or more
	case c.spec.Range.IsZero():
		d.Kind, d.Energy = Reset, value
		d.Flags |= RangeUnknown
	default:
		d.Kind = Wrap
		d.Energy, _ = c.spec.Range.Sub(c.value) // no value is above the range
		d.Energy, _ = d.Energy.Add(value)       // at most the range again
		if c.spec.MaxPower == 0 {
			d.Flags |= PowerUnknown
		} else if !c.plausible(d.Energy, dt) {
			d.Kind, d.Energy = Reset, value
		}
	}
	if !c.plausible(d.Energy, dt) {
		d.Flags |= Implausible
		d.Energy, d.Withheld = Energy{}, d.Energy
		return
	}
	if d.Kind != Reset && c.ambiguous(dt) {
		d.Flags |= AmbiguousWrap
		if c.spec.Ambiguous == Withhold {
			d.Energy, d.Withheld = Energy{}, d.Energy
		}
	}
}

// plausible reports whether the device can have used e in dt.
func (c *Counter) plausible(e Energy, dt time.Duration) bool {
	return c.spec.MaxPower == 0 || e.n.MulWide(nanosPerSecond).Cmp(c.spec.most(dt)) <= 0
}

// ambiguous reports whether the counter can have gone all the way round in dt.
func (c *Counter) ambiguous(dt time.Duration) bool {
	r := c.spec.Range
	return !r.IsZero() && c.spec.MaxPower != 0 && r.n.MulWide(nanosPerSecond).Cmp(c.spec.most(dt)) < 0
}

// most returns what MaxPower draws in dt, in µW·ns.
func (s CounterSpec) most(dt time.Duration) fixed.Int256 {
	return fixed.FromInt64(int64(s.MaxPower)).MulWide(fixed.FromInt64(int64(dt)))
}
