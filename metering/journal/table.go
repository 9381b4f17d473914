package journal

import "unsafe"

// A table finds entries of an arena by their fingerprints. It is cut into 256
// shards by the leading byte, each an array of buckets of 8 slots, one cache
// line. An entry is in the first bucket with room from its home on, which its
// tag gives: buckets are found, and moved when a shard grows, without looking at
// entries.
//
// A shard doubles when 8 in 10 slots are taken, and the shards do so one after the
// other, not all at one size: between four and eight tenths of the slots are in use
// at all times, which is 10 to 20 bytes an entry, and 14 to 15 on the mean. What one
// insertion moves is one shard, 1/256 of the table: 0.2 ms of a table of 10 million.
type table struct {
	arena   arena
	shards  [shardCount]shard
	grown   int     // counts shards that were given another size
	scratch []slot  // of the shard that is being arranged anew
	spare   []*page // that no shard has
}

const (
	shardCount  = 256
	bucketSlots = 8
	pageBuckets = 64
)

// A slot is a tag, 32 bits of the fingerprint after those that choose the shard,
// before the entry's place plus one; 0 is a free slot. Its tag tells a slot from
// others of its bucket but for one time in millions, and then the entry does.
type slot uint64

// A bucket has its free slots last.
type bucket [bucketSlots]slot

// A page is the unit in which shards take memory and give it back, 4 KiB: what
// one outgrows another can use, and growth leaves no garbage.
type page [pageBuckets]bucket

type shard struct {
	pages []*page
	used  int    // slots
	limit int    // that may be
	step  uint64 // the size, in 1/65536 pages, before it is rounded up to pages
}

func newTable() *table {
	t := new(table)
	for i := range t.shards {
		t.shards[i].step = firstStep(i)
		t.resize(&t.shards[i], firstStep(i))
	}
	return t
}

// firstStep spreads the sizes of shards over one step of growth, from half a page
// to 1.
func firstStep(i int) uint64 { return 65536 / 2 * (shardCount + uint64(i)) / shardCount }

func pagesOf(step uint64) int { return int((step + 65535) >> 16) }

// grown returns the next step that has more pages.
func grown(step uint64) uint64 {
	pages := pagesOf(step)
	for pagesOf(step) == pages {
		step *= 2
	}
	return step
}

func tagOf(id fingerprint) uint32 { return uint32(id.hi >> 24) }

func makeSlot(tag uint32, r ref) slot { return slot(tag)<<32 | slot(r+1) }

func (s slot) tag() uint32 { return uint32(s >> 32) }

func (s slot) ref() ref { return ref(uint32(s)) - 1 }

func (s *shard) buckets() uint32 { return uint32(len(s.pages)) * pageBuckets }

// limit is how many slots of so many pages may be in use: 8 in 10.
func limit(pages int) int { return pages * pageBuckets * bucketSlots * 8 / 10 }

func (s *shard) home(tag uint32) uint32 {
	return uint32(uint64(tag) * uint64(s.buckets()) >> 32)
}

// bucket returns the b-th bucket. It is found by its offset, because looking whether
// there is a page, as an index into it does, reads another line of the page first.
func (s *shard) bucket(b uint32) *bucket {
	return (*bucket)(unsafe.Add(unsafe.Pointer(s.pages[b/pageBuckets]), b%pageBuckets*uint32(unsafe.Sizeof(bucket{}))))
}

func (t *table) shard(id fingerprint) *shard { return &t.shards[id.hi>>56] }

// touch reads the line where the search for a fingerprint begins. Reads of many
// that do not wait for each other cost a fraction of one after the other.
func (t *table) touch(id fingerprint) slot {
	s := t.shard(id)
	return s.bucket(s.home(tagOf(id)))[bucketSlots-1]
}

// find returns the entry of a fingerprint, or nil and the slot for it, which is
// good until the table changes.
func (t *table) find(id fingerprint) (*entry, *slot) {
	s, tag := t.shard(id), tagOf(id)
	for b := s.home(tag); ; {
		bucket := s.bucket(b)
		for i := range bucket {
			one := bucket[i]
			if one == 0 {
				return nil, &bucket[i]
			}
			if one.tag() == tag {
				if e := t.arena.at(one.ref()); e.id == id {
					return e, nil
				}
			}
		}
		if b++; b == s.buckets() {
			b = 0
		}
	}
}

// enter adds an entry if its line, where the search for it begins, has room and nothing
// like it. Where it does nothing find has to be asked.
func (t *table) enter(line *bucket, day int32, id fingerprint, body, seq uint64) bool {
	tag := tagOf(id)
	for i := range line {
		one := line[i]
		if one == 0 {
			s := t.shard(id)
			if s.used >= s.limit || t.arena.full() {
				return false
			}
			line[i] = makeSlot(tag, t.arena.push(day, id, body, seq))
			s.used++
			return true
		}
		if one.tag() == tag {
			return false
		}
	}
	return false
}

// insert adds an entry whose slot find has given. The arena is not full.
func (t *table) insert(at *slot, day int32, e entry) {
	s := t.shard(e.id)
	one := makeSlot(tagOf(e.id), t.arena.push(day, e.id, e.body, e.seq))
	if s.used < s.limit {
		*at = one
		s.used++
		return
	}
	t.resize(s, grown(s.step))
	s.put(one)
}

// put adds a slot where there is room.
func (s *shard) put(one slot) {
	for b := s.home(one.tag()); ; {
		bucket := s.bucket(b)
		for i := range bucket {
			if bucket[i] == 0 {
				bucket[i] = one
				s.used++
				return
			}
		}
		if b++; b == s.buckets() {
			b = 0
		}
	}
}

// reserve makes room for so many entries in all.
func (t *table) reserve(entries int) {
	for i := range t.shards {
		s := &t.shards[i]
		step := s.step
		for limit(pagesOf(step)) < entries/shardCount {
			step = grown(step)
		}
		if step != s.step {
			t.resize(s, step)
		}
	}
}

// resize gives a shard the size of a step, which has room for what is in it.
func (t *table) resize(s *shard, step uint64) {
	t.grown++
	t.lift(s, func(slot) bool { return true })
	t.refill(s, step)
}

// refill gives an empty shard the size of a step and the slots in scratch.
func (t *table) refill(s *shard, step uint64) {
	pages := pagesOf(step)
	for len(s.pages) < pages {
		s.pages = append(s.pages, t.page())
	}
	for n := len(s.pages) - 1; n >= pages; n-- {
		t.spare = append(t.spare, s.pages[n])
		s.pages[n] = nil
		s.pages = s.pages[:n]
	}
	s.step, s.limit = step, limit(pages)
	// Slots come in order of their homes, but for those that had no room there.
	at, in := uint32(0), 0
	b := s.bucket(0)
	for _, one := range t.scratch {
		if home := s.home(one.tag()); home != at {
			at, in, b = home, 0, s.bucket(home)
		}
		for in < bucketSlots && b[in] != 0 {
			in++
		}
		if in < bucketSlots {
			b[in] = one
			s.used++
		} else {
			s.put(one)
		}
	}
}

// lift moves the slots that are to be kept to scratch and leaves none behind.
func (t *table) lift(s *shard, keep func(slot) bool) {
	t.scratch = t.scratch[:0]
	for _, p := range s.pages {
		for b := range p {
			for _, one := range p[b] {
				if one == 0 {
					break
				}
				if keep(one) {
					t.scratch = append(t.scratch, one)
				}
			}
		}
		*p = page{}
	}
	s.used = 0
}

func (t *table) page() *page {
	if n := len(t.spare); n > 0 {
		p := t.spare[n-1]
		t.spare = t.spare[:n-1]
		return p
	}
	return new(page)
}

// sweep drops the slots of one shard that are not to be kept, and gives back
// pages that it no longer needs.
func (t *table) sweep(i int, keep func(slot) bool) {
	s := &t.shards[i]
	t.lift(s, keep)
	step := s.step
	for step > firstStep(i) && len(t.scratch) <= limit(pagesOf(step/2))*3/4 {
		step = max(step/2, firstStep(i))
	}
	t.refill(s, step)
}

// cut removes the entries with a sequence of at least seq.
func (t *table) cut(seq uint64) (removed int) {
	for d := range t.arena.days {
		for e := t.arena.last(d); e != nil && e.seq >= seq; e = t.arena.last(d) {
			t.shard(e.id).remove(makeSlot(tagOf(e.id), t.arena.lastRef(d)))
			t.arena.pop(d)
			removed++
		}
	}
	return removed
}

// remove takes a slot out, which is there, and closes the gap: a full bucket
// sends searches on, so what was put further on because it was full moves up.
func (s *shard) remove(one slot) {
	n := s.buckets()
	b, i := s.home(one.tag()), 0
search:
	for {
		for i = range bucketSlots {
			if s.bucket(b)[i] == one {
				break search
			}
		}
		if b++; b == n {
			b = 0
		}
	}
	s.used--
	for {
		gap := s.bucket(b)
		last := bucketSlots - 1
		for gap[last] == 0 {
			last--
		}
		gap[i], gap[last] = gap[last], 0
		if last < bucketSlots-1 {
			return
		}
		next, j := s.displaced(b)
		if j < 0 {
			return
		}
		gap[last] = s.bucket(next)[j]
		b, i = next, j
	}
}

// displaced finds a slot that lies beyond a bucket although its home is not.
func (s *shard) displaced(b uint32) (at uint32, i int) {
	n := s.buckets()
	for distance := uint32(1); distance < n; distance++ {
		at = (b + distance) % n
		bucket := s.bucket(at)
		for i, one := range bucket {
			if one == 0 {
				return 0, -1
			}
			if (at+n-s.home(one.tag()))%n >= distance {
				return at, i
			}
		}
	}
	return 0, -1
}
