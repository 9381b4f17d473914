package main

import (
	"context"
	"errors"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
)

// An ingester records lines in batches, in order.
type ingester struct {
	rec   *journal.Recorder
	batch int
	grace time.Duration
	acked func(acknowledgement) error

	tally tally
	last  int       // line up to which all is acknowledged
	high  time.Time // of the events in the journal that were read, the latest

	read   int    // line that was read last
	lines  []line // that are not acknowledged
	events []metering.Event
	at     []int // of events in lines
}

// An acknowledgement says that lines are dealt with: what is accepted is durable.
type acknowledgement struct {
	Line     int             `json:"line"` // up to which they are
	High     time.Time       `json:"high,omitzero"`
	Outcomes map[outcome]int `json:"outcomes,omitempty"` // of those since the one before
	Done     bool            `json:"done,omitempty"`     // the input is
	Durable  uint64          `json:"durable,omitempty"`  // with Done: the last event of the journal
}

func newIngester(rec *journal.Recorder, o options, acked func(acknowledgement) error) *ingester {
	return &ingester{rec: rec, batch: o.batch, grace: o.grace, acked: acked, tally: newTally(), last: o.after, high: o.high, read: o.after}
}

// patience is how long lines wait for more of their batch.
const patience = 100 * time.Millisecond

// run records until the input ends, or the context does: then what was not
// acknowledged is left to be sent again.
func (g *ingester) run(ctx context.Context, from *source) error {
	idle := time.NewTimer(patience)
	defer idle.Stop()
	for {
		select {
		case l, more := <-from.lines:
			if err := ctx.Err(); err != nil {
				return err
			}
			if !more {
				return errors.Join(g.flush(ctx), from.err)
			}
			if err := g.next(ctx, l); err != nil {
				return err
			}
			idle.Reset(patience)
		case <-idle.C:
			if err := g.flush(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// next takes a line. Where batches end, and windows are sealed, depends on the
// numbers of lines alone, so that a run that is killed and resumed finds the same
// events late as one that is not.
func (g *ingester) next(ctx context.Context, l line) error {
	if g.read > 0 && (l.number-1)/g.batch != (g.read-1)/g.batch {
		if err := errors.Join(g.flush(ctx), g.seal(ctx)); err != nil {
			return err
		}
	}
	g.read = l.number
	if l.err == nil {
		g.events, g.at = append(g.events, l.event), append(g.at, len(g.lines))
	}
	g.lines = append(g.lines, l)
	return nil
}

// flush records what was read. After an error nothing of it is acknowledged, and it
// is to be sent again: what is in the journal by then is a duplicate.
func (g *ingester) flush(ctx context.Context) error {
	if len(g.lines) == 0 {
		return nil
	}
	res, err := g.rec.Record(ctx, g.events...)
	if err != nil {
		return err
	}
	for _, r := range res.Refused {
		g.lines[g.at[r.Index]].err = r.Err
	}
	batch := map[outcome]int{}
	if res.Accepted > 0 {
		batch[accepted] = res.Accepted
	}
	if res.Duplicates > 0 {
		batch[duplicate] = res.Duplicates
	}
	for i := range g.lines {
		switch l := &g.lines[i]; {
		case l.err != nil:
			o := outcomeOf(l.err)
			batch[o]++
			g.tally.exemplify(o, l)
		case l.event.Time.After(g.high):
			g.high = l.event.Time
		}
	}
	g.tally.add(batch)
	g.last = g.read
	g.lines, g.events, g.at = g.lines[:0], g.events[:0], g.at[:0]
	return g.acked(acknowledgement{Line: g.last, High: g.high, Outcomes: batch})
}

// seal closes the windows that ended long before the latest event.
func (g *ingester) seal(ctx context.Context) error {
	if g.grace == 0 || g.high.IsZero() {
		return nil
	}
	return g.rec.Seal(ctx, g.high.Add(-g.grace).Truncate(window))
}

// window is how wide the windows are that are sealed: the aggregator's default.
const window = 15 * time.Minute
