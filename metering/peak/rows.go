package peak

import (
	"runtime"
	"sync"
)

// rows wait to be taken in by lines.
type rows struct {
	of     *Lines
	n      int       // rows that wait
	stride int       // from the level of a line to the next one of it
	levels []int64   // row after row
	runs   []rowsRun // all rows, in the order in which they came
}

// A rowsRun is rows of consecutive intervals of one day.
type rowsRun struct {
	from, end int // rows
	slot, day int // the interval of the first, and its day
}

// waiting is how many rows wait at most. Twice as many save a tenth of the time,
// and would take 10,000 lines above 100 MB.
const waiting = 64

// share is how many lines are worth a goroutine.
const share = 256

func (w *rows) add(slot, day int, grains []int64) {
	if w.levels == nil {
		// An odd number of cache lines: a power of two would put all levels of a
		// line in the same few places of the cache.
		w.stride = 8 * ((len(grains)+7)/8 | 1)
		w.levels = make([]int64, waiting*w.stride)
	}
	copy(w.levels[w.n*w.stride:], grains)
	last := len(w.runs) - 1
	if last >= 0 && w.runs[last].day == day && w.runs[last].next() == slot {
		w.runs[last].end++
	} else {
		w.runs = append(w.runs, rowsRun{w.n, w.n + 1, slot, day})
	}
	if w.n++; w.n == waiting {
		w.flush()
	}
}

func (r rowsRun) next() int { return r.slot + r.end - r.from }

// flush gives all lines the rows that wait. Lines share nothing but the rows,
// which nobody changes meanwhile, so each goroutine has its part of them.
func (w *rows) flush() {
	lines := w.of.lines
	each := max((len(lines)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0), share)
	var rest sync.WaitGroup
	for len(lines) > each {
		part := lines[:each]
		lines = lines[each:]
		rest.Go(func() { w.give(part) })
	}
	w.give(lines)
	rest.Wait()
	w.n, w.runs = 0, w.runs[:0]
}

// give makes lines take all that waits, and be ready for the rows to come.
func (w *rows) give(lines []Line) {
	for i := range lines {
		lines[i].settle()
		lines[i].taken = 0
	}
}

// settle takes in the rows that wait for a line and were not taken in before.
func (l *Line) settle() {
	w := l.rows
	if w == nil || int(l.taken) == w.n {
		return
	}
	var column [waiting]int64
	for _, r := range w.runs {
		if r.end <= int(l.taken) {
			continue
		}
		from := max(r.from, int(l.taken))
		levels := column[:r.end-from]
		at, gaps := from*w.stride+int(l.index), int64(0)
		for i := range levels {
			levels[i] = w.levels[at]
			gaps |= levels[i]
			at += w.stride
		}
		if slot := r.slot + from - r.from; gaps < 0 {
			l.addGapped(r.day, slot, levels)
		} else {
			l.addRun(r.day, slot, levels)
		}
	}
	l.taken = int32(w.n)
}

// addGapped takes the runs between the intervals without a sample.
func (l *Line) addGapped(day, slot int, levels []int64) {
	from := 0
	for i, v := range levels {
		if v == NoSample {
			if from < i {
				l.addRun(day, slot+from, levels[from:i])
			}
			from = i + 1
		}
	}
	if from < len(levels) {
		l.addRun(day, slot+from, levels[from:])
	}
}
