package credit

import "github.com/meterbook/meterbook/internal/fixed"

// holds are the holds of a wallet, by id and by age. Slots and their spans are
// used again, and the index is an open hash table, so that a wallet that settles
// as much as it holds allocates nothing. A Go map would: it grows while entries
// come and go under ever new keys.
type holds struct {
	slots   []hold
	free    int32   // head of the list of free slots
	index   []int32 // slot + 1, by hash; a power of two long, at most half full
	open    queue   // holds, the first to expire first
	settled queue   // settled holds, the first to be forgotten first
	count   int
}

// A state is what became of a hold.
type state uint8

const (
	open state = iota
	committed
	released
	expired
)

// hold is a slot.
type hold struct {
	id         string
	hash       uint64
	until      int64 // expires, or is forgotten
	prev, next int32
	state      state
	amount     fixed.Int128 // held
	actual     fixed.Int128 // committed
	spans      []span       // what of which grant, in the order in which they burn
}

// span is a part of a hold.
type span struct {
	grant  *grant
	amount fixed.Int128 // held; once committed, burned
}

// none ends a list.
const none = -1

// queue is a list of slots in order of until. Since that is a constant after
// the time at which a slot enters, and time never goes back, it enters last.
type queue struct{ first, last int32 }

func (h *holds) init() {
	h.free, h.index = none, make([]int32, 16)
	h.open, h.settled = queue{none, none}, queue{none, none}
}

// due reports whether a hold expires, or is forgotten, at an instant.
func (h *holds) due(at int64) bool {
	return h.open.first != none && h.slots[h.open.first].until <= at ||
		h.settled.first != none && h.slots[h.settled.first].until <= at
}

// find returns the slot of an id.
func (h *holds) find(id string, hash uint64) (int32, bool) {
	mask := uint64(len(h.index) - 1)
	for at := hash & mask; h.index[at] != 0; at = (at + 1) & mask {
		if s := &h.slots[h.index[at]-1]; s.hash == hash && s.id == id {
			return h.index[at] - 1, true
		}
	}
	return none, false
}

// take returns a slot for a new id.
func (h *holds) take(id string, hash uint64) int32 {
	slot := h.free
	if slot == none {
		slot = int32(len(h.slots))
		h.slots = append(h.slots, hold{next: none})
	}
	s := &h.slots[slot]
	h.free = s.next
	s.id, s.hash, s.state, s.actual, s.spans = id, hash, open, fixed.Int128{}, s.spans[:0]
	h.count++
	if 2*h.count > len(h.index) {
		h.grow()
	}
	h.put(slot)
	return slot
}

func (h *holds) put(slot int32) {
	mask := uint64(len(h.index) - 1)
	at := h.slots[slot].hash & mask
	for h.index[at] != 0 {
		at = (at + 1) & mask
	}
	h.index[at] = slot + 1
}

func (h *holds) grow() {
	old := h.index
	h.index = make([]int32, 2*len(old))
	for _, v := range old {
		if v != 0 {
			h.put(v - 1)
		}
	}
}

// forget gives a slot back.
func (h *holds) forget(slot int32) {
	mask := uint64(len(h.index) - 1)
	at := h.slots[slot].hash & mask
	for h.index[at] != slot+1 {
		at = (at + 1) & mask
	}
	// Entries after it move back to where a search would look for them, so
	// that no gap ends a search too early (Knuth, 6.4, algorithm R).
	for next := (at + 1) & mask; h.index[next] != 0; next = (next + 1) & mask {
		home := h.slots[h.index[next]-1].hash & mask
		if (next-home)&mask >= (next-at)&mask {
			h.index[at] = h.index[next]
			at = next
		}
	}
	h.index[at] = 0
	s := &h.slots[slot]
	s.id = ""
	clear(s.spans)
	s.next, h.free = h.free, slot
	h.count--
}

// push puts a slot at the end of a queue.
func (h *holds) push(q *queue, slot int32, until int64) {
	s := &h.slots[slot]
	s.until, s.prev, s.next = until, q.last, none
	if q.last == none {
		q.first = slot
	} else {
		h.slots[q.last].next = slot
	}
	q.last = slot
}

// pull takes a slot out of a queue.
func (h *holds) pull(q *queue, slot int32) {
	s := &h.slots[slot]
	if s.prev == none {
		q.first = s.next
	} else {
		h.slots[s.prev].next = s.next
	}
	if s.next == none {
		q.last = s.prev
	} else {
		h.slots[s.next].prev = s.prev
	}
}
