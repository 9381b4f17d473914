package peak

// Where a valid day is one with a level above a bound, a small level of a day
// that is not valid yet counts as soon as the day becomes valid, and not
// before. Levels of such days wait outside of the pool: they must not push out
// what counts. Only levels up to the bound ever wait.

// add gives an interval a level, unless it has a larger one.
func (p *pairs) add(slot uint16, v int64, again bool) {
	if again {
		for i, s := range p.slots {
			if s == slot {
				p.values[i] = max(p.values[i], v)
				return
			}
		}
	}
	p.values, p.slots = append(p.values, v), append(p.slots, slot)
}

// prove moves the levels of a day that has become valid to the pool.
func (l *Line) prove(day int) {
	waiting := l.unproven
	if len(waiting.slots) == 0 {
		return
	}
	p, n := l.plan, 0
	for i, slot := range waiting.slots {
		if int(p.dayOf[slot]) == day {
			l.proven.add(slot, waiting.values[i], false, p.keeps.valid, p.intervals)
			continue
		}
		waiting.values[n], waiting.slots[n] = waiting.values[i], slot
		n++
	}
	l.unproven = pairs{waiting.values[:n], waiting.slots[:n]}
}
