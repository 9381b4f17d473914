package metering

import (
	"cmp"
	"slices"

	"github.com/meterbook/meterbook/internal/fixed"
)

// A cell is the sum of one window.
type cell struct {
	window int64 // its number: its start / the width of windows
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

// add adds n, which fits, to window w.
func (ws *windows) add(w int64, n fixed.Int128) {
	c := ws.at(w)
	c.sum, _ = c.sum.Add(n)
}

// between returns the cells from window from up to but not window to.
func (ws windows) between(from, to int64) windows {
	if len(ws) == 0 {
		return nil
	}
	i, _ := ws.search(from)
	j, _ := ws[i:].search(to)
	return ws[i : i+j]
}

// first returns the first window at or after w, or none, which is after all.
func (ws windows) first(w int64) int64 {
	if i, _ := ws.search(w); i < len(ws) {
		return ws[i].window
	}
	return maxTime
}

// takeBefore removes the cells before window w and returns them.
func (ws *windows) takeBefore(w int64) windows {
	i, _ := ws.search(w)
	taken := slices.Clone((*ws)[:i])
	if i == len(*ws) {
		*ws = nil
	} else {
		*ws = slices.Delete(*ws, 0, i)
	}
	return taken
}

// The books of a series are its sums that are not in hot words: of windows
// that are not the two newest, and of amounts and sums of more than 42 bits.
type books struct {
	used      windows
	estimated windows // the estimated part of used, where there is one
	late      windows // the part of used that was counted after its window was sealed
}

// A posting is an amount for one window of one series.
type posting struct {
	window    int64
	n         fixed.Int128
	estimated fixed.Int128 // the estimated part of n
	late      bool
	lane      uintptr // of who adds, as [lanes.mine] tells it; 0 for that of who posts
}

// roomy reports whether sum is so far from the limits of 128 bits that all
// hot words of a series can be added to it: they hold less than 2^69.
func roomy(sum fixed.Int128) bool {
	const limit = 1 << 62
	return -limit < sum.Hi && sum.Hi < limit
}

// fits reports whether p can be posted without overflow.
func (b *books) fits(p posting) bool {
	if b == nil {
		return true
	}
	_, ok1 := b.used.get(p.window).Add(p.n)
	_, ok2 := b.estimated.get(p.window).Add(p.estimated)
	ok3 := true
	if p.late {
		_, ok3 = b.late.get(p.window).Add(p.n)
	}
	return ok1 && ok2 && ok3
}

// post adds what fits.
func (b *books) post(p posting) {
	b.used.add(p.window, p.n)
	if !p.estimated.IsZero() || len(b.estimated) > 0 && !b.estimated.get(p.window).IsZero() {
		b.estimated.add(p.window, p.estimated)
	}
	if p.late {
		b.late.add(p.window, p.n)
	}
}

func (b *books) empty() bool { return b == nil || len(b.used) == 0 }

func (b *books) clone() books {
	if b == nil {
		return books{}
	}
	return books{slices.Clone(b.used), slices.Clone(b.estimated), slices.Clone(b.late)}
}
