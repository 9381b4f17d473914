package metering

import (
	"context"
	"time"
)

// An Operation is a piece of work that a stage did, told when it has ended.
type Operation struct {
	Name  string // such as "journal.append"; one of a few, never a tenant's
	Start time.Time
	Took  time.Duration
	Items int // events, rows or shares that it was about; 0 where that means nothing
	Err   error
}

// A Watch is told of operations, with the context in which they ran. It is called
// by whoever did the work, before that returns, from many goroutines at once: it
// does not block. metering/otelmeter makes one that turns operations into spans.
type Watch func(context.Context, Operation)

// Over returns a watch that tells w of operations that took at least so long, and of
// those that failed; nil for no watch.
func (w Watch) Over(slow time.Duration) Watch {
	if w == nil {
		return nil
	}
	return func(ctx context.Context, op Operation) {
		if op.Took >= slow || op.Err != nil {
			w(ctx, op)
		}
	}
}
