package fixed

import "math/bits"

// uint128 is the magnitude of an Int128: at most 2¹²⁷ coming in, and up to
// 2¹²⁸ − 1 on the way to a result that is then found not to fit.
type uint128 struct {
	hi, lo uint64
}

// signed returns m when sign is 0 and −m when sign is all ones, and false when
// that does not fit.
func (m uint128) signed(sign uint64) (Int128, bool) {
	lo, borrow := bits.Sub64(m.lo^sign, sign, 0)
	hi, _ := bits.Sub64(m.hi^sign, sign, borrow)
	// A sign bit that differs from the wanted sign is an overflow, but for 0.
	return Int128{int64(hi), lo}, hi>>63 == sign>>63 || hi|lo == 0
}

func (m uint128) isZero() bool { return m.hi|m.lo == 0 }

func (m uint128) less(n uint128) bool {
	return m.hi < n.hi || m.hi == n.hi && m.lo < n.lo
}

// shl returns m·2ⁿ without its upper bits, for n below 64.
func (m uint128) shl(n uint) uint128 {
	return uint128{shl(m.hi, m.lo, n), shl(m.lo, 0, n)}
}

// shr returns m/2ⁿ rounded down, for n below 64.
func (m uint128) shr(n uint) uint128 {
	return uint128{m.hi >> (n & 63), m.lo>>(n&63) | m.hi<<1<<(^n&63)}
}

// shl returns the upper word of (hi·2⁶⁴ + lo)·2ⁿ, for n below 64. The masks say
// so to the compiler, which else guards every shift; the shift by one is for n
// = 0, where lo must vanish.
func shl(hi, lo uint64, n uint) uint64 {
	return hi<<(n&63) | lo>>1>>(^n&63)
}

func (m uint128) sub(n uint128) uint128 {
	lo, borrow := bits.Sub64(m.lo, n.lo, 0)
	hi, _ := bits.Sub64(m.hi, n.hi, borrow)
	return uint128{hi, lo}
}

// add returns m + x, and false when that does not fit.
func (m uint128) add(x uint64) (uint128, bool) {
	lo, carry := bits.Add64(m.lo, x, 0)
	hi, carry := bits.Add64(m.hi, 0, carry)
	return uint128{hi, lo}, carry == 0
}

// mul returns m · n.
func (m uint128) mul(n uint128) uint256 {
	w1, w0 := bits.Mul64(m.lo, n.lo)
	if m.hi|n.hi == 0 {
		return uint256{w0: w0, w1: w1}
	}
	ah, al := bits.Mul64(m.hi, n.lo)
	bh, bl := bits.Mul64(m.lo, n.hi)
	w3, w2 := bits.Mul64(m.hi, n.hi)
	w1, c := bits.Add64(w1, al, 0)
	w2, d := bits.Add64(w2, ah, c)
	w3 += d
	w1, c = bits.Add64(w1, bl, 0)
	w2, d = bits.Add64(w2, bh, c)
	w3 += d
	return uint256{w0, w1, w2, w3}
}

// mulAdd returns m · x + y, and false when that does not fit.
func (m uint128) mulAdd(x, y uint64) (uint128, bool) {
	over, cross := bits.Mul64(m.hi, x)
	hi, lo := bits.Mul64(m.lo, x)
	lo, c := bits.Add64(lo, y, 0)
	hi, d := bits.Add64(hi, cross, c)
	return uint128{hi, lo}, over|d == 0
}

// uint256 is the magnitude of an Int256, words from low to high.
type uint256 struct {
	w0, w1, w2, w3 uint64
}

// signed returns m when sign is 0 and −m when sign is all ones, and false when
// that does not fit.
func (m uint256) signed(sign uint64) (Int256, bool) {
	v := Int256(m.negate(sign))
	return v, v.w3>>63 == sign>>63 || v.IsZero()
}

// negate returns m when sign is 0 and the two's complement of m when sign is
// all ones.
func (m uint256) negate(sign uint64) uint256 {
	w0, c := bits.Sub64(m.w0^sign, sign, 0)
	w1, c := bits.Sub64(m.w1^sign, sign, c)
	w2, c := bits.Sub64(m.w2^sign, sign, c)
	w3, _ := bits.Sub64(m.w3^sign, sign, c)
	return uint256{w0, w1, w2, w3}
}

// add returns m + x, which must fit.
func (m uint256) add(x uint64) uint256 {
	w0, c := bits.Add64(m.w0, x, 0)
	w1, c := bits.Add64(m.w1, 0, c)
	w2, c := bits.Add64(m.w2, 0, c)
	w3, _ := bits.Add64(m.w3, 0, c)
	return uint256{w0, w1, w2, w3}
}

// mul returns m · n, and false when that does not fit. Every partial product
// counts towards the whole, so the first that is too large settles it.
func (m uint256) mul(n uint128) (uint256, bool) {
	p, over := m.mulWord(n.lo)
	if over != 0 {
		return uint256{}, false
	}
	if n.hi == 0 {
		return p, true
	}
	q, over := m.mulWord(n.hi)
	if over|q.w3 != 0 {
		return uint256{}, false
	}
	w1, c := bits.Add64(p.w1, q.w0, 0)
	w2, c := bits.Add64(p.w2, q.w1, c)
	w3, c := bits.Add64(p.w3, q.w2, c)
	return uint256{p.w0, w1, w2, w3}, c == 0
}

// mulWord returns m · x as four words and the word above them.
func (m uint256) mulWord(x uint64) (p uint256, over uint64) {
	h0, w0 := bits.Mul64(m.w0, x)
	h1, w1 := bits.Mul64(m.w1, x)
	h2, w2 := bits.Mul64(m.w2, x)
	h3, w3 := bits.Mul64(m.w3, x)
	w1, c := bits.Add64(w1, h0, 0)
	w2, c = bits.Add64(w2, h1, c)
	w3, c = bits.Add64(w3, h2, c)
	return uint256{w0, w1, w2, w3}, h3 + c
}

// signMask returns all ones when v is below 0, else 0. Signs travel as masks:
// a bool would come back as a branch that half the values mispredict.
func signMask(v int64) uint64 { return uint64(v >> 63) }
