package journal

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// A block is events as one record of the log:
//
//	kind (1 byte), sequence of the first event (8), number of events (4)
//	of imported events: the journal they are from (16), how far that was read (8)
//	for each event:
//	  0 and a subject, or the number of a subject of the block, from 1
//	  id
//	  time in nanoseconds, as the difference to the event before
//	  grains of each item
//	  of an adjustment: the id that it corrects, and the reason
//
// The fixed numbers are little endian, the others unsigned varints, differences
// and grains zigzag ones of up to 19 bytes; texts are behind their length. A block
// stands alone: subjects and differences begin anew, so that what is lost with a
// damaged one is that one.
const (
	eventsRecord   = 1
	controlRecord  = 2
	importedRecord = 3
)

// maxBlock is about where a block ends and the next one begins.
const maxBlock = 192 << 10

// A scribe prepares the events of one Append at a time: it puts items in order,
// knows the subjects, makes claims, and encodes. It is used again, and remembers
// subjects.
type scribe struct {
	secret   *secret
	subjects []known
	places   [placeCount]uint32 // of subjects by hash, + 1; one may have been forgotten
	of       []uint32           // by event, its subject
	claims   []claim
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
	block  uint64
	number uint32
}

const (
	placeCount  = 1 << 12
	maxSubjects = 1 << 13 // then all are forgotten
)

// prepare makes the claims of events, which are valid.
func (s *scribe) prepare(events []metering.Event) {
	if len(s.subjects) > maxSubjects {
		s.subjects = s.subjects[:0]
	}
	s.of, s.claims = s.of[:0], s.claims[:0]
	last := uint32(0)
	for i := range events {
		e := &events[i]
		items := s.ordered(e)
		if i == 0 || !s.subjects[last].is(e, items) {
			last = s.subject(e, items)
		}
		s.of = append(s.of, last)
		s.claims = append(s.claims, s.claim(&s.subjects[last].subject, e, items))
	}
	s.findings = slices.Grow(s.findings[:0], len(events))[:len(events)]
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
	return cmp.Or(cmp.Compare(a.Meter, b.Meter), cmp.Compare(a.SKU, b.SKU), a.Quantity.Grains().Cmp(b.Quantity.Grains()))
}

// subject returns the number of the subject of an event, a new one if need be.
func (s *scribe) subject(e *metering.Event, items []metering.Item) uint32 {
	place := &s.places[hashOf(e)%placeCount]
	if n := *place; n > 0 && int(n) <= len(s.subjects) && s.subjects[n-1].is(e, items) {
		return n - 1
	}
	s.subjects = append(s.subjects, known{subject: s.secret.subjectOf(e, items)})
	*place = uint32(len(s.subjects))
	return *place - 1
}

// hashOf is a cheap hash of where subjects differ most: the ends of their texts.
func hashOf(e *metering.Event) uint64 {
	const prime = 0x9e3779b97f4a7c15
	h := uint64(e.Kind)
	for _, text := range [...]string{string(e.Account), e.Resource, e.Region, e.Source} {
		h = (h ^ endOf(text)) * prime
		h ^= h >> 29
	}
	if len(e.Items) > 0 {
		h = (h ^ endOf(e.Items[0].SKU) ^ endOf(string(e.Items[0].Meter))<<1) * prime
	}
	return h >> 32
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

// A position is how far another journal was read.
type position struct {
	journal ID
	event   uint64
}

// append appends event i of those that were prepared.
func (s *scribe) append(b []byte, e *metering.Event, i int) []byte {
	n := s.of[i]
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

// appendGrains appends a 128-bit integer as a zigzag varint.
func appendGrains(b []byte, n fixed.Int128) []byte {
	sign := uint64(n.Hi >> 63)
	hi, lo := uint64(n.Hi)<<1|n.Lo>>63, n.Lo<<1
	hi, lo = hi^sign, lo^sign
	for hi > 0 || lo >= 0x80 {
		b = append(b, byte(lo)|0x80)
		lo, hi = lo>>7|hi<<57, hi>>7
	}
	return append(b, byte(lo))
}
