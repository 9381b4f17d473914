package metering

import (
	"cmp"
	"slices"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A timeline keeps the events in the life of one resource in order of time,
// so that usage does not depend on the order in which they arrived. It is
// guarded by the aggregator's lock. It holds pointers because an event that
// arrives late moves the later ones.
type timeline []*moment

// A moment is what a timeline keeps of an event. It never changes.
type moment struct {
	at         int64
	kind       Kind
	source, id string
	holds      []capacity // by Start, Resize and Level
}

// A capacity is what a resource holds of one key.
type capacity struct {
	key       Key
	meter     *Meter
	grains    fixed.Int128
	estimated bool
}

// compareMoments is a total order: source and id are unique in a tenant.
func compareMoments(a, b *moment) int {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.kind, b.kind), cmp.Compare(a.source, b.source), cmp.Compare(a.id, b.id))
}

func (t *timeline) insert(m *moment) { *t = slices.Insert(*t, t.place(m), m) }

// place returns where m goes.
func (t *timeline) place(m *moment) int {
	i, _ := slices.BinarySearchFunc(*t, m, compareMoments)
	return i
}

func (t *timeline) merge(o timeline) {
	*t = append(*t, o...)
	slices.SortFunc(*t, compareMoments)
}

// with returns the timeline with what is told besides; t itself where that is
// nothing, and stays as it is.
func (t *timeline) with(told timeline) timeline {
	switch {
	case t == nil:
		return told
	case len(told) == 0:
		return *t
	}
	both := slices.Clone(*t)
	both.merge(told)
	return both
}

// walk lives the resource's life and hands emit each stretch of time that
// counts for a capacity: in which the resource was seen to hold it, and what
// the rule of its meter makes of that. A life without a stop ends at the last
// event. It returns the number of events that did not fit.
func (t timeline) walk(emit func(c capacity, held Period)) (anomalies int) {
	l := life{emit: emit}
	for i := 0; i < len(t); {
		j := i + 1
		for j < len(t) && t[j].at == t[i].at {
			j++
		}
		anomalies += j - i - l.live(t[i:j])
		i = j
	}
	if len(t) > 0 {
		l.settle(t[len(t)-1].at)
		l.endRuns()
	}
	return anomalies
}

// life is the state of a resource while its timeline is walked.
type life struct {
	emit  func(capacity, Period)
	state lifeState
	holds []capacity // held since, while running; some of it while paused, too
	since int64
	runs  []lifeRun // of the meters whose runs do not count exactly
}

type lifeState uint8

const (
	absent lifeState = iota
	running
	paused
)

// fitting lists, by state, the kinds of events that fit, in the order in
// which those of one instant are taken: what ends comes before what begins,
// so that a resource can be stopped and started again at once, and one that
// is started and stopped at once leaves nothing behind.
var fitting = [...][]Kind{
	absent:  {Start, Level},
	running: {Heartbeat, Stop, Pause, Resize, Level},
	paused:  {Heartbeat, Stop, Resume, Resize, Level},
}

// live takes the events of one instant, sorted, as many as fit, and returns
// how many did.
func (l *life) live(now []*moment) (fit int) {
	var waiting [kinds][]*moment // by kind, in order
	for i, m := range now {
		if waiting[m.kind] == nil {
			waiting[m.kind] = now[i:i]
		}
		waiting[m.kind] = waiting[m.kind][:len(waiting[m.kind])+1]
	}
	for {
		i := slices.IndexFunc(fitting[l.state], func(k Kind) bool { return len(waiting[k]) > 0 })
		if i < 0 {
			return fit
		}
		k := fitting[l.state][i]
		l.take(waiting[k][0])
		waiting[k] = waiting[k][1:]
		fit++
	}
}

// take changes the state by an event that fits.
func (l *life) take(m *moment) {
	if m.kind == Heartbeat {
		return // it only says that the life goes on
	}
	l.settle(m.at)
	switch m.kind {
	default: // no other kind fits
	case Start, Level:
		l.state, l.holds = running, m.holds
	case Resize:
		l.holds = m.holds
	case Pause:
		l.state = paused
	case Resume:
		l.state = running
	case Stop:
		l.state = absent
	}
}

// settle emits what was held up to at.
func (l *life) settle(at int64) {
	if l.since < at {
		for _, c := range l.holds {
			switch {
			case !l.holding(c):
			case c.meter.Runs == RunRule{}:
				l.emit(c, Period{l.since, at})
			default:
				l.run(c.meter).settle(c, Period{l.since, at}, l.emit)
			}
		}
	}
	l.since = at
}

// holding reports whether one of the capacities is held in this state.
func (l *life) holding(c capacity) bool {
	return !c.grains.IsZero() && (l.state == running || l.state == paused && c.meter.Paused == HeldPaused)
}
