package journal

import (
	"math"
	"math/bits"
)

// A sieve says of all files of days together which of them may have a
// fingerprint. For each entry it keeps 14 bits of the fingerprint and 6 of the
// day, in the line of memory where the fingerprint is at home or in the next
// with room. An unknown fingerprint costs one line, and with a chance of 1 in
// 700 one block of one file that then does not have it.
//
// A filter a day would be half as large, at 10 to 12 bits an entry, but an
// unknown fingerprint would be looked for in every one of them: 35 lines instead
// of one, and 35 chances to be wrong, at 12 bits a block read for every sixth
// event. Here the day costs 6 bits, and chances to be wrong do not add up.
type sieve struct {
	shards [shardCount]sieveShard
}

// A sieveShard has the fingerprints of one leading byte.
type sieveShard struct {
	lines []sieveLine
	used  int // lanes
}

// A sieveLine is 24 lanes of 20 bits, three a word: the tag, which is not 0, over
// the day's slot. A lane of 0 is free. The top bit of the first word says that
// something at home here or before is in a later line; it is never taken back
// until the shard is built anew.
type sieveLine [8]uint64

const (
	lanes    = 24
	passedOn = 1 << 63
	laneLow  = 1<<6 | 1<<26 | 1<<46  // the lowest bit of each tag
	laneHigh = laneLow << 13         // the highest
	tagBits  = laneHigh<<1 - laneLow // all of them
	laneMask = 1<<20 - 1
)

func sieveTag(id fingerprint) uint64 { return max(id.lo&(1<<14-1), 1) }

func (s *sieveShard) home(id fingerprint) uint64 {
	line, _ := bits.Mul64(id.hi<<8, uint64(len(s.lines)))
	return line
}

// limit is how many lanes may be in use: 9 in 10.
func (s *sieveShard) limit() int { return len(s.lines) * lanes * 9 / 10 }

// touch reads the line where the search begins, if there is one.
func (v *sieve) touch(id fingerprint) uint64 {
	s := &v.shards[id.hi>>56]
	if len(s.lines) == 0 {
		return 0
	}
	return s.lines[s.home(id)][0]
}

// days returns a bit for the slot of each day whose file may have a fingerprint.
func (v *sieve) days(id fingerprint) (slots uint64) {
	s := &v.shards[id.hi>>56]
	if len(s.lines) == 0 {
		return 0
	}
	tag := sieveTag(id)
	all := tag<<6 | tag<<26 | tag<<46
	for at, n := s.home(id), 0; n < len(s.lines); n++ {
		line := &s.lines[at]
		for _, word := range line {
			x := (word ^ all) & tagBits
			// A borrow runs on only from a lane that is 0, so this misses
			// none; it may add some, which are looked at.
			if hits := (x - laneLow) &^ x & laneHigh; hits != 0 {
				slots |= laneDays(word, tag)
			}
		}
		if line[0]&passedOn == 0 {
			return slots
		}
		if at++; at == uint64(len(s.lines)) {
			at = 0
		}
	}
	return slots
}

func laneDays(word, tag uint64) (slots uint64) {
	for shift := 0; shift < 60; shift += 20 {
		if lane := word >> shift & laneMask; lane>>6 == tag {
			slots |= 1 << (lane & 63)
		}
	}
	return slots
}

// add notes a fingerprint of a day. The shard has room.
func (s *sieveShard) add(id fingerprint, slot int) {
	lane := sieveTag(id)<<6 | uint64(slot)
	for at := s.home(id); ; {
		line := &s.lines[at]
		for i := range line {
			for shift := 0; shift < 60; shift += 20 {
				if line[i]>>shift&laneMask == 0 {
					line[i] |= lane << shift
					s.used++
					return
				}
			}
		}
		line[0] |= passedOn
		if at++; at == uint64(len(s.lines)) {
			at = 0
		}
	}
}

// drop forgets all fingerprints of a day.
func (s *sieveShard) drop(slot int) {
	for l := range s.lines {
		for i, word := range s.lines[l] {
			for shift := 0; shift < 60; shift += 20 {
				if lane := word >> shift & laneMask; lane != 0 && lane&63 == uint64(slot) {
					s.lines[l][i] &^= laneMask << shift
					s.used--
				}
			}
		}
	}
}

// reserve makes an empty sieve with room for so many entries in all, spread as a
// keyed hash spreads them: what a shard has more than its part is less than six
// standard deviations.
func (v *sieve) reserve(entries int) {
	part := entries / shardCount
	for i := range v.shards {
		v.shards[i] = sized(part + 6*int(math.Sqrt(float64(part))) + 32)
	}
}

// sized returns an empty shard with room for so many entries and a tenth more.
func sized(entries int) sieveShard {
	return sieveShard{lines: make([]sieveLine, (entries+entries/10)*10/(lanes*9)+1)}
}
