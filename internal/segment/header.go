package segment

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
)

// ID tells journals apart: a record or a mark of one never passes for another's.
type ID [16]byte

// String returns the ID as 32 hexadecimal digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// IsZero reports whether no ID was given.
func (id ID) IsZero() bool { return id == ID{} }

const (
	formatVersion = 1
	headerSize    = 64
	suffix        = ".seg"
	// temporary is the name of a segment that is being made: it is not yet part
	// of the log, and the next Open removes it.
	temporary = "segment.tmp"
	lockName  = "lock"
)

// headerMagic begins every segment. As in PNG, the bytes catch a transfer as
// text: a high bit, CR LF, and LF.
var headerMagic = [8]byte{0x89, 'M', 'B', 'S', '\r', '\n', 0x1a, '\n'}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A header is the first 64 bytes of a segment.
type header struct {
	id       ID
	number   uint64
	first    uint64 // sequence of the first record, whether it is there yet or not
	previous uint32 // chain value at the end of the segment before, 0 for none
}

func (h header) encode() [headerSize]byte {
	var b [headerSize]byte
	copy(b[0:], headerMagic[:])
	binary.LittleEndian.PutUint16(b[8:], formatVersion)
	binary.LittleEndian.PutUint16(b[10:], formatVersion) // the oldest version that can read it
	copy(b[16:], h.id[:])
	binary.LittleEndian.PutUint64(b[32:], h.number)
	binary.LittleEndian.PutUint64(b[40:], h.first)
	binary.LittleEndian.PutUint32(b[48:], h.previous)
	binary.LittleEndian.PutUint32(b[60:], crc32.Checksum(b[:60], castagnoli))
	return b
}

// chain is the value that the chain of checksums in this segment begins with.
func (h header) chain() uint32 {
	b := h.encode()
	return binary.LittleEndian.Uint32(b[60:])
}

// start is the place behind the header.
func (h header) start() place {
	return place{number: h.number, off: headerSize, chain: h.chain(), seq: h.first - 1}
}

func decodeHeader(name string, b []byte) (header, error) {
	bad := func(off int64, reason string) (header, error) {
		return header{}, &CorruptError{File: name, Offset: off, Reason: reason}
	}
	if len(b) < headerSize {
		return bad(0, "header cut short")
	}
	if !bytes.Equal(b[:8], headerMagic[:]) {
		return bad(0, "not a segment")
	}
	if crc32.Checksum(b[:60], castagnoli) != binary.LittleEndian.Uint32(b[60:]) {
		return bad(0, "header checksum mismatch")
	}
	// Only a header that checks can ask for a newer reader: a flipped bit in
	// the version is damage.
	if v := binary.LittleEndian.Uint16(b[10:]); v > formatVersion || binary.LittleEndian.Uint32(b[12:]) != 0 {
		return header{}, fmt.Errorf("%w: %s needs version %d, features %#x", ErrVersion, name, v, b[12:16])
	}
	var h header
	copy(h.id[:], b[16:])
	h.number = binary.LittleEndian.Uint64(b[32:])
	h.first = binary.LittleEndian.Uint64(b[40:])
	h.previous = binary.LittleEndian.Uint32(b[48:])
	if number, ok := segmentNumber(name); !ok || number != h.number {
		return bad(32, "header of segment "+strconv.FormatUint(h.number, 10))
	}
	if h.first == 0 {
		return bad(40, "sequence 0")
	}
	return h, nil
}

// segmentName returns the name of a segment: its number in twelve digits.
func segmentName(number uint64) string {
	return fmt.Sprintf("%012d%s", number, suffix)
}

func segmentNumber(name string) (uint64, bool) {
	digits, ok := strings.CutSuffix(name, suffix)
	if !ok || len(digits) != 12 {
		return 0, false
	}
	number, err := strconv.ParseUint(digits, 10, 64)
	return number, err == nil && number > 0 && segmentName(number) == name
}
