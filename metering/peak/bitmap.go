package peak

import "math/bits"

// A bitmap is a set of small numbers.
type bitmap []uint64

func words(n int) int { return (n + 63) / 64 }

func (b bitmap) has(i int) bool { return b[i/64]>>(i%64)&1 != 0 }

// set puts i into the set and reports whether it was there.
func (b bitmap) set(i int) bool {
	bit := uint64(1) << (i % 64)
	had := b[i/64]&bit != 0
	b[i/64] |= bit
	return had
}

// fill puts all numbers from lo to before hi into the set, if none of them is
// there, and reports whether it did.
func (b bitmap) fill(lo, hi int) bool {
	for i := lo / 64; i < words(hi); i++ {
		if b[i]&within(i, lo, hi) != 0 {
			return false
		}
	}
	for i := lo / 64; i < words(hi); i++ {
		b[i] |= within(i, lo, hi)
	}
	return true
}

// within returns the bits of a word that stand for numbers from lo to before hi.
func within(word, lo, hi int) uint64 {
	w := ^uint64(0)
	if word == lo/64 {
		w <<= lo % 64
	}
	if rest := hi - word*64; rest < 64 {
		w &= 1<<rest - 1
	}
	return w
}

func (b bitmap) union(c bitmap) {
	for i, w := range c {
		b[i] |= w
	}
}

// count returns how many numbers from lo to before hi are in the set.
func (b bitmap) count(lo, hi int) int {
	n := 0
	for i := lo / 64; i < words(hi); i++ {
		n += bits.OnesCount64(b[i] & within(i, lo, hi))
	}
	return n
}
