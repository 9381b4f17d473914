package metering

import (
	"iter"
	"math/bits"
	"sync/atomic"
)

// An index finds the series of a key. Looking up takes no lock and writes
// nothing, so that processors share its lines; whoever changes it holds the
// aggregator's lock for writing.
//
// It is cut into shards, so that growing one moves few series at a time.
type index struct {
	shards [1 << shardBits]shard
	count  int
}

const shardBits = 6

type shard struct {
	table atomic.Pointer[table]
	count int
	_     [48]byte // no two shards on one cache line
}

// A table is a hash table of buckets. Its size never changes: a larger one
// takes its place.
type table struct {
	mask    uint64 // number of buckets - 1, which is a power of two
	buckets []bucket
}

const bucketSlots = 7

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

// locate says where a hash begins to be looked for: shard, bucket and tag are
// of bits that do not overlap up to 2^50 buckets.
func locate(hash uint64) (shard int, bucket uint64, tag uint64) {
	return int(hash >> (64 - shardBits)), hash, hash>>(64-shardBits-8)&0xff | 1
}

// find returns the series of a key, or nil.
func (x *index) find(hash uint64, key *Key) *Series {
	sh, b, tag := locate(hash)
	t := x.shards[sh].table.Load()
	if t == nil {
		return nil
	}
	for probes := t.mask; ; probes-- {
		bk := &t.buckets[b&t.mask]
		tags := bk.tags.Load()
		differ := tags ^ tag*eachByte
		// The lowest bit set is of a tag that is equal; a higher one may be wrong,
		// which the comparison finds out.
		for equal := (differ - eachByte) & ^differ & highBits; equal != 0; equal &= equal - 1 {
			if s := bk.slots[bits.TrailingZeros64(equal)>>3].Load(); s != nil && s.has(key) {
				return s
			}
		}
		if tags < passed || probes == 0 {
			return nil
		}
		b++
	}
}

// insert puts in the series of a key that is not there.
func (x *index) insert(hash uint64, s *Series, h *keyHash) {
	n, b, tag := locate(hash)
	sh := &x.shards[n]
	t := sh.table.Load()
	if t == nil {
		t = newTable(1)
		sh.table.Store(t)
	} else if sh.count >= len(t.buckets)*bucketSlots*3/4 {
		t = t.doubled(h)
		sh.table.Store(t)
	}
	t.insert(b, tag, s)
	sh.count++
	x.count++
}

// remove takes out a series.
func (x *index) remove(hash uint64, s *Series) {
	n, b, _ := locate(hash)
	sh := &x.shards[n]
	t := sh.table.Load()
	for range len(t.buckets) {
		bk := &t.buckets[b&t.mask]
		for i := range bk.slots {
			if bk.slots[i].Load() == s {
				bk.tags.Store(bk.tags.Load() &^ (0xff << (8 * i)))
				bk.slots[i].Store(nil)
				sh.count--
				x.count--
				return
			}
		}
		b++
	}
}

// all yields every series, in no order.
func (x *index) all() iter.Seq[*Series] {
	return func(yield func(*Series) bool) {
		for i := range x.shards {
			if t := x.shards[i].table.Load(); t != nil && !t.each(yield) {
				return
			}
		}
	}
}

func newTable(buckets int) *table {
	return &table{mask: uint64(buckets - 1), buckets: make([]bucket, buckets)}
}

func (t *table) each(yield func(*Series) bool) bool {
	for i := range t.buckets {
		for j := range t.buckets[i].slots {
			if s := t.buckets[i].slots[j].Load(); s != nil && !yield(s) {
				return false
			}
		}
	}
	return true
}

// insert takes the first slot that is free. The series is in its slot before
// its tag is shown, and a bucket says that it was passed before anything is
// put beyond it.
func (t *table) insert(b, tag uint64, s *Series) {
	for ; ; b++ {
		bk := &t.buckets[b&t.mask]
		tags := bk.tags.Load()
		for i := range bucketSlots {
			if tags>>(8*i)&0xff == 0 {
				bk.slots[i].Store(s)
				bk.tags.Store(tags | tag<<(8*i))
				return
			}
		}
		bk.tags.Store(tags | passed)
	}
}

// doubled returns a table of twice the size with the same series. Readers go
// on in the old one meanwhile, and what they do not find there they look up
// again with the lock held.
func (t *table) doubled(h *keyHash) *table {
	twice := newTable(2 * len(t.buckets))
	t.each(func(s *Series) bool {
		key := s.Key()
		_, b, tag := locate(h.of(&key))
		twice.insert(b, tag, s)
		return true
	})
	return twice
}
