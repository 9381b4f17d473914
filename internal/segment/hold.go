package segment

import "context"

// Hold says that batches are about to follow that are to share a Sync with the next
// one: until Release, what is staged is written, and not yet synced. It does not hold
// up a Sync that is asked for, nor more than 4 MiB or half of MaxPending. Whoever
// holds must not wait for a ticket.
func (l *Log) Hold() {
	l.mu.Lock()
	l.held++
	l.mu.Unlock()
}

// Release ends what Hold began.
func (l *Log) Release() {
	l.mu.Lock()
	l.held--
	expected := l.held == 0 && l.group.expected
	l.mu.Unlock()
	if expected {
		l.nudge()
	}
}

// Advance writes what is held so far, unless somebody is at it. Where the context can
// end, the log's own goroutine does: whoever calls is not kept by a disk that is stuck.
func (l *Log) Advance(ctx context.Context) {
	if ctx.Done() != nil {
		l.nudge()
		return
	}
	l.instead(func() {
		for l.ahead() {
		}
	})
}

const maxHeld = 4 << 20

// holding reports whether a group is to be added to before it is synced. mu is held.
func (l *Log) holding(g *group) bool {
	return l.held > 0 && !g.sync && !l.closing && len(g.buf) < min(maxHeld, l.opts.MaxPending/2)
}
