package journal

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/meterbook/meterbook/internal/segment"
	"github.com/meterbook/meterbook/metering"
)

// A scribe prepares a piece of the events of one Append in one pass: it checks them,
// puts items in order, makes claims, and encodes the blocks that they are if all are
// new. Then it is staged, and knows what became of each. It is used again.
type scribe struct {
	subjects *subjects
	events   []metering.Event
	from     int // where they begin in the batch
	claims   []claim
	at       []int32    // by claim, its event; empty while all are valid
	of       []*subject // by claim
	findings []finding
	text     []byte   // of the blocks, without their heads
	blocks   []extent // where they end
	refused  []Refusal

	ticket segment.Ticket
	fresh  int

	ready sync.WaitGroup // while another goroutine prepares
	done  atomic.Bool

	own     numbering // where no other one is given
	scratch []byte
	sorted  []metering.Item
	words   []uint64
}

// An extent is a number of claims, and of bytes.
type extent struct{ claims, bytes int }

// prepare prepares as many of the events as are staged at once, all if they are to be
// one block, and returns how many.
func (s *scribe) prepare(n *numbering, events []metering.Event, whole bool) int {
	if n == nil {
		n = &s.own
	}
	n.begin(len(events))
	s.events, s.at, s.refused, s.fresh = events, s.at[:0], nil, 0
	s.claims, s.of = slices.Grow(s.claims[:0], len(events)), slices.Grow(s.of[:0], len(events))
	s.text, s.blocks = s.text[:0], s.blocks[:0]
	var of *subject
	full := maxBlock
	if whole {
		full = math.MaxInt
	}
	for i := range events {
		e := &events[i]
		items := s.ordered(e)
		if of == nil || !of.is(e, items) {
			of = s.subjects.find(e, items)
		}
		if of == nil || !plain(e) {
			if err := e.Validate(); err != nil {
				s.refuse(i, err)
				continue
			}
		}
		if of == nil {
			of = s.subjects.add(e, items)
		}
		at := e.Time.UnixNano()
		if len(s.at) > 0 || len(s.refused) > 0 {
			s.at = append(s.at, int32(i))
		}
		s.of = append(s.of, of)
		s.claims = append(s.claims, s.claim(of, e, items, at))
		if s.text = n.append(s.text, of, e, items, at); len(s.text) > full {
			s.blocks = append(s.blocks, extent{len(s.claims), len(s.text)})
			if len(s.text) > pieceBytes {
				s.events = events[:i+1]
				break
			}
			full = len(s.text) + maxBlock
			n.begin(len(events) - i)
		}
	}
	if end := (extent{len(s.claims), len(s.text)}); len(s.blocks) == 0 || s.blocks[len(s.blocks)-1] != end {
		s.blocks = append(s.blocks, end)
	}
	s.findings = slices.Grow(s.findings[:0], len(s.claims))[:len(s.claims)]
	return len(s.events)
}

func (s *scribe) refuse(i int, err error) {
	if len(s.refused) == 0 {
		for k := range s.claims {
			s.at = append(s.at, int32(k))
		}
	}
	s.refused = append(s.refused, Refusal{s.from + i, err})
}

// index returns which of the events a claim is of, and event that event.
func (s *scribe) index(claim int) int {
	if len(s.refused) == 0 {
		return claim
	}
	return int(s.at[claim])
}

func (s *scribe) event(claim int) *metering.Event { return &s.events[s.index(claim)] }

// check makes the claim of one event.
func (s *scribe) check(e *metering.Event) (claim, error) {
	of, items, err := s.subject(e)
	if err != nil {
		return claim{}, err
	}
	return s.claim(of, e, items, e.Time.UnixNano()), nil
}

// subject returns the subject of one event, and its items in order, or why it is not
// valid.
func (s *scribe) subject(e *metering.Event) (*subject, []metering.Item, error) {
	items := s.ordered(e)
	of := s.subjects.find(e, items)
	if of == nil || !plain(e) {
		if err := e.Validate(); err != nil {
			return nil, nil, err
		}
	}
	if of == nil {
		of = s.subjects.add(e, items)
	}
	return of, items, nil
}

// plain reports whether an event of a subject that is valid is valid for sure, as
// most are: what it has of its own is a short id of plain text and a time.
func plain(e *metering.Event) bool {
	if len(e.ID) == 0 || len(e.ID) > metering.MaxNameBytes || e.Adjusts != "" || e.Reason != "" || e.Kind == metering.Adjustment || !printable(e.ID) {
		return false
	}
	const from2200 = 7_258_118_400
	sec := e.Time.Unix()
	return sec >= 0 && sec < from2200
}

// printable reports whether a text is of printable characters of ASCII.
func printable(s string) bool {
	const ones = 0x0101010101010101
	if len(s) >= 8 {
		var odd uint64 // of each byte the highest bit, if it is below ' ' or above '~'
		for rest := s; ; {
			w := wordOf(rest)
			odd |= (w-' '*ones)&^w | (w + ones) | w
			if len(rest) == 8 {
				return odd&(ones<<7) == 0
			}
			if rest = rest[8:]; len(rest) < 8 {
				rest = s[len(s)-8:]
			}
		}
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' {
			return false
		}
	}
	return true
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

// claim digests an event: its scope and id, and its stem and what is its own.
func (s *scribe) claim(of *subject, e *metering.Event, items []metering.Item, at int64) claim {
	w := append(s.words[:0], uint64(at))
	for i := range items {
		n := items[i].Quantity.Grains()
		w = append(w, uint64(n.Hi), n.Lo)
	}
	s.words = w
	var c claim
	c.day = dayOf(at)
	c.id.hi, c.id.lo, c.body = sumBoth(&of.identity, &of.body, e.ID, w)
	if e.Kind == metering.Adjustment {
		c.body = s.adjusts(of, e)
	}
	return c
}

// adjusts digests the body of an adjustment: its stem, the words, and what it
// corrects and why.
func (s *scribe) adjusts(of *subject, e *metering.Event) uint64 {
	b := s.scratch[:0]
	for _, w := range s.words {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	b = append(appendText(b, e.Adjusts), e.Reason...)
	s.scratch = b
	state := of.body
	digest, _ := state.finish(state.absorb(b, 16+len(b)))
	return digest
}
