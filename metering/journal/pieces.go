package journal

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/meterbook/meterbook/internal/segment"
	"github.com/meterbook/meterbook/metering"
)

// A large batch is prepared and staged in pieces: while one is staged, and written,
// others are prepared.
const (
	pieceLeast = 4000 // events of a piece where there are several
	maxPieces  = 8
	maxCrew    = 4 // goroutines that are at those of one batch
)

// stageAll prepares and stages events, and returns the scribes of what was staged.
func (j *Journal) stageAll(ctx context.Context, events []metering.Event, origin *position, pieces []*scribe) ([]*scribe, error) {
	n := min(len(events)/j.opts.piece, maxPieces)
	if origin != nil || n < 2 {
		return j.stageRest(ctx, events, 0, origin, pieces, false)
	}
	c := crew{journal: j, ctx: ctx, events: events, pieces: make([]*scribe, n), staged: make([]*scribe, 0, n), over: make(chan struct{})}
	defer c.end()
	j.log.Hold() // they share one sync; who stages the last one releases it
	c.begin()
	c.work()
	c.stock() // while others are at the last pieces, or at the disk
	<-c.over
	return c.staged, c.err
}

// stageRest prepares and stages events from one on, piece by piece; with an origin
// as one piece, which tells how far that was read.
func (j *Journal) stageRest(ctx context.Context, events []metering.Event, from int, origin *position, pieces []*scribe, held bool) ([]*scribe, error) {
	for whole := origin != nil; from < len(events) || whole; whole = false {
		rest := events[from:]
		if !whole {
			rest = rest[:min(len(rest), pieceEvents)]
		}
		s := j.scribes.get(len(rest))
		s.from = from
		j.prepare(s, rest, whole)
		from += len(s.events)
		if err := j.stage(ctx, s, origin, held); err != nil {
			j.scribes.put(s)
			return pieces, err
		}
		pieces = append(pieces, s)
	}
	return pieces, nil
}

// prepare prepares a piece, with a numbering that is used again.
func (j *Journal) prepare(s *scribe, events []metering.Event, whole bool) {
	if len(events) <= smallBlock {
		s.prepare(nil, events, whole)
		return
	}
	n := j.scribes.lend()
	s.prepare(n, events, whole)
	j.scribes.giveBack(n)
}

// A crew is at the pieces of a batch: whoever of it has nothing in hand stages the next
// piece if it is ready and nobody else stages, and otherwise prepares one. Nobody is
// woken on the way, which would take as long as a piece.
type crew struct {
	journal *Journal
	ctx     context.Context
	events  []metering.Event
	pieces  []*scribe // nil once they are staged
	taken   atomic.Int32
	alone   bool
	stocked atomic.Bool

	staging sync.Mutex // held by who stages; it protects what follows
	next    int
	staged  []*scribe
	err     error
	over    chan struct{} // closed when nothing more will be staged
}

func (c *crew) bounds(i int) (from, to int) {
	n := len(c.pieces)
	return i * len(c.events) / n, (i + 1) * len(c.events) / n
}

func (c *crew) begin() {
	for i := range c.pieces {
		from, to := c.bounds(i)
		s := c.journal.scribes.get(to - from)
		s.from = from
		s.ready.Add(1)
		c.pieces[i] = s
	}
	others := min(len(c.pieces), runtime.GOMAXPROCS(0), maxCrew) - 1
	c.alone = others == 0
	for range others {
		go func() {
			c.work()
			c.stock()
		}()
	}
}

// work ends when nothing is left that nobody is at.
func (c *crew) work() {
	for c.stage() || c.prepare() {
	}
}

// prepare prepares the next piece, if there is one.
func (c *crew) prepare() bool {
	i := int(c.taken.Add(1)) - 1
	if i >= len(c.pieces) {
		return false
	}
	from, to := c.bounds(i)
	s := c.pieces[i]
	c.journal.prepare(s, c.events[from:to], false)
	s.done.Store(true)
	s.ready.Done()
	return true
}

// stage stages the next piece if it is ready, unless somebody is at that. Who makes one
// ready meanwhile leaves it to them.
func (c *crew) stage() bool {
	for c.staging.TryLock() {
		var s *scribe
		if c.next < len(c.pieces) && c.err == nil {
			s = c.pieces[c.next]
		}
		ready := s != nil && s.done.Load()
		if ready {
			c.stageNext(s)
		}
		last := ready && (c.next == len(c.pieces) || c.err != nil)
		c.staging.Unlock()
		switch {
		case last:
			c.finish()
			return true
		case ready:
			c.journal.log.Advance(c.ctx)
			return true
		case s == nil || !s.done.Load():
			return false
		}
	}
	return false
}

// stageNext stages the next piece. staging is held.
func (c *crew) stageNext(s *scribe) {
	j, i := c.journal, c.next
	c.next++
	if c.err = j.stage(c.ctx, s, nil, true); c.err != nil {
		return
	}
	c.staged, c.pieces[i] = append(c.staged, s), nil
	if _, to := c.bounds(i); s.from+len(s.events) < to {
		c.staged, c.err = j.stageRest(c.ctx, c.events[:to], s.from+len(s.events), nil, c.staged, true)
	}
}

// finish is for who staged the last piece: it has all of them written at once, where it
// need not heed a context.
func (c *crew) finish() {
	c.journal.log.Release()
	if c.alone {
		go c.stock()
	}
	if n := len(c.staged); n > 0 && c.ctx.Done() == nil {
		_ = c.staged[n-1].ticket.Wait(c.ctx)
	}
	close(c.over)
}

// stock makes room for the next batch, once.
func (c *crew) stock() {
	if !c.stocked.Swap(true) {
		c.journal.stock(len(c.events))
	}
}

// end takes the pieces back that were not staged, once nobody is at them any more.
func (c *crew) end() {
	n := int32(len(c.pieces))
	for taken := min(c.taken.Swap(n), n); taken < n; taken++ { // nobody will
		c.pieces[taken].ready.Done()
	}
	for _, s := range c.pieces {
		if s != nil {
			s.ready.Wait()
			c.journal.scribes.put(s)
		}
	}
}

// stage stages a piece as soon as the log takes it, whose syncs the caller may hold.
func (j *Journal) stage(ctx context.Context, s *scribe, origin *position, held bool) error {
	if len(s.claims) == 0 && origin == nil {
		return nil
	}
	for {
		err := j.tryStage(s, origin)
		switch {
		case errors.Is(err, segment.ErrFull):
			err = j.waiting(held, func() error { return j.log.Ready(ctx) })
		case errors.Is(err, errBehind):
			err = j.waiting(held, j.catchUp)
		default:
			return err
		}
		if err != nil {
			return err
		}
	}
}

// waiting waits for what may need a sync, and holds none meanwhile.
func (j *Journal) waiting(held bool, wait func() error) error {
	if held {
		j.log.Release()
		defer j.log.Hold()
	}
	return wait()
}
