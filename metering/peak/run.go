package peak

import "slices"

// A run is the levels of consecutive intervals of one day. What all of them
// share is done once: the day is found, intervals are marked as seen by the
// word, and each collection goes over the levels by itself, in a loop that
// keeps what it compares with in registers.

// addRun takes a run from an interval on.
func (l *Line) addRun(day, slot int, levels []int64) {
	if !l.seen.fill(slot, slot+len(levels)) {
		for i, v := range levels { // some came before, and may be kept
			l.add(slot+i, v)
		}
		return
	}
	l.forget()
	p := l.plan
	most := slices.Max(levels)
	if most <= l.bar(day) {
		return
	}
	if most > p.above && !l.valid.set(day) {
		l.prove(day)
	}
	if k := p.keeps.all; k > 0 {
		l.all.addRun(slot, levels, k, p.intervals)
	}
	if k := p.keeps.valid; k > 0 {
		if l.valid.has(day) {
			l.proven.addRun(slot, levels, k, p.intervals)
		} else {
			l.unproven.addRun(slot, levels)
		}
	}
	if m := p.keeps.day; m > 0 {
		l.daily.addRun(day, slot, levels, m)
	}
}

// addRun gives intervals that are not in the pool their levels. There is room for
// a next one always: a pool that is full of all intervals has none left to come.
func (p *pool) addRun(slot int, levels []int64, k, intervals int) {
	p.grow(k, intervals)
	for len(levels) > 0 {
		n := len(p.values)
		step := min(cap(p.values)-n, len(levels))
		values, slots, floor := p.values[:n+step], p.slots[:n+step], p.floor
		// Each is written, and its place is kept or taken by the next: which of
		// random levels are above the floor is nothing a processor foresees.
		for i, v := range levels[:step] {
			values[n], slots[n] = v, uint16(slot+i)
			if v > floor {
				n++
			}
		}
		p.values, p.slots = values[:n], slots[:n]
		if n == cap(p.values) && n > k {
			p.prune(k)
		}
		levels, slot = levels[step:], slot+step
	}
}

// addRun gives intervals that do not wait yet their levels.
func (p *pairs) addRun(slot int, levels []int64) {
	for i, v := range levels {
		if v > 0 {
			p.add(uint16(slot+i), v, false)
		}
	}
}

// addRun gives intervals of a day that are not in the table their levels. It
// begins with the last of them: levels that rise are dear to a pool, and all but
// the first few cost nothing here then.
func (d *dayTable) addRun(day, slot int, levels []int64, m int) {
	least := &d.values[(day+1)*m-1]
	for i := len(levels) - 1; i >= 0; i-- {
		if v := levels[i]; v > *least {
			d.add(day, uint16(slot+i), v, false, m)
		}
	}
}
