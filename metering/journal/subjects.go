package journal

import (
	"math/bits"
	"sync/atomic"

	"github.com/meterbook/meterbook/metering"
)

// subjects are those that were met lately, for all who append. Looking one up takes
// no lock.
type subjects struct {
	secret *secret
	// places are by hash, each subject in one of the first from its home on. What has
	// no room takes that of another: a subject that was pushed out is made anew.
	places [placeCount]atomic.Pointer[subject]
	bytes  atomic.Int64 // of what was put there
	made   atomic.Uint64
}

const (
	placeBits   = 14
	placeCount  = 1 << placeBits
	placeProbes = 8
	nowhere     = placeCount // the place of what is not kept
	// maxSubjectBytes bounds the texts of one that is kept, and maxSubjectsBytes those
	// of all: then all are forgotten.
	maxSubjectBytes  = 64 << 10
	maxSubjectsBytes = 32 << 20
)

// find returns the subject of an event, whose items are given in order, or nil.
func (all *subjects) find(e *metering.Event, items []metering.Item) *subject {
	hash := hashOf(e)
	for i := range uint32(placeProbes) {
		one := all.places[(hash>>(32-placeBits)+i)%placeCount].Load()
		if one == nil {
			return nil
		}
		if one.hash == hash && one.is(e, items) {
			return one
		}
	}
	return nil
}

// add makes the subject of an event, which is valid, and keeps it.
func (all *subjects) add(e *metering.Event, items []metering.Item) *subject {
	one := all.secret.subjectOf(e, items)
	one.hash, one.place, one.serial = hashOf(e), nowhere, all.made.Add(1)
	if len(one.raw()) > maxSubjectBytes {
		return one
	}
	if all.bytes.Add(int64(len(one.raw())+subjectBytes)) > maxSubjectsBytes {
		all.bytes.Store(0)
		for i := range all.places {
			all.places[i].Store(nil)
		}
	}
	first := one.hash >> (32 - placeBits)
	for i := range uint32(placeProbes) {
		one.place = (first + i) % placeCount
		if all.places[one.place].CompareAndSwap(nil, one) {
			return one
		}
	}
	one.place = first
	all.places[first].Store(one)
	return one
}

// subjectBytes is about what a subject takes besides its texts.
const subjectBytes = 256

// hashOf is a cheap hash of where subjects differ most: the ends of their texts.
func hashOf(e *metering.Event) uint32 {
	a, b := endOf(string(e.Account)), endOf(e.Resource)^uint64(e.Kind)
	c, d := endOf(e.Region)^bits.RotateLeft64(endOf(e.Source), 29), uint64(0)
	if len(e.Items) > 0 {
		it := &e.Items[0]
		d = endOf(it.SKU) ^ bits.RotateLeft64(endOf(string(it.Meter)), 31)
	}
	h := fold(a^0x9e3779b97f4a7c15, d^0xe7037ed1a0b428db) ^ fold(b^0x8ebc6af09c88c6e3, c^0x589965cc75374cc3)
	return uint32(h * 0x9e3779b97f4a7c15 >> 32)
}

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// endOf returns the last eight bytes of a text, and its length.
func endOf(s string) uint64 {
	n := len(s)
	switch {
	case n >= 8:
		return wordOf(s[n-8:]) + uint64(n)
	case n >= 4:
		_ = s[3]
		head := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
		s = s[n-4:]
		_ = s[3]
		return head | (uint64(s[0])|uint64(s[1])<<8|uint64(s[2])<<16|uint64(s[3])<<24)<<32 + uint64(n)
	case n > 0:
		return uint64(s[0]) | uint64(s[n/2])<<8 | uint64(s[n-1])<<16 | uint64(n)<<56
	}
	return 0
}
