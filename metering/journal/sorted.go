package journal

import (
	"errors"
	"fmt"
	"slices"
	"sort"

	"github.com/meterbook/meterbook/internal/segment"
)

// A sorted is the file of a day: its entries in order of their fingerprints,
// complete up to a sequence. In memory it takes 8 bytes a block, half a bit an
// entry, so that a search reads one block.
type sorted struct {
	*blockReader
	day     int32
	through uint64
	first   []uint64 // the leading half of the first fingerprint of each block
	buf     []byte
}

// openSorted opens the file of a day, reads all of it and calls do with each
// fingerprint, which says false where it cannot be. A *damageError says that it is not a whole file of that day.
func openSorted(files segment.Files, day int32, owner [16]byte, do func(fingerprint) bool) (*sorted, error) {
	r, err := openBlocks(files, fileOfDay(day), dayFile, owner)
	if err != nil {
		return nil, err
	}
	s := &sorted{blockReader: r, day: day, through: r.header.through, buf: make([]byte, blockBytes)}
	if err := s.load(do); err != nil {
		return nil, errors.Join(err, r.file.Close())
	}
	return s, nil
}

func (s *sorted) load(do func(fingerprint) bool) error {
	h := &s.header
	if len(h.days) != 1 || h.days[0] != (dayThrough{s.day, h.through}) {
		return s.damage(0, "of another day")
	}
	var last fingerprint
	var count uint64
	s.first = make([]uint64, 0, h.blocks) // the file is as long as its header says
	err := s.each(1, h.blocks+1, func(number uint64, day int32, entries []byte) error {
		if day != s.day {
			return s.damage(number, "a block of another day")
		}
		for ; len(entries) > 0; entries = entries[entryBytes:] {
			e := getEntry(entries)
			if count > 0 && !last.less(e.id) {
				return s.damage(number, "entries are not in order")
			}
			if e.seq > s.through {
				return s.damage(number, "an entry after what the file is complete to")
			}
			if count++; number > uint64(len(s.first)) {
				s.first = append(s.first, e.id.hi)
			}
			last = e.id
			if !do(e.id) {
				return s.damage(number, "fingerprints are not spread as a keyed hash spreads them")
			}
		}
		return nil
	})
	if err == nil && count != h.count {
		err = s.damage(0, fmt.Sprintf("%d entries, the header says %d", count, h.count))
	}
	return err
}

// find looks for a fingerprint in the file. It reads one block, or two in a case
// in 10^14.
func (s *sorted) find(id fingerprint) (entry, bool, error) {
	after := sort.Search(len(s.first), func(i int) bool { return s.first[i] > id.hi })
	for b := after; b > 0; b-- {
		e, found, err := s.findIn(uint64(b), id)
		if found || err != nil || s.first[b-1] < id.hi {
			return e, found, err
		}
	}
	return entry{}, false, nil
}

// findIn looks for a fingerprint in a block.
func (s *sorted) findIn(number uint64, id fingerprint) (entry, bool, error) {
	if err := s.readAt(s.buf, number); err != nil {
		return entry{}, false, err
	}
	_, entries, err := s.check(s.buf, number)
	if err != nil {
		return entry{}, false, err
	}
	n := len(entries) / entryBytes
	i := sort.Search(n, func(i int) bool { return !getEntry(entries[i*entryBytes:]).id.less(id) })
	if i < n {
		if e := getEntry(entries[i*entryBytes:]); e.id == id {
			return e, true, nil
		}
	}
	return entry{}, false, nil
}

// between calls do with the entries whose fingerprint has the leading byte.
func (s *sorted) between(lead byte, do func(entry)) error {
	low := uint64(lead) << 56
	from := sort.Search(len(s.first), func(i int) bool { return s.first[i] >= low })
	to := len(s.first)
	if lead < 255 {
		to = sort.Search(len(s.first), func(i int) bool { return s.first[i] >= low+1<<56 })
	}
	return s.each(uint64(max(from, 1)), uint64(to)+1, func(_ uint64, _ int32, entries []byte) error {
		for ; len(entries) > 0; entries = entries[entryBytes:] {
			if e := getEntry(entries); byte(e.id.hi>>56) == lead {
				do(e)
			}
		}
		return nil
	})
}

// A cursor reads the entries of a file in order, a megabyte at a time.
type cursor struct {
	file *sorted
	next uint64 // block
	buf  []byte
	rest []byte // entries of the block before next, undecoded
	at   uint64 // the number of the first block in buf
	have uint64 // blocks in buf
}

// entry returns the next entry, and false after the last.
func (c *cursor) entry() (entry, bool, error) {
	if len(c.rest) == 0 {
		if c.file == nil || c.next > c.file.header.blocks {
			return entry{}, false, nil
		}
		if c.next == c.at+c.have {
			c.at, c.have = c.next, min(readBytes/blockBytes, c.file.header.blocks+1-c.next)
			if c.buf == nil {
				c.buf = make([]byte, c.have*blockBytes)
			}
			if err := c.file.readAt(c.buf[:c.have*blockBytes], c.at); err != nil {
				return entry{}, false, err
			}
		}
		_, entries, err := c.file.check(c.buf[(c.next-c.at)*blockBytes:][:blockBytes], c.next)
		if err != nil {
			return entry{}, false, err
		}
		c.rest = entries
		c.next++
	}
	e := getEntry(c.rest)
	c.rest = c.rest[entryBytes:]
	return e, true, nil
}

// sortedOrder returns the places of a view's entries from a sequence on, in
// order of fingerprints: 8 bytes an entry.
func sortedOrder(v *view, after uint64) []uint64 {
	from := v.after(after)
	order := make([]uint64, 0, v.count-from)
	for i := from; i < v.count; i++ {
		order = append(order, v.at(i).id.hi>>32<<32|uint64(i))
	}
	// Most compare by their leading 32 bits; what those leave equal stands
	// together and is put in order by the rest.
	slices.Sort(order)
	for i := 0; i < len(order); {
		j := i + 1
		for j < len(order) && order[j]>>32 == order[i]>>32 {
			j++
		}
		if j > i+1 {
			slices.SortFunc(order[i:j], func(a, b uint64) int {
				if v.at(int(uint32(a))).id.less(v.at(int(uint32(b))).id) {
					return -1
				}
				return 1
			})
		}
		i = j
	}
	return order
}
