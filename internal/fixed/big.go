package fixed

import (
	"math/big"
	"math/bits"
)

// Where a number outgrows 256 bits, math/big takes over. What is here works in
// integers that are handed in, so that a loop allocates nothing once they have
// grown.

// SetBig sets z to a.
func (a Int128) SetBig(z *big.Int) {
	m := a.abs()
	setWords(z, m.lo, m.hi, 0, 0)
	if a.Hi < 0 {
		z.Neg(z)
	}
}

// SetBig sets z to a.
func (a Int256) SetBig(z *big.Int) {
	m := a.abs()
	setWords(z, m.w0, m.w1, m.w2, m.w3)
	if a.sign() != 0 {
		z.Neg(z)
	}
}

// setWords sets z to the number that has these digits, the least one first.
func setWords(z *big.Int, digits ...uint64) {
	words := z.Bits()[:0]
	for _, d := range digits {
		if words = append(words, big.Word(d)); bits.UintSize == 32 {
			words = append(words, big.Word(d>>32))
		}
	}
	z.SetBits(words) // it drops zeros at the top
}

// QuoBig sets q to num/den, den above 0, rounded by m, which is valid. What is
// in rest is overwritten. The four are different.
func QuoBig(q, rest, num, den *big.Int, m Mode) {
	q.QuoRem(num, den, rest) // towards zero
	sign := rest.Sign()
	if sign == 0 {
		return
	}
	away := m == Up || m == Floor && sign < 0 || m == Ceiling && sign > 0
	if m == HalfEven || m == HalfUp || m == HalfDown {
		half := rest.Lsh(rest, 1).CmpAbs(den)
		away = half > 0 || half == 0 && (m == HalfUp || m == HalfEven && q.Bit(0) == 1)
	}
	if !away {
		return
	}
	rest.SetInt64(int64(sign))
	q.Add(q, rest)
}
