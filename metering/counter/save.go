package counter

import (
	"encoding/binary"
	"hash/crc32"
)

// A saved state is: four bytes of magic, a version, what the values are in
// (unit code, modulus), one state or a number of names and states, and a
// checksum (CRC-32C) of all before it. Integers are big-endian, texts and
// counts have a varint in front.
const (
	magicCounter = "MBct"
	magicSet     = "MBcs"
	version      = 1
)

// What a counter has, as bits.
const (
	hasBase = 1 << iota
	hasSuspect
	hasMissed
)

// AppendBinary appends the counter's state: its last reading, and what it
// knows of it. [Restore] reads it back. It never fails.
func (c *Counter) AppendBinary(b []byte) ([]byte, error) {
	start := len(b)
	b = c.rules.appendHead(b, magicCounter)
	b = c.state.append(b)
	return seal(b, start), nil
}

// MarshalBinary is AppendBinary to nothing.
func (c *Counter) MarshalBinary() ([]byte, error) { return c.AppendBinary(nil) }

// appendHead says what kind of state follows, and what its numbers count: a
// value in another unit is another.
func (r *rules) appendHead(b []byte, magic string) []byte {
	b = append(append(b, magic...), version)
	b = appendText(b, r.unit.Code())
	b = binary.BigEndian.AppendUint64(b, uint64(r.modulus.Hi))
	return binary.BigEndian.AppendUint64(b, r.modulus.Lo)
}

func (s *state) append(b []byte) []byte {
	var has byte
	if s.begun {
		has |= hasBase
	}
	if s.suspected {
		has |= hasSuspect
	}
	if s.missed {
		has |= hasMissed
	}
	b = append(b, has)
	if s.begun {
		b = s.base.append(b)
		b = appendText(b, s.ended)
	}
	if s.suspected {
		b = s.suspect.append(b)
	}
	return b
}

func (p *point) append(b []byte) []byte {
	for _, word := range [...]uint64{uint64(p.at), uint64(p.value.Hi), p.value.Lo, uint64(p.start)} {
		b = binary.BigEndian.AppendUint64(b, word)
	}
	return appendText(b, p.epoch)
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// seal appends the checksum of what begins at start.
func seal(b []byte, start int) []byte { return binary.BigEndian.AppendUint32(b, checksum(b[start:])) }

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }
