package focus

import "time"

// An instant is a time of a cell, in seconds since 1970; or none.
type instant struct {
	unix int64
	set  bool
}

// before and notAfter are false where either is none.
func (a instant) before(b instant) bool   { return a.set && b.set && a.unix < b.unix }
func (a instant) notAfter(b instant) bool { return a.set && b.set && a.unix <= b.unix }

// readInstant reads YYYY-MM-DDTHH:mm:ssZ, a time there is.
func readInstant(s []byte) instant {
	if len(s) != 20 || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[19] != 'Z' {
		return instant{}
	}
	number := func(from, to int) (v int) {
		for _, c := range s[from:to] {
			if c-'0' > 9 {
				return -1
			}
			v = v*10 + int(c-'0')
		}
		return v
	}
	year, month, day := number(0, 4), number(5, 7), number(8, 10)
	hour, minute, second := number(11, 13), number(14, 16), number(17, 19)
	if year < 1 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 {
		return instant{}
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	if t.Day() != day {
		return instant{}
	}
	return instant{t.Unix(), true}
}
