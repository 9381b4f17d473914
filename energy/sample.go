package energy

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// A Sample is the power that was drawn at an instant. Between two samples
// power is taken to change linearly.
type Sample struct {
	Time  time.Time
	Power Power
}

// Times are those of [metering.Period], without the last instant:
// 1970-01-01 to 2200-01-01 UTC.
const (
	second    = 1_000_000_000 // in nanoseconds
	maxSecond = 7_258_118_400 // 2200-01-01T00:00:00Z in Unix seconds
)

// instant returns t in Unix nanoseconds, or false outside the range above.
func instant(t time.Time) (int64, bool) {
	s := t.Unix()
	return s*second + int64(t.Nanosecond()), uint64(s) < maxSecond
}

// clamp is instant with times outside the range moved to its nearer end.
func clamp(t time.Time) int64 {
	n, ok := instant(t)
	switch {
	case ok:
		return n
	case t.Unix() < 0:
		return 0
	}
	return maxSecond * second
}

func at(n int64) time.Time { return time.Unix(0, n).UTC() }

// check says why a sample cannot be counted: a time out of range or a
// *[PowerError].
func (s Sample) check() error {
	if _, ok := instant(s.Time); !ok {
		return fmt.Errorf("energy: sample: %w: %s", metering.ErrTimeRange, stamp(s.Time))
	}
	if s.Power < 0 || s.Power > MaxPower {
		return &PowerError{s.Time, s.Power}
	}
	return nil
}
