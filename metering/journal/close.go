package journal

import (
	"context"
	"errors"

	"github.com/meterbook/meterbook/internal/segment"
	"github.com/meterbook/meterbook/metering"
)

// Snapshot makes all events durable, and writes down the index of identities of
// recent days and up to where the log is known, so that opening the journal again
// does not read it from the beginning. [Journal.Close] does so too. It writes 30
// bytes for each identity in memory, beside those who append; events wait while
// what is to be written is noted.
func (j *Journal) Snapshot(ctx context.Context) error {
	start := j.opts.begin()
	_, err := j.snapshot(ctx)
	err = outward(err)
	j.opts.end(ctx, "journal.snapshot", start, 0, err)
	return err
}

// snapshot returns what it has noted.
func (j *Journal) snapshot(ctx context.Context) (note, error) {
	if err := j.log.Sync(ctx); err != nil {
		return note{}, err
	}
	j.keeper.turn.Lock()
	defer j.keeper.turn.Unlock()
	if err := j.stepAll(); err != nil {
		return note{}, err
	}
	j.mu.Lock()
	err := j.lookBack()
	j.settle()
	n := j.note()
	var s *snapshot
	if err == nil {
		s, err = j.index.capture(n.event)
	}
	j.mu.Unlock()
	if err == nil {
		err = s.write()
	}
	if err == nil { // only now: a place beyond the index would not help it
		err = n.write(j.files)
	}
	return n, err
}

// lookBack takes notice of what the log has made durable or taken back. j.mu is
// held.
func (j *Journal) lookBack() error {
	_, err := j.log.Stage(func(b *segment.Batch) error { return j.caughtUp(b.First()) })
	return err
}

// knows returns duplicate for an event that is in the journal, conflict for one
// whose identity is that of another, once that is durable, and fresh for any other.
func (j *Journal) knows(ctx context.Context, e *metering.Event) (verdict, error) {
	s := j.scribes.get(1)
	defer j.scribes.put(s)
	claimed, invalid := s.check(e)
	if invalid != nil {
		return fresh, nil // it is in no journal
	}
	var f finding
	j.mu.Lock()
	t, err := j.log.Stage(func(b *segment.Batch) error {
		err := j.caughtUp(b.First())
		if err == nil {
			f, err = j.index.look(claimed)
		}
		return err
	})
	j.mu.Unlock()
	if err == nil {
		err = t.Wait(ctx) // for what it rests on
	}
	if f.verdict != duplicate && f.verdict != conflict {
		return fresh, outward(err)
	}
	return f.verdict, outward(err)
}

// refusing returns why nothing is taken, or nil.
func (j *Journal) refusing() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return ErrClosed
	}
	return j.log.Err()
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
