package metering

import "math/bits"

// A divider divides by a constant with a multiplication, exactly for
// dividends below 2^63. After T. Granlund and P. Montgomery, "Division by
// Invariant Integers using Multiplication" (1994), theorem 4.2: with the
// factors of two of d taken out of both, m = ⌈2^(64+l-1) / d⌉ for a d of l bits
// errs by less than d·n/2^(64+l-1), which stays below 1 for n < 2^63.
type divider struct {
	multiplier uint64
	twos       uint8
	shift      uint8
}

// dividerBy returns a divider by d, which is not a power of two.
func dividerBy(d uint64) divider {
	twos := bits.TrailingZeros64(d)
	odd := d >> twos
	l := bits.Len64(odd)
	// 2^(l-1) < odd, so that the quotient has 64 bits.
	q, rest := bits.Div64(1<<(l-1), 0, odd)
	if rest > 0 {
		q++
	}
	return divider{q, uint8(twos), uint8(l - 1)}
}

func (d divider) of(n uint64) uint64 {
	hi, _ := bits.Mul64(n>>(d.twos&63), d.multiplier)
	return hi >> (d.shift & 63)
}
