package journal

import (
	"context"
	"errors"
	"maps"

	"github.com/meterbook/meterbook/internal/segment"
	"github.com/meterbook/meterbook/metering"
)

// Snapshot makes all events durable, and writes down the index of identities of
// recent days and up to where the log is known, so that opening the journal again
// does not read it from the beginning. [Journal.Close] does so too. It writes 30
// bytes for each identity in memory, beside those who append; events wait while
// what is to be written is noted.
func (j *Journal) Snapshot(ctx context.Context) error {
	_, err := j.snapshot(ctx)
	return outward(err)
}

// snapshot returns the place up to which everything is written down.
func (j *Journal) snapshot(ctx context.Context) (place, error) {
	if err := j.log.Sync(ctx); err != nil {
		return place{}, err
	}
	j.keeper.turn.Lock()
	defer j.keeper.turn.Unlock()
	if err := j.stepAll(); err != nil {
		return place{}, err
	}
	j.mu.Lock()
	err := j.lookBack()
	j.settle()
	p, oldest, exported, positions := j.place, j.oldest, j.exported, maps.Clone(j.positions)
	var s *snapshot
	if err == nil {
		s, err = j.index.capture(p.event)
	}
	j.mu.Unlock()
	if err == nil {
		err = s.write()
	}
	if err == nil { // only now: a place beyond the index would not help it
		err = j.savePlace(p, oldest, exported, positions)
	}
	return p, err
}

// lookBack takes notice of what the log has made durable or taken back. j.mu is
// held.
func (j *Journal) lookBack() error {
	_, err := j.log.Stage(func(b *segment.Batch) error { return j.caughtUp(b.First()) })
	return err
}

// knows reports whether an event is in the journal, once it is durable.
func (j *Journal) knows(ctx context.Context, e *metering.Event) (bool, error) {
	s := j.scribes.get(1)
	defer j.scribes.put(s)
	s.prepare([]metering.Event{*e}, func(int, error) {})
	if len(s.claims) == 0 {
		return false, nil
	}
	var f finding
	j.mu.Lock()
	t, err := j.log.Stage(func(b *segment.Batch) error {
		err := j.caughtUp(b.First())
		if err == nil {
			f, err = j.index.look(s.claims[0])
		}
		return err
	})
	j.mu.Unlock()
	if err == nil {
		err = t.Wait(ctx) // for what it rests on
	}
	return f.verdict == duplicate, outward(err)
}

// abandon closes a journal that could not be used, and writes nothing.
func (j *Journal) abandon() error {
	j.keeper.end()
	err := errors.Join(j.log.Close(), j.index.close())
	if j.dir != nil {
		err = errors.Join(err, j.dir.Close())
	}
	return err
}

// Close makes all events durable, makes a snapshot, and lets go of the
// directory. What is given afterwards is [ErrClosed]; Close again does nothing.
// After [ErrPoisoned] it writes nothing and returns that.
func (j *Journal) Close() error {
	j.mu.Lock()
	if j.closed {
		j.mu.Unlock()
		return nil
	}
	j.closed = true
	j.mu.Unlock()
	j.keeper.end()
	_, err := j.snapshot(context.Background())
	err = errors.Join(err, j.log.Close(), j.index.close())
	if j.dir != nil {
		err = errors.Join(err, j.dir.Close())
	}
	return outward(err)
}
