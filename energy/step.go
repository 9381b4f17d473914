package energy

import (
	"math/bits"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A GapPolicy says what becomes of the time between two samples that are
// further apart than the limit set with [WithMaxGap].
type GapPolicy uint8

// The gap policies.
const (
	// GapExclude counts no energy within a gap: coverage falls below 1.
	GapExclude GapPolicy = iota
	// GapFill bridges a gap linearly and counts the bridged energy as
	// estimated. The bridged time still counts as not observed.
	GapFill
)

// String returns the policy's name.
func (p GapPolicy) String() string {
	switch p {
	case GapExclude:
		return "exclude"
	case GapFill:
		return "fill"
	}
	return "invalid"
}

// span says how the time between two samples is counted.
type span uint8

const (
	measured span = iota
	excluded
	bridged
)

// cumulative is what has been added up since the first sample of a series.
//
// Areas are in half µW·ns, since the trapezoid (p0+p1)·dt/2 is then whole:
// 2·10⁹ of them are one µJ. MaxPower over the whole range of times is 1.5·10³⁷
// of them, a tenth of what 128 bits hold.
type cumulative struct {
	area      fixed.Int128 // energy
	estimated fixed.Int128 // the part of area that was bridged
	missed    int64        // nanoseconds in gaps
}

const halfMicrojoule = 2_000_000_000

// A step is the straight line between two samples, with what was cumulative
// before it. t0 < t1.
type step struct {
	t0, t1 int64
	p0, p1 Power
	kind   span
	before cumulative
}

// after returns what is cumulative at t1.
func (s *step) after() cumulative {
	c := s.before
	if s.kind != measured {
		c.missed += s.t1 - s.t0
	}
	if s.kind == excluded {
		return c
	}
	c.area = addArea(c.area, s.p0+s.p1, s.t1-s.t0)
	if s.kind == bridged {
		c.estimated = addArea(c.estimated, s.p0+s.p1, s.t1-s.t0)
	}
	return c
}

// addArea returns a + p·dt for 0 ≤ p ≤ 2·MaxPower and dt > 0: two words of
// product added to two words of sum, which cannot overflow (see cumulative).
func addArea(a fixed.Int128, p Power, dt int64) fixed.Int128 {
	hi, lo := bits.Mul64(uint64(p), uint64(dt))
	lo, carry := bits.Add64(a.Lo, lo, 0)
	return fixed.Int128{Hi: a.Hi + int64(hi+carry), Lo: lo}
}

// A mark is what a series amounts to up to an instant, rounded once to whole
// microjoules. What lies between two instants is the difference of their
// marks, so that consecutive periods add up.
type mark struct {
	energy, estimated fixed.Int128 // µJ
	observed, missed  int64        // ns since the first sample: without gaps, and in them
}

// mark returns the mark at t0 ≤ t ≤ t1 of a series that began at first.
func (s *step) mark(t, first int64) mark {
	m := mark{missed: s.before.missed}
	if s.kind != measured {
		m.missed += t - s.t0
	}
	m.observed = t - first - m.missed
	if s.kind == excluded {
		m.energy, m.estimated = microjoules(s.before.area), microjoules(s.before.estimated)
		return m
	}
	m.energy = s.round(s.before.area, t)
	if s.kind == bridged {
		m.estimated = s.round(s.before.estimated, t)
	} else if !s.before.estimated.IsZero() {
		m.estimated = microjoules(s.before.estimated)
	}
	return m
}

// round returns, in µJ, an area before the step and the part of the step up
// to t: with x = t − t0 and T = t1 − t0, the line from p0 to p1 has covered
// 2·p0·x + (p1−p0)·x²/T half µW·ns. One division rounds all of it.
func (s *step) round(before fixed.Int128, t int64) fixed.Int128 {
	switch t {
	case s.t0:
		return microjoules(before)
	case s.t1:
		return microjoules(addArea(before, s.p0+s.p1, s.t1-s.t0))
	}
	x, width := fixed.FromInt64(t-s.t0), fixed.FromInt64(s.t1-s.t0)
	// The bounds of cumulative keep every product below 2¹²⁷ and the sum of
	// the wide ones below 2²⁵⁵: no ok can be false.
	level, _ := x.MulInt64(2 * int64(s.p0))
	level, _ = level.Add(before)
	square, _ := x.Mul(x)
	rise := square.MulWide(fixed.FromInt64(int64(s.p1 - s.p0)))
	sum, _ := level.MulWide(width).Add(rise)
	unit, _ := width.MulInt64(halfMicrojoule)
	n, _, _ := sum.Div(unit, fixed.HalfEven)
	return n
}

// microjoules rounds an area half-even to whole microjoules.
func microjoules(area fixed.Int128) fixed.Int128 {
	n, _, _ := area.Div(fixed.Int128{Lo: halfMicrojoule}, fixed.HalfEven)
	return n
}
