package counter

import (
	"fmt"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// Options describe a counter. Only Unit is required: the others say what is
// known of the source, and what is not known is not assumed.
type Options struct {
	// Unit is what the counter counts in: "mJ" for DCGM's energy, "By" for bytes
	// of a network interface. Increases are in the grains of its dimension.
	Unit metering.Unit
	// Modulus is where the counter goes on from 0: 4294967296 for one of 32
	// bits, max_energy_range_uj for RAPL. 0 means that none is known: then no
	// fall is a wrap. Values lie from 0 to it; to show it is to show 0.
	Modulus Value
	// Ambiguous says what a fall is that can be a wrap or a reset, and what to
	// do when the counter can have gone round once more.
	Ambiguous Ambiguity
	// MaxRate is more than the counter can ever grow by, with room for the
	// jitter of the readings' times. It tells a wrap from a reset, and keeps a
	// faulty reading from being counted. The zero Rate means unknown.
	MaxRate Rate
	// Sentinels are values that are none: [DCGM], [Ascend]. At most 16 ranges. One
	// that is not named here is counted as what it shows, 9.2e18 of the unit for
	// DCGM's blank, and no flag tells; MaxRate would keep it out as well.
	Sentinels []SentinelRange
	// MaxGap is the longest time between two readings that misses none, such as
	// one and a half sampling intervals. What lies beyond is flagged [Missed].
	// 0 means unknown.
	MaxGap time.Duration
	// StartTolerance is by how much two start times of one life may differ:
	// sources that work theirs out from a clock of 10 ms, say, are never quite
	// sure. 0 takes every other start time for a restart, as OTel does.
	StartTolerance time.Duration
	// FromStart counts what the first reading shows since its start time, if it
	// has one. Without, the first reading only says where counting begins: what
	// it shows may have been counted by another before.
	FromStart bool
	// Truncate cuts values to whole grains instead of refusing others. A sum of
	// increases is then that of values cut once, at either end.
	Truncate bool
}

// A Rate is a number of the counter's units in a stretch of time.
type Rate struct {
	Count Value
	Per   time.Duration
}

// An Ambiguity says what to count where readings fit more than one increase.
// Whatever it says, the result is flagged [Ambiguous].
type Ambiguity uint8

// The policies.
const (
	// TakeWrap takes a fall for one wrap: a modulus that is declared says that
	// the counter wraps.
	TakeWrap Ambiguity = iota
	// TakeReset takes a fall for a reset, which is the smaller increase.
	TakeReset
	// Withhold counts nothing, and reports what TakeWrap would have counted as
	// withheld.
	Withhold
)

// rules are options, checked and in grains. They never change.
type rules struct {
	unit      metering.Unit
	modulus   fixed.Int128 // 0: unknown
	rate      fixed.Int128 // grains in per; 0: unknown
	per       int64        // ns
	gap       int64        // ns; 0: unknown
	tolerance int64        // ns
	ambiguous Ambiguity
	fromStart bool
	truncate  bool
	sentinels []SentinelRange
}

// newRules checks options.
func newRules(o Options) (*rules, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	r := &rules{unit: o.Unit, per: int64(o.MaxRate.Per), gap: int64(o.MaxGap), tolerance: int64(o.StartTolerance),
		ambiguous: o.Ambiguous, fromStart: o.FromStart, truncate: o.Truncate, sentinels: append([]SentinelRange(nil), o.Sentinels...)}
	var err error
	if r.modulus, err = o.Modulus.grains("modulus", o.Unit, false); err != nil {
		return nil, err
	}
	if r.rate, err = o.MaxRate.Count.grains("max rate", o.Unit, false); err != nil {
		return nil, err
	}
	return r, nil
}

func (o *Options) validate() error {
	switch {
	case o.Unit.IsZero():
		return &FieldError{"unit", "", "the unit that the counter counts in"}
	case o.Modulus.n.Sign() < 0:
		return &FieldError{"modulus", o.Modulus.String(), "the value at which the counter goes on from 0, or 0 when it is unknown"}
	case o.Ambiguous > Withhold:
		return &FieldError{"ambiguity policy", fmt.Sprint(uint8(o.Ambiguous)), "TakeWrap, TakeReset or Withhold"}
	case o.MaxRate != Rate{} && (o.MaxRate.Count.n.Sign() <= 0 || o.MaxRate.Per <= 0):
		return &FieldError{"max rate", o.MaxRate.Count.String() + " per " + o.MaxRate.Per.String(), "both above 0, or neither when it is unknown"}
	case o.MaxGap < 0:
		return &FieldError{"max gap", o.MaxGap.String(), "0 (unknown) or more"}
	case o.StartTolerance < 0:
		return &FieldError{"start tolerance", o.StartTolerance.String(), "0 or more"}
	case len(o.Sentinels) > maxSentinels:
		return &FieldError{"sentinels", fmt.Sprint(len(o.Sentinels)), fmt.Sprintf("at most %d ranges", maxSentinels)}
	}
	for _, s := range o.Sentinels {
		if s.Min.Cmp(s.Max) > 0 {
			return &FieldError{"sentinel", s.Min.String() + " to " + s.Max.String(), "a range that begins before it ends"}
		}
	}
	return nil
}

// plausible reports whether the counter can have grown by n in dt.
func (r *rules) plausible(n fixed.Int128, dt int64) bool {
	return r.rate.IsZero() || n.MulWide(fixed.FromInt64(r.per)).Cmp(r.rate.MulWide(fixed.FromInt64(dt))) <= 0
}

// again reports whether the counter is known to be able to grow by n and go
// round once more in dt.
func (r *rules) again(n fixed.Int128, dt int64) bool {
	if r.modulus.IsZero() || r.rate.IsZero() {
		return false
	}
	more, ok := n.Add(r.modulus)
	return ok && r.plausible(more, dt)
}
