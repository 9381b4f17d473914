package segment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
)

// A Journal keeps records one after the other, each durable when the call that gave it
// returns: a [Log] with the directory that it opened, under what a package calls its own
// journal. Its methods can be called from many goroutines at once.
type Journal struct {
	log *Log
	dir io.Closer // nil where files were given
}

// OpenJournal opens the journal in a directory of the operating system, or makes one. It
// fails as [OpenDirectory] and [Open] do. Options with an Interval are [ErrOption].
func OpenJournal(path string, opts Options) (*Journal, error) {
	dir, err := OpenDirectory(path)
	if err != nil {
		return nil, err
	}
	j, err := OpenJournalIn(dir, opts)
	if err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	j.dir = dir
	return j, nil
}

// OpenJournalIn is [OpenJournal] for files that stand in for a directory. It does not
// close them.
func OpenJournalIn(files Files, opts Options) (*Journal, error) {
	if opts.Interval != 0 {
		return nil, fmt.Errorf("%w: Interval %v of a journal, use 0", ErrOption, opts.Interval) // a call returned before it was durable
	}
	log, _, err := Open(files, opts)
	if err != nil {
		return nil, err
	}
	return &Journal{log: log}, nil
}

// First returns the sequence of the oldest record, or the next one if there is none: 1,
// but for a log of which records were dropped.
func (j *Journal) First() uint64 { return j.log.First() }

// Keep stages a batch, as [Log.Stage] does, and waits until the disk has it: callers that
// wait at one time share a Sync. Where too much is waiting already it waits for that
// first. It fails as Stage and [Ticket.Wait] do; after [ErrPoisoned] it is open whether
// the batch was kept, and after any other error nothing of it was.
func (j *Journal) Keep(fill func(*Batch) error) error {
	forGood := context.Background() // what is under way is kept or not, whoever stops waiting
	ticket, err := j.log.Stage(fill)
	for errors.Is(err, ErrFull) {
		if err = j.log.Ready(forGood); err == nil {
			ticket, err = j.log.Stage(fill)
		}
	}
	if err != nil {
		return err
	}
	return ticket.Wait(forGood)
}

// Records yields the payloads of the records that are durable, from the first one on. Each
// may be used until the next step. An error is the last thing it yields.
func (j *Journal) Records() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for r, err := range j.log.Records(0) {
			if !yield(r.Payload, err) {
				return
			}
		}
	}
}

// Close lets go of the log, and of the directory if the journal opened it. What was kept
// is on the disk already. It returns the errors of closing files.
func (j *Journal) Close() error {
	err := j.log.Close()
	if j.dir != nil {
		err = errors.Join(err, j.dir.Close())
	}
	return err
}
