package journal

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sync"

	"github.com/meterbook/meterbook/metering"
)

// A scribe prepares the events of one Append at a time: it puts items in order,
// knows the subjects, makes claims, and encodes. It is used again, and remembers
// subjects.
type scribe struct {
	secret   *secret
	subjects []known
	places   []uint32 // of subjects by hash, + 1; nil while batches are small
	events   []metering.Event
	claims   []claim  // of the events that are valid
	at       []int    // by claim, its event
	of       []uint32 // by claim, its subject
	findings []finding
	scratch  []byte
	sorted   []metering.Item

	block uint64 // counts blocks
	next  uint32 // subjects of the block
	last  int64  // time of the last event in it
}

// A known subject has a number in one block.
type known struct {
	subject
	hash   uint32
	number uint32
	block  uint64
}

const (
	placeBits   = 14
	placeCount  = 1 << placeBits
	placeProbes = 8
	maxSubjects = placeCount / 2 // then all are forgotten
	smallBatch  = 64             // up to which a scribe looks through its last subjects
)

// scribes lends scribes. Those that know many subjects are few and stay; others
// may go.
type scribes struct {
	secret *secret
	mu     sync.Mutex
	large  []*scribe
	small  sync.Pool
}

const largeScribes = 4

func (p *scribes) get(events int) *scribe {
	if events > smallBatch {
		p.mu.Lock()
		defer p.mu.Unlock()
		if n := len(p.large); n > 0 {
			s := p.large[n-1]
			p.large = p.large[:n-1]
			return s
		}
	} else if s, ok := p.small.Get().(*scribe); ok {
		return s
	}
	return &scribe{secret: p.secret}
}

func (p *scribes) put(s *scribe) {
	if s.places == nil {
		p.small.Put(s)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.large) < largeScribes {
		p.large = append(p.large, s)
	}
}

// prepare makes the claims of the events that are valid by themselves, and passes
// on those that are not.
func (s *scribe) prepare(events []metering.Event, refuse func(int, error)) {
	if s.places == nil && len(events) > smallBatch {
		s.places, s.subjects = make([]uint32, placeCount), s.subjects[:0]
	}
	if len(s.subjects) > maxSubjects || s.places == nil && len(s.subjects) > smallBatch {
		s.subjects = s.subjects[:0]
		clear(s.places)
	}
	s.events, s.at, s.of, s.claims = events, s.at[:0], s.of[:0], s.claims[:0]
	last, begun := uint32(0), false
	for i := range events {
		e := &events[i]
		items := s.ordered(e)
		n, known := last, begun && s.subjects[last].is(e, items)
		if !known {
			n, known = s.subject(e, items)
		}
		if !known || !plain(e) {
			if err := e.Validate(); err != nil {
				refuse(i, err)
				continue
			}
		}
		if !known {
			n = s.add(e, items)
		}
		last, begun = n, true
		s.at, s.of = append(s.at, i), append(s.of, n)
		s.claims = append(s.claims, s.claim(&s.subjects[n].subject, e, items))
	}
	s.findings = slices.Grow(s.findings[:0], len(s.claims))[:len(s.claims)]
}

// event returns the event of a claim.
func (s *scribe) event(claim int) *metering.Event { return &s.events[s.at[claim]] }

// plain reports whether an event of a subject that is valid is valid for sure, as
// most are: what it has of its own is a short id of plain text and a time.
func plain(e *metering.Event) bool {
	if len(e.ID) == 0 || len(e.ID) > metering.MaxNameBytes || e.Adjusts != "" || e.Reason != "" || e.Kind == metering.Adjustment {
		return false
	}
	for i := range len(e.ID) {
		if c := e.ID[i]; c < ' ' || c > '~' {
			return false
		}
	}
	const from2200 = 7_258_118_400
	sec := e.Time.Unix()
	return sec >= 0 && sec < from2200
}

// ordered returns the items of an event in canonical order.
func (s *scribe) ordered(e *metering.Event) []metering.Item {
	if len(e.Items) < 2 || slices.IsSortedFunc(e.Items, compareItems) {
		return e.Items
	}
	s.sorted = append(s.sorted[:0], e.Items...)
	slices.SortFunc(s.sorted, compareItems)
	return s.sorted
}

func compareItems(a, b metering.Item) int {
	return cmp.Or(cmp.Compare(a.Meter, b.Meter), cmp.Compare(a.SKU, b.SKU), a.Quantity.Grains().Cmp(b.Quantity.Grains()),
		cmp.Compare(a.Quantity.Dimension(), b.Quantity.Dimension()))
}

// subject returns the number of the subject of an event, if it is known.
func (s *scribe) subject(e *metering.Event, items []metering.Item) (uint32, bool) {
	if s.places == nil {
		for n := len(s.subjects) - 1; n >= max(len(s.subjects)-placeProbes, 0); n-- {
			if s.subjects[n].is(e, items) {
				return uint32(n), true
			}
		}
		return 0, false
	}
	hash := hashOf(e)
	for i := range uint32(placeProbes) {
		n := s.places[(hash>>(32-placeBits)+i)%placeCount]
		if n == 0 {
			break
		}
		if one := &s.subjects[n-1]; one.hash == hash && one.is(e, items) {
			return n - 1, true
		}
	}
	return 0, false
}

// add adds the subject of an event, which is valid, and returns its number.
func (s *scribe) add(e *metering.Event, items []metering.Item) uint32 {
	one := known{subject: s.secret.subjectOf(e, items), hash: hashOf(e)}
	s.subjects = append(s.subjects, one)
	if s.places != nil {
		first := one.hash >> (32 - placeBits) // the best bits of a product
		free := first                         // where none is, the first one makes room
		for i := range uint32(placeProbes) {
			if at := (first + i) % placeCount; s.places[at] == 0 {
				free = at
				break
			}
		}
		s.places[free] = uint32(len(s.subjects))
	}
	return uint32(len(s.subjects)) - 1
}

// hashOf is a cheap hash of where subjects differ most: the ends of their texts.
func hashOf(e *metering.Event) uint32 {
	const prime = 0x9e3779b97f4a7c15
	h := uint64(e.Kind)
	for _, text := range [...]string{string(e.Account), e.Resource, e.Region, e.Source} {
		h = (h ^ endOf(text)) * prime
		h ^= h >> 29
	}
	if len(e.Items) > 0 {
		h = (h ^ endOf(e.Items[0].SKU) ^ endOf(string(e.Items[0].Meter))<<1) * prime
	}
	return uint32(h >> 32)
}

// endOf returns the last eight bytes of a text, and its length.
func endOf(s string) uint64 {
	if n := len(s); n >= 8 {
		s = s[n-8:]
		return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56 ^ uint64(n)
	}
	v := uint64(len(s)) << 56
	for i := range len(s) {
		v |= uint64(s[i]) << (8 * i)
	}
	return v
}

// claim digests an event: its scope and id, and its stem and what is its own.
func (s *scribe) claim(of *subject, e *metering.Event, items []metering.Item) claim {
	b := appendPrint(s.scratch[:0], of.scope)
	b = append(b, e.ID...)
	id := s.secret.identity(b)
	b = appendPrint(b[:0], of.stem)
	at := e.Time.UnixNano()
	b = binary.LittleEndian.AppendUint64(b, uint64(at))
	for i := range items {
		n := items[i].Quantity.Grains()
		b = binary.LittleEndian.AppendUint64(b, uint64(n.Hi))
		b = binary.LittleEndian.AppendUint64(b, n.Lo)
	}
	if e.Kind == metering.Adjustment {
		b = append(appendText(b, e.Adjusts), e.Reason...)
	}
	s.scratch = b
	return claim{id: id, body: s.secret.body(b), day: dayOf(at)}
}

func appendPrint(b []byte, f fingerprint) []byte {
	b = binary.LittleEndian.AppendUint64(b, f.hi)
	return binary.LittleEndian.AppendUint64(b, f.lo)
}

// begin begins a block whose first event has a sequence; from is nil unless it is
// imported.
func (s *scribe) begin(b []byte, first uint64, from *position) []byte {
	s.block, s.next, s.last = s.block+1, 0, 0
	kind := byte(eventsRecord)
	if from != nil {
		kind = importedRecord
	}
	b = append(b, kind)
	b = binary.LittleEndian.AppendUint64(b, first)
	b = append(b, 0, 0, 0, 0)
	if from != nil {
		b = append(b, from.journal[:]...)
		b = binary.LittleEndian.AppendUint64(b, from.event)
	}
	return b
}

// end writes the number of events of the block that begins at start.
func (s *scribe) end(b []byte, start, count int) {
	binary.LittleEndian.PutUint32(b[start+9:], uint32(count))
}

// append appends the event of a claim.
func (s *scribe) append(b []byte, claim int) []byte {
	e, n := s.event(claim), s.of[claim]
	items := s.ordered(e)
	if one := &s.subjects[n]; one.block == s.block {
		b = binary.AppendUvarint(b, uint64(one.number))
	} else {
		s.next++
		one.block, one.number = s.block, s.next
		b = append(b, 0)
		b = appendSubject(b, &one.event)
	}
	b = appendText(b, e.ID)
	at := e.Time.UnixNano()
	b = binary.AppendVarint(b, at-s.last)
	s.last = at
	for j := range items {
		b = appendGrains(b, items[j].Quantity.Grains())
	}
	if e.Kind == metering.Adjustment {
		b = appendText(appendText(b, e.Adjusts), e.Reason)
	}
	return b
}
