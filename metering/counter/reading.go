package counter

import (
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A Reading is what a counter showed at an instant.
type Reading struct {
	// At is when it was read: from 1970-01-01 to 2200-01-01 UTC.
	At    time.Time
	Value Value
	// Start is when the counter began to count from 0, where the source says so:
	// StartTimeUnixNano in OTLP, created timestamps in OpenMetrics. The zero
	// Time, and 1970-01-01, which is 0 in OTLP, say nothing. At itself says
	// that the counter began before, nobody knows when.
	Start time.Time
	// Epoch names the life of the counter where the source has no time for its
	// beginning, such as a boot id: it changes whenever the counter begins
	// again and only then. At most 128 bytes; "" says nothing.
	Epoch string
}

// maxEpochBytes bounds what a counter keeps of an epoch: a boot id has 36.
const maxEpochBytes = 128

// A point is a reading that was checked.
type point struct {
	at    int64 // Unix ns
	value fixed.Int128
	start int64 // Unix ns; 0 for not told
	epoch string
}

// read checks a reading. Of a sentinel only the instant is read: what its
// other fields hold is as little to be trusted.
func (r *rules) read(in Reading) (p point, sentinel bool, err error) {
	if p.at, err = nanos("time", in.At); err != nil {
		return point{}, false, err
	}
	for _, s := range r.sentinels {
		if s.contains(in.Value) {
			return p, true, nil
		}
	}
	if p.value, err = in.Value.grains("value", r.unit, r.truncate); err != nil {
		return point{}, false, err
	}
	switch {
	case in.Value.n.Sign() < 0:
		return point{}, false, &FieldError{"value", in.Value.String(), "0 or more; declare a value that is none as a sentinel"}
	case !r.modulus.IsZero() && p.value.Cmp(r.modulus) > 0:
		return point{}, false, &FieldError{"value", clip(in.Value.String()), "at most the modulus"}
	}
	if !in.Start.IsZero() {
		if p.start, err = nanos("start", in.Start); err != nil {
			return point{}, false, err
		}
	}
	if p.start > p.at {
		return point{}, false, &FieldError{"start", stamp(p.start), "at most the reading's time, " + stamp(p.at)}
	}
	p.epoch = in.Epoch
	return p, false, checkText("epoch", in.Epoch, 0, maxEpochBytes)
}

// nanos returns a time as Unix nanoseconds, when a period can end there.
func nanos(field string, t time.Time) (int64, error) {
	p, err := metering.NewPeriod(t, t)
	if err != nil {
		return 0, wrapf(field, t.UTC().Format(time.RFC3339Nano), err)
	}
	return p.End().UnixNano(), nil
}

func stamp(n int64) string { return time.Unix(0, n).UTC().Format(time.RFC3339Nano) }
