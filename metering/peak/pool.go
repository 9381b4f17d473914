package peak

import (
	"slices"
	"sort"
)

// A pool keeps the levels of the k intervals with the largest ones, and a few
// more that wait to be thrown out together: that costs less than to find the
// smallest for each one that comes. Each interval is in it once, and zeros are
// not.
type pool struct {
	values []int64
	slots  []uint16
	floor  int64 // k intervals have this level or more: what is not above it is out
}

// poolSize returns how many entries a pool of k has room for.
func poolSize(k, intervals int) int {
	if k == 0 {
		return 0
	}
	return min(k+k/4+8, intervals)
}

// add gives an interval a level, unless it has a larger one. again says that
// the interval may be in the pool.
func (p *pool) add(slot uint16, v int64, again bool, k, intervals int) {
	if v <= p.floor {
		return
	}
	if again {
		if i := slices.Index(p.slots, slot); i >= 0 {
			p.values[i] = max(p.values[i], v)
			return
		}
	}
	p.grow(k, intervals)
	p.values, p.slots = append(p.values, v), append(p.slots, slot)
	if n := len(p.values); n > k && n == cap(p.values) {
		p.prune(k)
	}
}

// grow gives a pool its memory, once: what was asked for and what the allocator
// hands out with it, which makes a pool wait longer.
func (p *pool) grow(k, intervals int) {
	if p.values == nil {
		p.values = slices.Grow(p.values, poolSize(k, intervals))
		p.slots = slices.Grow(p.slots, cap(p.values))
	}
}

// prune throws out all but the k largest. Of equal levels it does not matter
// which stay: a rule asks for values, and what comes later is either above
// them all or adds nothing.
func (p *pool) prune(k int) {
	at := len(p.values) - k
	pairs{p.values, p.slots}.partition(at, patience)
	p.floor = p.values[at]
	p.values, p.slots = p.values[:copy(p.values, p.values[at:])], p.slots[:copy(p.slots, p.slots[at:])]
}

// around returns the level at a place, from the largest, which is 1, and the
// one behind it. Zeros are not in the pool: they are what comes behind all.
func (p *pool) around(rank int) (level, next int64) {
	if rank > len(p.values) {
		return 0, 0
	}
	pairs, at := pairs{slices.Clone(p.values), slices.Clone(p.slots)}, len(p.values)-rank
	pairs.partition(at, patience)
	if at > 0 {
		next = slices.Max(pairs.values[:at])
	}
	return pairs.values[at], next
}

// pairs are levels with their intervals, the smaller levels first once sorted.
type pairs struct {
	values []int64
	slots  []uint16
}

func (p pairs) Len() int           { return len(p.values) }
func (p pairs) Less(i, j int) bool { return p.values[i] < p.values[j] }
func (p pairs) Swap(i, j int) {
	p.values[i], p.values[j] = p.values[j], p.values[i]
	p.slots[i], p.slots[j] = p.slots[j], p.slots[i]
}

// patience is how many pivots are tried: twice the doublings to MaxIntervals
// and some, where a pivot that is the median of three leaves half of the rest.
const patience = 40

// partition puts at a place what sorting would, with no larger level before it
// and no smaller one behind (Hoare's selection). Levels that rise as they come
// are the most to do, since each is taken: these are in order then, and the one
// in the place, which is tried as a pivot, is found to be right without a swap.
// Where the input defeats the choice of pivots it sorts, so that no input is
// slow.
func (p pairs) partition(at, patience int) {
	values, slots := p.values, p.slots[:len(p.values)]
	lo, hi := 0, len(values)-1
	for rounds := 0; lo < hi; rounds++ {
		if rounds == patience {
			sort.Sort(pairs{values[lo : hi+1], slots[lo : hi+1]})
			return
		}
		pivot := median(values[lo], values[at], values[hi])
		i, j := lo, hi
		for i <= j {
			for values[i] < pivot {
				i++
			}
			for values[j] > pivot {
				j--
			}
			if i <= j {
				values[i], values[j] = values[j], values[i]
				slots[i], slots[j] = slots[j], slots[i]
				i++
				j--
			}
		}
		switch {
		case at <= j:
			hi = j
		case at >= i:
			lo = i
		default:
			return
		}
	}
}

func median(a, b, c int64) int64 { return max(min(a, b), min(max(a, b), c)) }

// A dayTable keeps the m intervals of each day with the largest levels, the
// largest first. Zeros are places that are not taken.
type dayTable struct {
	values []int64
	slots  []uint16
}

// add gives an interval of a day a level, unless it has a larger one.
func (d *dayTable) add(day int, slot uint16, v int64, again bool, m int) {
	values, slots := d.values[day*m:(day+1)*m], d.slots[day*m:(day+1)*m]
	if v <= values[m-1] {
		return
	}
	at := m - 1 // the place that is given up: the smallest, or the interval's own
	if again {
		for i, s := range slots {
			if s == slot && values[i] > 0 {
				at = i
				break
			}
		}
		if values[at] >= v {
			return
		}
	}
	for at > 0 && values[at-1] < v {
		values[at], slots[at] = values[at-1], slots[at-1]
		at--
	}
	values[at], slots[at] = v, slot
}

// nth returns the level of a day at a place, from 1.
func (d *dayTable) nth(day, rank int, m int) int64 { return d.values[day*m+rank-1] }
