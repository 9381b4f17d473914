package metering

import (
	"hash/maphash"
	"math/bits"
)

// A keyHash hashes keys with secrets of one aggregator, so that nobody outside
// can choose keys that collide. It is quick and no proof of anything: whoever
// finds a key by its hash compares all of it.
//
// Each field is folded into the state by one multiplication of 64 × 64 bits per
// 16 bytes, its two halves xored. On short strings that is less than half of
// what maphash.String takes, and most of what is left of a lookup's time.
type keyHash struct{ secret [6]uint64 }

func newKeyHash() (h keyHash) {
	for i := range h.secret {
		h.secret[i] = maphash.Comparable(maphash.MakeSeed(), i) | 1
	}
	return h
}

// of returns the hash of a key. Fields have secrets of their own, so that a
// value is not the same in two of them.
func (h *keyHash) of(k *Key) uint64 {
	state := h.secret[5]
	state = fold(state, h.secret[0], string(k.Account))
	state = fold(state, h.secret[1], string(k.Meter))
	if k.Resource != "" {
		state = fold(state, h.secret[2], k.Resource)
	}
	if k.SKU != "" {
		state = fold(state, h.secret[3], k.SKU)
	}
	if k.Region != "" {
		state = fold(state, h.secret[4], k.Region)
	}
	if k.Labels.canonical != "" {
		state = fold(state, ^h.secret[0], k.Labels.canonical)
	}
	return state
}

// fold mixes s into state.
func fold(state, secret uint64, s string) uint64 {
	n := len(s)
	var a, b uint64
	switch {
	case n > 16:
		for len(s) > 16 {
			state = mix(word64(s)^secret, word64(s[8:])^state)
			s = s[8:]
			s = s[8:]
		}
		a, b = ends(s)
	case n >= 8:
		a, b = word64(s), word64(s[n-8:])
	default:
		a, b = ends(s)
	}
	return mix(a^secret, b^state^uint64(n))
}

// ends returns what tells apart all strings of one length up to 16.
func ends(s string) (a, b uint64) {
	switch n := len(s); {
	case n >= 8:
		return word64(s), word64(s[n-8:])
	case n >= 4:
		return word32(s), word32(s[n-4:])
	case n > 0:
		return uint64(s[0]) | uint64(s[n>>1])<<8 | uint64(s[n-1])<<16, 0
	}
	return 0, 0
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// word64 and word32 read little-endian; the compiler makes one load of each.
func word64(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func word32(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}
