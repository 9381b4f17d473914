package metering

import (
	"cmp"
	"slices"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A cell is the sum of one window.
type cell struct {
	window int64 // its start, in Unix nanoseconds
	sum    fixed.Int128
}

// windows holds a sum for each window in which something was counted, in order
// of time.
type windows []cell

// at returns the cell of window w, making it when it is new. Usage mostly
// arrives in order of time, so the last cell is tried first. The pointer is
// good until the next call.
func (ws *windows) at(w int64) *cell {
	last := len(*ws) - 1
	if last >= 0 && (*ws)[last].window == w {
		return &(*ws)[last]
	}
	if last < 0 || (*ws)[last].window < w {
		*ws = append(*ws, cell{window: w})
		return &(*ws)[last+1]
	}
	i, found := ws.search(w)
	if !found {
		*ws = slices.Insert(*ws, i, cell{window: w})
	}
	return &(*ws)[i]
}

// get returns the sum of window w, 0 where nothing was counted.
func (ws windows) get(w int64) fixed.Int128 {
	if last := len(ws) - 1; last < 0 || ws[last].window < w {
		return fixed.Int128{}
	} else if ws[last].window == w {
		return ws[last].sum
	}
	if i, found := ws.search(w); found {
		return ws[i].sum
	}
	return fixed.Int128{}
}

// search returns the index of the first cell at or after w, and whether it is
// at w.
func (ws windows) search(w int64) (int, bool) {
	return slices.BinarySearchFunc(ws, w, func(c cell, w int64) int { return cmp.Compare(c.window, w) })
}

// fits reports whether the sums of other can be added without overflow, and
// else the first window that cannot.
func (ws windows) fits(other windows) (window int64, ok bool) {
	for _, c := range other {
		if _, ok := ws.get(c.window).Add(c.sum); !ok {
			return c.window, false
		}
	}
	return 0, true
}

// add adds the sums of other, which fit.
func (ws *windows) add(other windows) {
	for _, c := range other {
		at := ws.at(c.window)
		at.sum, _ = at.sum.Add(c.sum)
	}
}

// sum returns the sum of the cells from index i that begin before end, and the
// index of the first that does not. It cannot overflow.
func (ws windows) sum(i int, end int64) (sum fixed.Int256, next int) {
	for ; i < len(ws) && ws[i].window < end; i++ {
		sum, _ = sum.Add(fixed.Wide(ws[i].sum))
	}
	return sum, i
}
