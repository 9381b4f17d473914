package metering

import (
	"hash/maphash"
	"math/bits"
	"unsafe"
)

// A keyHash hashes keys with secrets of one aggregator, so that nobody outside
// can choose keys that collide. It is quick and no proof of anything: whoever
// finds a key by its hash compares all of it.
//
// A field is one multiplication of 64 × 64 bits per 16 bytes, its two halves
// xored, with secrets of its own; fields are added up, so that none waits for
// another.
type keyHash struct{ secret [keyFields][2]uint64 }

// The fields of a key by number.
const (
	accountField = iota
	meterField
	resourceField
	skuField
	regionField
	labelsField
	keyFields
)

func newKeyHash() (h keyHash) {
	for i := range h.secret {
		for j := range h.secret[i] {
			h.secret[i][j] = maphash.Comparable(maphash.MakeSeed(), i) | 1
		}
	}
	return h
}

// ends are the first and the last 8 bytes of a string, or what there is of it.
// With its length they are all of a string of up to 16 bytes: such strings are
// compared and hashed without a call.
type ends struct{ head, tail uint64 }

func (e ends) hash(secret *[2]uint64, length int) uint64 {
	return mix(e.head^secret[0], e.tail^secret[1]^uint64(length))
}

// first8 and last8 are of strings of at least 8 bytes. They read them as words,
// which the compiler does of a byte at a time too, but only where it cannot
// inline.
func first8(s string) uint64 { return *(*uint64)(unsafe.Pointer(unsafe.StringData(s))) }

func last8(s string) uint64 {
	return *(*uint64)(unsafe.Add(unsafe.Pointer(unsafe.StringData(s)), len(s)-8))
}

// endsOf is for all strings. Where it matters its first case is written out: it
// is too large to be inlined.
func endsOf(s string) ends {
	switch n := len(s); {
	case n >= 8:
		return ends{first8(s), last8(s)}
	case n >= 4:
		return ends{uint64(word32(s)), uint64(word32(s[n-4:]))}
	case n > 0:
		return ends{uint64(s[0]) | uint64(s[n>>1])<<8 | uint64(s[n-1])<<16, 0}
	}
	return ends{}
}

func word32(s string) uint32 {
	_ = s[3]
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

// middle hashes what the ends of a string of more than 16 bytes leave out.
func middle(secret *[2]uint64, s string) uint64 {
	state := secret[0]
	for s = s[8 : len(s)-8]; len(s) >= 8; s = s[8:] {
		state = mix(state^secret[1], first8(s)^secret[0])
	}
	return mix(state^secret[1], endsOf(s).hash(secret, len(s)))
}

// rest hashes the fields that few keys have, and what the ends of fields leave
// out.
func (h *keyHash) rest(k *Key) uint64 {
	hash := endsOf(k.Resource).hash(&h.secret[resourceField], len(k.Resource)) +
		endsOf(k.Region).hash(&h.secret[regionField], len(k.Region)) +
		endsOf(k.Labels.canonical).hash(&h.secret[labelsField], len(k.Labels.canonical))
	if len(k.Labels.canonical) > 16 {
		hash += middle(&h.secret[labelsField], k.Labels.canonical)
	}
	if max(len(k.Account), len(k.Meter), len(k.Resource), len(k.SKU), len(k.Region)) > 16 {
		for i, s := range [...]string{string(k.Account), string(k.Meter), k.Resource, k.SKU, k.Region} {
			if len(s) > 16 {
				hash += middle(&h.secret[i], s)
			}
		}
	}
	return hash
}

// A short string is all of one of up to 15 bytes, and its length, in two words.
// Of a longer one it is what tells most apart, and its last byte is isLonger.
type short struct{ lo, hi uint64 }

const isLonger = 0xff << 56

// shorten is for all strings; where it matters its case of 8 to 15 bytes is
// written out.
func shorten(s string) short {
	n := uint64(len(s))
	switch {
	case n > 15:
		return short{first8(s) + last8(s)*0x9e3779b97f4a7c15, last8(s) | isLonger}
	case n >= 8:
		return short{first8(s), shortTail(s)}
	}
	w := short{hi: n << 56}
	for i := range len(s) {
		w.lo |= uint64(s[i]) << (8 * i)
	}
	return w
}

// shortTail returns the bytes after the first 8 of a string of 8 to 15, and its
// length.
func shortTail(s string) uint64 {
	n := uint64(len(s))
	return last8(s)>>8>>((15-n)*8&63) | n<<56
}

// one hashes one string.
func (h *keyHash) one(s string) uint64 {
	hash := endsOf(s).hash(&h.secret[0], len(s))
	if len(s) > 16 {
		hash += middle(&h.secret[0], s)
	}
	return hash
}

// A shape is the lengths of the fields that a group is told by, whether any has
// more than 16 bytes, so that its ends are not all of it, and whether there is a
// resource.
type shape uint64

const (
	isLong      shape = 1 << 63
	hasResource shape = 1 << 62
	// isRare are the bits that are 0 where meter and SKU are all that there is to
	// compare, besides the account.
	isRare = ^shape(1<<20 - 1)
)

func (k *Key) shape() shape {
	m, s, r, l := len(k.Meter), len(k.SKU), len(k.Region), len(k.Labels.canonical)
	// Lengths that do not fit in their bits are those of long fields.
	n := shape(m) | shape(s)<<10 | shape(r)<<20 | shape(l)<<30
	if k.Resource != "" {
		n |= hasResource
	}
	if (m+15)|(s+15)|(r+15)|(l+15) >= 32 {
		n |= isLong
	}
	return n
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
