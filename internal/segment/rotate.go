package segment

import (
	"errors"
	"io"
	"io/fs"
)

// rotate finishes a segment and makes the next one. When it fails in between,
// the log ends in a finished segment, and the next group makes another attempt.
func (l *Log) rotate(g *group) error {
	if g.seal != nil {
		if err := l.put(g.seal, g.start.off); err != nil {
			return err
		}
		end := g.header.before(g.start.off + markSize)
		if err := l.cut(end.off); err != nil {
			return err
		}
		l.mu.Lock()
		l.end, l.synced = end, end
		l.durable.Store(end.seq)
		l.mu.Unlock()
		l.dirty, l.due = false, nil
	}
	file, err := create(l.files, g.header)
	if err != nil {
		return err
	}
	// Everything in it is durable: there is nothing that closing could tell.
	_ = l.file.Close()
	l.file, l.alloc, l.blank = file, headerSize, headerSize
	l.mu.Lock()
	l.end = g.header.start()
	l.synced = l.end
	l.durable.Store(l.synced.seq)
	l.segments = append(l.segments, span{g.header.number, g.header.first})
	l.changed()
	l.mu.Unlock()
	return nil
}

// before is the place at the end of the segment before.
func (h header) before(off int64) place {
	return place{number: h.number - 1, off: off, chain: h.previous, seq: h.first - 1, last: sealing, marked: true}
}

// cut ends the file behind its seal and makes both durable.
func (l *Log) cut(end int64) error {
	if err := l.file.Truncate(end); err != nil {
		return poisoned(failed("truncate", l.name(), err))
	}
	l.alloc = end
	if err := l.opts.Sync(l.file); err != nil {
		return poisoned(failed("sync", l.name(), err))
	}
	return nil
}

// create makes a segment that holds its header. It has its name only once it is
// durable, so that a crash leaves either all of it or a temporary file.
func create(files Files, h header) (File, error) {
	b := h.encode()
	err := replace(files, temporary, segmentName(h.number), func(f File) error {
		return writeAll(f, temporary, b[:], 0)
	})
	if err != nil {
		return nil, err
	}
	file, err := files.Edit(segmentName(h.number))
	if err != nil {
		return nil, failed("open", segmentName(h.number), err)
	}
	return file, nil
}

// replace writes a file under a temporary name, makes it durable, and gives it
// its own, replacing what had it. A Sync that failed is ErrPoisoned.
func replace(files Files, temp, name string, write func(File) error) error {
	f, err := files.Create(temp)
	if errors.Is(err, fs.ErrExist) {
		if err = files.Remove(temp); err == nil {
			f, err = files.Create(temp)
		}
	}
	if err != nil {
		return failed("create", temp, err)
	}
	err = write(f)
	if err == nil {
		if e := f.Sync(); e != nil {
			err = poisoned(failed("sync", temp, e))
		}
	}
	if e := f.Close(); e != nil && err == nil {
		err = failed("close", temp, e)
	}
	if err == nil {
		if e := files.Rename(temp, name); e != nil {
			err = failed("rename", temp, e)
		}
	}
	if err != nil {
		_ = files.Remove(temp) // or the next one does
		return err
	}
	if err := files.SyncDir(); err != nil {
		return poisoned(failed("sync directory for", name, err))
	}
	return nil
}

func writeAll(f File, name string, b []byte, off int64) error {
	n, err := f.WriteAt(b, off)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return failed("write", name, err)
	}
	return nil
}

// An allocator is a file that can be grown by blocks that are reserved.
type allocator interface {
	Allocate(from, to int64) error
}

// ensure grows the file ahead of a group, by a step or, on a disk that is
// nearly full, by what is needed.
func (l *Log) ensure(to int64) error {
	step := l.opts.Preallocate
	need := to + reserve
	if step < 0 || need <= l.alloc {
		return nil
	}
	want := l.alloc + (need-l.alloc+step-1)/step*step
	want = min(want, max(need, l.opts.SegmentSize+reserve))
	err := l.grow(want)
	if isFull(err) && !errors.Is(err, ErrPoisoned) && want > need {
		err = l.grow(need)
	}
	return err
}

func (l *Log) grow(to int64) error {
	var err error
	if a, ok := l.file.(allocator); ok {
		err = a.Allocate(l.alloc, to)
	} else {
		err = l.file.Truncate(to)
	}
	if err == nil {
		l.alloc = to
		return nil
	}
	err = failed("grow", l.name(), err)
	if back := l.file.Truncate(l.alloc); back != nil {
		return poisoned(errors.Join(err, failed("roll back", l.name(), back)))
	}
	return err
}

// A converter is a file in which a block that was reserved is converted when it is
// first written, and a Sync waits for a note of that: it takes two or three times as
// long as one of blocks that were written before. The first write of many small groups
// is therefore one of zeros, for all of them. Large groups are not worth writing twice.
type converter interface{ Converts() bool }

const (
	blankRun   = 1 << 20      // bytes that are written at once
	blankWorth = blankRun / 8 // and the largest group for which they are
)

var zeros [blankRun]byte // which takes no memory, as it is never written

// blankAhead writes zeros behind a group of so many bytes that ends at off, if what
// follows was never written. They are of the same Sync. That they could not be written
// is no loss: what was reserved reads as zeros, too.
func (l *Log) blankAhead(size int, off int64) {
	if off <= l.blank || size > blankWorth || l.opts.Interval > 0 || off >= l.alloc {
		return
	}
	if f, ok := l.file.(converter); !ok || !f.Converts() {
		return
	}
	l.blank = min(off+blankRun, l.alloc)
	_, _ = l.file.WriteAt(zeros[:l.blank-off], off)
}
