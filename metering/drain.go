package metering

import (
	"fmt"
	"iter"
)

// Drain takes out everything that was added, open windows included, and yields
// it by window and key, a row for each, in that order. What is added meanwhile
// is in it or still there: nothing is lost and nothing is in both. Series, their
// handles and the watermark stay. It is for an aggregator that gathers for
// another, such as between checkpoints.
//
// It fails, and takes nothing, with [ErrState] where windows are archived or
// lives of resources were recorded, which are known as a whole only. It visits
// every series.
func (a *Aggregator) Drain() (iter.Seq[Usage], error) {
	a.sealing.Lock()
	defer a.sealing.Unlock()
	a.mu.RLock()
	lives := len(a.timelines)
	a.mu.RUnlock()
	if a.archive != nil || lives > 0 {
		return nil, fmt.Errorf("%w: drain of archived windows or lives of resources", ErrState)
	}
	var entries []sheetEntry
	a.sweep(func(s *Series) {
		if b := s.takeAll(); len(b.used) > 0 {
			entries = append(entries, sheetEntry{s.Key(), s.group.dim, b})
		}
	})
	parts := a.parts
	a.parts = nil
	if taken, err := newSheet(a.width, entries); err == nil {
		parts = append(parts, &part{sheet: taken})
	} else { // only the rows of one key join, and those of one series do not
		a.parts = parts
		return nil, err
	}
	return func(yield func(Usage) bool) {
		for _, p := range parts {
			for w, r := range p.sheet.between(0, maxTime) {
				if !yield(p.sheet.usage(w, r, a.width)) {
					return
				}
			}
		}
	}, nil
}

// takeAll removes and returns all that the series holds; its lock is held.
func (s *Series) takeAll() books {
	s.catchUp()
	for words := range s.allWords() {
		for i := range words {
			s.book(words[i].Swap(0), i)
		}
	}
	if now, ok := s.group.agg.now.Load().window(); ok {
		s.takeRuns(now, 0)
	}
	if s.books == nil {
		return books{}
	}
	b := *s.books
	s.books = nil
	return b
}

// usage returns a row as what a query yields.
func (s *sheet) usage(w int64, r *sheetRow, width int64) Usage {
	x, dim := s.extra(*r), s.dims[r.key]
	return Usage{Key: s.keys[r.key], Period: Period{w * width, (w + 1) * width}, Quantity: Quantity{r.used, dim},
		Estimated: Quantity{x.estimated, dim}, Late: Quantity{x.late, dim}}
}
