package metering

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"

	"github.com/meterbook/meterbook/internal/fixed"
)

// The binary form of a snapshot:
//
//	magic "mtbkuse" and version 1
//	section 1, usage
//	section 2, provenance: for each origin its source, its sequence and, if
//	  there are more than one, its usage as in section 1
//
// A section is its number (1 byte), the length of its body (8 bytes, little
// endian), the body, and the CRC-32C of all three. Numbers are unsigned
// varints; grains are zigzag varints of up to 19 bytes. Usage is
//
//	width of windows in nanoseconds
//	strings: their number, and each as what it shares with the one before
//	keys: their number, and each as a dimension's grain and six strings
//	windows: their number, and each as its distance to the one before, the
//	  number of its rows, and each row as the distance of its key to the one
//	  before, flags, grains, and grains that were estimated and late
//
// Strings, keys, windows and rows are in order and each comes once, and numbers
// are as short as they can be: equal usage is equal bytes. What is read is held
// to all of this.
const (
	snapshotMagic   = "mtbkuse"
	snapshotVersion = 1

	sectionUsage      = 1
	sectionProvenance = 2

	hasEstimated = 1
	hasLate      = 2

	// maxShared bounds what a string repeats of the one before, and with it how
	// much larger strings can be than their bytes.
	maxShared = 64
)

// ErrCorrupt: a snapshot's bytes are damaged or were never a snapshot's.
var ErrCorrupt = errors.New("metering: not a snapshot, or damaged")

// ErrVersion: a snapshot of a version that this library does not know.
var ErrVersion = errors.New("metering: snapshot of a newer version")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// AppendBinary appends the snapshot in its binary form. It fails with a
// *[FieldError] for the zero Snapshot.
func (s *Snapshot) AppendBinary(b []byte) ([]byte, error) {
	if s.usage == nil {
		return b, &FieldError{"snapshot", "", "want one that was taken or read"}
	}
	b = append(append(b, snapshotMagic...), snapshotVersion)
	b = s.AppendUsage(b)
	return appendSection(b, sectionProvenance, func(b []byte) []byte {
		b = binary.AppendUvarint(b, uint64(len(s.origins)))
		for _, o := range s.origins {
			b = appendText(b, o.source)
			b = binary.AppendUvarint(b, o.sequence)
			if len(s.origins) > 1 {
				b = o.usage.append(b, s.width)
			}
		}
		return b
	}), nil
}

// MarshalBinary returns the snapshot in its binary form. It fails as
// [Snapshot.AppendBinary] does.
func (s *Snapshot) MarshalBinary() ([]byte, error) { return s.AppendBinary(nil) }

// AppendUsage appends the usage section alone, with its checksum. It is the
// same bytes for the same usage, whoever counted what of it.
func (s *Snapshot) AppendUsage(b []byte) []byte {
	return appendSection(b, sectionUsage, func(b []byte) []byte { return s.usage.append(b, s.width) })
}

func appendSection(b []byte, number byte, body func([]byte) []byte) []byte {
	start := len(b)
	b = append(b, number, 0, 0, 0, 0, 0, 0, 0, 0)
	b = body(b)
	binary.LittleEndian.PutUint64(b[start+1:], uint64(len(b)-start-9))
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[start:], castagnoli))
}

// append appends a sheet.
func (s *sheet) append(b []byte, width int64) []byte {
	if s == nil {
		s = new(sheet)
	}
	b = binary.AppendUvarint(b, uint64(width))
	b, numbers := s.appendStrings(b)
	b = binary.AppendUvarint(b, uint64(len(s.keys)))
	for i := range s.keys {
		b = binary.AppendUvarint(b, numbers[s.dims[i].Grain().Code()])
		for _, text := range s.keys[i].texts() {
			b = binary.AppendUvarint(b, numbers[text])
		}
	}
	b = binary.AppendUvarint(b, uint64(len(s.spans)))
	start, window := 0, int64(-1)
	for _, sp := range s.spans {
		b = binary.AppendUvarint(b, uint64(sp.window-window-1))
		b = binary.AppendUvarint(b, uint64(sp.end-start))
		b = s.appendRows(b, s.rows[start:sp.end])
		start, window = sp.end, sp.window
	}
	return b
}

func (s *sheet) appendRows(b []byte, rows []sheetRow) []byte {
	next := uint32(0)
	for _, r := range rows {
		b = binary.AppendUvarint(b, uint64(r.key-next))
		next = r.key + 1
		x, flags := s.extra(r), byte(0)
		if !x.estimated.IsZero() {
			flags |= hasEstimated
		}
		if !x.late.IsZero() {
			flags |= hasLate
		}
		b = appendGrains(append(b, flags), r.used)
		if flags&hasEstimated != 0 {
			b = appendGrains(b, x.estimated)
		}
		if flags&hasLate != 0 {
			b = appendGrains(b, x.late)
		}
	}
	return b
}

// texts returns the key's fields as strings, in the order of the binary form.
func (k *Key) texts() [6]string {
	return [6]string{string(k.Account), string(k.Meter), k.SKU, k.Region, k.Labels.canonical(), k.Resource}
}

// appendStrings appends the strings of all keys, in order, and returns their
// numbers.
func (s *sheet) appendStrings(b []byte) ([]byte, map[string]uint64) {
	numbers := make(map[string]uint64)
	for i := range s.keys {
		numbers[s.dims[i].Grain().Code()] = 0
		for _, text := range s.keys[i].texts() {
			numbers[text] = 0
		}
	}
	all := make([]string, 0, len(numbers))
	for text := range numbers {
		all = append(all, text)
	}
	slices.Sort(all)
	b = binary.AppendUvarint(b, uint64(len(all)))
	before := ""
	for i, text := range all {
		numbers[text] = uint64(i)
		shared := 0
		for shared < min(len(before), len(text), maxShared) && before[shared] == text[shared] {
			shared++
		}
		b = binary.AppendUvarint(b, uint64(shared))
		b = appendText(b, text[shared:])
		before = text
	}
	return b, numbers
}

// appendGrains appends a zigzag varint of 128 bits.
func appendGrains(b []byte, n fixed.Int128) []byte {
	sign := uint64(n.Hi >> 63)
	lo, hi := n.Lo<<1^sign, uint64(n.Hi)<<1|n.Lo>>63
	hi ^= sign
	for hi != 0 || lo >= 0x80 {
		b = append(b, byte(lo)|0x80)
		lo, hi = lo>>7|hi<<57, hi>>7
	}
	return append(b, byte(lo))
}
