package metering

import "slices"

// A lifeRun is the run of a meter in the life of a resource that is walked.
type lifeRun struct {
	run
	meter *Meter
	from  int64      // what is settled counts from here
	last  []capacity // held at the end
}

// run returns the run of a meter.
func (l *life) run(m *Meter) *lifeRun {
	i := slices.IndexFunc(l.runs, func(r lifeRun) bool { return r.meter.ID == m.ID })
	if i < 0 {
		i = len(l.runs)
		l.runs = append(l.runs, lifeRun{meter: m})
	}
	return &l.runs[i]
}

// settle emits what counts for one of the capacities of the meter that were held
// in a time that has a length.
func (r *lifeRun) settle(c capacity, held Period, emit func(capacity, Period)) {
	if r.end != held.end { // the first of them
		var earlier Period
		earlier, r.from = r.extend(r.meter.Runs, held)
		r.emitLast(earlier, emit)
		r.last = r.last[:0]
	}
	r.last = append(r.last, c)
	emit(c, Period{r.from, held.end})
}

func (r *lifeRun) emitLast(p Period, emit func(capacity, Period)) {
	if !p.IsZero() {
		for _, c := range r.last {
			emit(c, p)
		}
	}
}

// endRuns emits what the runs that are over still count, when the life has been
// walked to its last event. One that goes on has not ended.
func (l *life) endRuns() {
	for i := range l.runs {
		r := &l.runs[i]
		goesOn := r.end == l.since && slices.ContainsFunc(l.holds, func(c capacity) bool { return c.meter.ID == r.meter.ID && l.holding(c) })
		if !goesOn {
			r.emitLast(r.rest(r.meter.Runs, maxTime), l.emit)
		}
	}
}
