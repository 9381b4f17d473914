package segment

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// A place is where the next frame of a log goes, and what it is chained to.
type place struct {
	number uint64 // segment
	off    int64
	chain  uint32
	seq    uint64 // of the last record before
	last   kind   // of the frame before
	marked bool   // it is a mark that proves all before it
}

const (
	// A frame is its checksum, its length (with the top bit set for a mark),
	// and a sequence: a record's own, or that of the last record before a mark.
	frameSize = 16
	markFlag  = 1 << 31
	markBody  = 64
	markSize  = frameSize + markBody

	// MaxRecord is the format's bound on the bytes of a record.
	MaxRecord = 1 << 24
)

// A kind says what a frame is.
type kind uint32

const (
	record   kind = iota
	leading       // before a group
	trailing      // after the last group, for the time being
	closing       // at the end of a log that was closed
	sealing       // at the end of a segment that another one follows
)

var markMagic = [8]byte{0x8d, 'M', 'B', 'M', '\r', '\n', 0x1a, '\n'}

// A mark says how much of the segment it is in was durable before it was
// written. It is one frame of the chain, and it also checks on its own, so that
// it can be found behind damage.
type mark struct {
	kind    kind
	durable int64 // offset
}

// appendMark adds a mark for a place to the bytes that are to be written there
// and returns the place behind it.
func appendMark(buf []byte, id ID, at place, m mark) ([]byte, place) {
	var b [markSize]byte
	binary.LittleEndian.PutUint32(b[4:], markBody|markFlag)
	binary.LittleEndian.PutUint64(b[8:], at.seq)
	copy(b[16:], markMagic[:])
	copy(b[24:], id[:])
	binary.LittleEndian.PutUint64(b[40:], at.number)
	binary.LittleEndian.PutUint64(b[48:], uint64(at.off))
	binary.LittleEndian.PutUint64(b[56:], uint64(m.durable))
	binary.LittleEndian.PutUint32(b[64:], uint32(m.kind))
	binary.LittleEndian.PutUint32(b[68:], at.chain)
	binary.LittleEndian.PutUint32(b[76:], crc32.Checksum(b[4:76], castagnoli))
	at.chain = crc32.Update(at.chain, castagnoli, b[4:])
	binary.LittleEndian.PutUint32(b[0:], at.chain)
	at.marked = m.durable == at.off
	at.last = m.kind
	at.off += markSize
	return append(buf, b[:]...), at
}

// decodeMark reads a mark by itself, knowing only where it is: its chain value
// may be wrong. It returns the place behind it as well.
func decodeMark(b []byte, id ID, number uint64, off int64) (mark, place, bool) {
	if len(b) < markSize || binary.LittleEndian.Uint32(b[4:]) != markBody|markFlag ||
		!bytes.Equal(b[16:24], markMagic[:]) || !bytes.Equal(b[24:40], id[:]) ||
		binary.LittleEndian.Uint64(b[40:]) != number || binary.LittleEndian.Uint64(b[48:]) != uint64(off) ||
		crc32.Checksum(b[4:76], castagnoli) != binary.LittleEndian.Uint32(b[76:]) {
		return mark{}, place{}, false
	}
	m := mark{kind: kind(binary.LittleEndian.Uint32(b[64:])), durable: int64(binary.LittleEndian.Uint64(b[56:]))}
	if m.kind < leading || m.kind > sealing || m.durable < headerSize || m.durable > off {
		return mark{}, place{}, false
	}
	before := binary.LittleEndian.Uint32(b[68:])
	return m, place{
		number: number, off: off + markSize,
		chain:  crc32.Update(before, castagnoli, b[4:markSize]),
		seq:    binary.LittleEndian.Uint64(b[8:]),
		last:   m.kind,
		marked: m.durable == off,
	}, true
}
