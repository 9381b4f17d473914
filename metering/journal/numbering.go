package journal

import (
	"encoding/binary"
	"slices"

	"github.com/meterbook/meterbook/metering"
)

// A numbering encodes the events of one block at a time: it knows which subjects the
// block has, and the time of its last event.
type numbering struct {
	mentions []mention // by serial of the subject; nil while few are looked through instead
	few      []uint64  // serials of the block's subjects, while they are
	block    uint32    // counts blocks
	next     uint32    // subjects of the block
	last     int64     // time of the last event in it
}

// A mention is the number of a subject in the last block that has it. Where two
// subjects have one place the earlier one is mentioned once more.
type mention struct {
	serial        uint64
	block, number uint32
}

const (
	mentionCount = 1 << 14
	// smallBlock is up to how many events a block's subjects are looked for one by one.
	smallBlock = 64
)

// begin begins a block of at most so many events.
func (n *numbering) begin(events int) {
	n.few, n.next, n.last = n.few[:0], 0, 0
	if events > smallBlock && n.mentions == nil {
		n.mentions = make([]mention, mentionCount)
	}
	if n.block++; n.block == 0 { // once in four billion
		clear(n.mentions)
		n.block = 1
	}
}

// number returns the number of a subject in the block, 0 if it is mentioned for the
// first time.
func (n *numbering) number(of *subject) uint32 {
	if n.mentions == nil {
		for i, one := range n.few {
			if one == of.serial {
				return uint32(i) + 1
			}
		}
		n.few = append(n.few, of.serial)
		return 0
	}
	m := &n.mentions[of.serial%uint64(len(n.mentions))]
	if m.block == n.block && m.serial == of.serial {
		return m.number
	}
	n.next++
	*m = mention{of.serial, n.block, n.next}
	return 0
}

// append appends an event, whose items are given in order.
func (n *numbering) append(b []byte, of *subject, e *metering.Event, items []metering.Item, at int64) []byte {
	number, raw := n.number(of), of.raw()
	// Numbers, and the length of the id, take 5, 2 and 10 bytes, grains 19 each.
	room := len(raw) + len(e.ID) + 5 + 2 + 10 + 19*len(items)
	if cap(b)-len(b) < room {
		b = slices.Grow(b, room)
	}
	k := len(b)
	b = b[:k+room]
	k = putUvarint(b, k, uint64(number))
	if number == 0 {
		k += copy(b[k:], raw)
	}
	k = putUvarint(b, k, uint64(len(e.ID)))
	k += copy(b[k:], e.ID)
	since := at - n.last
	n.last = at
	k = putUvarint(b, k, uint64(since<<1)^uint64(since>>63))
	for i := range items {
		g := items[i].Quantity.Grains()
		if small := int64(g.Lo); g.Hi == small>>63 {
			// Of 64 bits: the zigzag form is, too, but for the ends.
			if zigzag := uint64(small<<1) ^ uint64(small>>63); small<<1>>1 == small {
				k = putUvarint(b, k, zigzag)
				continue
			}
		}
		k = len(appendGrains(b[:k], g))
	}
	b = b[:k]
	if e.Kind == metering.Adjustment {
		b = appendText(appendText(b, e.Adjusts), e.Reason)
	}
	return b
}

// putUvarint writes a number at a place where there is room for it, and returns the
// place behind it.
func putUvarint(b []byte, k int, v uint64) int {
	for v >= 0x80 {
		b[k] = byte(v) | 0x80
		v >>= 7
		k++
	}
	b[k] = byte(v)
	return k + 1
}

// countAt is where in the head of a block the number of its events is.
const countAt = 9

// appendHead appends the head of a block of so many events, of which the first has a
// sequence; from is nil unless they are imported.
func appendHead(b []byte, first uint64, events int, from *position) []byte {
	kind := byte(eventsRecord)
	if from != nil {
		kind = importedRecord
	}
	b = append(b, kind)
	b = binary.LittleEndian.AppendUint64(b, first)
	b = binary.LittleEndian.AppendUint32(b, uint32(events))
	if from != nil {
		b = append(b, from.journal[:]...)
		b = binary.LittleEndian.AppendUint64(b, from.event)
	}
	return b
}
