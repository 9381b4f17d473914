package csvbatch

import "time"

// instants reads times of RFC 3339. Reading a date takes a calendar, and the
// rows of a file are of few days: the days that were read are kept.
type instants struct{ days [128]day }

// A day is the text of a date up to the T after it, and its midnight as if it
// were UTC, in Unix seconds.
type day struct {
	head uint64 // "2026-03-"
	tail uint64 // "01T"
	unix int64
}

const (
	// maxSeconds is 2200-01-01, before which all times of package metering are.
	maxSeconds = 7_258_118_400

	// clock is "00:00:00" as a word; its colons are where colons has bytes.
	clock  = 0x30_30_3a_30_30_3a_30_30
	colons = 0x00_00_ff_00_00_ff_00_00
)

// newInstants returns instants that know no day.
func newInstants() *instants {
	c := new(instants)
	for i := range c.days {
		c.days[i].tail = 1 << 63 // no text of three bytes
	}
	return c
}

// parse reads the time at b[i:] and returns its Unix nanoseconds and where it
// ends. It is not ok for what is not RFC 3339 with at most nine digits of a
// second, the end of which is -1, and for a time that package metering has not.
func (c *instants) parse(b []byte, i int) (nanos int64, end int, ok bool) {
	head, tail := word(b, i), word(b, i+8)&0xff_ff_ff
	d := &c.days[tail>>8&0xf|tail&3<<4|head>>48&1<<6] // no two days of two months meet
	if (d.head != head || d.tail != tail) && !d.set(b, i) {
		return 0, -1, false
	}
	w := word(b, i+11) ^ clock
	if nonDigits(w)|w&colons != 0 {
		return 0, -1, false
	}
	w = w*10 + w>>8
	h, m, s := w&0xff, w>>24&0xff, w>>48&0xff
	if h > 23 || m > 59 || s > 59 {
		return 0, -1, false
	}
	seconds, end := d.unix+int64(h*3600+m*60+s), i+20
	if b[i+19] != 'Z' {
		var offset int64
		if nanos, offset, end, ok = fractionAndZone(b, i+19); !ok {
			return 0, -1, false
		}
		seconds -= offset
	}
	return seconds*1e9 + nanos, end, uint64(seconds) < maxSeconds
}

// fractionAndZone reads what may follow the seconds: a fraction, and Z or how
// many seconds the clock is ahead of UTC.
func fractionAndZone(b []byte, i int) (nanos, offset int64, end int, ok bool) {
	if b[i] == '.' {
		v, end := digits(b, i+1, 0)
		places := end - i - 1
		if places < 1 || places > 9 {
			return 0, 0, 0, false
		}
		nanos, i = int64(v*tens[9-places]), end
	}
	if b[i] == 'Z' {
		return nanos, 0, i + 1, true
	}
	h, hours := twoDigits(b, i+1)
	m, minutes := twoDigits(b, i+4)
	if !hours || !minutes || b[i+3] != ':' || h > 23 || m > 59 {
		return 0, 0, 0, false
	}
	offset = h*3600 + m*60
	switch b[i] {
	case '+':
		return nanos, offset, i + 6, true
	case '-':
		return nanos, -offset, i + 6, true
	}
	return 0, 0, 0, false
}

func twoDigits(b []byte, i int) (int64, bool) {
	x, y := b[i]-'0', b[i+1]-'0'
	return int64(x)*10 + int64(y), x <= 9 && y <= 9
}

// set makes d the day whose date is at b[i:], if there is a date and a T.
func (d *day) set(b []byte, i int) bool {
	century, ok1 := twoDigits(b, i)
	year, ok2 := twoDigits(b, i+2)
	month, ok3 := twoDigits(b, i+5)
	date, ok4 := twoDigits(b, i+8)
	if !ok1 || !ok2 || !ok3 || !ok4 || b[i+4] != '-' || b[i+7] != '-' || b[i+10] != 'T' {
		return false
	}
	t := time.Date(int(100*century+year), time.Month(month), int(date), 0, 0, 0, 0, time.UTC)
	if t.Month() != time.Month(month) || t.Day() != int(date) {
		return false // a date of no calendar, which package time takes for another
	}
	*d = day{word(b, i), word(b, i+8) & 0xff_ff_ff, t.Unix()}
	return true
}
