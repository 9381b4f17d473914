package peak

import (
	"fmt"

	"github.com/meterbook/meterbook/metering"
)

// A Setting is a bandwidth, or another capacity, that a line was set to during
// some time.
type Setting struct {
	During metering.Period
	Level  metering.Quantity
}

// A Commitment is a share of the day's highest setting that is owed whatever
// was used: 20 % for the enhanced 95 of Huawei Cloud and Tencent Cloud.
type Commitment struct {
	Share Ratio
	// Truncate cuts each day's floor to whole units, such as Mbit/s, and the
	// period's again; the zero Unit cuts nothing.
	Truncate metering.Unit
}

// A Floor is what a [Commitment] owes: the mean of the daily floors over
// existing days, which are those that share time with a setting.
type Floor struct {
	Level Level
	Days  int // existing days
	Daily []DayFloor
}

// A DayFloor is the floor of an existing day.
type DayFloor struct {
	Day   metering.Period
	Level Level
}

// Of returns the commitment's share of one setting, cut to whole units. It
// fails with [ErrNegative], [ErrOverflow] and a *metering.DimensionError.
func (c Commitment) Of(setting metering.Quantity) (Level, error) {
	level, err := LevelOf(setting)
	if err != nil {
		return Level{}, err
	}
	if level, err = level.Times(c.Share); err != nil {
		return Level{}, err
	}
	return level.truncated(c.Truncate)
}

// Floor returns what the commitment owes for the settings of the plan's
// period. A day has the largest setting that it shares time with, not the last
// one. The order of settings does not matter, nor what is outside of the
// period. It fails with [ErrNoSetting] when no day has one, and as
// [Commitment.Of] does.
//
// Usage and floor can be due for different numbers of days, so the two are
// prorated apart and compared then: see [Plan.Prorate] and [Larger].
func (p *Plan) Floor(c Commitment, settings ...Setting) (Floor, error) {
	highest, err := p.highest(settings)
	if err != nil {
		return Floor{}, err
	}
	var f Floor
	sum := p.exact(Ratio{})
	for i, q := range highest {
		if q == nil {
			continue
		}
		level, err := c.Of(*q)
		if err != nil {
			return Floor{}, err
		}
		if sum, err = sum.plus(level); err != nil {
			return Floor{}, err
		}
		f.Daily = append(f.Daily, DayFloor{p.days[i], level})
	}
	if f.Days = len(f.Daily); f.Days == 0 {
		return Floor{}, fmt.Errorf("%w: %v", ErrNoSetting, p.period)
	}
	part, _ := NewRatio(1, int64(f.Days))
	if f.Level, err = sum.Times(part); err != nil {
		return Floor{}, err
	}
	f.Level, err = f.Level.truncated(c.Truncate)
	return f, err
}

// highest returns the largest setting of each day, nil where there is none.
func (p *Plan) highest(settings []Setting) ([]*metering.Quantity, error) {
	out := make([]*metering.Quantity, len(p.days))
	for i := range settings {
		s := &settings[i]
		if s.Level.Dimension() != p.dimension {
			return nil, fmt.Errorf("peak: setting %d: %w", i, &metering.DimensionError{Got: s.Level.Dimension(), Want: p.dimension})
		}
		if s.Level.Sign() < 0 {
			return nil, fmt.Errorf("%w: setting %d: %v", ErrNegative, i, s.Level)
		}
		for day, period := range p.days {
			if period.Overlaps(s.During) && (out[day] == nil || out[day].Grains().Less(s.Level.Grains())) {
				out[day] = &s.Level
			}
		}
	}
	return out, nil
}
