package metering

import (
	"math"
	"time"

	"github.com/meterbook/meterbook/internal/tzdb"
)

// A Zone is a named time zone from a pinned copy of the IANA time zone
// database, so that a day is the same instants on every machine. Zones are
// comparable with == and safe to copy; the zero Zone is UTC.
type Zone struct{ loc *time.Location }

// ZoneVersion is the release of the time zone database that zones come from.
const ZoneVersion = tzdb.Version

// LoadZone returns a zone by its IANA name, such as "Asia/Shanghai"; "UTC" and
// "" are the zero Zone. It fails with a *[FieldError] on a name that the
// pinned database does not have, such as "Local".
func LoadZone(name string) (Zone, error) {
	if name == "" || name == "UTC" {
		return Zone{}, nil
	}
	if len(name) <= maxTextBytes {
		if loc, err := tzdb.Load(name); err == nil {
			return Zone{loc}, nil
		}
	}
	return Zone{}, &FieldError{"zone", clip(name), "want an IANA time zone name of release " + ZoneVersion}
}

// MustZone is [LoadZone] for constants and tests: it panics on error.
func MustZone(name string) Zone {
	z, err := LoadZone(name)
	if err != nil {
		panic(err)
	}
	return z
}

// Location returns the zone for use with package time.
func (z Zone) Location() *time.Location {
	if z.loc == nil {
		return time.UTC
	}
	return z.loc
}

// String returns the IANA name.
func (z Zone) String() string { return z.Location().String() }

// MarshalText returns the IANA name.
func (z Zone) MarshalText() ([]byte, error) { return []byte(z.String()), nil }

// UnmarshalText reads a name as [LoadZone] does.
func (z *Zone) UnmarshalText(text []byte) error {
	v, err := LoadZone(bounded(text))
	if err != nil {
		return err
	}
	*z = v
	return nil
}

const secondsPerDay = 24 * 60 * 60

// Below, a clock's reading is the Unix time of the same date and time in UTC.

// offset returns what the zone's clock shows beyond UTC at a second, and
// bounds of a stretch [from, to) around it in which that does not change. The
// offset may be the same beyond the bounds.
func (z Zone) offset(sec int64) (off, from, to int64) {
	t := time.Unix(sec, 0).In(z.Location())
	_, o := t.Zone()
	start, end := t.ZoneBounds()
	from, to = math.MinInt64, math.MaxInt64
	if !start.IsZero() {
		from = start.Unix()
	}
	if !end.IsZero() {
		to = end.Unix()
	}
	// Past the last shift that a zone's file lists, package time ends a stretch
	// 365 days into the year, also in a leap year (go1.26, time.tzset). No rule
	// shifts a clock on 31 December, so that day is a stretch.
	if to <= sec {
		to = floorDiv(sec, secondsPerDay)*secondsPerDay + secondsPerDay
	}
	return int64(o), from, to
}

// firstShows returns the first second at which the zone's clock shows the
// reading or a later one.
func (z Zone) firstShows(reading int64) int64 {
	// No clock is ever 26 hours ahead of UTC, so what is sought lies ahead.
	for at := reading - 26*3600; ; {
		off, _, to := z.offset(at)
		if first := max(at, reading-off); first < to {
			return first
		}
		at = to
	}
}
