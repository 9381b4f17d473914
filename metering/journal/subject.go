package journal

import (
	"encoding/binary"
	"strings"
	"time"

	"github.com/meterbook/meterbook/metering"
)

// A subject is what events say again and again: all of an event but its id, its
// time, its quantities, and what it corrects. A block writes each subject once.
type subject struct {
	event metering.Event // without these, but for the dimensions of quantities
	// stem is the canonical form of the subject, digested: of a body's digest it
	// is the greater part, and is computed once.
	stem fingerprint
	// scope is the canonical form of tenant and source, digested, as stem is for
	// identities.
	scope fingerprint
}

// is reports whether an event is of the subject; its items are given in order.
func (s *subject) is(e *metering.Event, items []metering.Item) bool {
	have := &s.event
	if have.Kind != e.Kind || have.Estimated != e.Estimated || len(have.Items) != len(items) || have.Labels != e.Labels ||
		have.Source != e.Source || have.Account != e.Account || have.Resource != e.Resource || have.Region != e.Region {
		return false
	}
	for i := range items {
		a, b := &have.Items[i], &items[i]
		if a.Quantity.Dimension() != b.Quantity.Dimension() || a.Meter != b.Meter || a.SKU != b.SKU {
			return false
		}
	}
	return true
}

// subjectOf returns the subject of an event; its items are given in order. Texts
// are copied, as subjects outlive events.
func (s *secret) subjectOf(e *metering.Event, items []metering.Item) subject {
	one := subject{event: metering.Event{
		Account: metering.Account(strings.Clone(string(e.Account))), Source: strings.Clone(e.Source), Kind: e.Kind,
		Resource: strings.Clone(e.Resource), Region: strings.Clone(e.Region), Labels: e.Labels, Estimated: e.Estimated,
		Items: make([]metering.Item, len(items)),
	}}
	for i, it := range items {
		one.event.Items[i] = metering.Item{Meter: metering.MeterID(strings.Clone(string(it.Meter))), SKU: strings.Clone(it.SKU),
			Quantity: metering.Grains(0, it.Quantity.Dimension())}
	}
	hi, lo := s.bodies.sum(appendSubject(nil, &one.event))
	one.stem = fingerprint{hi, lo}
	hi, lo = s.identities.sum(appendText(appendText(nil, string(e.Account.Tenant())), e.Source))
	one.scope = fingerprint{hi, lo}
	return one
}

// appendSubject appends the canonical form, every part behind its length:
//
//	kind (1 byte), flags (1), account, source, resource, region
//	labels: their number, and each as name and value
//	items: their number, and each as meter, SKU and dimension
func appendSubject(b []byte, e *metering.Event) []byte {
	b = append(b, byte(e.Kind), flagsOf(e))
	for _, text := range [...]string{string(e.Account), e.Source, e.Resource, e.Region} {
		b = appendText(b, text)
	}
	b = binary.AppendUvarint(b, uint64(e.Labels.Len()))
	for name, value := range e.Labels.All() {
		b = appendText(appendText(b, name), value)
	}
	b = binary.AppendUvarint(b, uint64(len(e.Items)))
	for i := range e.Items {
		it := &e.Items[i]
		b = appendText(appendText(b, string(it.Meter)), it.SKU)
		b = appendText(b, it.Quantity.Dimension().String())
	}
	return b
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

// subject reads a subject, or passes over one that an earlier block had.
func (u *unblocker) subject() metering.Event {
	r := &u.text
	ahead := *r
	ahead.passSubject()
	raw := r.rest[:len(r.rest)-len(ahead.rest)]
	if e, ok := u.known[raw]; ok && ahead.err == nil {
		r.rest = ahead.rest
		return e
	}
	e := r.readSubject()
	if r.err == nil && len(raw) <= maxKnownBytes {
		if u.known == nil || len(u.known) >= maxSubjects {
			u.known = make(map[string]metering.Event)
		}
		e = keep(&e)
		u.known[strings.Clone(raw)] = e
	}
	return e
}

// maxKnownBytes bounds what subjects are remembered.
const maxKnownBytes = 1 << 10

// passSubject passes over what readSubject reads.
func (r *blockText) passSubject() {
	r.bytes(2)
	for range 4 {
		r.text()
	}
	for range 2 * r.count(metering.MaxLabels) {
		r.text()
	}
	for range 3 * r.count(metering.MaxItems) {
		r.text()
	}
}
