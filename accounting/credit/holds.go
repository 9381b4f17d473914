package credit

import (
	"math"
	"math/bits"

	"github.com/meterbook/meterbook/internal/fixed"
)

// holds are the holds of a wallet, by id and by age. Slots are used again, and
// the index is a hash table with chains through them, so that a wallet that
// settles as much as it holds allocates nothing. A Go map would: it grows while
// entries come and go under ever new keys.
type holds struct {
	slots   []hold
	free    int32   // the first slot of a chain of those to be used again + 1
	heads   []int32 // the first slot of each chain + 1, 0 for none; twice as many as slots, a power of two
	seed    uint64  // of the hashes
	open    queue   // holds, the first to expire first
	settled queue   // settled holds, the first to be forgotten first
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
	hash       uint32
	slot       int32 // its own number
	chain      int32 // the next slot of its chain + 1, 0 for none: of those with its place in the index, or free
	state      state
	prev, next int32
	until      int64        // expires, or is forgotten
	amount     fixed.Int128 // held
	actual     fixed.Int128 // committed
	first      span         // what of which grant; most holds are of one
	more       []span       // and of which others, in the order in which they burn
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
type queue struct {
	first, last int32
	due         int64 // until of the first; math.MaxInt64 for none
}

func (h *holds) init(seed uint64) {
	h.heads, h.seed = make([]int32, 16), seed
	h.open = queue{none, none, math.MaxInt64}
	h.settled = h.open
}

// due reports whether a hold expires, or is forgotten, at an instant.
func (h *holds) due(at int64) bool { return h.open.due <= at || h.settled.due <= at }

// hash folds a 128-bit product of 16 bytes at a time, as wyhash does, from a
// seed of the wallet's own. It takes a quarter of the time of hash/maphash on ids
// as short as requests have. Two ids of one hash cost a comparison and nothing
// else.
func (h *holds) hash(id string) uint32 {
	const odd = 0x9e3779b97f4a7c15 // 2⁶⁴ over the golden ratio
	sum := h.seed ^ uint64(len(id))*odd
	for len(id) > 16 {
		sum = fold(word(id)^sum, word(id[8:])^odd)
		id = id[16:]
	}
	if len(id) >= 8 { // the first 8 bytes and the last 8, which may overlap
		sum = fold(word(id)^sum, word(id[len(id)-8:])^odd)
	} else {
		first := uint64(0)
		for i := range len(id) {
			first = first<<8 | uint64(id[i])
		}
		sum = fold(first^sum, odd)
	}
	return uint32(sum ^ sum>>32)
}

func fold(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}

// word is the first 8 bytes of s.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// find returns the hold of an id, or nil.
func (h *holds) find(id string, hash uint32) *hold {
	for next := h.heads[hash&uint32(len(h.heads)-1)]; next != 0; {
		s := &h.slots[next-1]
		if s.hash == hash && s.id == id {
			return s
		}
		next = s.chain
	}
	return nil
}

// take returns a slot for a new id.
func (h *holds) take(id string, hash uint32) *hold {
	if h.free == 0 {
		h.more()
	}
	s := &h.slots[h.free-1]
	h.free = s.chain
	head := &h.heads[hash&uint32(len(h.heads)-1)]
	s.id, s.hash, s.chain, s.state, s.actual = id, hash, *head, open, fixed.Int128{}
	if len(s.more) > 0 {
		s.more = s.more[:0]
	}
	*head = s.slot + 1
	return s
}

// more makes as many slots again, and as many heads of chains.
func (h *holds) more() {
	old := len(h.slots)
	h.slots = append(h.slots, make([]hold, max(8, old))...)
	for i := len(h.slots) - 1; i >= old; i-- {
		h.slots[i].slot, h.slots[i].chain = int32(i), h.free
		h.free = int32(i) + 1
	}
	h.heads = make([]int32, 2*len(h.slots))
	for i := range h.slots[:old] { // none is free
		s := &h.slots[i]
		head := &h.heads[s.hash&uint32(len(h.heads)-1)]
		s.chain, *head = *head, s.slot+1
	}
}

// forget gives the slot back of the hold that was settled first.
func (h *holds) forget() {
	q := &h.settled
	s := &h.slots[q.first]
	if s.next == none {
		*q = queue{none, none, math.MaxInt64}
	} else {
		second := &h.slots[s.next]
		second.prev, q.first, q.due = none, s.next, second.until
	}
	next, place := &h.heads[s.hash&uint32(len(h.heads)-1)], s.slot+1
	for *next != place {
		next = &h.slots[*next-1].chain
	}
	*next = s.chain
	s.chain, h.free = h.free, place
}

// push puts a hold at the end of a queue.
func (h *holds) push(q *queue, s *hold, until int64) {
	s.until, s.prev, s.next = until, q.last, none
	if q.last == none {
		q.first, q.due = s.slot, until
	} else {
		h.slots[q.last].next = s.slot
	}
	q.last = s.slot
}

// pull takes a hold out of its queue.
func (h *holds) pull(q *queue, s *hold) {
	if s.next == none {
		q.last = s.prev
	} else {
		h.slots[s.next].prev = s.prev
	}
	if s.prev != none {
		h.slots[s.prev].next = s.next
		return
	}
	q.first, q.due = s.next, math.MaxInt64
	if s.next != none {
		q.due = h.slots[s.next].until
	}
}
