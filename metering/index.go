package metering

import (
	"iter"
	"sync/atomic"
	"unsafe"
)

// An index finds the series of a key by extendible hashing: the leading bits of
// a hash choose an entry of the directory, which is a segment, and the trailing
// bits a bucket of that. A segment that is full becomes two; the directory
// doubles when a segment has used all of its bits. So growing moves a few
// hundred series at a time, and looking up takes two loads that wait for each
// other before a series is there.
//
// Looking up takes no lock and writes nothing, so that processors share its
// lines; whoever changes it holds the aggregator's lock for writing. Fagin,
// Nievergelt, Pippenger, Strong: "Extendible hashing" (1979).
type index struct {
	directory atomic.Pointer[directory]
	count     int
}

// A directory has 2^n entries, two at least, and shift is 64 - n. Its size never
// changes.
type directory struct {
	shift   uint8
	entries []atomic.Pointer[segment]
}

const (
	segmentBuckets = 64
	bucketSlots    = 7
	segmentSeries  = segmentBuckets * bucketSlots * 3 / 4 // when it is full
)

type segment struct {
	buckets [segmentBuckets]bucket
	depth   uint8 // how many leading bits its series have in common
	count   uint16
}

// A bucket is one cache line: the tags of seven series, of 8 bits each, and
// where they are. A tag is 0 where there is none. The eighth byte of tags is
// not 0 where a series that belongs here had to go on to the next bucket.
type bucket struct {
	tags  atomic.Uint64
	slots [bucketSlots]atomic.Pointer[Series]
}

const (
	eachByte = 0x0101010101010101
	highBits = 0x0080808080808080 // of the seven tags
	passed   = 1 << 56
)

// bucketOf and tagByte are of trailing bits, which the directory comes to last.
func bucketOf(hash uint64) uint64 { return hash % segmentBuckets }

func tagByte(hash uint64) uint64 { return hash>>6&0xff | 1 }

// begin makes an index of the zero one, which must not be used.
func (x *index) begin() {
	d := &directory{shift: 63, entries: make([]atomic.Pointer[segment], 2)}
	only := new(segment)
	for i := range d.entries {
		d.entries[i].Store(only)
	}
	x.directory.Store(d)
}

// segment returns the segment of a hash. Its place is worked out by hand because
// the compiler does not know that it is one.
func (d *directory) segment(hash uint64) *segment {
	first := unsafe.Pointer(unsafe.SliceData(d.entries))
	return (*atomic.Pointer[segment])(unsafe.Add(first, uintptr(hash>>(d.shift&63))*unsafe.Sizeof(d.entries[0]))).Load()
}

// insert puts in the series of a hash, whose key is not there.
func (x *index) insert(hash uint64, s *Series, h *keyHash) {
	seg := x.directory.Load().segment(hash)
	for seg.count >= segmentSeries {
		x.split(seg, hash, h)
		seg = x.directory.Load().segment(hash)
	}
	seg.insert(hash, s)
	x.count++
}

// remove takes out a series.
func (x *index) remove(hash uint64, s *Series) {
	seg := x.directory.Load().segment(hash)
	for i := range seg.buckets {
		bk := &seg.buckets[(int(bucketOf(hash))+i)%segmentBuckets]
		for j := range bk.slots {
			if bk.slots[j].Load() == s {
				bk.tags.Store(bk.tags.Load() &^ (0xff << (8 * j)))
				bk.slots[j].Store(nil)
				seg.count--
				x.count--
				return
			}
		}
	}
}

// split makes two of a segment. Readers go on in the old one, which keeps its
// series; what they do not find there they look up again with the lock held.
func (x *index) split(old *segment, hash uint64, h *keyHash) {
	d := x.directory.Load()
	if int(old.depth) == 64-int(d.shift) {
		d = d.doubled()
		x.directory.Store(d)
	}
	halves := [2]*segment{{depth: old.depth + 1}, {depth: old.depth + 1}}
	old.each(func(s *Series) bool {
		key := s.Key()
		_, hash := x.find(h, &key)
		halves[hash>>(63-old.depth)&1].insert(hash, s)
		return true
	})
	// The entries of the old segment are those that begin as the hash does.
	run := len(d.entries) >> old.depth
	first := int(hash>>(d.shift&63)) & (len(d.entries) - 1) &^ (run - 1)
	for i := range run {
		d.entries[first+i].Store(halves[i*2/run])
	}
}

// doubled returns a directory of twice the size with the same segments.
func (d *directory) doubled() *directory {
	twice := &directory{shift: d.shift - 1, entries: make([]atomic.Pointer[segment], 2*len(d.entries))}
	for i := range twice.entries {
		twice.entries[i].Store(d.entries[i/2].Load())
	}
	return twice
}

// insert takes the first slot that is free. The series is in its slot before
// its tag is shown, and a bucket says that it was passed before anything is
// put beyond it.
func (seg *segment) insert(hash uint64, s *Series) {
	seg.count++
	for b := bucketOf(hash); ; b++ {
		bk := &seg.buckets[b%segmentBuckets]
		tags := bk.tags.Load()
		for i := range bucketSlots {
			if tags>>(8*i)&0xff == 0 {
				bk.slots[i].Store(s)
				bk.tags.Store(tags | tagByte(hash)<<(8*i))
				return
			}
		}
		bk.tags.Store(tags | passed)
	}
}

func (seg *segment) each(yield func(*Series) bool) bool {
	for i := range seg.buckets {
		for j := range seg.buckets[i].slots {
			if s := seg.buckets[i].slots[j].Load(); s != nil && !yield(s) {
				return false
			}
		}
	}
	return true
}

// all yields every series, in no order. The aggregator's lock is held.
func (x *index) all() iter.Seq[*Series] {
	return func(yield func(*Series) bool) {
		for hash, more := uint64(0), true; more; {
			var seg *segment
			seg, hash, more = x.next(hash)
			if !seg.each(yield) {
				return
			}
		}
	}
}

// next returns the segment that a hash belongs to and the first hash that
// belongs to the one after it, if there is one. Walking so while the index
// grows between two steps visits each series that was there once.
func (x *index) next(hash uint64) (seg *segment, after uint64, more bool) {
	seg = x.directory.Load().segment(hash)
	if seg.depth == 0 {
		return seg, 0, false
	}
	width := uint64(1) << (64 - seg.depth)
	after = hash&^(width-1) + width
	return seg, after, after != 0
}
