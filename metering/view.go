package metering

import "github.com/meterbook/meterbook/internal/fixed"

// A view is what one key used.
type view struct {
	key    Key // what is kept of it
	rank   int // by key; views of one rank are one row
	dim    Dimension
	life   []stretch // what is left of it, by start
	series *Series   // nil for what has none
	next   int64     // the series' next window with usage; maxTime if there is none
	at     int       // where it is in the series' books, most of the time

	// In the piece that is being counted:
	active                bool
	found                 bool
	used, estimated, late fixed.Int256
}

// A stretch is a time that counts for a capacity of a resource. Those of one life
// overlap where the rule of a meter makes them longer than they were.
type stretch struct {
	Period
	grains    fixed.Int128
	estimated bool
}

// add adds a row of a sheet.
func (v *view) add(row *sheetRow, extras []extra) {
	v.found = true
	v.used, _ = v.used.Add(fixed.Wide(row.used)) // 2^128 of them fit in 256 bits
	if row.extra > 0 {
		v.estimated, _ = v.estimated.Add(fixed.Wide(extras[row.extra-1].estimated))
		v.late, _ = v.late.Add(fixed.Wide(extras[row.extra-1].late))
	}
}

// live adds what the life of a resource comes to in a piece of time, from where
// windows are open; pieces come in order of time.
func (v *view) live(piece Period, open int64) {
	i, longer := 0, 0 // those that go on after the piece, moved to the front
	for ; i < len(v.life) && v.life[i].start < piece.end; i++ {
		held := v.life[i]
		if part := held.Intersect(piece).Intersect(Period{open, maxTime}); !part.IsZero() {
			v.found = true
			used := held.grains.MulWide(fixed.FromInt64(part.end - part.start))
			v.used, _ = v.used.Add(used)
			if held.estimated {
				v.estimated, _ = v.estimated.Add(used)
			}
		}
		if held.end > piece.end {
			v.life[longer] = held
			longer++
		}
	}
	copy(v.life[i-longer:i], v.life[:longer])
	v.life = v.life[i-longer:]
}

// seek finds the first window of the series from window from on.
func (v *view) seek(from int64) {
	v.series.mu().Lock()
	defer v.series.mu().Unlock()
	v.series.catchUp()
	v.next = v.series.first(from)
}

// take adds what the series holds of the windows from from up to but not to,
// and moves past them.
func (v *view) take(from, to int64) {
	s := v.series
	s.mu().Lock()
	defer s.mu().Unlock()
	s.catchUp()
	v.next = maxTime
	if s.books != nil {
		v.takeBooks(s.books, from, to)
	}
	s.hotSums(func(w int64, n fixed.Int128) {
		switch {
		case w >= to:
			v.next = min(v.next, w)
		case w >= from:
			v.found = true
			v.used, _ = v.used.Add(fixed.Wide(n))
		}
	})
}

func (v *view) takeBooks(b *books, from, to int64) {
	i := v.at
	// Books that have changed in between are searched again.
	if i >= len(b.used) || b.used[i].window < from || i > 0 && b.used[i-1].window >= from {
		i, _ = b.used.search(from)
	}
	for ; i < len(b.used) && b.used[i].window < to; i++ {
		v.found = true
		v.used, _ = v.used.Add(fixed.Wide(b.used[i].sum))
	}
	if v.at = i; i < len(b.used) {
		v.next = b.used[i].window
	}
	for _, c := range b.estimated.between(from, to) {
		v.estimated, _ = v.estimated.Add(fixed.Wide(c.sum))
	}
	for _, c := range b.late.between(from, to) {
		v.late, _ = v.late.Add(fixed.Wide(c.sum))
	}
}

// first returns the first window at or after from in which the series holds
// anything, or maxTime. The series' lock is held.
func (s *Series) first(from int64) int64 {
	first := int64(maxTime)
	if s.books != nil {
		first = s.books.used.first(from)
	}
	s.hotSums(func(w int64, _ fixed.Int128) {
		if from <= w {
			first = min(first, w)
		}
	})
	return first
}
