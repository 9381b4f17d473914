package cloudevents

import (
	"fmt"
	"strings"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// maxTimeBytes bounds a time before it is looked at: RFC 3339 with nine digits
// has 35.
const maxTimeBytes = 64

// appendTime appends an instant as RFC 3339 in UTC, with as many digits of a
// second as it needs: one spelling for each.
func appendTime(b []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(b, time.RFC3339Nano)
}

// instantOf reads RFC 3339 with any offset. T and Z may be small letters, as
// its grammar has it. What lies between two nanoseconds is
// [metering.ErrInexact]; zeros behind the ninth digit are not. Errors wrap it
// or [ErrTime]. Package time reads more than RFC 3339, also by UnmarshalText:
// hours of one digit, a comma before the fraction, an offset of 24 hours.
func instantOf(s string) (time.Time, error) {
	const seconds, offset = "0000-00-00T00:00:00", "+00:00"
	if len(s) <= len(seconds) || len(s) > maxTimeBytes {
		return time.Time{}, ErrTime
	}
	local, rest := strings.ToUpper(s[:len(seconds)]), s[len(seconds):]
	fraction := ""
	if rest[0] == '.' {
		n := 1
		for n < len(rest) && isDigit(rest[n]) {
			n++
		}
		if fraction, rest = strings.TrimRight(rest[1:n], "0"), rest[n:]; n == 1 {
			return time.Time{}, ErrTime
		}
	}
	east := 0 // seconds
	switch {
	case rest == "Z", rest == "z":
	case shaped(rest, offset) || shaped(rest, "-00:00"):
		h, m := twoDigits(rest, 1), twoDigits(rest, 4)
		if h > 23 || m > 59 {
			return time.Time{}, ErrTime
		}
		if east = h*3600 + m*60; rest[0] == '-' {
			east = -east
		}
	default:
		return time.Time{}, ErrTime
	}
	// The shape is given, and so Parse has nothing left to be generous with.
	t, err := time.Parse("2006-01-02T15:04:05", local)
	if err != nil || !shaped(local, seconds) {
		return time.Time{}, ErrTime
	}
	if len(fraction) > 9 {
		return time.Time{}, fmt.Errorf("%w: want at most nine digits of a second", metering.ErrInexact)
	}
	nanos := 0
	for i := range 9 {
		if nanos *= 10; i < len(fraction) {
			nanos += int(fraction[i] - '0')
		}
	}
	return t.Add(time.Duration(nanos) - time.Duration(east)*time.Second), nil
}

// shaped reports whether s is like a shape, in which 0 is any digit.
func shaped(s, shape string) bool {
	if len(s) != len(shape) {
		return false
	}
	for i := range len(s) {
		if s[i] != shape[i] && !(shape[i] == '0' && isDigit(s[i])) {
			return false
		}
	}
	return true
}

func twoDigits(s string, i int) int { return int(s[i]-'0')*10 + int(s[i+1]-'0') }
