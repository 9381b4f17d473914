package peak

// Merge adds the samples of another line of the same plan, or of one made from
// the same sampling and rules: the result is that of one line which took the
// samples of both. It fails with [ErrPlan] and changes nothing else; other is
// not changed. A line merged with itself stays as it is.
func (l *Line) Merge(other *Line) error {
	if other == nil || l.plan == nil || !l.plan.same(other.plan) {
		return ErrPlan
	}
	if l == other {
		return nil
	}
	l.settle()
	other.settle()
	for day := range l.plan.days {
		if other.valid.has(day) && !l.valid.set(day) {
			l.prove(day)
		}
	}
	l.mergeLevels(other)
	apart := l.Samples() + other.Samples()
	l.seen.union(other.seen)
	l.repeated += other.repeated + uint64(apart-l.Samples())
	l.marked.union(other.marked)
	l.forget()
	return nil
}

func (l *Line) mergeLevels(other *Line) {
	p := l.plan
	for i, v := range other.all.values {
		slot := other.all.slots[i]
		l.all.add(slot, v, l.seen.has(int(slot)), p.keeps.all, p.intervals)
	}
	for _, from := range []pairs{{other.proven.values, other.proven.slots}, other.unproven} {
		for i, v := range from.values {
			slot := from.slots[i]
			if again := l.seen.has(int(slot)); l.valid.has(int(p.dayOf[slot])) {
				l.proven.add(slot, v, again, p.keeps.valid, p.intervals)
			} else {
				l.unproven.add(slot, v, again)
			}
		}
	}
	m := p.keeps.day
	for i, v := range other.daily.values {
		if slot := other.daily.slots[i]; v > 0 {
			l.daily.add(i/m, slot, v, l.seen.has(int(slot)), m)
		}
	}
}
