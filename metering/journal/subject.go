package journal

import (
	"encoding/binary"
	"strings"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// A subject is what events say again and again: all of an event but its id, its
// time, its quantities, and what it corrects. A block writes each subject once. It
// does not change, and takes two lines of memory besides its texts, which lie
// together.
type subject struct {
	// identity is the digest of identities with the scope behind it: tenant and
	// source in canonical form, digested. body is that of bodies with the stem behind
	// it, the digest of the subject's canonical form. Both are computed once.
	identity, body sipState
	long           []byte // its canonical form, where short has no room for it
	dimensions     string // of its items, each a byte
	labels         metering.Labels
	items          uint32 // where in raw the first item begins
	hash, place    uint32 // among those that are kept
	serial         uint64 // of the scribes' subjects, from 1
	size           uint8  // of its canonical form, where that is in short
	short          [shortBytes]byte
}

// shortBytes is how long most subjects are: their texts are read while the subject
// before them is on its way from memory.
const shortBytes = 115

// raw returns the subject's canonical form.
func (s *subject) raw() []byte {
	if s.size > 0 {
		return s.short[:min(s.size, shortBytes)]
	}
	return s.long
}

// is reports whether an event is of the subject; its items are given in order.
func (s *subject) is(e *metering.Event, items []metering.Item) bool {
	r := subjectText{s.raw(), 2}
	if len(items) != len(s.dimensions) || s.labels != e.Labels || r.raw[0] != byte(e.Kind) || r.raw[1] != flagsOf(e) ||
		!r.next(string(e.Account)) || !r.next(e.Source) || !r.next(e.Resource) || !r.next(e.Region) {
		return false
	}
	r.at = int(s.items)
	for i := range items {
		it := &items[i]
		if byte(it.Quantity.Dimension()) != s.dimensions[i] || !r.next(string(it.Meter)) || !r.next(it.SKU) {
			return false
		}
		r.at += 1 + int(r.raw[r.at]) // the dimension's name
	}
	return true
}

// A subjectText is the canonical form of a subject, up to a place.
type subjectText struct {
	raw []byte
	at  int
}

// next reports whether a text is what comes next, and passes over it.
func (r *subjectText) next(s string) bool {
	n := int(r.raw[r.at])
	at := r.at + 1
	if n >= 0x80 { // of two bytes: no text of an event has more than 16,383
		n = n&0x7f | int(r.raw[at])<<7
		at++
	}
	if n != len(s) {
		return false
	}
	r.at = at + n
	return string(r.raw[at:r.at]) == s
}

// subjectOf returns the subject of an event; its items are given in order. Texts
// are copied, as subjects outlive events.
func (s *secret) subjectOf(e *metering.Event, items []metering.Item) *subject {
	raw, first := appendSubject(nil, e, items)
	one := &subject{labels: e.Labels, items: uint32(first)}
	if len(raw) <= shortBytes {
		one.size = uint8(copy(one.short[:], raw))
	} else {
		one.long = raw
	}
	dimensions := make([]byte, len(items))
	for i := range items {
		dimensions[i] = byte(items[i].Quantity.Dimension())
	}
	one.dimensions = string(dimensions)
	hi, lo := s.bodies.sum(raw)
	one.body = s.bodies.begin()
	one.body.word(hi)
	one.body.word(lo)
	hi, lo = s.identities.sum(appendText(appendText(nil, string(e.Account.Tenant())), e.Source))
	one.identity = s.identities.begin()
	one.identity.word(hi)
	one.identity.word(lo)
	return one
}

// appendSubject appends the canonical form, every part behind its length, and says
// where the items begin:
//
//	kind (1 byte), flags (1), account, source, resource, region
//	labels: their number, and each as name and value
//	items: their number, and each as meter, SKU and dimension
func appendSubject(b []byte, e *metering.Event, items []metering.Item) (raw []byte, first int) {
	b = append(b, byte(e.Kind), flagsOf(e))
	for _, text := range [...]string{string(e.Account), e.Source, e.Resource, e.Region} {
		b = appendText(b, text)
	}
	b = binary.AppendUvarint(b, uint64(e.Labels.Len()))
	for name, value := range e.Labels.All() {
		b = appendText(appendText(b, name), value)
	}
	b = binary.AppendUvarint(b, uint64(len(items)))
	first = len(b)
	for i := range items {
		it := &items[i]
		b = appendText(appendText(b, string(it.Meter)), it.SKU)
		b = appendText(b, it.Quantity.Dimension().String())
	}
	return b, first
}

const estimatedFlag = 1

func flagsOf(e *metering.Event) byte {
	if e.Estimated {
		return estimatedFlag
	}
	return 0
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// dimensions are those that events can have, by name.
var dimensions = func() map[string]metering.Dimension {
	all := make(map[string]metering.Dimension)
	for d := metering.Dimension(1); d.Valid(); d++ {
		all[d.String()] = d
	}
	return all
}()

// readSubject reads a subject, and holds it to the rules of an event. What is wrong
// is said without what it says, which may be anybody's.
func (r *blockText) readSubject() metering.Event {
	e := metering.Event{Kind: metering.Kind(r.byte())}
	flags := r.byte()
	e.Estimated = flags == estimatedFlag
	for _, to := range [...]*string{(*string)(&e.Account), &e.Source, &e.Resource, &e.Region} {
		*to = r.text()
	}
	e.Labels = r.labels()
	if n := r.count(metering.MaxItems); n > 0 {
		e.Items = make([]metering.Item, n)
	}
	for i := range e.Items {
		it := &e.Items[i]
		it.Meter, it.SKU = metering.MeterID(r.text()), r.text()
		d, known := dimensions[r.text()]
		if !known {
			r.fail("a dimension that this version does not know")
		}
		it.Quantity = metering.Grains(0, d)
	}
	whole := e
	whole.ID, whole.Time = "any", time.Unix(0, 0)
	if e.Kind == metering.Adjustment {
		whole.Adjusts, whole.Reason = "any", "any"
	}
	if flags > estimatedFlag || r.err == nil && whole.Validate() != nil {
		r.fail("a subject that no event has")
	}
	return e
}

func (r *blockText) labels() metering.Labels {
	n := r.count(metering.MaxLabels)
	if n == 0 {
		return metering.Labels{}
	}
	pairs := make([]string, 0, 2*n)
	for range 2 * n {
		pairs = append(pairs, r.text())
	}
	labels, err := metering.NewLabels(pairs...)
	if err != nil {
		r.fail("labels that no event has")
	}
	return labels
}

// subject reads a subject, or passes over one that an earlier block had. It is the
// unblocker's, used again, and its texts are copies.
func (u *unblocker) subject() *metering.Event {
	r := &u.text
	n := passSubject(r.rest)
	if e, ok := u.known[r.rest[:n]]; ok && n > 0 {
		r.rest = r.rest[n:]
		return e
	}
	rest := r.rest
	e := r.readSubject()
	if r.err != nil {
		return &e
	}
	e = keep(&e)
	if n > 0 && n <= maxKnownBytes {
		if u.known == nil || len(u.known) >= maxKnown {
			u.known = make(map[string]*metering.Event)
		}
		u.known[strings.Clone(rest[:n])] = &e
	}
	return &e
}

// What subjects are remembered, and how many.
const (
	maxKnownBytes = 1 << 10
	maxKnown      = 8192
)

// passSubject returns how many bytes readSubject reads, and 0 where it might fail.
func passSubject(s string) int {
	at, ok := 2, true
	for range 4 {
		at, ok = passText(s, at, ok)
	}
	var n int
	n, at, ok = passCount(s, at, ok)
	for range 2 * n {
		at, ok = passText(s, at, ok)
	}
	n, at, ok = passCount(s, at, ok)
	for range 3 * n {
		at, ok = passText(s, at, ok)
	}
	if !ok {
		return 0
	}
	return at
}

// passText passes over a text at a place, if there is one.
func passText(s string, at int, ok bool) (int, bool) {
	n, at, ok := passCount(s, at, ok)
	return at + n, ok && n <= len(s)-at
}

// passCount reads a number of up to two bytes.
func passCount(s string, at int, ok bool) (n, next int, _ bool) {
	switch {
	case !ok || at >= len(s):
		return 0, at, false
	case s[at] < 0x80:
		return int(s[at]), at + 1, true
	case at+1 < len(s) && s[at+1] < 0x80:
		return int(s[at]&0x7f) | int(s[at+1])<<7, at + 2, true
	}
	return 0, at, false
}
