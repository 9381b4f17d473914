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
	floor      int64  // what a level has to exceed to be one of the day's largest
	poolFloor  int64  // or of the period's
	valid      bool
}

// turn makes a day today.
func (l *Line) turn(day int) {
	p := l.plan
	l.today.first, l.today.end, l.today.day = p.first[day], p.first[day+1], int32(day)
	l.look()
}

// look reads what is known of today anew.
func (l *Line) look() {
	p, now := l.plan, &l.today
	now.valid = l.valid.has(int(now.day))
	now.floor, now.poolFloor = math.MaxInt64, math.MaxInt64
	if m := p.keeps.day; m > 0 {
		now.floor = l.daily.values[(int(now.day)+1)*m-1]
	}
	if p.keeps.all > 0 {
		now.poolFloor = l.all.floor
	}
	if p.keeps.valid > 0 {
		now.poolFloor = min(now.poolFloor, l.proven.floor)
	}
}
