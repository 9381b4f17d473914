package credit

import (
	"math"
	"math/bits"

	"github.com/meterbook/meterbook/internal/fixed"
)

// holds are the holds of a wallet in the order in which they were made, which is
// also the order in which they expire and are forgotten: since time never goes
// back, and both are a constant after it. So they are a ring, from which holds
// leave at one end; and an index by id with chains from younger to older ones, in
// which what is forgotten is what comes last, and has not to be taken out. A
// wallet that forgets as much as it holds allocates nothing. A Go map would: it
// grows while entries come and go under ever new keys.
type holds struct {
	ring   []hold   // hold n is at n modulo the length, which is a power of two
	heads  []uint64 // the youngest hold of each chain, below oldest for none; twice as many, too
	oldest uint64   // the first hold that is there
	lasts  uint64   // no hold before it is open
	next   uint64   // the number of the next hold
	seed   uint64   // of the hashes
}

// A state is what became of a hold.
type state uint8

const (
	open state = iota
	committed
	released
	expired
)

// hold is what is remembered of one.
type hold struct {
	id     string
	hash   uint32
	state  state
	older  uint64       // the next hold of its chain
	until  int64        // expires; it is forgotten when it was to be remembered for after that
	amount fixed.Int128 // held
	actual fixed.Int128 // committed, burned or given back: once it is not open
	grant  *grant       // the one that has all of it, as most do; nil for parts
	parts  []part       // in the order in which they burn
}

// part is what of a hold is of one grant.
type part struct {
	grant  *grant
	amount fixed.Int128 // held; once committed, burned
}

func (h *holds) init(seed uint64) {
	const few = 8
	h.ring, h.heads, h.seed = make([]hold, few), make([]uint64, 2*few), seed
	h.oldest, h.lasts, h.next = 1, 1, 1
}

// at returns hold n, which is there or next.
func (h *holds) at(n uint64) *hold { return &h.ring[n&uint64(len(h.ring)-1)] }

// head returns the head of the chain of a hash.
func (h *holds) head(hash uint32) *uint64 { return &h.heads[hash&uint32(len(h.heads)-1)] }

// hash folds a 128-bit product of 16 bytes at a time, as wyhash does, from a
// seed of the wallet's own. It takes a quarter of the time of hash/maphash on ids
// as short as requests have. Two ids of one hash cost a comparison and nothing
// else. As it sees every byte, it also reports whether one is not ASCII, so that
// only then an id is looked at for what is no text.
func (h *holds) hash(id string) (hash uint32, wide bool) {
	const odd = 0x9e3779b97f4a7c15 // 2⁶⁴ over the golden ratio
	sum, all := h.seed^uint64(len(id))*odd, uint64(0)
	for len(id) > 16 {
		a, b := word(id), word(id[8:])
		all |= a | b
		sum = fold(a^sum, b^odd)
		id = id[16:]
	}
	if len(id) >= 8 { // the first 8 bytes and the last 8, which may overlap
		a, b := word(id), word(id[len(id)-8:])
		all |= a | b
		sum = fold(a^sum, b^odd)
	} else {
		first := uint64(0)
		for i := range len(id) {
			first = first<<8 | uint64(id[i])
		}
		all |= first
		sum = fold(first^sum, odd)
	}
	return uint32(sum ^ sum>>32), all&0x8080808080808080 != 0
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

// find returns the hold of an id whose until is later than forgotten, or nil.
func (h *holds) find(id string, hash uint32, forgotten int64) *hold {
	for n := *h.head(hash); n >= h.oldest; {
		s := h.at(n)
		if s.hash == hash && s.id == id {
			if s.until <= forgotten {
				return nil
			}
			return s
		}
		n = s.older
	}
	return nil
}

// push returns a new hold, whose amount and grants are for the caller to set.
func (h *holds) push(id string, hash uint32, until int64) *hold {
	s, head := h.at(h.next), h.head(hash)
	s.id, s.hash, s.state, s.older, s.until = id, hash, open, *head, until
	*head = h.next
	h.next++
	return s
}

// full reports whether there is no room for another hold.
func (h *holds) full() bool { return h.next-h.oldest == uint64(len(h.ring)) }

// more makes room for as many holds again.
func (h *holds) more() {
	old := *h
	h.ring, h.heads = make([]hold, 2*len(old.ring)), make([]uint64, 2*len(old.heads))
	for n := h.oldest; n < h.next; n++ {
		s := h.at(n)
		*s = *old.at(n)
		head := h.head(s.hash)
		s.older, *head = *head, n
	}
}

// forget makes room of holds whose until is not later than forgotten.
func (h *holds) forget(forgotten int64) {
	for h.oldest < h.lasts && h.at(h.oldest).until <= forgotten {
		h.oldest++
	}
}

// due is when the first open hold expires.
func (h *holds) due() int64 {
	if h.lasts == h.next {
		return math.MaxInt64
	}
	return h.at(h.lasts).until
}
