package segment

import (
	"errors"
	"io"
	"time"
)

// commit writes a group and answers for it.
func (l *Log) commit(g *group) {
	due := l.expired()
	durable := l.opts.Interval == 0 || g.sync || due
	err := l.write(g)
	if err == nil && durable {
		err = l.flush()
	}
	if err != nil {
		l.fail(g, err)
	}
	// What an earlier group wrote stays due when this one failed, but never
	// after a Sync that failed: it is not tried again.
	if l.dirty && l.due == nil && !errors.Is(err, ErrPoisoned) {
		if due {
			l.due = overdue
		} else {
			l.due = l.opts.After(l.opts.Interval)
		}
		l.nudge() // to wait for it
	}
	if err == nil {
		l.acknowledge(g, durable)
	}
}

// overdue is the time of a Sync that was due when something else failed.
var overdue = func() <-chan time.Time {
	c := make(chan time.Time)
	close(c)
	return c
}()

func (l *Log) write(g *group) error {
	if g.records == 0 {
		return nil
	}
	if g.rotate {
		if err := l.rotate(g); err != nil {
			return err
		}
	}
	if err := l.ensureFor(g, g.at.off); err != nil {
		return err
	}
	if err := l.put(g.buf[g.written:], g.at.off-int64(len(g.buf)-g.written)); err != nil {
		return err
	}
	l.dirty = true
	l.blankAhead(len(g.buf), g.at.off)
	return nil
}

// ensureFor is ensure for a group, of which nothing stays if there is no room.
func (l *Log) ensureFor(g *group, to int64) error {
	err := l.ensure(to)
	if err != nil && g.written > 0 && !errors.Is(err, ErrPoisoned) {
		return l.takeBack(err)
	}
	return err
}

// ahead writes what a group that is held has so far, and reports whether it did. What
// it writes is as any part of a group that was not acknowledged: the end of the log
// stays where it was, and goes back there if it fails.
func (l *Log) ahead() bool {
	l.mu.Lock()
	g := l.group
	from, to := g.written, len(g.buf)
	// Nothing is written behind a group that is handed over and is not written: it may be
	// of another segment, and zeros go ahead of it.
	if l.err != nil || l.inflight != nil || l.opts.Interval > 0 || g.records == 0 || g.rotate || to-from < l.opts.Ahead || !l.holding(g) {
		l.mu.Unlock()
		return false
	}
	b, off := g.buf[from:to], g.at.off-int64(to-from)
	l.mu.Unlock()
	err := l.ensureFor(g, off+int64(len(b)))
	if err == nil {
		err = l.put(b, off)
	}
	if err != nil {
		l.fail(nil, err) // it is the group being filled, or was handed over meanwhile
		return true
	}
	if f, ok := l.file.(starter); ok {
		f.Start(off, off+int64(len(b)))
	}
	l.mu.Lock()
	g.written = to
	l.mu.Unlock()
	return true
}

// A starter is a file that can begin to bring a part of it to the disk. Whether that
// comes about is what Sync says.
type starter interface{ Start(from, to int64) }

// put writes bytes, or takes back what of them it wrote.
func (l *Log) put(b []byte, off int64) error {
	n, err := l.file.WriteAt(b, off)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	if err == nil {
		l.alloc = max(l.alloc, off+int64(n)) // a mark can be behind what was allocated
		return nil
	}
	return l.takeBack(failed("write", l.name(), err))
}

// takeBack puts the end back where it was and makes that durable before anyone hears
// of a failure: nothing of the group can come up later.
func (l *Log) takeBack(err error) error {
	back := l.file.Truncate(l.end.off)
	if back == nil {
		l.alloc, l.blank = l.end.off, l.end.off
		back = l.file.Sync()
	}
	if back != nil {
		return poisoned(errors.Join(err, failed("roll back", l.name(), back)))
	}
	return err
}

// flush makes what was written durable.
func (l *Log) flush() error {
	if !l.dirty {
		return nil
	}
	if err := l.opts.Sync(l.file); err != nil {
		return poisoned(failed("sync", l.name(), err))
	}
	l.dirty, l.due = false, nil
	return nil
}

// acknowledge answers for a group that was written. If nothing else is waiting,
// a mark is left behind it that proves it durable. The mark is not synced: it
// costs a write to memory, outlives the process, and is there for nothing when
// the next group is written. Without it, damage to the last group before a
// kill could not be told from a torn write.
func (l *Log) acknowledge(g *group, durable bool) {
	var m []byte
	l.mu.Lock()
	if g.records > 0 {
		l.end = g.at
	}
	if durable && l.end.last != trailing { // what a mark is behind is durable; the mark is not
		l.synced = l.end
		l.durable.Store(l.synced.seq)
	}
	if l.inflight == g { // a Sync that was due has no group there
		l.inflight = nil
		l.busy.Store(false)
	}
	l.recycle(g)
	g.answered = true
	next := l.end
	// Behind a seal nothing follows but the next segment.
	if durable && !l.end.marked && l.end.last != sealing && l.inflight == nil && l.group.records == 0 && !l.closing {
		m, next = appendMark(nil, l.id, l.end, mark{kind: trailing, durable: l.end.off})
		l.group.start, l.group.at = next, next
	}
	l.changed()
	l.mu.Unlock()
	g.answer()
	if m == nil {
		return
	}
	if err := l.put(m, l.end.off); err != nil {
		l.fail(nil, err)
		return
	}
	l.mu.Lock()
	l.end = next
	l.mu.Unlock()
}

// maxSpare is the largest buffer that is kept for the next group, and spares is how
// many are: one is filled while another is written, and a third is given back.
const (
	maxSpare = 32 << 20
	spares   = 3
)

// recycle keeps a group's buffer for another one. mu is held.
func (l *Log) recycle(g *group) {
	if g.buf != nil && cap(g.buf) <= maxSpare && len(l.spare) < spares {
		l.spare = append(l.spare, g.buf[:0])
	}
	g.buf = nil
}

// fail answers for a group that failed, if there is one, and for what was staged
// behind it, which is chained to it. Sequences go back to what was written.
func (l *Log) fail(g *group, err error) {
	l.mu.Lock()
	failed := []*group{l.group}
	if l.inflight != nil {
		failed = append(failed, l.inflight)
	}
	if g != nil && g != l.inflight {
		failed = append(failed, g)
	}
	l.group, l.inflight = newGroup(l.end), nil
	l.busy.Store(false)
	if errors.Is(err, ErrPoisoned) {
		l.err, l.due = err, nil
	}
	for _, g := range failed {
		g.err, g.answered = err, true
		l.recycle(g)
	}
	l.changed()
	l.mu.Unlock()
	for _, g := range failed {
		g.answer()
	}
	l.nudge() // for Gather: the log is not busy any more
}

// finish is the end of the writer.
func (l *Log) finish() {
	l.mu.Lock()
	err := l.err
	l.mu.Unlock()
	if err == nil {
		err = l.seal()
	}
	if e := l.file.Close(); e != nil && err == nil {
		err = failed("close", l.name(), e)
	}
	if e := l.lock.Close(); e != nil && err == nil {
		err = failed("unlock", lockName, e)
	}
	l.mu.Lock()
	l.closed = err
	if l.err == nil {
		l.err = ErrClosed
	}
	l.changed()
	l.mu.Unlock()
}

// seal marks the log as closed, unless it ends in such a mark.
func (l *Log) seal() error {
	l.dirty = l.dirty || l.end.last == trailing // so that all before the mark is durable
	if err := l.flush(); err != nil {
		return err
	}
	if l.end.last == closing || l.end.last == sealing {
		return nil
	}
	m, end := appendMark(nil, l.id, l.end, mark{kind: closing, durable: l.end.off})
	if err := l.put(m, l.end.off); err != nil {
		return err
	}
	if err := l.file.Truncate(end.off); err != nil {
		return failed("truncate", l.name(), err)
	}
	if err := l.file.Sync(); err != nil {
		return failed("sync", l.name(), err)
	}
	return nil
}

// name is that of the file being written.
func (l *Log) name() string { return segmentName(l.end.number) }
