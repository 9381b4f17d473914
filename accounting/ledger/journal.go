package ledger

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/meterbook/meterbook/internal/segment"
)

// Files is the directory that a journal lives in: the contract with the
// operating system, for tests that stand in for it.
type Files = segment.Files

// A Journal is the [Store] on disk: an append-only log of checksummed segments,
// one record for each entry of the book. When Append returns, the records are
// on the disk. One process has it open at a time.
//
// What is written in full is read back; an end that a crash tore is set aside
// in a file that ends in ".quarantine"; damage to what was durable is an error.
// A Journal is for one goroutine at a time; its [Book] sees to that.
type Journal struct{ log *segment.Journal }

// OpenJournal opens the journal in a directory, or makes one: the directory is
// 0700, the one above must be there. It fails if the journal is open elsewhere,
// if durable bytes are damaged, and where the system fails.
func OpenJournal(path string) (*Journal, error) {
	return opened(segment.OpenJournal(path, segment.Options{}))
}

// OpenJournalIn is [OpenJournal] for files that stand in for a directory.
func OpenJournalIn(files Files) (*Journal, error) {
	return opened(segment.OpenJournalIn(files, segment.Options{}))
}

func opened(log *segment.Journal, err error) (*Journal, error) {
	if err != nil {
		return nil, fmt.Errorf("ledger: journal: %w", err)
	}
	if first := log.First(); first != 1 {
		return nil, errors.Join(fmt.Errorf("ledger: journal: begins with record %d: %w", first, ErrReplay), log.Close())
	}
	return &Journal{log}, nil
}

// Append writes the records as one group and waits until the disk has them, also
// when the context ends meanwhile: they are under way then, and whoever stops
// waiting does not know whether they are kept. A full disk, and more than 16 MiB
// at once, is [ErrNotKept].
func (j *Journal) Append(ctx context.Context, first uint64, records [][]byte) error {
	err := j.log.Keep(func(batch *segment.Batch) error {
		if next := batch.First(); next != first {
			return fmt.Errorf("record %d, where %d is next: %w", first, next, ErrSequence)
		}
		for _, r := range records {
			if _, err := batch.Append(r); err != nil {
				return err
			}
		}
		return nil
	})
	switch {
	case err == nil:
		return nil
	case errors.Is(err, segment.ErrPoisoned):
	case errors.Is(err, segment.ErrNoSpace), errors.Is(err, segment.ErrTooLarge):
		return fmt.Errorf("journal: %w: %w", ErrNotKept, err)
	}
	return fmt.Errorf("journal: %w", err)
}

// Records reads the journal from its beginning.
func (j *Journal) Records(ctx context.Context) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for record, err := range j.log.Records() {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(nil, fmt.Errorf("journal: %w", err))
				return
			}
			if !yield(record, nil) {
				return
			}
		}
	}
}

// Close lets go of the journal. What was appended is on the disk already. It
// returns the errors of closing its files.
func (j *Journal) Close() error { return j.log.Close() }
