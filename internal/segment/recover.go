package segment

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// A Recovery says what Open found.
type Recovery struct {
	ID       ID
	First    uint64 // sequence of the oldest record, or of the next one if there is none
	Last     uint64 // sequence of the newest record, First - 1 if there is none
	Segments int
	Created  bool  // there was no log
	Clean    bool  // the log had been closed, or is new
	Torn     *Torn // what was cut off, or nil
	Again    int64 // bytes at the end that were written and synced once more
}

// A Torn is an end of a log that was not written whole. No durable record was in
// it.
type Torn struct {
	File   string
	Offset int64
	Length int64 // up to the last byte that is not zero
	Reason string
	Kept   string // the file that the bytes were copied to
}

// A recovery is Open's work: it first looks, and only then changes anything.
type recovery struct {
	files    Files
	opts     Options
	report   Recovery
	names    []string
	segments []span
	h        header // of the last segment
	again    bool   // it holds nothing and is made again
	durable  int64
	size     int64
	end      place
	file     File
}

func (r *recovery) run() error {
	if err := r.look(); err != nil {
		return err
	}
	for _, temp := range []string{temporary, quarantineTemp} {
		if slices.Contains(r.names, temp) {
			if err := r.files.Remove(temp); err != nil {
				return failed("remove", temp, err)
			}
		}
	}
	if err := r.setAside(); err != nil {
		return err
	}
	if err := r.mend(); err != nil {
		if r.file != nil {
			err = errors.Join(err, r.file.Close())
		}
		return err
	}
	r.report.ID, r.report.First, r.report.Last = r.h.id, r.segments[0].first, r.end.seq
	r.report.Segments = len(r.segments)
	return nil
}

// look reads what is there.
func (r *recovery) look() error {
	names, err := r.files.List()
	if err != nil {
		return failed("list", "directory", err)
	}
	r.names = names
	numbers := segmentNumbers(names)
	var before *place // at the end of the last segment looked at
	for i, number := range numbers {
		if number != numbers[0]+uint64(i) {
			return &CorruptError{File: segmentName(numbers[0] + uint64(i)), Reason: "segment is missing"}
		}
		last := i == len(numbers)-1
		if err := r.segment(number, last, before); err != nil {
			return err
		}
		before = &r.end
	}
	if len(numbers) == 0 {
		r.report.Created, r.report.Clean = true, true
		return r.fresh(1)
	}
	if !r.opts.ID.IsZero() && r.h.id != r.opts.ID {
		return fmt.Errorf("%w: it is %s, not %s", ErrForeign, r.h.id, r.opts.ID)
	}
	return r.whole()
}

// whole refuses a log that is not what is known of it.
func (r *recovery) whole() error {
	known := r.opts.Known
	switch first := r.segments[0]; {
	case known.ID != r.h.id || known.ID.IsZero():
	case first.first > known.First:
		return &CorruptError{File: segmentName(first.number), Reason: fmt.Sprintf("the log begins with record %d, and it had record %d: a segment is missing", first.first, known.First)}
	case r.end.seq < known.Durable:
		return &CorruptError{File: segmentName(r.h.number), Offset: r.end.off, Reason: fmt.Sprintf("the log ends with record %d, and record %d was durable", r.end.seq, known.Durable)}
	}
	return nil
}

// segmentNumbers returns those among the names, ascending.
func segmentNumbers(names []string) []uint64 {
	var numbers []uint64
	for _, name := range names {
		if number, ok := segmentNumber(name); ok {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// segment looks at one segment: the last one whole, another one at both ends.
func (r *recovery) segment(number uint64, last bool, before *place) error {
	name := segmentName(number)
	f, err := r.files.Open(name)
	if err != nil {
		return failed("open", name, err)
	}
	defer f.Close()
	h, size, err := readHeader(f, name)
	if last {
		r.size = size
		empty, e := unfinished(f, name, size, err)
		if e != nil {
			return e
		}
		if empty {
			return r.unborn(number, before)
		}
	}
	if err != nil {
		return err
	}
	if err := follows(name, h, r.h.id, before); err != nil {
		return err
	}
	r.h = h
	r.segments = append(r.segments, span{number, h.first})
	if !last {
		r.end, err = sealOf(f, h, size)
		return err
	}
	return r.tail(f)
}

func readHeader(f File, name string) (header, int64, error) {
	size, err := f.Size()
	if err != nil {
		return header{}, 0, failed("stat", name, err)
	}
	var b [headerSize]byte
	n, err := f.ReadAt(b[:min(size, headerSize)], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return header{}, 0, failed("read", name, err)
	}
	h, err := decodeHeader(name, b[:n])
	return h, size, err
}

// unfinished reports whether a segment was never made: it is shorter than a
// header, or all zero. Its creation leaves neither, but a file system may.
func unfinished(f File, name string, size int64, err error) (bool, error) {
	if !errors.Is(err, ErrCorrupt) {
		return false, nil
	}
	if size < headerSize {
		return true, nil
	}
	last, err := nonZero(f, name, 0, size)
	return last == 0, err
}

// unborn takes the last segment as one that is still to be made.
func (r *recovery) unborn(number uint64, before *place) error {
	if before == nil && number > 1 {
		return &CorruptError{File: segmentName(number), Reason: "the only segment left has no header"}
	}
	if r.size > 0 {
		r.report.Torn = &Torn{File: segmentName(number), Length: r.size, Reason: "header cut short"}
	}
	if before == nil {
		return r.fresh(number)
	}
	r.h = header{id: r.h.id, number: number, first: before.seq + 1, previous: before.chain}
	r.segments = append(r.segments, span{number, r.h.first})
	r.end, r.again = r.h.start(), true
	return nil
}

// fresh begins a log.
func (r *recovery) fresh(number uint64) error {
	id := r.opts.ID
	if id.IsZero() {
		if _, err := io.ReadFull(r.opts.Random, id[:]); err != nil {
			return fmt.Errorf("segment: make an id: %w", err)
		}
	}
	r.h = header{id: id, number: number, first: 1}
	r.segments = []span{{number, 1}}
	r.end, r.again = r.h.start(), true
	return nil
}

// follows checks that a segment continues the one before.
func follows(name string, h header, id ID, before *place) error {
	switch {
	case before == nil:
		return nil
	case h.id != id:
		return &CorruptError{File: name, Offset: 16, Reason: "segment of another journal"}
	case h.first != before.seq+1:
		return &CorruptError{File: name, Offset: 40, Reason: "first sequence does not continue the segment before"}
	case h.previous != before.chain:
		return &CorruptError{File: name, Offset: 48, Reason: "does not continue the segment before"}
	}
	return nil
}

// sealOf reads the mark that a segment with a successor ends in.
func sealOf(f File, h header, size int64) (place, error) {
	name := segmentName(h.number)
	off := size - markSize
	if off < headerSize {
		return place{}, &CorruptError{File: name, Offset: size, Reason: "segment cut short"}
	}
	var b [markSize]byte
	if n, err := f.ReadAt(b[:], off); n < markSize {
		return place{}, failed("read", name, err)
	}
	m, end, ok := decodeMark(b[:], h.id, h.number, off)
	if !ok || m.kind != sealing {
		return place{}, &CorruptError{File: name, Offset: off, Reason: "segment does not end in its seal"}
	}
	return end, nil
}

// tail reads the last segment whole and decides what its end is.
func (r *recovery) tail(f File) error {
	s := scan(f, r.h, r.size)
	err := s.all()
	r.end, r.durable = s.at, s.durable
	r.report.Clean = err == nil && (s.at.last == closing || s.at.last == sealing)
	r.again = s.at.off == headerSize
	if !errors.Is(err, ErrCorrupt) {
		return err
	}
	data, e := nonZero(f, s.name, s.at.off, r.size)
	if e != nil {
		return e
	}
	if data == s.at.off { // grown ahead of what was written
		r.report.Clean = s.at.last == sealing
		return nil
	}
	proven, e := lastMark(f, r.h, s.at.off, r.size)
	if e != nil {
		return e
	}
	if proven > s.at.off {
		return err
	}
	torn := Torn{File: s.name, Offset: s.at.off, Length: data - s.at.off}
	if c := (*CorruptError)(nil); errors.As(err, &c) {
		torn.Reason = c.Reason
	}
	r.report.Torn = &torn
	return nil
}

const (
	quarantineTemp   = "quarantine.tmp"
	quarantineSuffix = ".quarantine"
)

// setAside copies a torn end to a file of its own, which is never removed.
func (r *recovery) setAside() error {
	t := r.report.Torn
	if t == nil {
		return nil
	}
	t.Kept = t.File + quarantineSuffix
	for i := 2; slices.Contains(r.names, t.Kept); i++ {
		t.Kept = t.File + quarantineSuffix + "-" + strconv.Itoa(i)
	}
	from, err := r.files.Open(t.File)
	if err != nil {
		return failed("open", t.File, err)
	}
	defer from.Close()
	return replace(r.files, quarantineTemp, t.Kept, func(to File) error {
		return chunks(from, t.File, t.Offset, t.Offset+t.Length, func(b []byte, off int64) error {
			return writeAll(to, quarantineTemp, b, off-t.Offset)
		})
	})
}

// mend leaves a last segment that holds what was recovered and is durable.
//
// What no mark proves was read back, but from memory: after a Sync that failed,
// or a kill, it need not be on disk, and syncing it would do nothing if the
// system believes that it is. So it is written once more before it is synced.
// A segment that holds nothing is made again for the same reason: its name may
// not be durable.
func (r *recovery) mend() (err error) {
	name := segmentName(r.h.number)
	if r.again {
		r.file, err = create(r.files, r.h)
		return err
	}
	if r.file, err = r.files.Edit(name); err != nil {
		return failed("open", name, err)
	}
	if r.size > r.end.off {
		if err := r.file.Truncate(r.end.off); err != nil {
			return failed("truncate", name, err)
		}
	}
	r.report.Again = r.end.off - r.durable
	err = chunks(r.file, name, r.durable, r.end.off, func(b []byte, off int64) error {
		return writeAll(r.file, name, b, off)
	})
	if err != nil {
		return err
	}
	if err := r.file.Sync(); err != nil {
		return failed("sync", name, err)
	}
	if err := r.files.SyncDir(); err != nil {
		return failed("sync directory for", name, err)
	}
	return nil
}
