package csvbatch

import (
	"bytes"
	"hash/maphash"
	"math/bits"
)

// A dictionary numbers the values of one column in order of appearance. A
// value is checked and copied once, when it first appears; from then on, to
// find a field's bytes in the dictionary is to know that they are valid.
type dictionary struct {
	values []string
	max    int
	check  func(value string) error

	// slots holds the short values that need no quotes, which is what nearly
	// every field is, probed in line.
	slots []slot
	short int // values in slots
	seed  [2]uint64
	// long has the longer ones. quoted has those with a quote or a comma in
	// them, short or long: what stands between two commas is never looked up
	// there, so that a bare quote does not pass for one that was quoted before.
	long, quoted map[string]uint32
}

// A slot is a short value as two words, and its code plus 1: 0 is no value.
type slot struct {
	lo, hi uint64
	next   uint32
}

// maxShort is the longest value that two words hold beside its length, which
// tells "a" from "a\x00".
const maxShort = 15

func newDictionary(max int, check func(string) error) *dictionary {
	// Whoever chooses the values must not choose the slots they meet in. Codes
	// do not depend on the seed.
	seed := maphash.MakeSeed()
	return &dictionary{
		max: max, check: check,
		slots: make([]slot, 64),
		seed:  [2]uint64{maphash.String(seed, "lo"), maphash.String(seed, "hi")},
		long:  map[string]uint32{}, quoted: map[string]uint32{},
	}
}

// find looks up the text of b from i to the first byte that stop has eight of,
// and returns where that is. It is not ok for what is not in the dictionary or
// needs quotes; the end then means nothing. b has two words beyond limit.
func (d *dictionary) find(b []byte, i, limit int, stop uint64) (code uint32, end int, ok bool) {
	lo := word(b, i)
	hi := uint64(0)
	n := 0
	if m := nulls(lo ^ stop); m != 0 {
		length, mask := before(m)
		lo &= mask
		n = length
	} else {
		hi = word(b, i+8)
		m := nulls(hi ^ stop)
		if m == 0 {
			return d.findLong(b, i, limit, byte(stop))
		}
		length, mask := before(m)
		hi &= mask
		n = length + 8
	}
	hi |= uint64(n) << 56
	for at := d.start(lo, hi); ; at++ {
		s := &d.slots[at&uint64(len(d.slots)-1)]
		if s.lo == lo && s.hi == hi && s.next != 0 {
			return s.next - 1, i + n, true
		}
		if s.next == 0 {
			return 0, 0, false
		}
	}
}

// start returns where probing for a short value begins.
func (d *dictionary) start(lo, hi uint64) uint64 {
	h, l := bits.Mul64(lo^d.seed[0], hi^d.seed[1])
	return h ^ l
}

func (d *dictionary) findLong(b []byte, i, limit int, stop byte) (code uint32, end int, ok bool) {
	n := bytes.IndexByte(b[i:limit], stop)
	if n < 0 {
		return 0, 0, false
	}
	code, ok = d.long[string(b[i:i+n])]
	return code, i + n, ok
}

// code returns the code of a value, and gives a new one the next. It fails
// with what check says of the value, and with a *[DictionaryError].
func (d *dictionary) code(value []byte) (uint32, error) {
	in := d.long
	switch {
	case bytes.ContainsAny(value, `",`):
		in = d.quoted
	case len(value) <= maxShort:
		s := d.slot(words(value))
		if s.next == 0 {
			code, err := d.add(value)
			if err != nil {
				return 0, err
			}
			s.lo, s.hi = words(value)
			s.next = code + 1
			d.short++
			d.grow()
			return code, nil
		}
		return s.next - 1, nil
	}
	code, ok := in[string(value)]
	if ok {
		return code, nil
	}
	code, err := d.add(value)
	if err == nil {
		in[d.values[code]] = code
	}
	return code, err
}

// words returns a short value as a slot holds it.
func words(value []byte) (lo, hi uint64) {
	var b [16]byte
	copy(b[:], value)
	return word(b[:], 0), word(b[:], 8) | uint64(len(value))<<56
}

// slot returns the slot that has a short value, or the empty one where it is
// to be put.
func (d *dictionary) slot(lo, hi uint64) *slot {
	for at := d.start(lo, hi); ; at++ {
		s := &d.slots[at&uint64(len(d.slots)-1)]
		if s.next == 0 || s.lo == lo && s.hi == hi {
			return s
		}
	}
}

// add takes a new value in.
func (d *dictionary) add(value []byte) (uint32, error) {
	text := string(value)
	if err := d.check(text); err != nil {
		return 0, err
	}
	if len(d.values) >= d.max {
		return 0, &DictionaryError{Max: d.max}
	}
	d.values = append(d.values, text)
	return uint32(len(d.values) - 1), nil
}

// sparse is up to how many slots at most a quarter of them is taken: where a
// cache holds them all, second probes cost more than room. Beyond, it is half.
const sparse = 1 << 14

// grow doubles the slots when too many of them are taken.
func (d *dictionary) grow() {
	room := len(d.slots) / 2
	if len(d.slots) <= sparse {
		room /= 2
	}
	if d.short < room {
		return
	}
	old := d.slots
	d.slots = make([]slot, 2*len(old))
	for _, s := range old {
		if s.next != 0 {
			*d.slot(s.lo, s.hi) = s
		}
	}
}
