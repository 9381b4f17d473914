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
	if p.values == nil {
		size := poolSize(k, intervals)
		p.values, p.slots = make([]int64, 0, size), make([]uint16, 0, size)
	}
	p.values, p.slots = append(p.values, v), append(p.slots, slot)
	if n := len(p.values); n > k && n == poolSize(k, intervals) {
		p.prune(k)
	}
}

// prune throws out all but the k largest. Of equal levels it does not matter
// which stay: a rule asks for values, and what comes later is either above
// them all or adds nothing.
func (p *pool) prune(k int) {
	pairs := pairs{p.values, p.slots}
	pairs.partition(k, patience)
	p.values, p.slots = p.values[:k], p.slots[:k]
	p.floor = slices.Min(p.values)
}

// around returns the level at a place, from the largest, which is 1, and the
// one behind it. Zeros are not in the pool: they are what comes behind all.
func (p *pool) around(rank int) (at, next int64) {
	if rank > len(p.values) {
		return 0, 0
	}
	pairs := pairs{slices.Clone(p.values), slices.Clone(p.slots)}
	pairs.partition(rank, patience)
	at = slices.Min(pairs.values[:rank])
	if rest := pairs.values[rank:]; len(rest) > 0 {
		next = slices.Max(rest)
	}
	return at, next
}

// pairs are levels with their intervals, the larger levels first once sorted.
type pairs struct {
	values []int64
	slots  []uint16
}

func (p pairs) Len() int           { return len(p.values) }
func (p pairs) Less(i, j int) bool { return p.values[i] > p.values[j] }
func (p pairs) Swap(i, j int) {
	p.values[i], p.values[j] = p.values[j], p.values[i]
	p.slots[i], p.slots[j] = p.slots[j], p.slots[i]
}

// patience is how many pivots are tried: twice the doublings to MaxIntervals
// and some, where a pivot that is the median of three leaves half of the rest.
const patience = 40

// partition moves the k largest levels to the front (Hoare's selection). Where
// the input defeats the choice of pivots it sorts, so that no input is slow.
func (p pairs) partition(k, patience int) {
	lo, hi := 0, len(p.values)-1
	for rounds := 0; lo < hi; rounds++ {
		if rounds == patience {
			sort.Sort(pairs{p.values[lo : hi+1], p.slots[lo : hi+1]})
			return
		}
		pivot := median(p.values[lo], p.values[(lo+hi)/2], p.values[hi])
		i, j := lo, hi
		for i <= j {
			for p.values[i] > pivot {
				i++
			}
			for p.values[j] < pivot {
				j--
			}
			if i <= j {
				p.Swap(i, j)
				i++
				j--
			}
		}
		switch {
		case k-1 <= j:
			hi = j
		case k-1 >= i:
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
