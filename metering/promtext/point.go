package promtext

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/meterbook/meterbook/metering"
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
