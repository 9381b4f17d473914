package segment

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// A Gap is a part of a log that does not check.
type Gap struct {
	File   string
	Offset int64
	Length int64
	Reason string
}

// salvageMost is the longest segment that Salvage reads: no log writes one.
const salvageMost = maxSegment + 2*maxPending

// Salvage reads what is left of a damaged log: every record that checks, in
// order, and the gaps between. It takes no lock and changes nothing. A record
// is given out if its checksum fits the checksum before it, so up to three
// are lost for each place of damage. It returns yield's error, or that of reading.
//
// It holds one segment in memory.
func Salvage(files Files, yield func(Record) error) ([]Gap, error) {
	names, err := files.List()
	if err != nil {
		return nil, failed("list", "directory", err)
	}
	numbers := segmentNumbers(names)
	id, err := salvageID(files, numbers)
	if err != nil {
		return nil, err
	}
	s := salvager{id: id, yield: yield}
	for i, number := range numbers {
		if i > 0 && number != numbers[i-1]+1 {
			s.gaps = append(s.gaps, Gap{File: segmentName(numbers[i-1] + 1), Reason: "segment is missing"})
		}
		b, gap, err := load(files, number)
		if err != nil {
			return s.gaps, err
		}
		if gap != nil {
			s.gaps = append(s.gaps, *gap)
			continue
		}
		if err := s.segment(b, number, i == len(numbers)-1); err != nil {
			return s.gaps, err
		}
	}
	return s.gaps, nil
}

func load(files Files, number uint64) ([]byte, *Gap, error) {
	name := segmentName(number)
	f, err := files.Open(name)
	if err != nil {
		return nil, nil, failed("open", name, err)
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return nil, nil, failed("stat", name, err)
	}
	if size > salvageMost {
		return nil, &Gap{File: name, Length: size, Reason: "longer than any segment"}, nil
	}
	b := make([]byte, 0, size)
	err = chunks(f, name, 0, size, func(part []byte, _ int64) error {
		b = append(b, part...)
		return nil
	})
	return b, nil, err
}

// salvageID finds the journal's id: in the first header that checks or, if there
// is none, in the first mark.
func salvageID(files Files, numbers []uint64) (ID, error) {
	for _, number := range numbers {
		f, err := files.Open(segmentName(number))
		if err != nil {
			return ID{}, failed("open", segmentName(number), err)
		}
		h, _, err := readHeader(f, segmentName(number))
		_ = f.Close()
		if err == nil {
			return h.id, nil
		}
	}
	for _, number := range numbers {
		b, _, err := load(files, number)
		if err != nil {
			return ID{}, err
		}
		for i := nextMark(b, 0); i >= 0; i = nextMark(b, i+1) {
			id := ID(b[i+24 : i+40])
			if _, _, ok := decodeMark(b[i:], id, number, int64(i)); ok {
				return id, nil
			}
		}
	}
	return ID{}, nil
}

// nextMark returns where the next thing begins, at i or behind, that has a
// mark's magic and its length, or -1.
func nextMark(b []byte, i int) int {
	if i+frameSize > len(b) {
		return -1
	}
	j := bytes.Index(b[i+frameSize:], markMagic[:])
	if j < 0 || i+j+markSize > len(b) {
		return -1
	}
	return i + j
}

type salvager struct {
	id    ID
	yield func(Record) error
	gaps  []Gap
	seq   uint64 // of the last record given out or passed
	work  int    // bytes that may still be checked on a guess in this segment
}

func (s *salvager) segment(b []byte, number uint64, last bool) error {
	name := segmentName(number)
	h, err := decodeHeader(name, b[:min(len(b), headerSize)])
	at := h.start()
	s.work = 8*len(b) + 4*MaxRecord
	if err != nil || h.id != s.id {
		at = place{number: number, seq: s.seq}
		at = s.resume(b, at, name, "header does not check")
	}
	for at.off < int64(len(b)) {
		next, payload, ok := frameAt(b, at, s.id)
		if !ok {
			if last && len(bytes.Trim(b[at.off:], "\x00")) == 0 {
				break
			}
			at = s.resume(b, at, name, "frame does not check")
			continue
		}
		if at = next; at.last == record {
			if err := s.yield(Record{Seq: at.seq, Payload: payload}); err != nil {
				return err
			}
		}
		s.seq = at.seq
	}
	if !last && at.last != sealing {
		s.gaps = append(s.gaps, Gap{File: name, Offset: at.off, Reason: "segment does not end in its seal"})
	}
	return nil
}

// frameAt checks the frame at a place, as scanner.next does, in memory.
func frameAt(b []byte, at place, id ID) (place, []byte, bool) {
	b = b[at.off:]
	if len(b) < frameSize {
		return at, nil, false
	}
	word := binary.LittleEndian.Uint32(b[4:])
	n := int(word &^ markFlag)
	if n > MaxRecord || frameSize+n > len(b) {
		return at, nil, false
	}
	chain := crc32.Update(at.chain, castagnoli, b[4:frameSize+n])
	seq := binary.LittleEndian.Uint64(b[8:])
	if chain != binary.LittleEndian.Uint32(b) {
		return at, nil, false
	}
	if word&markFlag != 0 {
		m, behind, ok := decodeMark(b, id, at.number, at.off)
		return behind, nil, ok && m.kind != record && seq == at.seq
	}
	at.off += int64(frameSize + n)
	at.chain, at.last, at.marked = chain, record, false
	at.seq++
	return at, b[frameSize : frameSize+n], seq == at.seq
}

// resume notes a gap and returns the place where frames check again: a mark, or
// a frame that is chained to what looks like the record before it.
func (s *salvager) resume(b []byte, at place, name, reason string) place {
	next := place{number: at.number, off: int64(len(b)), seq: at.seq}
	mark := nextMark(b, int(at.off))
	for i := int(at.off); i+frameSize <= len(b); i++ {
		if i == mark {
			_, behind, ok := decodeMark(b[i:], s.id, at.number, int64(i))
			if ok && behind.seq >= at.seq {
				s.gap(name, at.off, int64(i), reason)
				return behind
			}
			mark = nextMark(b, i+1)
		}
		if behind, ok := s.guess(b, at, i); ok {
			next = behind
			break
		}
	}
	s.gap(name, at.off, next.off, reason)
	return next
}

// guess takes what is at i for a record whose own checksum cannot be checked,
// and holds it right if the next frame is chained to it.
func (s *salvager) guess(b []byte, at place, i int) (place, bool) {
	seq := binary.LittleEndian.Uint64(b[i+8:])
	n := binary.LittleEndian.Uint32(b[i+4:])
	if seq <= at.seq || seq-at.seq > uint64(len(b)) && at.seq > 0 || n > MaxRecord || i+2*frameSize+int(n) > len(b) {
		return place{}, false
	}
	behind := place{
		number: at.number, off: int64(i + frameSize + int(n)),
		chain: binary.LittleEndian.Uint32(b[i:]), seq: seq, last: record,
	}
	cost := int(binary.LittleEndian.Uint32(b[behind.off+4:]) &^ markFlag)
	if cost > MaxRecord || cost > s.work {
		return place{}, false
	}
	s.work -= cost
	_, _, ok := frameAt(b, behind, s.id)
	return behind, ok
}

func (s *salvager) gap(name string, from, to int64, reason string) {
	s.gaps = append(s.gaps, Gap{File: name, Offset: from, Length: to - from, Reason: reason})
}
