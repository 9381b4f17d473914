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
// another. Nothing mixes the sum again. Of keys that differ in a digit or two,
// one secret in a hundred puts a third more than the mean where most come
// together, and one in a few thousand four times the mean: its lookups compare
// a few more keys. It is the price of a multiplication less in all of them.
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

// Words are read with unsafe because the compiler, which makes one load of the
// bytes of a word as well, does not inline what says so a byte at a time. Each is
// of a string that is long enough.
func first8(s string) uint64 { return *(*uint64)(unsafe.Pointer(unsafe.StringData(s))) }

func last8(s string) uint64 { return wordAt(s, len(s)-8) }

func first4(s string) uint64 { return uint64(*(*uint32)(unsafe.Pointer(unsafe.StringData(s)))) }

func last4(s string) uint64 {
	return uint64(*(*uint32)(unsafe.Add(unsafe.Pointer(unsafe.StringData(s)), len(s)-4)))
}

func wordAt(s string, at int) uint64 {
	return *(*uint64)(unsafe.Add(unsafe.Pointer(unsafe.StringData(s)), at))
}

// endsOf is for all strings. Where it matters its first case is written out: it
// is too large to be inlined.
func endsOf(s string) ends {
	switch n := len(s); {
	case n >= 8:
		return ends{first8(s), last8(s)}
	case n >= 4:
		return ends{first4(s), last4(s)}
	case n > 0:
		return ends{uint64(s[0]) | uint64(s[n>>1])<<8 | uint64(s[n-1])<<16, 0}
	}
	return ends{}
}

// middle hashes what the ends of a string of more than 16 bytes leave out, and
// some of it twice: words of it that overlap, so that none is shorter.
func middle(secret *[2]uint64, s string) uint64 {
	state, n := secret[0], len(s)
	if n <= 32 {
		return mix(state^wordAt(s, 8), secret[1]^wordAt(s, n-16))
	}
	for i := 8; i < n-24; i += 16 {
		state = mix(state^wordAt(s, i), secret[1]^wordAt(s, i+8))
	}
	return mix(state^wordAt(s, n-24), secret[1]^wordAt(s, n-16))
}

// rest hashes the fields that few keys have, and what the ends of fields leave
// out. Of a field that is too long to be valid it hashes a part: no series has
// such a key, and whoever asks for it should not have to wait to be refused.
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
				hash += middle(&h.secret[i], s[:min(len(s), MaxNameBytes)])
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

// A shape is the lengths of meter and SKU, whether either has more than 16
// bytes, so that its ends are not all of it, and what else a key has.
type shape uint64

const (
	isLong      shape = 1 << 63
	hasResource shape = 1 << 62
	hasPlace    shape = 1 << 61
	// isRare are the bits that are 0 where meter and SKU are all that there is to
	// compare, besides the account.
	isRare = isLong | hasResource | hasPlace
)

func (k *Key) shape() shape {
	// Lengths that do not fit in their bits are those of long fields.
	n := shape(len(k.Meter)) | shape(len(k.SKU))<<10
	n &^= isRare
	if k.Resource != "" {
		n |= hasResource
	}
	if len(k.Region)|len(k.Labels.canonical) != 0 {
		n |= hasPlace
	}
	if max(len(k.Meter), len(k.SKU)) > 16 {
		n |= isLong
	}
	return n
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
