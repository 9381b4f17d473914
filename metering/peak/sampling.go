package peak

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// A Direction says which level of a sample is billed. The zero Direction is
// MaxInOut, which Tencent Cloud, Huawei Cloud and BytePlus have in common.
type Direction uint8

// The directions.
const (
	MaxInOut Direction = iota // the larger of in and out, sample by sample
	InOnly                    // in; out is not looked at
	OutOnly                   // out; in is not looked at
	SumInOut                  // in and out together
)

// String returns the name, such as "max-in-out".
func (d Direction) String() string {
	switch d {
	case MaxInOut:
		return "max-in-out"
	case InOnly:
		return "in"
	case OutOnly:
		return "out"
	case SumInOut:
		return "sum-in-out"
	}
	return fmt.Sprintf("direction(%d)", uint8(d))
}

// DefaultInterval is the sampling interval of bandwidth billing: 288 samples
// in a day of 24 hours.
const DefaultInterval = 5 * time.Minute

// MaxIntervals is how many sampling intervals a period can have: a month of
// minutes is 44,640.
const MaxIntervals = 1 << 16

// A Sampling says how levels are sampled and what a day is. Period, Days and
// Dimension have to be given.
type Sampling struct {
	// Period is what is billed, a month as a rule. It is a whole number of
	// intervals, at most MaxIntervals of them.
	Period metering.Period
	// Days cuts the period into the days of daily peaks. A calendar of hours
	// makes them peaks of hours, and so on for any other calendar whose edges lie
	// between intervals. Take the zone of the period: days of another one are cut by
	// its edges, and a month of 31 days has 32, two of them parts.
	Days metering.Calendar
	// Dimension is what levels are of, such as metering.BitRate, or
	// metering.Bytes for bytes of each interval.
	Dimension metering.Dimension
	// Interval is what one sample stands for; 0 is DefaultInterval. Intervals
	// begin at the period's start and tile it.
	Interval time.Duration
	// Direction says which level counts; the zero value is MaxInOut.
	Direction Direction
	// ValidAbove is the level that a day has to exceed in one sample to be a
	// valid day: 0 at Huawei Cloud CDN and BytePlus, 1 kbit/s at Tencent Cloud.
	ValidAbove metering.Quantity
}

// A Sample is the level in and out during the interval that contains At: the
// average over that interval, or whatever the contract says. A quantity that
// is left out is 0.
type Sample struct {
	At      time.Time
	In, Out metering.Quantity
}

// level returns the one level of a sample that counts.
func (p *Plan) level(s *Sample) (int64, error) {
	switch p.direction {
	case InOnly:
		return p.grains(&s.In, "in")
	case OutOnly:
		return p.grains(&s.Out, "out")
	case MaxInOut, SumInOut:
	}
	in, err := p.grains(&s.In, "in")
	if err != nil {
		return 0, err
	}
	out, err := p.grains(&s.Out, "out")
	if err != nil {
		return 0, err
	}
	if p.direction == MaxInOut {
		return max(in, out), nil
	}
	sum := in + out
	if sum < 0 {
		return 0, fmt.Errorf("%w: in %v and out %v together", ErrRange, s.In, s.Out)
	}
	return sum, nil
}

// grains returns the count of a level.
func (p *Plan) grains(q *metering.Quantity, field string) (int64, error) {
	if q.Dimension() != p.dimension && *q != (metering.Quantity{}) {
		return 0, fmt.Errorf("peak: %s: %w", field, &metering.DimensionError{Got: q.Dimension(), Want: p.dimension})
	}
	n, ok := q.Grains().Int64()
	if ok && n >= 0 {
		return n, nil
	}
	if q.Sign() < 0 {
		return 0, fmt.Errorf("%w: %s %v", ErrNegative, field, *q)
	}
	return 0, fmt.Errorf("%w: %s %v", ErrRange, field, *q)
}
