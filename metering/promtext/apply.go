package promtext

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/counter"
)

// A point is a line that a rule takes: a series, or why it is not read this time.
type point struct {
	rule  int
	name  string
	value float64
	at    time.Time
	start time.Time
	key   metering.Key
	why   reason
}

// collect sorts lines into points. Nothing is changed: functions that were handed
// in are called without the lock, and may panic or fail.
func (s *Scraper) collect(found map[string][]line, at time.Time) []point {
	var all []point
	taken := make(map[string]bool)
	for i, r := range s.rules {
		start := startOf(found[r.Start], at)
		for _, l := range found[r.Metric] {
			if !bounded(l.Labels) {
				all = append(all, point{rule: i, why: refusedBounds})
				continue
			}
			if !r.takes(l.Labels) {
				continue
			}
			p := s.point(i, l, at)
			p.start = start
			if taken[p.name] {
				p = point{rule: i, why: repeated}
			} else {
				taken[p.name] = true
			}
			all = append(all, p)
		}
	}
	return all
}

// startOf reads a series that tells when counters began. One in the future tells
// nothing: clocks differ.
func startOf(lines []line, at time.Time) time.Time {
	if len(lines) == 0 {
		return time.Time{}
	}
	v := lines[0].value
	if !(v > 0) || v > float64(at.Unix()) {
		return time.Time{}
	}
	whole, part := math.Modf(v)
	return time.Unix(int64(whole), int64(part*1e9)).UTC()
}

// point reads a line for a rule.
func (s *Scraper) point(i int, l line, at time.Time) point {
	r := s.rules[i]
	p := point{rule: i, value: l.value, at: at}
	resource := first(l.Labels, r.Resource)
	p.name = nameOf(r, resource, l.Labels)
	if !l.at.IsZero() {
		p.at = l.at
		if l.at.Before(at.Add(-s.gap)) || l.at.After(at.Add(skew)) {
			p.why = refusedTime
			return p
		}
	}
	switch {
	case math.IsNaN(l.value):
		p.why = missing
		return p
	case math.IsInf(l.value, 0):
		p.why = refusedValue
		return p
	}
	account, err := s.accounts(l.Sample)
	switch {
	case err != nil:
		p.why = refusedAccount
		return p
	case account == "":
		p.why = passedOver
		return p
	}
	p.key = metering.Key{Account: account, Meter: r.Meter, Resource: resource, SKU: first(l.Labels, r.SKU), Region: first(l.Labels, r.Region)}
	if s.key != nil {
		s.key(l.Sample, &p.key)
		p.key.Account, p.key.Meter = account, r.Meter
	}
	if p.key.Validate() != nil {
		p.why = refusedKey
	}
	return p
}

// nameOf tells series apart, also those of two rules: by metric, meter, resource and
// the labels of the rule. Values stand behind their lengths, as they may hold any
// separator. What is too long for a name has its hash in place of its end.
func nameOf(r *rule, resource string, labels map[string]string) string {
	var b strings.Builder
	b.WriteString(r.Metric + " " + string(r.Meter))
	for _, v := range append([]string{resource}, values(labels, r.Name)...) {
		fmt.Fprintf(&b, " %d:%s", len(v), v)
	}
	name := b.String()
	if len(name) <= maxSeriesName {
		return name
	}
	hash := sha256.Sum256([]byte(name))
	return strings.ToValidUTF8(name[:maxSeriesName-2*len(hash)-2], "") + " #" + hex.EncodeToString(hash[:])
}

func values(labels map[string]string, names []string) []string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = labels[n]
	}
	return all
}

func bounded(labels map[string]string) bool {
	if len(labels) > MaxLabels {
		return false
	}
	for k, v := range labels {
		if len(k) > MaxLabelBytes || len(v) > MaxLabelBytes || !plain(v) {
			return false
		}
	}
	return true
}

// plain refuses what no name of metering may have.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 })
}

func (s *Scraper) id(rule int, name string) string { return strconv.Itoa(rule) + " " + name }

// apply makes events of points; s.mu is held.
func (s *Scraper) apply(points []point, at time.Time) {
	s.part(points, at)
	for i := range points {
		p := &points[i]
		id, why := s.id(p.rule, p.name), p.why
		if why == used {
			why = s.take(id, p, at)
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
	r, why := s.rules[p.rule], used
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
	inc, err := r.set.Observe(p.name, counter.Reading{At: p.at, Value: v, Start: start})
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
	if before != nil && p.at.Sub(before.At) > s.gap {
		s.tally.gaps++
		before = nil
	}
	if before != nil {
		inc, rest, ok := before.until(p.at, r)
		if !ok {
			return refusedValue
		}
		next.Rest = rest
		s.emit(r, before.Key, p.name, inc, counter.Spread, r.Kind == Sampled)
	}
	s.levels[id] = next
	return used
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
