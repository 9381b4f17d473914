package fixed

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/bits"
)

// Int128 is a signed 128-bit integer in two's complement: Hi·2⁶⁴ + Lo. The
// zero value is 0, values are comparable with ==, and they are immutable and
// safe to copy. The fields are open so that callers can encode a value in 16
// bytes; arithmetic goes through the methods.
//
// A method that returns an ok reports with it whether the result fits. When ok
// is false the other results mean nothing.
type Int128 struct {
	Hi int64
	Lo uint64
}

// Max returns 2¹²⁷ − 1, the largest Int128.
func Max() Int128 { return Int128{Hi: math.MaxInt64, Lo: math.MaxUint64} }

// Min returns −2¹²⁷, the smallest Int128 and the only one without a negative.
func Min() Int128 { return Int128{Hi: math.MinInt64} }

// FromInt64 returns v.
func FromInt64(v int64) Int128 { return Int128{Hi: v >> 63, Lo: uint64(v)} }

// FromUint64 returns v.
func FromUint64(v uint64) Int128 { return Int128{Lo: v} }

// FromBig returns v, and false when v is nil or does not fit.
func FromBig(v *big.Int) (Int128, bool) {
	if v == nil || v.BitLen() > 128 {
		return Int128{}, false
	}
	var b [16]byte
	v.FillBytes(b[:])
	m := uint128{hi: binary.BigEndian.Uint64(b[:8]), lo: binary.BigEndian.Uint64(b[8:])}
	return m.signed(signMask(int64(v.Sign())))
}

// Big returns a as a new big.Int.
func (a Int128) Big() *big.Int {
	m := a.abs()
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], m.hi)
	binary.BigEndian.PutUint64(b[8:], m.lo)
	v := new(big.Int).SetBytes(b[:])
	if a.Hi < 0 {
		v.Neg(v)
	}
	return v
}

// Int64 returns a as an int64, and false when it does not fit.
func (a Int128) Int64() (int64, bool) {
	return int64(a.Lo), a.Hi == int64(a.Lo)>>63
}

// Float64 returns the float64 nearest to a, ties to even. It is for displays
// and statistics only: nothing that is billed may pass through it.
func (a Int128) Float64() float64 {
	m := a.abs()
	f := float64(m.lo)
	if m.hi != 0 {
		n := bits.LeadingZeros64(m.hi)
		m = m.shl(uint(n))
		if m.lo != 0 {
			// The bits below the upper word can only decide a tie: one sticky
			// bit stands for all of them, so the value is rounded once.
			m.hi |= 1
		}
		f = math.Ldexp(float64(m.hi), 64-n)
	}
	if a.Hi < 0 {
		return -f
	}
	return f
}

// Add returns a + b.
func (a Int128) Add(b Int128) (Int128, bool) {
	lo, carry := bits.Add64(a.Lo, b.Lo, 0)
	sum, _ := bits.Add64(uint64(a.Hi), uint64(b.Hi), carry)
	hi := int64(sum)
	// It overflows when both operands have the sign that the sum lacks.
	return Int128{hi, lo}, (a.Hi^hi)&(b.Hi^hi) >= 0
}

// Sub returns a − b.
func (a Int128) Sub(b Int128) (Int128, bool) {
	lo, borrow := bits.Sub64(a.Lo, b.Lo, 0)
	diff, _ := bits.Sub64(uint64(a.Hi), uint64(b.Hi), borrow)
	hi := int64(diff)
	return Int128{hi, lo}, (a.Hi^b.Hi)&(a.Hi^hi) >= 0
}

// Neg returns −a. Only [Min] has none.
func (a Int128) Neg() (Int128, bool) {
	return Int128{}.Sub(a)
}

// Mul returns a · b.
func (a Int128) Mul(b Int128) (Int128, bool) {
	x, y := a.abs(), b.abs()
	if y.hi != 0 {
		x, y = y, x
	}
	if y.hi != 0 {
		return Int128{}, false // both are 2⁶⁴ or more
	}
	m, fits := x.mulAdd(y.lo, 0)
	v, ok := m.signed(signMask(a.Hi ^ b.Hi))
	return v, ok && fits
}

// MulInt64 returns a · b.
func (a Int128) MulInt64(b int64) (Int128, bool) {
	sign := signMask(b)
	x, y := a.abs(), (uint64(b)^sign)-sign
	m, fits := x.mulAdd(y, 0)
	v, ok := m.signed(sign ^ signMask(a.Hi))
	return v, ok && fits
}

// MulWide returns a · b, which always fits.
func (a Int128) MulWide(b Int128) Int256 {
	v, _ := a.abs().mul(b.abs()).signed(signMask(a.Hi ^ b.Hi))
	return v
}

// Cmp returns −1, 0 or +1 as a is below, equal to or above b.
func (a Int128) Cmp(b Int128) int {
	switch {
	case a == b:
		return 0
	case a.Less(b):
		return -1
	default:
		return 1
	}
}

// Less reports whether a < b.
func (a Int128) Less(b Int128) bool {
	return a.Hi < b.Hi || a.Hi == b.Hi && a.Lo < b.Lo
}

// Sign returns −1, 0 or +1 as a is below, equal to or above 0.
func (a Int128) Sign() int {
	if a.Hi < 0 {
		return -1
	}
	if uint64(a.Hi)|a.Lo != 0 {
		return 1
	}
	return 0
}

// IsZero reports whether a is 0.
func (a Int128) IsZero() bool { return uint64(a.Hi)|a.Lo == 0 }

// abs returns the magnitude of a. That of Min is 2¹²⁷, which only an unsigned
// type can hold: the reason why products and quotients work on magnitudes.
func (a Int128) abs() uint128 {
	s := signMask(a.Hi)
	lo, borrow := bits.Sub64(a.Lo^s, s, 0)
	hi, _ := bits.Sub64(uint64(a.Hi)^s, s, borrow)
	return uint128{hi, lo}
}
