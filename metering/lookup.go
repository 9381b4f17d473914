package metering

import (
	"math/bits"
	"unsafe"
)

// rare is [index.candidate] for a key that is not plain.
func (x *index) rare(h *keyHash, k *Key) *Series {
	s := x.candidate(h, k, h.rest(k), k.shape())
	if s == nil || !s.isAlso(k) {
		return nil
	}
	return s
}

// candidate returns the series that has the account, meter and SKU of a key, and
// the shape given, if it is the first that the hash leads to. It is one
// function without a call, so that the compiler need not keep anything in
// memory: that and the steps of [index.find] were half of what a lookup takes.
func (x *index) candidate(h *keyHash, k *Key, hash uint64, of shape) *Series {
	la, lm, ls := len(k.Account), len(k.Meter), len(k.SKU)
	var account, meter, sku ends
	if la >= 8 {
		account = ends{first8(string(k.Account)), last8(string(k.Account))}
	} else if la >= 4 {
		account = ends{first4(string(k.Account)), last4(string(k.Account))}
	} else {
		account = tiny(string(k.Account))
	}
	if lm >= 8 {
		meter = ends{first8(string(k.Meter)), last8(string(k.Meter))}
	} else if lm >= 4 {
		meter = ends{first4(string(k.Meter)), last4(string(k.Meter))}
	} else {
		meter = tiny(string(k.Meter))
	}
	if ls >= 8 {
		sku = ends{first8(k.SKU), last8(k.SKU)}
	} else if ls >= 4 {
		sku = ends{first4(k.SKU), last4(k.SKU)}
	} else {
		sku = tiny(k.SKU)
	}
	hash += h.names(account, meter, sku, lengths(la, lm, ls))

	bk := x.directory.Load().segment(hash).bucket(hash)
	equal := bk.equal(tagByte(hash) * eachByte)
	if equal == 0 {
		return nil
	}
	s := bk.slot(equal)
	if s == nil || !s.is(of, account, meter, sku) {
		return nil
	}
	return s
}

// find returns the series of a key, or nil, and the key's hash.
func (x *index) find(h *keyHash, k *Key) (*Series, uint64) {
	account, meter, sku := endsOf(string(k.Account)), endsOf(string(k.Meter)), endsOf(k.SKU)
	hash := h.names(account, meter, sku, lengths(len(k.Account), len(k.Meter), len(k.SKU)))
	shape := k.shape()
	if shape&hasMore != 0 {
		hash += h.rest(k)
	}
	seg := x.directory.Load().segment(hash)
	tag := tagByte(hash) * eachByte
	for b := hash; b < hash+segmentBuckets; b++ {
		bk := seg.bucket(b)
		for equal := bk.equal(tag); equal != 0; equal &= equal - 1 {
			s := bk.slot(equal)
			if s != nil && s.is(shape, account, meter, sku) && (shape&hasMore == 0 || s.isAlso(k)) {
				return s, hash
			}
		}
		if bk.tags.Load() < passed {
			break
		}
	}
	return nil, hash
}

// bucket returns the bucket in which the search for a hash begins.
// Neither it nor slot asks whether there is one.
func (seg *segment) bucket(hash uint64) *bucket {
	return (*bucket)(unsafe.Add(unsafe.Pointer(seg), uintptr(hash%segmentBuckets)*unsafe.Sizeof(bucket{})))
}

// equal returns a number whose lowest bit set is of a tag that is equal to the
// one that all bytes of tag have, if there is one. A higher bit may be wrong,
// which a comparison of keys finds out.
func (bk *bucket) equal(tag uint64) uint64 {
	differ := bk.tags.Load() ^ tag
	return (differ - eachByte) & ^differ & highBits
}

// slot returns the series of the lowest bit of equal, or nil. Its place is
// worked out by hand because the compiler divides by the number of slots to see
// that it is one.
func (bk *bucket) slot(equal uint64) *Series {
	slot := uintptr(bits.TrailingZeros64(equal)) >> 3 * unsafe.Sizeof(bk.slots[0])
	return (*bucket)(unsafe.Add(unsafe.Pointer(bk), slot)).slots[0].Load()
}

// is compares what all keys have; of fields of more than 16 bytes only a part.
func (s *Series) is(of shape, account, meter, sku ends) bool {
	g := s.group
	return uint64(g.shape^of)|(s.account.head^account.head)|(s.account.tail^account.tail)|
		(g.meter.head^meter.head)|(g.meter.tail^meter.tail)|(g.sku.head^sku.head)|(g.sku.tail^sku.tail) == 0
}

// isAlso compares what few keys have: a resource, a region, labels, and fields
// of more than 16 bytes. Shapes are the same, so that what one has both have.
func (s *Series) isAlso(k *Key) bool {
	of := s.group.shape
	return (of&hasResource == 0 || s.named().is(k.Resource)) &&
		(of&hasPlace == 0 || same(s.place.region, k.Region) && s.place.labels == k.Labels) &&
		(of&isLong == 0 || s.owner.path == k.Account && s.group.id == k.Meter && s.group.name == k.SKU)
}

// is reports whether the resource is the one of that name.
func (n *named) is(resource string) bool {
	if len(n.resource) != len(resource) {
		return false
	}
	if uint(len(resource)-8) > 8 {
		return n.resource == resource
	}
	return (n.ends.head^first8(resource))|(n.ends.tail^last8(resource)) == 0
}

// same compares strings, those of 8 to 16 bytes by their ends.
func same(a, b string) bool {
	if uint(len(a)-8) > 8 {
		return a == b
	}
	return len(a) == len(b) && (first8(a)^first8(b))|(last8(a)^last8(b)) == 0
}
