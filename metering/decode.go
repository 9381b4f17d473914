package metering

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/bits"
	"slices"
	"strings"

	"github.com/meterbook/meterbook/internal/fixed"
)

// UnmarshalBinary reads what [Snapshot.AppendBinary] wrote, and keeps nothing
// of data. It fails, and changes nothing, with [ErrCorrupt], or with
// [ErrVersion] on a version that it does not know. Its cost is bounded by the
// length of data.
func (s *Snapshot) UnmarshalBinary(data []byte) error {
	d := &decoder{data: data}
	if magic := d.take(uint64(len(snapshotMagic))); string(magic) != snapshotMagic {
		return d.fail("want it to begin with " + snapshotMagic)
	}
	if version := d.take(1); len(version) == 1 && version[0] != snapshotVersion {
		return fmt.Errorf("%w: %d, and %d is known", ErrVersion, version[0], snapshotVersion)
	}
	usage, provenance := d.section(sectionUsage), d.section(sectionProvenance)
	if d.err == nil && len(d.data) != d.at {
		d.fail("want nothing after the last section")
	}
	if d.err != nil {
		return d.err
	}
	sum, width := usage.sheet()
	usage.end()
	origins := provenance.origins(sum, width)
	provenance.end()
	if err := errors.Join(usage.err, provenance.err); err != nil {
		return err
	}
	read, err := newSnapshot(width, origins)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	// One usage has one form: what would be written again is what was read.
	if again, _ := read.AppendBinary(make([]byte, 0, len(data))); !bytes.Equal(again, data) {
		return fmt.Errorf("%w: not in canonical form", ErrCorrupt)
	}
	*s = *read
	return nil
}

// A decoder reads a binary form. After the first error it reads zeros.
type decoder struct {
	data []byte
	at   int
	base int // of data, for messages
	err  error
}

func (d *decoder) fail(want string) error {
	if d.err == nil {
		d.err = fmt.Errorf("%w: byte %d: %s", ErrCorrupt, d.base+d.at, want)
	}
	return d.err
}

// take returns the next n bytes.
func (d *decoder) take(n uint64) []byte {
	if d.err != nil || n > uint64(len(d.data)-d.at) {
		d.fail("ends too early")
		return nil
	}
	b := d.data[d.at : d.at+int(n)]
	d.at += int(n)
	return b
}

// section returns a decoder of a section's body, whose checksum is right.
func (d *decoder) section(number byte) *decoder {
	start := d.at
	head := d.take(9)
	if d.err == nil && head[0] != number {
		d.fail(fmt.Sprintf("want section %d", number))
	}
	if d.err != nil {
		return &decoder{err: d.err}
	}
	body := d.take(binary.LittleEndian.Uint64(head[1:]))
	sum := d.take(4)
	if d.err == nil && crc32.Checksum(d.data[start:d.at-4], castagnoli) != binary.LittleEndian.Uint32(sum) {
		d.fail("checksum differs")
	}
	return &decoder{data: body, base: start + 9, err: d.err}
}

func (d *decoder) end() {
	if d.err == nil && d.at != len(d.data) {
		d.fail("want the end of the section")
	}
}

func (d *decoder) uvarint() uint64 {
	n, size := binary.Uvarint(d.data[d.at:])
	if d.err != nil || size <= 0 || size > 1 && d.data[d.at+size-1] == 0 {
		d.fail("want a number")
		return 0
	}
	d.at += size
	return n
}

// length reads how many items follow, each of at least so many bytes: what is
// made for them is in proportion to the data.
func (d *decoder) length(least int) int {
	n := d.uvarint()
	if n > uint64((len(d.data)-d.at)/least) {
		d.fail("want no more items than there are bytes for")
		return 0
	}
	return int(n)
}

func (d *decoder) grains() fixed.Int128 {
	var lo, hi uint64
	for shift := uint(0); ; shift += 7 {
		c := d.take(1)
		if d.err != nil {
			return fixed.Int128{}
		}
		digit := uint64(c[0] & 0x7f)
		if shift > 126 || shift == 126 && digit > 3 || digit == 0 && c[0] == 0 && shift > 0 {
			d.fail("want grains of 128 bits")
			return fixed.Int128{}
		}
		if shift < 64 {
			lo |= digit << shift
			hi |= digit >> (64 - shift)
		} else {
			hi |= digit << (shift - 64)
		}
		if c[0] < 0x80 {
			break
		}
	}
	sign := -(lo & 1)
	lo, hi = lo>>1|hi<<63, hi>>1
	return fixed.Int128{Hi: int64(hi ^ sign), Lo: lo ^ sign}
}

func (d *decoder) text() string { return string(d.take(d.uvarint())) }

func (d *decoder) origins(sum *sheet, width int64) []origin {
	n := d.length(2)
	if n == 0 {
		d.fail("want an origin")
	}
	out := make([]origin, 0, n)
	for i := 0; i < n && d.err == nil; i++ {
		o := origin{source: d.text(), sequence: d.uvarint(), usage: sum}
		if n > 1 {
			var w int64
			if o.usage, w = d.sheet(); w != width {
				d.fail("want one width of windows")
			}
		}
		if i > 0 && out[i-1].source >= o.source {
			d.fail("want sources in order")
		}
		if err := checkText("source", o.source, 1, MaxNameBytes); err != nil {
			d.fail(err.Error())
		}
		out = append(out, o)
	}
	return out
}

// sheet reads a sheet.
func (d *decoder) sheet() (s *sheet, width int64) {
	width = int64(d.uvarint())
	if width <= 0 || width%second != 0 {
		d.fail("want a width of whole seconds")
		return new(sheet), 0
	}
	strings := d.strings()
	s = &sheet{}
	n := d.length(keyTexts)
	s.keys, s.dims = make([]Key, n), make([]Dimension, n)
	for i := 0; i < n && d.err == nil; i++ {
		d.key(s, i, strings)
	}
	windows := d.length(5)
	window := int64(-1)
	for i := 0; i < windows && d.err == nil; i++ {
		step := d.uvarint()
		if step >= uint64(maxTime/width-1-window) {
			d.fail("want windows before 2200")
			break
		}
		window += int64(step) + 1
		d.rows(s)
		s.spans = append(s.spans, span{window, len(s.rows)})
	}
	return s, width
}

func (d *decoder) strings() []string {
	all := make([]string, 0, d.length(2))
	before := ""
	for len(all) < cap(all) && d.err == nil {
		shared := d.uvarint()
		if shared > uint64(min(len(before), maxShared)) {
			d.fail("want to share no more than there is")
			break
		}
		text := before[:shared] + d.text()
		if len(all) > 0 && text <= before {
			d.fail("want strings in order")
		}
		all = append(all, text)
		before = text
	}
	return all
}

// keyTexts is how many strings a key has, its unit among them.
const keyTexts = 7

// key reads key i.
func (d *decoder) key(s *sheet, i int, all []string) {
	var texts [keyTexts]string
	for j := range texts {
		n := d.uvarint()
		if n >= uint64(len(all)) {
			d.fail("want the number of a string")
			return
		}
		texts[j] = all[n]
	}
	unit, err := ParseUnit(texts[0])
	labels, ok := labelsOf(texts[5])
	k := Key{Account: Account(texts[1]), Meter: MeterID(texts[2]), SKU: texts[3], Region: texts[4], Labels: labels, Resource: texts[6]}
	switch {
	case err != nil || unit != unit.Dimension().Grain():
		d.fail("want a dimension's grain")
	case !ok:
		d.fail("want labels in canonical form")
	case k.Validate() != nil:
		d.fail(k.Validate().Error())
	case i > 0 && s.keys[i-1].Compare(k) >= 0:
		d.fail("want keys in order")
	}
	s.keys[i], s.dims[i] = k, unit.Dimension()
}

// labelsOf reads the canonical form of a set.
func labelsOf(canonical string) (Labels, bool) {
	var pairs []string
	for pair := range strings.SplitSeq(strings.TrimSuffix(canonical, string(labelEnd)), string(labelEnd)) {
		if name, value, ok := strings.Cut(pair, string(labelValueSep)); ok && canonical != "" {
			pairs = append(pairs, name, value)
		}
	}
	l, err := NewLabels(pairs...)
	return l, err == nil && l.canonical() == canonical
}

// rows reads the rows of a window.
func (d *decoder) rows(s *sheet) {
	n := d.length(3)
	if n == 0 {
		d.fail("want rows")
	}
	s.rows = slices.Grow(s.rows, n)
	next := uint64(0)
	for i := 0; i < n && d.err == nil; i++ {
		key, carry := bits.Add64(next, d.uvarint(), 0)
		flags := d.take(1)
		if d.err != nil || carry != 0 || key >= uint64(len(s.keys)) || flags[0] > hasEstimated|hasLate {
			d.fail("want a row")
			return
		}
		next = key + 1
		r := sheetRow{key: uint32(key), used: d.grains()}
		if flags[0] != 0 {
			s.extras = append(s.extras, d.extra(flags[0]))
			r.extra = uint32(len(s.extras))
		}
		s.rows = append(s.rows, r)
	}
}

func (d *decoder) extra(flags byte) (x extra) {
	for _, f := range []struct {
		flag byte
		n    *fixed.Int128
	}{{hasEstimated, &x.estimated}, {hasLate, &x.late}} {
		if flags&f.flag != 0 {
			if *f.n = d.grains(); f.n.IsZero() {
				d.fail("want no zero where a flag says that there is something")
			}
		}
	}
	return x
}
