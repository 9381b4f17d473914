package journal

import "sort"

// An entry is what memory keeps of an identity: 32 bytes, two in a cache line.
type entry struct {
	id   fingerprint
	body uint64 // digest
	seq  uint64 // of the record, at most maxSequence
}

// A chunk is the unit in which memory for entries is taken, given back and used
// again. The 32 KiB are the largest size that Go's allocator takes from a
// shared span; a day of few entries wastes at most as much.
type chunk [chunkEntries]entry

const (
	chunkShift   = 10
	chunkEntries = 1 << chunkShift
)

// A ref names an entry of an arena by its place.
type ref uint32

// maxRefs is how many entries an arena has room for: ref+1 fits in 32 bits.
const maxRefs = 1<<32 - 1

// An arena holds the entries of each day in order of their sequence, in chunks
// that never move: what has a chunk may read what was in it without a lock.
type arena struct {
	chunks []*chunk
	free   []uint32 // numbers of chunks that no day has
	days   [daySlots]run
	count  int // of entries
}

// A run is the entries of one day.
type run struct {
	chunks []uint32
	count  int    // of entries; all chunks but the last are full
	open   *chunk // the last one, which is to be filled
	first  ref    // of its entries
}

func (a *arena) at(r ref) *entry { return &a.chunks[r>>chunkShift][r%chunkEntries] }

// full reports whether there may be no room for another entry.
func (a *arena) full() bool {
	return len(a.free) == 0 && len(a.chunks) >= maxRefs/chunkEntries
}

// push appends an entry to a day. The arena is not full.
func (a *arena) push(day int32, id fingerprint, body, seq uint64) ref {
	d := &a.days[daySlot(day)]
	in := d.count % chunkEntries
	if in == 0 {
		a.extend(d)
	}
	e := &d.open[in]
	e.id, e.body, e.seq = id, body, seq
	d.count++
	a.count++
	return d.first + ref(in)
}

// extend gives a day another chunk.
func (a *arena) extend(d *run) {
	number := a.take()
	d.chunks = append(d.chunks, number)
	d.open, d.first = a.chunks[number], ref(number)<<chunkShift
}

// take returns the number of a chunk that no day has.
func (a *arena) take() uint32 {
	if n := len(a.free); n > 0 {
		number := a.free[n-1]
		a.free = a.free[:n-1]
		return number
	}
	a.chunks = append(a.chunks, new(chunk))
	return uint32(len(a.chunks) - 1)
}

// keep takes a chunk for a day to come.
func (a *arena) keep(c *chunk) {
	if len(a.chunks) < maxRefs/chunkEntries {
		a.free = append(a.free, uint32(len(a.chunks)))
		a.chunks = append(a.chunks, c)
	}
}

// last returns the last entry of a day, or nil.
func (a *arena) last(slot int) *entry {
	d := &a.days[slot]
	if d.count == 0 {
		return nil
	}
	return &a.chunks[d.chunks[len(d.chunks)-1]][(d.count-1)%chunkEntries]
}

// lastRef returns the place of the last entry of a day that has one.
func (a *arena) lastRef(slot int) ref {
	d := &a.days[slot]
	return ref(d.chunks[len(d.chunks)-1])<<chunkShift | ref((d.count-1)%chunkEntries)
}

// pop removes the last entry of a day that has one.
func (a *arena) pop(slot int) {
	d := &a.days[slot]
	d.count--
	a.count--
	if d.count%chunkEntries == 0 {
		n := len(d.chunks) - 1
		a.free = append(a.free, d.chunks[n])
		d.chunks = d.chunks[:n]
		a.reopen(d)
	}
}

// reopen notes which chunk of a day is the last.
func (a *arena) reopen(d *run) {
	d.open = nil
	if n := len(d.chunks); n > 0 {
		d.open, d.first = a.chunks[d.chunks[n-1]], ref(d.chunks[n-1])<<chunkShift
	}
}

// upTo returns how many of a day's entries have a sequence of at most seq.
func (a *arena) upTo(slot int, seq uint64) int {
	d := &a.days[slot]
	return sort.Search(d.count, func(i int) bool {
		return a.chunks[d.chunks[i/chunkEntries]][i%chunkEntries].seq > seq
	})
}

// A view is the first entries of a day, as they were: it can be read without a
// lock until their chunks are released.
type view struct {
	day    int32
	chunks []*chunk
	count  int
}

func (v *view) at(i int) *entry { return &v.chunks[i/chunkEntries][i%chunkEntries] }

// after returns how many of the entries have a sequence of at most seq.
func (v *view) after(seq uint64) int {
	return sort.Search(v.count, func(i int) bool { return v.at(i).seq > seq })
}

// view returns a day's entries with a sequence of at most seq.
func (a *arena) view(day int32, seq uint64) view {
	slot := daySlot(day)
	v := view{day: day, count: a.upTo(slot, seq)}
	for _, number := range a.days[slot].chunks[:(v.count+chunkEntries-1)/chunkEntries] {
		v.chunks = append(v.chunks, a.chunks[number])
	}
	return v
}

// release takes the first n chunks from a day, once nothing refers to them.
func (a *arena) release(slot, n int) {
	d := &a.days[slot]
	entries := min(n*chunkEntries, d.count)
	a.free = append(a.free, d.chunks[:n]...)
	d.chunks = append([]uint32(nil), d.chunks[n:]...)
	d.count -= entries
	a.count -= entries
	a.reopen(d)
}
