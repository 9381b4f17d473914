package counter

import (
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Counter turns the readings of one cumulative counter into increases. Get
// one from [New] or [Restore]. It must not be copied after its first reading,
// and it is for one goroutine at a time. It keeps one reading, or two while
// one is in doubt: 128 bytes and the epochs.
type Counter struct {
	rules *rules
	state
}

// state is what a counter remembers.
type state struct {
	base      point  // the last reading that was trusted
	suspect   point  // a later one that was implausible
	ended     string // the epoch of the life before, if it had one
	begun     bool   // there is a base
	suspected bool   // there is a suspect
	missed    bool   // a reading failed since base
}

// New returns a counter without readings. It fails with a *[FieldError], or
// with an error that wraps metering.ErrInexact or metering.ErrOverflow, on an
// option out of its range.
func New(o Options) (*Counter, error) {
	r, err := newRules(o)
	if err != nil {
		return nil, err
	}
	return &Counter{rules: r}, nil
}

// Observe takes a reading and returns what was used since the last one. Where
// that cannot be said the increase is [Increase.None], and its flags say why.
//
// It fails, and changes nothing, with a *[FieldError] on a negative value that
// is no sentinel, a value above the modulus, a start after the reading or an
// epoch that is not valid; and with an error that wraps metering.ErrTimeRange,
// metering.ErrInexact (a value between two grains, see [Options.Truncate]) or
// metering.ErrOverflow. It takes constant time and allocates nothing.
func (c *Counter) Observe(in Reading) (Increase, error) {
	p, sentinel, err := c.rules.read(in)
	if err != nil {
		return Increase{}, err
	}
	flags := c.order(p, sentinel)
	if sentinel {
		c.missed = c.missed || c.begun && p.at > c.latest().at
		return Increase{Flags: flags | Sentinel}, nil
	}
	switch {
	case flags != 0:
		return Increase{Flags: flags}, nil
	case !c.begun:
		return c.begin(p), nil
	}
	v := c.rules.judge(c.base, p)
	if !v.implausible {
		return c.accept(p, v), nil
	}
	if c.bornOut(p) {
		c.goOn(c.suspect)
		v = c.rules.judge(c.base, p)
		v.flags |= Rebased
		return c.accept(p, v), nil
	}
	c.suspect, c.suspected = c.heir(p), true
	return Increase{Withheld: c.quantity(v.withheld), Flags: v.flags}, nil
}

// Miss notes that a reading failed: a timeout, an absent series, a NaN. It
// counts nothing; the next reading covers the time since the last one that was
// trusted, and is flagged [Missed].
func (c *Counter) Miss() { c.missed = c.begun }

// Last returns when the counter was last read, the zero Time if never.
// Sentinels and what is out of order are not counted as readings.
func (c *Counter) Last() time.Time {
	if !c.begun {
		return time.Time{}
	}
	return time.Unix(0, c.latest().at).UTC()
}

// latest returns the last reading, in doubt or not.
func (c *Counter) latest() *point {
	if c.suspected {
		return &c.suspect
	}
	return &c.base
}

// order says what keeps a reading from following the last one, if anything.
func (c *Counter) order(p point, sentinel bool) Flags {
	if !c.begun {
		return 0
	}
	last := c.latest()
	switch {
	case p.at < last.at:
		return OutOfOrder
	case sentinel:
		return 0
	case p.at == last.at && p == c.told(p, *last):
		return Duplicate
	case p.at == last.at:
		return Conflict
	case p.start != 0 && c.base.start != 0 && p.start < c.base.start && !within(p.start, c.base.start, c.rules.tolerance):
		return OutOfOrder
	case p.epoch != "" && p.epoch == c.ended:
		return OutOfOrder
	}
	return 0
}

// told returns last as a reading that leaves out what p leaves out, and takes
// one start time for the other where they are the same: what the counter knows
// of a life from before does not make two readings differ.
func (c *Counter) told(p, last point) point {
	if p.epoch == "" {
		last.epoch = ""
	}
	if p.start == 0 || last.start != 0 && within(p.start, last.start, c.rules.tolerance) {
		last.start = p.start
	}
	return last
}

// begin takes the first reading.
func (c *Counter) begin(p point) Increase {
	c.base, c.begun = p, true
	if !c.rules.fromStart || p.start == 0 || p.start == p.at {
		return Increase{Flags: First}
	}
	v := c.rules.weigh(verdict{from: p.start, counted: p.value}, p)
	v.flags |= First
	if v.implausible {
		return Increase{Withheld: c.quantity(v.withheld), Flags: v.flags}
	}
	return c.increase(p, v)
}

// bornOut reports whether the reading in doubt is plainly what p goes on from:
// it grew. That it stayed the same is what a broken sensor does too.
func (c *Counter) bornOut(p point) bool {
	if !c.suspected || c.rules.lifeOf(c.suspect, p) == other {
		return false
	}
	return p.value.Cmp(c.suspect.value) > 0 && !c.rules.judge(c.suspect, p).implausible
}

// accept counts what a verdict says, and goes on from p.
func (c *Counter) accept(p point, v verdict) Increase {
	if c.missed || c.rules.gap > 0 && p.at-c.base.at > c.rules.gap {
		v.flags |= Missed
	}
	c.goOn(p)
	c.missed = false
	if v.flags.Has(First) {
		return Increase{Flags: v.flags}
	}
	return c.increase(p, v)
}

// goOn makes p the reading to go on from.
func (c *Counter) goOn(p point) {
	p = c.heir(p)
	if c.base.epoch != "" && p.epoch != "" && c.base.epoch != p.epoch {
		c.ended = c.base.epoch
	}
	c.base, c.suspect, c.suspected = p, point{}, false
}

// heir returns p with what is known of its life from the last reading. The
// start of a life does not drift.
func (c *Counter) heir(p point) point {
	if c.rules.lifeOf(c.base, p) == other {
		return p
	}
	if p.epoch == "" {
		p.epoch = c.base.epoch
	}
	if c.base.start != 0 {
		p.start = c.base.start
	}
	return p
}

// increase says a verdict in quantities.
func (c *Counter) increase(p point, v verdict) Increase {
	period, _ := metering.NewPeriod(time.Unix(0, v.from), time.Unix(0, p.at)) // both were checked, in this order
	inc := Increase{Period: period, Quantity: metering.GrainsWide(v.counted, c.rules.unit.Dimension()), Flags: v.flags}
	inc.Withheld = c.quantity(v.withheld)
	return inc
}

// quantity returns n grains, the zero Quantity for none.
func (c *Counter) quantity(n fixed.Int128) metering.Quantity {
	if n.IsZero() {
		return metering.Quantity{}
	}
	return metering.GrainsWide(n, c.rules.unit.Dimension())
}
