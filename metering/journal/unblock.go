package journal

import (
	"errors"
	"fmt"
	"math/bits"
	"time"
	"unsafe"

	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// errBlock: a record that checks is not one that this version writes.
var errBlock = errors.New("journal: record is not one of events")

// A blockText reads the parts of a block. After an error, which stays, it reads
// nothing.
type blockText struct {
	rest string
	err  error
}

func (r *blockText) fail(what string) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: %s", errBlock, what)
	}
	r.rest = ""
}

func (r *blockText) byte() byte {
	if r.rest == "" {
		r.fail("it ends early")
		return 0
	}
	c := r.rest[0]
	r.rest = r.rest[1:]
	return c
}

// bytes reads so many.
func (r *blockText) bytes(n int) string {
	if n > len(r.rest) {
		r.fail("it ends early")
		return ""
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

// fixed reads a little-endian number of so many bytes.
func (r *blockText) fixed(n int) (v uint64) {
	for i, c := range []byte(r.bytes(n)) {
		v |= uint64(c) << (8 * i)
	}
	return v
}

func (r *blockText) uvarint() uint64 {
	if s := r.rest; len(s) > 0 && s[0] < 0x80 {
		r.rest = s[1:]
		return uint64(s[0])
	}
	return r.longUvarint()
}

func (r *blockText) longUvarint() uint64 {
	if s := r.rest; len(s) > 1 && s[1] < 0x80 {
		r.rest = s[2:]
		return uint64(s[0])&0x7f | uint64(s[1])<<7
	}
	var v uint64
	for shift := uint(0); ; shift += 7 {
		c := r.byte()
		if shift == 63 && c > 1 {
			r.fail("a number of more than 64 bits")
			return 0
		}
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return v
		}
	}
}

func (r *blockText) varint() int64 {
	v := r.uvarint()
	return int64(v>>1) ^ -int64(v&1)
}

// count reads a number of parts.
func (r *blockText) count(most int) int {
	n := r.uvarint()
	if n > uint64(most) {
		r.fail("more parts than an event can have")
		return 0
	}
	return int(n)
}

// text reads a text, without copying it.
func (r *blockText) text() string {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.fail("a text longer than the record")
		return ""
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func (r *blockText) grains() fixed.Int128 {
	// Nearly all have nine bytes at most, which are 63 bits.
	var v uint64
	for i := range min(len(r.rest), 9) {
		c := r.rest[i]
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			r.rest = r.rest[i+1:]
			n := int64(v>>1) ^ -int64(v&1)
			return fixed.Int128{Hi: n >> 63, Lo: uint64(n)}
		}
	}
	return r.wideGrains()
}

// wideGrains reads grains of any length.
func (r *blockText) wideGrains() fixed.Int128 {
	var lo, hi uint64
	for shift := uint(0); ; shift += 7 {
		c := r.byte()
		if shift > 126 || shift == 126 && c > 3 {
			r.fail("grains of more than 128 bits")
			return fixed.Int128{}
		}
		part := uint64(c & 0x7f)
		switch {
		case shift < 64:
			lo |= part << shift
			if shift > 57 {
				hi |= part >> (64 - shift)
			}
		default:
			hi |= part << (shift - 64)
		}
		if c < 0x80 {
			break
		}
	}
	sign := -(lo & 1)
	lo, hi = lo>>1|bits.RotateLeft64(hi&1, 63), hi>>1
	return fixed.Int128{Hi: int64(hi ^ sign), Lo: lo ^ sign}
}

// lastInstant is the last that an event can have, the end of 2199.
const lastInstant = 7258118400e9 - 1

// An unblocker reads records. The event that it returns is good until the next
// call. What it has of its own, id, corrected id and reason, is cut from the block's
// text.
type unblocker struct {
	text     blockText
	subjects []*metering.Event
	known    map[string]*metering.Event // subjects of earlier blocks, by their bytes
	first    uint64
	count    int
	from     *position // of imported events
	read     int
	last     int64
}

// open begins with a record, and returns its kind.
func (u *unblocker) open(payload string) (kind byte, err error) {
	r := &u.text
	*r = blockText{rest: payload}
	u.subjects, u.read, u.last, u.from = u.subjects[:0], 0, 0, nil
	switch kind = r.byte(); kind {
	case eventsRecord, importedRecord:
		var count uint64
		u.first, count = r.fixed(8), r.fixed(4)
		if kind == importedRecord {
			u.from = new(position)
			copy(u.from.journal[:], r.bytes(len(u.from.journal)))
			u.from.event = r.fixed(8)
		}
		// An event takes three bytes at least.
		if r.err == nil && (u.first == 0 || u.first > maxSequence-count || count > uint64(len(r.rest))) {
			r.fail("more events than there is room for")
		}
		u.count = int(min(count, uint64(len(payload))))
	case controlRecord:
	default:
		r.fail("of a kind that this version does not know")
	}
	return kind, r.err
}

// borrow is open for a record that changes with the next one: no text that is cut from
// it may be kept. Not to copy it is a tenth of what counting its events takes.
func (u *unblocker) borrow(payload []byte) (kind byte, err error) {
	return u.open(unsafe.String(unsafe.SliceData(payload), len(payload)))
}

// end returns the sequence of the last event; of a block without events, that of
// the one before.
func (u *unblocker) end() uint64 { return u.first + uint64(u.count) - 1 }

// next returns the next event of the block, nil at its end, and its sequence.
func (u *unblocker) next() (*metering.Event, uint64, error) {
	r := &u.text
	if u.read == u.count {
		if r.rest != "" {
			r.fail("more than its events")
		}
		return nil, 0, r.err
	}
	n := r.uvarint()
	switch {
	case n > uint64(len(u.subjects)):
		r.fail("a subject that it does not have")
	case n == 0:
		u.subjects = append(u.subjects, u.subject())
		n = uint64(len(u.subjects))
	}
	if r.err != nil {
		return nil, 0, r.err
	}
	e := u.subjects[n-1]
	e.ID = r.text()
	u.last += r.varint()
	e.Time = time.Unix(0, u.last).UTC()
	for i := range e.Items {
		it := &e.Items[i]
		it.Quantity = metering.GrainsWide(r.grains(), it.Quantity.Dimension())
	}
	switch {
	case e.Kind == metering.Adjustment:
		if e.Adjusts, e.Reason = r.text(), r.text(); e.Validate() != nil {
			r.fail("an adjustment that is none")
		}
	case e.ID == "" || len(e.ID) > metering.MaxNameBytes || u.last < 0 || u.last > lastInstant:
		r.fail("an id or a time that no event has")
	}
	if r.err != nil {
		return nil, 0, r.err
	}
	u.read++
	return e, u.first + uint64(u.read) - 1, nil
}
