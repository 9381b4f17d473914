package fixed

import "errors"

var (
	// ErrNoWeight is returned by Split when the weights are empty or all 0.
	ErrNoWeight = errors.New("fixed: no positive weight")
	// ErrNegativeWeight is returned by Split when a weight is below 0.
	ErrNegativeWeight = errors.New("fixed: negative weight")
)

// splitOnStack is the number of weights up to which Split needs no scratch
// from the heap: 32 remainders twice are 1 KiB of stack.
const splitOnStack = 32

// Split places total over weights by the method of largest remainders
// (Hamilton) and appends one part per weight to dst. Each part is
// total·weight/Σweights rounded towards zero; the grains left over, fewer than
// there are weights, go one each to the largest remainders, ties to the lower
// index. So the parts sum to total exactly, each has the sign of total or is
// 0, each is less than one grain from its exact share, and a weight of 0 gets
// nothing. The parts of −total are the parts of total, negated.
//
// It returns ErrNoWeight, ErrNegativeWeight, or ErrOverflow when Σweights does
// not fit in 128 bits; dst is then returned as it came. dst may be weights[:0]
// but must not share memory with weights in any other way.
//
// It takes O(n log n) time at worst and O(n) when few grains are left over. It
// allocates to grow dst, and a scratch above 32 weights.
func Split(dst []Int128, total Int128, weights []Int128) ([]Int128, error) {
	sum, err := sumWeights(weights)
	if err != nil {
		return dst, err
	}
	var stack [2 * splitOnStack]uint128
	scratch := stack[:]
	if len(weights) > splitOnStack {
		scratch = make([]uint128, 2*len(weights))
	}
	rems, heap := scratch[:len(weights)], scratch[len(weights):2*len(weights)]

	sign := signMask(total.Hi)
	mag, left := total.abs(), total.abs()
	first := len(dst)
	for i, w := range weights {
		// A weight is at most the sum, so the part is at most the total: both
		// the quotient and its sign fit.
		q, r, _ := mulDiv(mag, w.abs(), sum)
		part, _ := q.signed(sign)
		dst = append(dst, part)
		rems[i], left = r, left.sub(q)
	}
	if !left.isZero() {
		copy(heap, rems)
		grain := FromInt64(1 | total.Hi>>63)
		placeGrains(dst[first:], grain, int(left.lo), rems, heap)
	}
	return dst, nil
}

// sumWeights returns the sum of the weights, which is positive.
func sumWeights(weights []Int128) (uint128, error) {
	var sum Int128
	for _, w := range weights {
		if w.Hi < 0 {
			return uint128{}, ErrNegativeWeight
		}
		var ok bool
		if sum, ok = sum.Add(w); !ok {
			return uint128{}, ErrOverflow
		}
	}
	if sum.IsZero() {
		return uint128{}, ErrNoWeight
	}
	return sum.abs(), nil
}

// placeGrains adds a grain to each of the n parts with the largest remainders,
// ties to the lower index. The remainders sum to n times the sum of weights
// and each is below that sum, so more than n of them are not 0.
func placeGrains(parts []Int128, grain Int128, n int, rems, heap []uint128) {
	least, ties := nthLargest(heap, n)
	for i, r := range rems {
		switch {
		case least.less(r):
		case r == least && ties > 0:
			ties--
		default:
			continue
		}
		parts[i], _ = parts[i].Add(grain)
	}
}

// nthLargest returns the n-th largest value, and how many of the n largest are
// equal to it. It reorders values. A heap costs O(len + n log len): taking a
// few from many is cheaper than sorting all, and no order of the input is bad.
func nthLargest(values []uint128, n int) (nth uint128, ties int) {
	for i := len(values)/2 - 1; i >= 0; i-- {
		siftDown(values, i)
	}
	for range n {
		if values[0] != nth {
			nth, ties = values[0], 0
		}
		ties++
		last := len(values) - 1
		values[0] = values[last]
		values = values[:last]
		siftDown(values, 0)
	}
	return nth, ties
}

// siftDown restores the order of a heap, largest first, below index i.
func siftDown(heap []uint128, i int) {
	for {
		child := 2*i + 1
		if child >= len(heap) {
			return
		}
		if right := child + 1; right < len(heap) && heap[child].less(heap[right]) {
			child = right
		}
		if !heap[i].less(heap[child]) {
			return
		}
		heap[i], heap[child] = heap[child], heap[i]
		i = child
	}
}
