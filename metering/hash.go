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
// xored, with secrets of its own, but for the SKU, which is added to what the
// meter multiplies; fields are added up, so that none waits for another. Labels
// are hashed by where they lie. Nothing mixes the sum again. Of
// keys that differ in a digit or two, one secret in a hundred puts a third more
// than the mean where most come together, and one in a few thousand four times
// the mean: its lookups compare a few more keys. It is the price of a
// multiplication less in all of them.
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

// names hashes what all keys have, as far as ends go.
func (h *keyHash) names(account, meter, sku ends, of shape) uint64 {
	return mix(account.head^h.secret[accountField][0], account.tail^h.secret[accountField][1]) +
		mix((meter.head^h.secret[meterField][0])+sku.head, (meter.tail^h.secret[meterField][1])+sku.tail+uint64(of))
}

// Words are read with unsafe because the compiler, which makes one load of the
// bytes of a word as well, does not inline what says so a byte at a time. Each is
// of a string that is long enough.
func first8(s string) uint64 { return *(*uint64)(unsafe.Pointer(unsafe.StringData(s))) }

func last8(s string) uint64 {
	return *(*uint64)(unsafe.Add(unsafe.Pointer(unsafe.StringData(s)), len(s)-8))
}

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
	}
	return tiny(s)
}

// tiny is for strings of up to 3 bytes.
func tiny(s string) ends {
	if s == "" {
		return ends{}
	}
	return ends{uint64(s[0]) | uint64(s[len(s)>>1])<<8 | uint64(s[len(s)-1])<<16, 0}
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
	var resource, region ends
	if len(k.Resource) >= 8 {
		resource = ends{first8(k.Resource), last8(k.Resource)}
	} else {
		resource = endsOf(k.Resource)
	}
	if len(k.Region) >= 8 {
		region = ends{first8(k.Region), last8(k.Region)}
	} else {
		region = endsOf(k.Region)
	}
	hash := resource.hash(&h.secret[resourceField], len(k.Resource)) + region.hash(&h.secret[regionField], len(k.Region)) +
		mix(k.Labels.word()^h.secret[labelsField][0], h.secret[labelsField][1])
	if ((len(k.Account)+15)|(len(k.Meter)+15)|(len(k.Resource)+15)|(len(k.SKU)+15)|(len(k.Region)+15))&^31 != 0 {
		hash += h.long(k)
	}
	return hash
}

// long hashes what the ends of names leave out.
func (h *keyHash) long(k *Key) (hash uint64) {
	for i, s := range [...]string{string(k.Account), string(k.Meter), k.Resource, k.SKU, k.Region} {
		if len(s) > 16 {
			hash += middle(&h.secret[i], s[:min(len(s), MaxNameBytes)])
		}
	}
	return hash
}

// one hashes one string.
func (h *keyHash) one(s string) uint64 {
	hash := endsOf(s).hash(&h.secret[0], len(s))
	if len(s) > 16 {
		hash += middle(&h.secret[0], s)
	}
	return hash
}

// A shape is the lengths of account, meter and SKU, whether one of them has more
// than 16 bytes, so that its ends are not all of it, and what else a key has.
type shape uint64

const (
	isLong      shape = 1 << 63
	hasResource shape = 1 << 62
	hasPlace    shape = 1 << 61
	// hasMore are the bits that are 0 where the ends of account, meter and SKU
	// are all that there is to compare.
	hasMore = isLong | hasResource | hasPlace
)

// lengths returns the shape of lengths of up to 16.
func lengths(account, meter, sku int) shape {
	return shape(account) | shape(meter)<<5 | shape(sku)<<10
}

// isPlain reports whether lengths are all there is to the shape of a key.
func (k *Key) isPlain() bool {
	return uint64(len(k.Resource)|len(k.Region)|((len(k.Account)+15)|(len(k.Meter)+15)|(len(k.SKU)+15))&^31)|k.Labels.word() == 0
}

// isUsual reports whether a key is plain, and account and meter have 9 to 16
// bytes.
func (k *Key) isUsual() bool {
	return (uint64(len(k.Account)-9)|uint64(len(k.Meter)-9))&^7|uint64(len(k.SKU)+15)&^31|uint64(len(k.Resource)|len(k.Region))|k.Labels.word() == 0
}

func (k *Key) shape() shape {
	n := lengths(len(k.Account), len(k.Meter), len(k.SKU))
	if max(len(k.Account), len(k.Meter), len(k.SKU)) > 16 {
		n = isLong
	}
	if k.Resource != "" {
		n |= hasResource
	}
	if k.Region != "" || k.Labels != (Labels{}) {
		n |= hasPlace
	}
	return n
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
