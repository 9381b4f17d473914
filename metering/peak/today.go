package peak

import "math"

// today is the day of the latest sample and what the next one needs to know of
// it. Samples of many lines come in turn as a rule, and what is far apart in
// memory takes longer to fetch than to compute: nearly all samples are no
// peaks and are done with these.
type today struct {
	first, end int32 // its intervals; none at first
	day        int32
	wordAt     int32  // the place in seen of word, and -1 at first
	word       uint64 // a copy, which seen always equals
	bar        int64  // what a level has to exceed to change anything but seen
}

// forget makes the next sample look anew: what today knows is out of date.
func (l *Line) forget() { l.today = today{wordAt: -1} }

// turn makes a day today.
func (l *Line) turn(day int) {
	p := l.plan
	l.today.first, l.today.end, l.today.day = p.first[day], p.first[day+1], int32(day)
	l.today.bar = l.bar(day)
}

// bar returns what a level of a day has to exceed to be one of the day's
// largest, or of the period's, or to make the day valid.
func (l *Line) bar(day int) int64 {
	p, bar := l.plan, int64(math.MaxInt64)
	if m := p.keeps.day; m > 0 {
		bar = l.daily.values[(day+1)*m-1]
	}
	if p.keeps.all > 0 {
		bar = min(bar, l.all.floor)
	}
	valid := l.valid.has(day)
	if p.keeps.valid > 0 {
		if !valid {
			return 0 // each level above it waits for the day to become valid
		}
		bar = min(bar, l.proven.floor)
	}
	if !valid {
		bar = min(bar, p.above)
	}
	return bar
}
