package journal

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/meterbook/meterbook/internal/segment"
	"github.com/meterbook/meterbook/metering"
)

// Callers that append one event each while the disk is busy are gathered: their
// events become one piece, which is looked up, encoded and staged at once, by who
// fills it or by the log when it is done with what is before. Each caller waits once.

// gatherMost is how many events are gathered: twice as many as the index reads ahead
// for.
const gatherMost = smallBlock

// gatherings are those of a journal: one is open, and some are kept for later.
type gatherings struct {
	mu   sync.Mutex
	open *gathering
	free sync.Pool
}

// A gathering is a piece that callers add an event each to, copied: one that gives up
// leaves it behind.
type gathering struct {
	piece scribe
	items []metering.Item
	// done is closed when it is known what became of the piece: err says why it was
	// not staged as one, and the ticket of the piece the rest.
	done chan struct{}
	err  error
	// users are the callers that have yet to read of it what became of their event, and
	// who stages it.
	users atomic.Int32
}

// appendGathered appends an event together with those of others, and reports whether it
// did. Otherwise nothing became of it, and nothing was said of it.
func (j *Journal) appendGathered(ctx context.Context, e *metering.Event, to *counter) (res Result, ok bool, err error) {
	s := j.scribes.get(1)
	of, items, err := s.subject(e)
	if err != nil {
		j.scribes.put(s)
		return Result{}, false, nil
	}
	at := e.Time.UnixNano()
	g, i, full := j.gatherings.join(of, e, items, s.claim(of, e, items, at), at)
	j.scribes.put(s)
	switch {
	case full:
		j.stageGathering(g)
	case !j.log.Busy(): // since it was asked: the log may not have seen this event
		j.stageGathered()
	}
	err = g.wait(ctx)
	if err != nil && to != nil {
		to.laterOf(&j.gatherings, g, i)
	} else {
		defer j.gatherings.leave(g)
	}
	if err == nil && g.err != nil {
		return Result{}, false, nil
	}
	if err == nil {
		err = g.piece.ticket.Wait(context.Background())
	}
	if err != nil {
		j.tallies.failed.Add(1)
		return Result{}, true, outward(err)
	}
	switch v := g.piece.findings[i].verdict; v {
	case fresh:
		res.Accepted = 1
		if to != nil {
			to.count(e)
		}
	case duplicate:
		res.Duplicates = 1
	default:
		res.Refused = []Refusal{{0, refusal(v, e)}}
	}
	j.tallies.accepted.Add(uint64(res.Accepted))
	j.countRefused(res)
	return res, true, nil
}

// join adds an event, whose items are given in order, to the open gathering, and returns
// which of that it is. Nobody joins one that is full: the caller is to stage it.
func (all *gatherings) join(of *subject, e *metering.Event, items []metering.Item, c claim, at int64) (g *gathering, i int, full bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.open == nil {
		all.open = all.next()
	}
	g = all.open
	g.users.Add(1)
	i = g.add(of, e, items, c, at)
	if full = i == gatherMost-1 || len(g.piece.text) > maxBlock; full {
		all.open = nil
	}
	return g, i, full
}

// take closes the open gathering, and returns it if there is one.
func (all *gatherings) take() *gathering {
	all.mu.Lock()
	defer all.mu.Unlock()
	g := all.open
	all.open = nil
	return g
}

// next returns a gathering of nothing.
func (all *gatherings) next() *gathering {
	g, ok := all.free.Get().(*gathering)
	if !ok {
		g = &gathering{items: make([]metering.Item, 0, gatherMost)}
		s := &g.piece
		s.events, s.claims, s.of = make([]metering.Event, 0, gatherMost), make([]claim, 0, gatherMost), make([]*subject, 0, gatherMost)
		s.text, s.findings = make([]byte, 0, gatherMost*gatherBytes), make([]finding, 0, gatherMost)
		s.own.mentions = make([]mention, 4*gatherMost)
	}
	g.piece.own.begin(gatherMost)
	g.done = make(chan struct{})
	g.users.Store(1)
	return g
}

// leave is called once by each user. What nobody uses any more is used again, and
// keeps nothing alive of what it has seen.
func (all *gatherings) leave(g *gathering) {
	if g.users.Add(-1) > 0 {
		return
	}
	s := &g.piece
	clear(g.items)
	clear(s.events)
	clear(s.of)
	g.items, g.err = g.items[:0], nil
	s.events, s.of, s.claims, s.findings, s.blocks = s.events[:0], s.of[:0], s.claims[:0], s.findings[:0], s.blocks[:0]
	s.ticket, s.fresh = segment.Ticket{}, 0
	if s.text = s.text[:0]; cap(s.text) <= 4*gatherMost*gatherBytes && cap(g.items) <= 4*gatherMost {
		all.free.Put(g)
	}
}

// gatherBytes is about what one event takes in a small block.
const gatherBytes = 128

func (g *gathering) add(of *subject, e *metering.Event, items []metering.Item, c claim, at int64) int {
	s := &g.piece
	first := len(g.items)
	g.items = append(g.items, items...)
	s.events = append(s.events, *e)
	i := len(s.events) - 1
	s.events[i].Items = g.items[first:len(g.items):len(g.items)]
	s.claims, s.of = append(s.claims, c), append(s.of, of)
	s.text = s.own.append(s.text, of, e, items, at)
	return i
}

// wait waits until it is known what became of the gathering, or the context ends.
func (g *gathering) wait(ctx context.Context) error {
	if ctx.Done() == nil {
		<-g.done
		return nil
	}
	select {
	case <-g.done:
		return nil
	default:
	}
	select {
	case <-g.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stageGathered stages what was gathered so far. The log calls it between one group and
// the next one.
func (j *Journal) stageGathered() {
	if g := j.gatherings.take(); g != nil {
		j.stageGathering(g)
	}
}

// stageGathering stages a gathering that nobody joins any more. Where that fails,
// whatever the reason, each caller goes on by itself.
func (j *Journal) stageGathering(g *gathering) {
	s := &g.piece
	s.blocks = append(s.blocks, extent{len(s.claims), len(s.text)})
	s.findings = s.findings[:len(s.claims)]
	if g.err = j.tryStage(s, nil); g.err != nil {
		close(g.done)
	} else {
		s.ticket.Then(g.done)
	}
	j.gatherings.leave(g)
}

// laterOf is later for one event of a gathering, also where it is not staged yet: who
// gave up does not append it again.
func (c *counter) laterOf(all *gatherings, g *gathering, i int) {
	c.open.Go(func() {
		defer all.leave(g)
		<-g.done
		s := &g.piece
		if g.err == nil && s.ticket.Wait(context.Background()) == nil && s.findings[i].verdict == fresh {
			e := keep(&s.events[i])
			c.count(&e)
		}
	})
}
