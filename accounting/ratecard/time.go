package ratecard

import "time"

const wantTime = "want a time to the minute with its zone, such as 2026-01-01T00:00Z or 2026-01-01T00:00+08:00"

const wantRange = "want a time from 1970-01-01T00:00Z to 2200-01-01T00:00Z"

// minutes is how a time is printed: RFC 3339 without the seconds, which are
// always 00, in UTC.
const minutes = "2006-01-02T15:04Z07:00"

// instant reads the time at p. The result is in UTC.
func (r *reader) instant(p *place) time.Time {
	s, ok := r.scalar(p, "a time")
	if !ok {
		return time.Time{}
	}
	t, ok := parseTime(s)
	switch {
	case !ok:
		r.refuse(p, wantTime)
	case t.IsZero(): // in a card that is no time at all
		r.refuse(p, wantRange)
	}
	return t
}

// parseTime reads RFC 3339 with seconds of 00 or none. The shape is checked
// first, since time.Parse is lenient about it.
func parseTime(s string) (time.Time, bool) {
	const (
		short = "0000-00-00T00:00"
		long  = "0000-00-00T00:00:00"
		zone  = "+00:00"
	)
	layout := minutes
	switch {
	case shaped(s, short+"Z"), shaped(s, short+zone):
	case shaped(s, long+"Z"), shaped(s, long+zone):
		layout = time.RFC3339
	default:
		return time.Time{}, false
	}
	t, err := time.Parse(layout, s)
	if err != nil || t.Second() != 0 || !offset(s) {
		return time.Time{}, false
	}
	return t.UTC(), true
}

// offset reports whether what a time ends with is an offset of RFC 3339, of which
// time.Parse takes 24 hours and 60 minutes too.
func offset(s string) bool {
	return s[len(s)-1] == 'Z' || s[len(s)-5:len(s)-3] < "24" && s[len(s)-2] < '6'
}

// shaped reports whether s has a digit where shape has 0, a sign where it
// has +, and is the same elsewhere.
func shaped(s, shape string) bool {
	if len(s) != len(shape) {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case shape[i] == '0' && '0' <= c && c <= '9':
		case shape[i] == '+' && (c == '+' || c == '-'):
		case shape[i] != '0' && shape[i] == c:
		default:
			return false
		}
	}
	return true
}
