package journal

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"

	"github.com/meterbook/meterbook/internal/segment"
	"github.com/meterbook/meterbook/metering"
)

// A large batch is prepared and staged in pieces: while one is staged, and written,
// others are prepared.
const (
	pieceLeast = 3000 // events of a piece where there are several
	maxCrew    = 4    // goroutines that prepare those of one batch
)

// stageAll prepares and stages events, and returns the scribes of what was staged.
func (j *Journal) stageAll(ctx context.Context, events []metering.Event, origin *position, pieces []*scribe) ([]*scribe, error) {
	n := len(events) / j.opts.piece
	if origin != nil || n < 2 {
		return j.stageRest(ctx, events, 0, origin, pieces, false)
	}
	c := crew{journal: j, events: events, pieces: make([]*scribe, n)}
	defer c.end()
	c.begin()
	j.log.Hold() // they share one sync
	defer j.log.Release()
	for i := range c.pieces {
		s := c.wait(i)
		err := j.stage(ctx, s, nil, true)
		if err != nil {
			return pieces, err
		}
		pieces, c.pieces[i] = append(pieces, s), nil
		if _, to := c.bounds(i); s.from+len(s.events) < to {
			if pieces, err = j.stageRest(ctx, events[:to], s.from+len(s.events), nil, pieces, true); err != nil {
				return pieces, err
			}
		}
	}
	return pieces, nil
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

// A crew prepares the pieces of a batch in order, each goroutine the next one that
// nobody has taken.
type crew struct {
	journal *Journal
	events  []metering.Event
	pieces  []*scribe
	taken   atomic.Int32
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
	for range min(len(c.pieces), runtime.GOMAXPROCS(0), maxCrew) - 1 {
		go func() {
			for c.next() {
			}
		}()
	}
}

// next prepares the next piece, if there is one.
func (c *crew) next() bool {
	i := int(c.taken.Add(1)) - 1
	if i >= len(c.pieces) {
		return false
	}
	s := c.pieces[i]
	from, to := c.bounds(i)
	c.journal.prepare(s, c.events[from:to], false)
	s.done.Store(true)
	s.ready.Done()
	return true
}

// wait returns a piece when it is ready. Until then it prepares others.
func (c *crew) wait(i int) *scribe {
	s := c.pieces[i]
	for !s.done.Load() {
		if !c.next() {
			s.ready.Wait()
			break
		}
	}
	return s
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
