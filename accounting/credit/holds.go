package credit

import (
	"math"
	"math/bits"

	"github.com/meterbook/meterbook/internal/fixed"
)

// holds are the holds of a wallet, by id and by age. Slots are used again, and
// the index is an open hash table, so that a wallet that settles as much as it
// holds allocates nothing. A Go map would: it grows while entries come and go
// under ever new keys.
type holds struct {
	slots   []hold
	free    []int32 // slots to be used again
	index   []entry // a power of two long, at most a quarter full, so that most searches end where they begin
	seed    uint64  // of the hashes
	open    queue   // holds, the first to expire first
	settled ring    // settled holds, the first to be forgotten first
	count   int
}

// entry is a place of the index. It has the low half of the hash, so that other
// slots need not be touched to tell whose place it is.
type entry struct {
	hash uint32
	slot int32 // + 1; 0 for none
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
	state      state
	until      int64 // expires, or is forgotten
	prev, next int32
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

// ring is a queue of settled slots. All that forgetting one needs is here, so
// that the slot itself, which is long out of the cache, need not be touched.
type ring struct {
	entries     []past // a power of two long
	first, last uint32 // of all there ever were; last is the next one
	due         int64  // until of the first; math.MaxInt64 for none
}

// past is a settled hold in a ring.
type past struct {
	until int64
	entry
}

func (r *ring) push(p past) {
	if int(r.last-r.first) == len(r.entries) {
		old := r.entries
		r.entries = make([]past, max(16, 2*len(old)))
		for i := r.first; i != r.last; i++ {
			r.entries[i&uint32(len(r.entries)-1)] = old[i&uint32(len(old)-1)]
		}
	}
	if r.first == r.last {
		r.due = p.until
	}
	r.entries[r.last&uint32(len(r.entries)-1)] = p
	r.last++
}

func (r *ring) pop() entry {
	mask := uint32(len(r.entries) - 1)
	e := r.entries[r.first&mask].entry
	r.first++
	r.due = math.MaxInt64
	if r.first != r.last {
		r.due = r.entries[r.first&mask].until
	}
	return e
}

func (h *holds) init(seed uint64) {
	h.index, h.seed = make([]entry, 16), seed
	h.open, h.settled.due = queue{none, none, math.MaxInt64}, math.MaxInt64
}

// due reports whether a hold expires, or is forgotten, at an instant.
func (h *holds) due(at int64) bool { return h.open.due <= at || h.settled.due <= at }

// hash folds a 128-bit product of 16 bytes at a time, as wyhash does, from a
// seed of the wallet's own. It takes a quarter of the time of hash/maphash on ids
// as short as requests have. Two ids of one hash cost a comparison and nothing
// else.
func (h *holds) hash(id string) uint32 {
	const odd = 0x9e3779b97f4a7c15 // 2⁶⁴ over the golden ratio
	n := len(id)
	sum := h.seed ^ uint64(n)*odd
	for at := 0; n-at > 16; at += 16 {
		high, low := bits.Mul64(word(id[at:])^sum, word(id[at+8:])^odd)
		sum = high ^ low
	}
	var first, last uint64
	if n >= 8 { // the last 16 bytes, of which some may have been there before
		first, last = word(id[max(0, n-16):]), word(id[n-8:])
	} else {
		for i := range n {
			first = first<<8 | uint64(id[i])
		}
	}
	high, low := bits.Mul64(first^sum, last^odd)
	sum = high ^ low
	return uint32(sum ^ sum>>32)
}

// word is the first 8 bytes of s.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// find returns the slot of an id.
func (h *holds) find(id string, hash uint32) (int32, bool) {
	mask := uint32(len(h.index) - 1)
	for at := hash & mask; h.index[at].slot != 0; at = (at + 1) & mask {
		if e := h.index[at]; e.hash == hash && h.slots[e.slot-1].id == id {
			return e.slot - 1, true
		}
	}
	return none, false
}

// take returns a slot for a new id.
func (h *holds) take(id string, hash uint32) int32 {
	var slot int32
	if n := len(h.free); n > 0 {
		slot, h.free = h.free[n-1], h.free[:n-1]
	} else {
		slot = int32(len(h.slots))
		h.slots = append(h.slots, hold{})
	}
	s := &h.slots[slot]
	s.id, s.hash, s.state, s.actual, s.first.grant, s.more = id, hash, open, fixed.Int128{}, nil, s.more[:0]
	h.count++
	if 4*h.count > len(h.index) {
		h.grow()
	}
	h.put(entry{hash, slot + 1})
	return slot
}

func (h *holds) put(e entry) {
	mask := uint32(len(h.index) - 1)
	at := e.hash & mask
	for h.index[at].slot != 0 {
		at = (at + 1) & mask
	}
	h.index[at] = e
}

func (h *holds) grow() {
	old := h.index
	h.index = make([]entry, 2*len(old))
	for _, e := range old {
		if e.slot != 0 {
			h.put(e)
		}
	}
}

// forget gives a slot back.
func (h *holds) forget(e entry) {
	mask := uint32(len(h.index) - 1)
	at := e.hash & mask
	for h.index[at] != e {
		at = (at + 1) & mask
	}
	// Entries after it move back to where a search would look for them, so
	// that no gap ends a search too early (Knuth, 6.4, algorithm R).
	for next := (at + 1) & mask; h.index[next].slot != 0; next = (next + 1) & mask {
		home := h.index[next].hash & mask
		if (next-home)&mask >= (next-at)&mask {
			h.index[at] = h.index[next]
			at = next
		}
	}
	h.index[at] = entry{}
	h.free = append(h.free, e.slot-1)
	h.count--
}

// push puts a slot at the end of a queue.
func (h *holds) push(q *queue, slot int32, until int64) {
	s := &h.slots[slot]
	s.until, s.prev, s.next = until, q.last, none
	if q.last == none {
		q.first, q.due = slot, until
	} else {
		h.slots[q.last].next = slot
	}
	q.last = slot
}

// pull takes a slot out of a queue.
func (h *holds) pull(q *queue, slot int32) {
	s := &h.slots[slot]
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
