package metering

import (
	"cmp"
	"fmt"
	"iter"
	"strings"
	"time"
)

// A Period is the half-open stretch of time [Start, End) in UTC nanoseconds,
// between 1970-01-01 and 2200-01-01 UTC. Periods are comparable with == and
// safe to copy; the zero Period is empty.
type Period struct{ start, end int64 }

// The range of times, in Unix nanoseconds: events are before maxTime, and a
// period can end there.
const (
	minTime = 0
	maxTime = 7_258_118_400 * second // 2200-01-01T00:00:00Z
)

// NewPeriod returns [start, end). It fails with [ErrTimeRange] outside the
// range above and with [ErrPeriod] when end is before start.
func NewPeriod(start, end time.Time) (Period, error) {
	s, err := edge(start)
	if err != nil {
		return Period{}, err
	}
	e, err := edge(end)
	if err != nil {
		return Period{}, err
	}
	if e < s {
		return Period{}, fmt.Errorf("%w: %s to %s", ErrPeriod, stamp(s), stamp(e))
	}
	return Period{s, e}, nil
}

// ParsePeriod reads two RFC 3339 times with '/' between them, as
// [Period.String] prints them, in any offset from UTC. It fails with
// [ErrSyntax], and as [NewPeriod] does.
func ParsePeriod(s string) (Period, error) {
	if len(s) <= maxTextBytes {
		if from, to, found := strings.Cut(s, "/"); found {
			start, err1 := time.Parse(time.RFC3339, from)
			end, err2 := time.Parse(time.RFC3339, to)
			if err1 == nil && err2 == nil {
				return NewPeriod(start, end)
			}
		}
	}
	return Period{}, fmt.Errorf("%w: period %q: want two RFC 3339 times with a '/' between them", ErrSyntax, clip(s))
}

// MustPeriod parses two RFC 3339 times, for constants and tests: it panics on
// error.
func MustPeriod(start, end string) Period {
	p, err := ParsePeriod(start + "/" + end)
	if err != nil {
		panic(err)
	}
	return p
}

// Start returns the first instant, in UTC.
func (p Period) Start() time.Time { return time.Unix(0, p.start).UTC() }

// End returns the first instant after the period, in UTC.
func (p Period) End() time.Time { return time.Unix(0, p.end).UTC() }

// Duration returns End − Start; at most 230 years, so it never overflows.
func (p Period) Duration() time.Duration { return time.Duration(p.end - p.start) }

// IsZero reports whether p is empty.
func (p Period) IsZero() bool { return p.start == p.end }

// Contains reports whether Start ≤ t < End.
func (p Period) Contains(t time.Time) bool {
	n, err := instant(t)
	return err == nil && p.start <= n && n < p.end
}

// Covers reports whether all of q lies within p.
func (p Period) Covers(q Period) bool { return p.start <= q.start && q.end <= p.end }

// Overlaps reports whether p and q share any time.
func (p Period) Overlaps(q Period) bool { return max(p.start, q.start) < min(p.end, q.end) }

// Intersect returns the time in both p and q; the zero Period if none.
func (p Period) Intersect(q Period) Period {
	if s, e := max(p.start, q.start), min(p.end, q.end); s < e {
		return Period{s, e}
	}
	return Period{}
}

// Compare orders periods by start, then end: -1, 0 or +1.
func (p Period) Compare(q Period) int {
	return cmp.Or(cmp.Compare(p.start, q.start), cmp.Compare(p.end, q.end))
}

// Windows cuts p at the multiples of width since 1970-01-01 UTC, in order;
// the first and last piece may be shorter. A width below one nanosecond
// yields nothing.
func (p Period) Windows(width time.Duration) iter.Seq[Period] {
	return func(yield func(Period) bool) {
		w := int64(width)
		if w < 1 {
			return
		}
		for s := p.start; s < p.end; {
			// What is left of the window, compared with what is left of p: the
			// end of a wide window can lie past the range of an int64.
			left := min(w-s%w, p.end-s)
			if !yield(Period{s, s + left}) {
				return
			}
			s += left
		}
	}
}

// String returns the two times in RFC 3339, UTC, with '/' between them (ISO
// 8601). [ParsePeriod] reads it back.
func (p Period) String() string { return stamp(p.start) + "/" + stamp(p.end) }

// MarshalText returns [Period.String].
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads text as [ParsePeriod] does.
func (p *Period) UnmarshalText(text []byte) error {
	v, err := ParsePeriod(bounded(text))
	if err != nil {
		return err
	}
	*p = v
	return nil
}

// edge converts the edge of a period to Unix nanoseconds.
func edge(t time.Time) (int64, error) {
	// Whole seconds first: UnixNano is only defined near the range.
	if s := t.Unix(); s < minTime || s > maxTime/second || s == maxTime/second && t.Nanosecond() > 0 {
		return 0, fmt.Errorf("%w: %s", ErrTimeRange, t.UTC().Format(time.RFC3339Nano))
	}
	return t.UnixNano(), nil
}

// instant converts the time at which something happened to Unix nanoseconds.
// It lies before maxTime, so that a period can contain it.
func instant(t time.Time) (int64, error) {
	n, err := edge(t)
	if err == nil && n == maxTime {
		return 0, fmt.Errorf("%w: %s", ErrTimeRange, stamp(n))
	}
	return n, err
}

func stamp(n int64) string { return time.Unix(0, n).UTC().Format(time.RFC3339Nano) }
