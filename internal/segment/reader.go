package segment

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
)

// A Record is one record of a log.
type Record struct {
	Seq     uint64
	Payload []byte // until the next step
}

// A Reader reads durable records in order and can be asked again once there are
// more: see [Log.WaitPast]. It checks every frame it passes. It holds one file
// open and a buffer of 256 KiB, or of the largest record above that; it is not
// for several goroutines at once.
type Reader struct {
	log  *Log
	next uint64
	file File
	scan *scanner
	err  error // what ended it for good
}

// Reader returns a reader that begins with the record of that sequence; 0 is the
// oldest one. Finding it takes reading its segment from the start.
func (l *Log) Reader(from uint64) *Reader {
	return &Reader{log: l, next: from}
}

// Records returns the records from that sequence on, 0 for the oldest one, up to
// the last one that is durable when the iteration begins. It ends with an error,
// or without one.
func (l *Log) Records(from uint64) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		r := l.Reader(from)
		defer r.Close()
		last := l.Durable()
		for {
			rec, err := r.Next()
			if errors.Is(err, io.EOF) || err == nil && rec.Seq > last {
				return
			}
			if err != nil {
				yield(Record{}, err)
				return
			}
			if !yield(rec, nil) || rec.Seq == last {
				return
			}
		}
	}
}

// Next returns the next record, or io.EOF while there is none that is durable.
// Other errors are final: a [*CorruptError], [ErrDropped], or what reading
// returned.
func (r *Reader) Next() (Record, error) {
	if r.err != nil {
		return Record{}, r.err
	}
	for {
		if r.scan == nil {
			if err := r.open(); err != nil {
				return r.end(err)
			}
		}
		kind, err := r.scan.next()
		switch {
		case err == nil && kind == record && r.scan.at.seq >= r.next:
			r.next = r.scan.at.seq + 1
			return Record{Seq: r.scan.at.seq, Payload: r.scan.body}, nil
		case err == nil:
			continue
		case !errors.Is(err, io.EOF):
			return r.end(err)
		}
		more, err := r.more()
		if err != nil {
			return r.end(err)
		}
		if !more {
			return Record{}, io.EOF
		}
	}
}

func (r *Reader) end(err error) (Record, error) {
	r.err = err
	return Record{}, err
}

// more looks whether there is more to read than there was, here or in the next
// segment.
func (r *Reader) more() (bool, error) {
	limit, err := r.limit()
	if err != nil {
		return false, err
	}
	if limit > r.scan.limit {
		r.scan.limit = limit
		return true, nil
	}
	r.log.mu.Lock()
	last := r.log.synced.number
	r.log.mu.Unlock()
	if r.scan.at.number == last {
		return false, nil
	}
	// The segment may have been finished between the two looks.
	if limit, err = r.limit(); err != nil || limit > r.scan.limit {
		r.scan.limit = max(limit, r.scan.limit)
		return err == nil, err
	}
	if r.scan.at.last != sealing {
		return false, &CorruptError{File: r.scan.name, Offset: r.scan.at.off, Reason: "segment does not end in its seal"}
	}
	before := r.scan.at
	return true, r.enter(before.number+1, &before)
}

// limit is where the durable part of the segment ends.
func (r *Reader) limit() (int64, error) {
	r.log.mu.Lock()
	synced := r.log.synced
	r.log.mu.Unlock()
	if r.scan.at.number == synced.number {
		return synced.off, nil
	}
	size, err := r.file.Size()
	if err != nil {
		return 0, failed("stat", r.scan.name, err)
	}
	return size, nil
}

// open finds the segment of the next record.
func (r *Reader) open() error {
	r.log.mu.Lock()
	first := r.log.segments[0].first
	if r.next == 0 {
		r.next = first
	}
	var number uint64
	for _, s := range r.log.segments {
		if s.first <= r.next {
			number = s.number
		}
	}
	r.log.mu.Unlock()
	if r.next < first {
		return fmt.Errorf("%w: record %d, the oldest is %d", ErrDropped, r.next, first)
	}
	return r.enter(number, nil)
}

// enter opens a segment, which continues the one before if that was read.
func (r *Reader) enter(number uint64, before *place) error {
	name := segmentName(number)
	f, err := r.log.files.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: segment %d", ErrDropped, number)
	}
	if err != nil {
		return failed("open", name, err)
	}
	h, _, err := readHeader(f, name)
	if err == nil {
		err = follows(name, h, r.log.id, before)
	}
	if err == nil && h.id != r.log.id {
		err = &CorruptError{File: name, Offset: 16, Reason: "segment of another journal"}
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	r.shut()
	r.file = f
	var buf []byte
	if r.scan != nil {
		buf = r.scan.buf
	}
	r.scan = scan(f, h, headerSize)
	r.scan.buf = buf
	r.scan.limit, err = r.limit()
	return err
}

func (r *Reader) shut() {
	if r.file != nil {
		_ = r.file.Close() // it was only read
		r.file = nil
	}
}

// Close closes the file. Next then returns [ErrClosed].
func (r *Reader) Close() error {
	r.shut()
	r.err = ErrClosed
	return nil
}
