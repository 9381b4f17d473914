package promtext

import (
	"math"
	"slices"
	"time"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/counter"
)

// apply makes events of points; s.mu is held.
func (s *Scraper) apply(points []point, at time.Time) {
	s.part(points, at)
	for i := range points {
		p := &points[i]
		id, why := s.id(p.rule, p.name), p.why
		switch why {
		case used:
			why = s.take(id, p, at)
		case passedOver:
			s.leave(id, p)
		}
		if why != used && p.name != "" {
			s.miss(p.rule, p.name)
		}
		if k, known := s.seen[id]; known && p.name != "" {
			k.At = at
			s.seen[id] = k
		}
		s.tally.samples[why]++
	}
}

// part takes leave of series that are not there: levels ended when they were last
// seen, and counters may come again until they are forgotten.
func (s *Scraper) part(points []point, at time.Time) {
	present := make(map[string]bool, len(points))
	for i := range points {
		if points[i].name != "" {
			present[s.id(points[i].rule, points[i].name)] = true
		}
	}
	for id, k := range s.seen {
		switch {
		case present[id]:
		case at.Sub(k.At) > s.forget:
			s.drop(id, k)
		default:
			delete(s.levels, id)
			s.miss(k.Rule, k.Name)
		}
	}
}

func (s *Scraper) miss(rule int, name string) {
	if r := s.rules[rule]; r.set != nil {
		r.set.Miss(name)
	}
}

func (s *Scraper) drop(id string, k sight) {
	if r := s.rules[k.Rule]; r.set != nil {
		r.set.Forget(k.Name)
	}
	delete(s.levels, id)
	delete(s.seen, id)
}

// take reads a point of a series, which it makes one that is known.
func (s *Scraper) take(id string, p *point, at time.Time) reason {
	if _, known := s.seen[id]; !known && len(s.seen) >= s.series {
		return refusedBounds
	}
	r := s.rules[p.rule]
	var why reason
	if r.set != nil {
		why = s.count(r, p)
	} else {
		why = s.hold(r, id, p)
	}
	if why == used {
		s.seen[id] = sight{p.rule, p.name, at}
	}
	return why
}

// count reads a counter.
func (s *Scraper) count(r *rule, p *point) reason {
	v, err := counter.ParseValue(decimal(p.value))
	if err != nil {
		return refusedValue
	}
	start := p.start
	if start.After(p.at) {
		start = time.Time{}
	}
	reading := counter.Reading{At: p.at, Value: v, Start: start}
	inc, err := r.set.Observe(p.name, reading)
	if err == nil && inc.Flags.Has(counter.OutOfOrder) && !start.IsZero() {
		// A start before the last is that of an older life where points come in any
		// order. Scrapes come in theirs: a clock was put back, and nothing began.
		reading.Start = time.Time{}
		inc, err = r.set.Observe(p.name, reading)
	}
	if err != nil {
		return refusedValue
	}
	s.tally.note(inc.Flags)
	if inc.Flags.Has(counter.Sentinel) {
		return sentinel
	}
	// Above 2^53 a float has lost what the exporter may have known.
	s.emit(r, p.key, p.name, inc, s.placement, inc.Estimated() || math.Abs(p.value) > 1<<53)
	return used
}

// hold reads a level: what it was before is held up to now.
func (s *Scraper) hold(r *rule, id string, p *point) reason {
	if s.stands(r, p.value) {
		return sentinel
	}
	now, ok := r.capacity(p.value)
	if !ok {
		return refusedValue
	}
	next := &level{At: p.at, Level: now, Key: p.key}
	before := s.levels[id]
	if before != nil && !p.at.After(before.At) {
		return repeated // of an exporter that answers from a cache
	}
	if before != nil {
		if next.Rest, ok = s.book(r, before, p); !ok {
			return refusedValue
		}
	}
	s.levels[id] = next
	return used
}

// leave ends a level that is nobody's now: who held it pays up to this sight, and
// not for the time until somebody else does.
func (s *Scraper) leave(id string, p *point) {
	if before := s.levels[id]; before != nil && p.at.After(before.At) {
		s.book(s.rules[p.rule], before, p)
		delete(s.levels, id)
	}
}

// book makes events of what was held from the last sight to this one, unless they
// are too far apart, and returns what of it is below a grain; false where it leaves
// 128 bits.
func (s *Scraper) book(r *rule, before *level, p *point) (rest fixed.Int128, ok bool) {
	if p.at.Sub(before.At) > s.gap {
		s.tally.gaps++
		return rest, true
	}
	inc, rest, ok := before.until(p.at, r)
	if ok {
		s.emit(r, before.Key, p.name, inc, counter.Spread, r.Kind == Sampled)
	}
	return rest, ok
}

// stands reports whether a level's value is one that stands for none.
func (s *Scraper) stands(r *rule, value float64) bool {
	v, err := counter.ParseValue(decimal(value))
	return err == nil && slices.ContainsFunc(r.Sentinels, func(n counter.SentinelRange) bool { return v.Cmp(n.Min) >= 0 && v.Cmp(n.Max) <= 0 })
}

// emit puts an increase among the events that wait. What lies in too many windows
// is placed at its end instead. The key and the name were checked before anything
// was read, so that no event fails here.
func (s *Scraper) emit(r *rule, key metering.Key, name string, inc counter.Increase, place counter.Placement, estimated bool) {
	target := counter.Target{Key: key, Source: s.source, Name: name, Placement: place, Width: s.width}
	events, err := target.Events(inc)
	if err != nil {
		target.Placement = counter.AtEnd
		if events, err = target.Events(inc); err != nil {
			s.tally.lost++
			return
		}
	}
	for _, e := range events {
		e.Estimated = estimated || r.Kind == Counter && e.Estimated
		s.pending = append(s.pending, e)
		s.tally.events++
	}
}
