package segment

import (
	"errors"
	"time"
)

// Who has Log.writing is the writer: the only one that changes files while a log is
// open. While it waits for the disk, the next group fills up, so that many writers share
// one Sync. It is a goroutine of the log, or one that would wait anyway: waking another
// one for each group takes as long as a Sync, where processors sleep.

// run writes what nobody else does.
func (l *Log) run() {
	defer close(l.stopped)
	for {
		l.writing.Lock()
		closing := l.catchUp()
		if closing {
			l.finish()
		}
		due := l.due
		l.writing.Unlock()
		if closing {
			return
		}
		select {
		case <-l.wake:
		case <-due:
			l.syncDue(due)
		}
	}
}

// catchUp writes until nothing is left, and reports whether nothing will follow.
func (l *Log) catchUp() (closing bool) {
	for more := true; more; {
		more, closing = l.step()
	}
	return closing
}

// step writes a group, or a part of one that is held, and reports whether there was
// one.
func (l *Log) step() (more, closing bool) {
	if l.opts.Gather != nil {
		l.opts.Gather()
	}
	if l.refuseAll() {
		return true, false
	}
	g, closing := l.take()
	if g != nil {
		l.commit(g)
		return true, false
	}
	return !closing && l.ahead(), closing
}

// refuseAll answers what is still open once nothing is written any more, as when Drop
// could not tell what is durable, and reports whether there was something.
func (l *Log) refuseAll() bool {
	l.mu.Lock()
	err, open := l.err, l.inflight != nil || l.group.records > 0 || l.group.sync
	l.mu.Unlock()
	if err == nil || !open {
		return false
	}
	l.fail(nil, err)
	return true
}

// syncDue makes the Sync that an Interval asks for, unless somebody did.
func (l *Log) syncDue(due <-chan time.Time) {
	l.writing.Lock()
	defer l.writing.Unlock()
	if l.due == due {
		l.commit(&group{start: l.end, at: l.end, sync: true, done: make(chan struct{})})
	}
}

// lead writes until a group is answered for, if nobody else writes. Otherwise, and
// where others hold the group, the log's goroutine is told that somebody waits.
func (l *Log) lead(g *group) {
	if g.known() {
		return
	}
	l.instead(func() {
		for more := true; more && !g.known(); {
			more, _ = l.step()
		}
		if l.opts.Gather != nil {
			l.opts.Gather()
		}
	})
	if !g.known() {
		l.expect(g)
	}
}

// instead does what the writer does in its place, if nobody else does. What is called
// from there can be a program's own; where it panics, or ends its goroutine, it is open
// what was written, and nothing more is.
func (l *Log) instead(write func()) {
	if !l.writing.TryLock() {
		return
	}
	whole := false
	defer func() {
		if !whole {
			l.fail(nil, poisoned(errAbandoned))
		}
		l.writing.Unlock()
	}()
	write()
	whole = true
}

var errAbandoned = errors.New("who wrote did not come to an end: a panic")

// expect tells the log's goroutine that somebody waits for a group, and whoever holds
// it up that they are to do so when they let go.
func (l *Log) expect(g *group) {
	l.mu.Lock()
	g.expected = true
	l.mu.Unlock()
	l.nudge()
}

// nudge tells the log's goroutine to look, without waiting for it.
func (l *Log) nudge() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// take takes the group that was handed over, or the one that was filled since.
func (l *Log) take() (g *group, closing bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.err != nil:
		return nil, l.closing
	case l.inflight != nil:
		return l.inflight, false
	case (l.group.records > 0 || l.group.sync) && !l.holding(l.group):
		l.hand(l.group)
		return l.inflight, false
	}
	return nil, l.closing
}

// hand hands the group over to the writer and begins the next one. mu is held.
func (l *Log) hand(g *group) {
	l.inflight = g
	l.busy.Store(true)
	l.group = newGroup(g.at)
	l.changed()
}

func newGroup(start place) *group {
	return &group{start: start, at: start, done: make(chan struct{})}
}

// expired reports whether a Sync is due, so that groups that never end cannot
// put it off.
func (l *Log) expired() bool {
	select {
	case <-l.due:
		l.due = nil
		return true
	default:
		return false
	}
}
