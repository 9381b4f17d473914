package attribution

import (
	"math/bits"

	"github.com/meterbook/meterbook/internal/fixed"
)

// splitNarrow is [fixed.Split] where the total is below 2⁶³, the sum of the
// weights is too once their common powers of 2 are taken off, and there are up
// to 64 parts: the same parts in less time. A device is such a case nearly
// always, as shares of a card have six powers of 2 in common. It reports false
// where they are not, or where no weight is positive.
func splitNarrow(dst []fixed.Int128, total fixed.Int128, weights []fixed.Int128) ([]fixed.Int128, bool) {
	const most = 64
	if len(weights) > most || total.Hi != 0 || total.Lo>>63 != 0 {
		return dst, false
	}
	low, high := uint64(0), int64(0)
	for i := range weights {
		low, high = low|weights[i].Lo, high|weights[i].Hi
	}
	// Taking a factor off all weights changes no part, and remainders by that
	// same factor.
	shift := uint(bits.TrailingZeros64(low)) & 63
	if high>>shift != 0 || low == 0 {
		return dst, false // too wide, negative or nothing
	}
	var narrow [most]uint64
	sum := uint64(0)
	for i := range weights {
		w := weights[i].Lo>>shift | uint64(weights[i].Hi)<<(64-shift)
		// Each is below 2⁶³, so that the sum of two does not wrap.
		if narrow[i] = w; w>>63 != 0 {
			return dst, false
		}
		if sum += w; sum>>63 != 0 {
			return dst, false
		}
	}
	var rests, sorted [most]uint64
	left, first := total.Lo, len(dst)
	for i := range weights {
		hi, lo := bits.Mul64(total.Lo, narrow[i])
		q, r := bits.Div64(hi, lo, sum) // a weight is at most the sum: hi < sum
		dst = append(dst, fixed.Int128{Lo: q})
		rests[i] = r
		left -= q
	}
	if left == 0 {
		return dst, true
	}
	// left is below the number of parts. Remainders above that of the last one
	// to get a grain get one each, then those that equal it, in order.
	n := len(weights)
	copy(sorted[:n], rests[:n])
	last := largest(sorted[:n], int(left))
	equal := int(left)
	for _, r := range rests[:n] {
		if r > last {
			equal--
		}
	}
	for i, r := range rests[:n] {
		switch {
		case r > last:
		case r == last && equal > 0:
			equal--
		default:
			continue
		}
		dst[first+i].Lo++
	}
	return dst, true
}

// largest returns the k-th largest of a, 1 ≤ k ≤ len(a), and puts a out of
// order: a selection by partitions, which a sort would do far more than.
func largest(a []uint64, k int) uint64 {
	low, high := 0, len(a)-1
	for low < high {
		pivot := a[(low+high)/2]
		i, j := low, high
		for i <= j {
			for a[i] > pivot {
				i++
			}
			for a[j] < pivot {
				j--
			}
			if i <= j {
				a[i], a[j] = a[j], a[i]
				i++
				j--
			}
		}
		// a[low..j] ≥ pivot, a[i..high] ≤ pivot, what is between equals it.
		switch {
		case k-1 <= j:
			high = j
		case k-1 >= i:
			low = i
		default:
			return pivot
		}
	}
	return a[k-1]
}
