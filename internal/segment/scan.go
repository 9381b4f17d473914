package segment

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// window is how much a scanner reads at once. It grows to the largest record
// that was met, which is never more than what is left of the file.
const window = 256 << 10

// A scanner reads the frames of one segment in order and checks each.
type scanner struct {
	file  File
	name  string
	id    ID
	limit int64 // nothing is read from here on
	at    place // of the next frame
	// durable is the offset that the marks passed so far proved.
	durable int64

	buf  []byte
	win  []byte // part of buf: what was read from at.off on
	body []byte // of the last record
}

// scan begins behind the header.
func scan(file File, h header, limit int64) *scanner {
	return &scanner{
		file: file, name: segmentName(h.number), id: h.id,
		limit: limit, at: h.start(), durable: headerSize,
	}
}

// next moves over one frame. It returns io.EOF at the limit and a *CorruptError
// for anything that is not what was written, standing still at it.
func (s *scanner) next() (kind, error) {
	if len(s.win) < frameSize {
		if err := s.fill(frameSize); err != nil {
			return 0, err
		}
	}
	word := binary.LittleEndian.Uint32(s.win[4:])
	n := int(word &^ markFlag)
	if n > MaxRecord || int64(frameSize+n) > s.limit-s.at.off {
		return 0, s.corrupt("length beyond what is there")
	}
	if len(s.win) < frameSize+n {
		if err := s.fill(frameSize + n); err != nil {
			return 0, err
		}
	}
	frame := s.win[:frameSize+n]
	chain := crc32.Update(s.at.chain, castagnoli, frame[4:])
	if chain != binary.LittleEndian.Uint32(frame) {
		return 0, s.corrupt("checksum mismatch")
	}
	if s.at.last == sealing {
		return 0, s.corrupt("frame behind the end of a segment")
	}
	seq := binary.LittleEndian.Uint64(frame[8:])
	if word&markFlag != 0 {
		return s.mark(frame, seq)
	}
	if seq != s.at.seq+1 {
		return 0, s.corrupt("sequence is not the next")
	}
	s.at.chain, s.at.seq, s.at.last, s.at.marked = chain, seq, record, false
	s.at.off += int64(len(frame))
	s.win = s.win[len(frame):]
	s.body = frame[frameSize:]
	return record, nil
}

func (s *scanner) mark(frame []byte, seq uint64) (kind, error) {
	m, behind, ok := decodeMark(frame, s.id, s.at.number, s.at.off)
	if !ok || seq != s.at.seq || behind.chain != binary.LittleEndian.Uint32(frame) {
		return 0, s.corrupt("mark does not fit")
	}
	s.at = behind
	s.durable = max(s.durable, m.durable)
	s.win = s.win[len(frame):]
	return m.kind, nil
}

// fill reads on until there are n bytes. Fewer than n are a frame cut short,
// none at all the end.
func (s *scanner) fill(n int) error {
	size := max(n, int(min(window, s.limit-s.at.off)))
	buf := s.buf
	if size > len(buf) {
		buf = make([]byte, size)
	}
	copy(buf, s.win)
	s.buf, s.win = buf, buf[:len(s.win)]
	have := len(s.win)
	want := int(min(int64(len(s.buf)), s.limit-s.at.off))
	if want > have {
		got, err := s.file.ReadAt(s.buf[have:want], s.at.off+int64(have))
		if err != nil && !errors.Is(err, io.EOF) {
			return failed("read", s.name, err)
		}
		s.win = s.buf[:have+got]
	}
	switch {
	case len(s.win) >= n:
		return nil
	case len(s.win) == 0:
		return io.EOF
	}
	return s.corrupt("frame cut short")
}

func (s *scanner) corrupt(reason string) error {
	return &CorruptError{File: s.name, Offset: s.at.off, Reason: reason}
}

// all moves over every frame. It returns nil at the end of the file and the
// error that stopped it otherwise.
func (s *scanner) all() error {
	for {
		if _, err := s.next(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// nonZero returns the offset behind the last byte of [from, to) that is not
// zero, or from if all are.
func nonZero(f File, name string, from, to int64) (int64, error) {
	last := from
	err := chunks(f, name, from, to, func(b []byte, off int64) error {
		if n := len(bytes.TrimRight(b, "\x00")); n > 0 {
			last = off + int64(n)
		}
		return nil
	})
	return last, err
}

// chunks hands out the bytes of [from, to) piece by piece.
func chunks(f File, name string, from, to int64, use func(b []byte, off int64) error) error {
	buf := make([]byte, min(window, max(to-from, 0)))
	for from < to {
		b := buf[:min(int64(len(buf)), to-from)]
		n, err := f.ReadAt(b, from)
		if n < len(b) {
			if err == nil || errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return failed("read", name, err)
		}
		if err := use(b, from); err != nil {
			return err
		}
		from += int64(len(b))
	}
	return nil
}

// lastMark looks for marks in [from, to), whatever else is there, and returns
// the highest offset that one of them proves to be durable.
func lastMark(f File, h header, from, to int64) (int64, error) {
	var durable int64
	name := segmentName(h.number)
	buf := make([]byte, min(window, max(to-from, 0)))
	for to-from >= markSize {
		b := buf[:min(int64(len(buf)), to-from)]
		if n, err := f.ReadAt(b, from); n < len(b) {
			return 0, failed("read", name, err)
		}
		for i := 0; ; i++ {
			j := bytes.Index(b[i:], markMagic[:])
			if j < 0 {
				break
			}
			i += j
			if i < frameSize {
				continue
			}
			if m, _, ok := decodeMark(b[i-frameSize:], h.id, h.number, from+int64(i-frameSize)); ok {
				durable = max(durable, m.durable)
			}
		}
		if int64(len(b)) == to-from {
			break
		}
		from += int64(len(b)) - markSize + 1
	}
	return durable, nil
}
