package fixed

import "math/bits"

// Div returns a / b rounded by m, and whether it needed no rounding. It is not
// ok when b is 0, when m is not valid, or when the quotient does not fit.
func (a Int128) Div(b Int128, m Mode) (q Int128, exact, ok bool) {
	d := b.abs()
	if d.isZero() || !m.Valid() {
		return Int128{}, false, false
	}
	mag, r := a.abs().quoRem(d)
	return round128(mag, r, d, signMask(a.Hi^b.Hi), m)
}

// QuoRem returns a / b truncated towards zero, and the remainder, which has
// the sign of a: a = q·b + r. It is not ok when b is 0 or q does not fit.
func (a Int128) QuoRem(b Int128) (q, r Int128, ok bool) {
	d := b.abs()
	if d.isZero() {
		return Int128{}, Int128{}, false
	}
	qm, rm := a.abs().quoRem(d)
	q, ok = qm.signed(signMask(a.Hi ^ b.Hi))
	r, _ = rm.signed(signMask(a.Hi))
	return q, r, ok
}

// MulDiv returns a·b/c with a 256-bit intermediate, rounded once by m, and
// whether it needed no rounding. It is not ok when c is 0, when m is not
// valid, or when the result does not fit.
func MulDiv(a, b, c Int128, m Mode) (q Int128, exact, ok bool) {
	d := c.abs()
	if d.isZero() || !m.Valid() {
		return Int128{}, false, false
	}
	x, y, sign := a.abs(), b.abs(), signMask(a.Hi^b.Hi^c.Hi)
	if x.hi|y.hi|d.hi == 0 {
		if hi, lo := bits.Mul64(x.lo, y.lo); hi < d.lo {
			// One division of words, which is what most bill lines need.
			// Rounding it here, not by round128, saves a sixth of the time.
			w, r := bits.Div64(hi, lo, d.lo)
			mag := uint128{lo: w}
			if r != 0 {
				mag, _ = mag.add(m.step(uint128{lo: r}, d, w&1, sign))
			}
			q, _ = mag.signed(sign)
			return q, r == 0, true
		}
	}
	mag, r, ok := mulDiv(x, y, d)
	if !ok {
		return Int128{}, false, false
	}
	return round128(mag, r, d, sign, m)
}

// Div returns a / d rounded once by m, and whether it needed no rounding. It
// is not ok when d is 0, when m is not valid, or when the quotient does not
// fit in 128 bits.
func (a Int256) Div(d Int128, m Mode) (q Int128, exact, ok bool) {
	v := d.abs()
	if v.isZero() || !m.Valid() {
		return Int128{}, false, false
	}
	mag, r, ok := a.abs().quoRem128(v)
	if !ok {
		return Int128{}, false, false
	}
	return round128(mag, r, v, a.sign()^signMask(d.Hi), m)
}

// DivWide returns a / d rounded once by m, and whether it needed no rounding.
// It is not ok when d is 0, when m is not valid, or for −2²⁵⁵ / −1.
func (a Int256) DivWide(d Int128, m Mode) (q Int256, exact, ok bool) {
	v := d.abs()
	if v.isZero() || !m.Valid() {
		return Int256{}, false, false
	}
	sign := a.sign() ^ signMask(d.Hi)
	mag, r := a.abs().quoRem(v)
	exact = r.isZero()
	if !exact {
		// It cannot carry out: an inexact quotient is at most 2²⁵⁴.
		mag = mag.add(m.step(r, v, mag.w0&1, sign))
	}
	q, ok = mag.signed(sign)
	return q, exact, ok
}

// round128 finishes a division of magnitudes: ±(q + r/d) as an integer.
func round128(q, r, d uint128, sign uint64, m Mode) (v Int128, exact, ok bool) {
	if r.isZero() {
		v, ok = q.signed(sign)
		return v, true, ok
	}
	q, fits := q.add(m.step(r, d, q.lo&1, sign))
	v, ok = q.signed(sign)
	return v, false, ok && fits
}

// mulDiv returns a·b/d and the remainder, and false when the quotient needs
// more than 128 bits. d is not 0.
func mulDiv(a, b, d uint128) (q, r uint128, ok bool) {
	if a.hi|b.hi|d.hi == 0 {
		hi, lo := bits.Mul64(a.lo, b.lo)
		q, r = uint128{hi, lo}.quoRemWord(d.lo)
		return q, r, true
	}
	return a.mul(b).quoRem128(d)
}

// quoRem returns m/d and m%d. d is not 0.
func (m uint128) quoRem(d uint128) (q, r uint128) {
	if d.hi == 0 {
		return m.quoRemWord(d.lo)
	}
	if m.less(d) {
		return uint128{}, m
	}
	// The quotient fits in one word. Dividing half of m by the upper word of
	// the normalised divisor gives it, or one more than it; see Warren,
	// Hacker's Delight, 9-5.
	n := uint(bits.LeadingZeros64(d.hi))
	h := m.shr(1)
	t, _ := bits.Div64(h.hi, h.lo, d.shl(n).hi)
	t >>= (63 - n) & 63
	if t != 0 {
		t--
	}
	hi, lo := bits.Mul64(t, d.lo)
	r = m.sub(uint128{hi + t*d.hi, lo})
	if !r.less(d) {
		t++
		r = r.sub(d)
	}
	return uint128{lo: t}, r
}

// quoRemWord returns m/d and m%d. d is not 0.
func (m uint128) quoRemWord(d uint64) (q, r uint128) {
	hi := m.hi
	if hi >= d {
		q.hi, hi = hi/d, hi%d
	}
	q.lo, r.lo = bits.Div64(hi, m.lo, d)
	return q, r
}

// quoRem128 returns m/d and m%d, and false when the quotient needs more than
// 128 bits. d is not 0.
func (m uint256) quoRem128(d uint128) (q, r uint128, ok bool) {
	upper := uint128{m.w3, m.w2}
	if upper.isZero() {
		q, r = uint128{m.w1, m.w0}.quoRem(d)
		return q, r, true
	}
	if !upper.less(d) {
		return q, r, false
	}
	if d.hi == 0 {
		q.hi, r.lo = bits.Div64(m.w2, m.w1, d.lo)
		q.lo, r.lo = bits.Div64(r.lo, m.w0, d.lo)
		return q, r, true
	}
	// Knuth, TAOCP volume 2, 4.3.1, algorithm D with two 64-bit digits in the
	// divisor. Its first digit must have the upper bit set for an estimate of
	// a quotient digit to be at most two too large.
	n := uint(bits.LeadingZeros64(d.hi))
	d = d.shl(n)
	u := uint128{shl(m.w3, m.w2, n), shl(m.w2, m.w1, n)}
	q.hi, r = quoDigit(u, shl(m.w1, m.w0, n), d)
	q.lo, r = quoDigit(r, shl(m.w0, 0, n), d)
	return q, r.shr(n), true
}

// quoDigit returns (u·2⁶⁴ + w) / d, one digit, and the remainder. u is below
// d, and d has its upper bit set.
func quoDigit(u uint128, w uint64, d uint128) (q uint64, r uint128) {
	var rest, carry uint64
	if u.hi < d.hi {
		q, rest = bits.Div64(u.hi, u.lo, d.hi)
	} else {
		// u.hi equals d.hi: the estimate would be 2⁶⁴, one past a digit.
		q = ^uint64(0)
		rest, carry = bits.Add64(u.lo, d.hi, 0)
	}
	hi, lo := bits.Mul64(q, d.lo)
	for carry == 0 && (uint128{rest, w}).less(uint128{hi, lo}) {
		q--
		rest, carry = bits.Add64(rest, d.hi, 0)
		hi, lo = bits.Mul64(q, d.lo)
	}
	return q, uint128{rest, w}.sub(uint128{hi, lo})
}

// quoRem returns m/d and m%d, schoolbook with digits of 128 bits. d is not 0.
func (m uint256) quoRem(d uint128) (q uint256, r uint128) {
	qh, r := uint128{m.w3, m.w2}.quoRem(d)
	// r is below d, so this quotient fits.
	ql, r, _ := uint256{m.w0, m.w1, r.lo, r.hi}.quoRem128(d)
	return uint256{ql.lo, ql.hi, qh.lo, qh.hi}, r
}
