package csvbatch

import (
	"encoding/binary"
	"math/bits"
)

// Eight bytes of text are looked at as one word, the first byte lowest. A mark
// is the high bit of a byte; of the marks in a word only the lowest is to be
// trusted, for a borrow or carry may run on from there.
const (
	eachByte = 0x01_01_01_01_01_01_01_01
	marks    = 0x80 * eachByte
	zeroes   = '0' * eachByte
)

// word returns the eight bytes of b at i.
func word(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[i:]) }

// nulls marks the first null byte of w: where w is text ^ c*eachByte, the
// first c.
func nulls(w uint64) uint64 { return (w - eachByte) &^ w & marks }

// nonDigits marks the first byte of w above 9: where w is text ^ zeroes, the
// first that is no digit.
func nonDigits(w uint64) uint64 { return (w + 0x76*eachByte | w) & marks }

// before returns how many bytes lie before the lowest mark, and the word with
// every bit of theirs set.
func before(m uint64) (n int, mask uint64) {
	return bits.TrailingZeros64(m) >> 3, (m&-m)>>7 - 1
}

// eightDigits returns the number that the bytes of w are the digits of, the
// first byte first: pairs, then fours, then all eight are joined at once.
func eightDigits(w uint64) uint64 {
	const pairs = 0x00_00_00_ff_00_00_00_ff
	w = w*10 + w>>8
	return ((w&pairs)*(1_000_000<<32+100) + (w>>16&pairs)*(10_000<<32+1)) >> 32
}

var tens = [19]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

// digits continues the number v with the digits of b from i on, and returns
// where they end. A number of 20 digits and more is wrong; the caller counts.
func digits(b []byte, i int, v uint64) (uint64, int) {
	for {
		w := word(b, i) ^ zeroes
		m := nonDigits(w)
		if m == 0 {
			v = v*1e8 + eightDigits(w)
			i += 8
			continue
		}
		n, _ := before(m)
		return v*tens[n] + eightDigits(w<<(64-8*n)), i + n
	}
}
