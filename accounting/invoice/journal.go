package invoice

import (
	"bytes"
	"fmt"
	"iter"

	"github.com/meterbook/meterbook/internal/segment"
)

// Files is the directory that a journal lives in: the contract with the operating system,
// for tests that stand in for it.
type Files = segment.Files

// A Journal keeps the documents of a [Register] on disk, in the order in which they were
// issued: an append-only log of checksummed segments, one record for each document of up
// to 16 MiB. It is for one goroutine at a time; the register sees to that. One process has
// it open at a time.
type Journal struct{ log *segment.Journal }

// options let a document be as long as a record can.
func options() segment.Options {
	return segment.Options{MaxRecord: segment.MaxRecord, MaxPending: 2 * segment.MaxRecord}
}

// OpenJournal opens the journal in a directory, or makes one: the directory is 0700, the
// one above must be there. An end that a crash tore is set aside in a file that ends in
// ".quarantine": no document of it was issued. It fails if the journal is open elsewhere,
// if durable bytes are damaged, and where the system fails.
func OpenJournal(path string) (*Journal, error) {
	return opened(segment.OpenJournal(path, options()))
}

// OpenJournalIn is [OpenJournal] for files that stand in for a directory. It does not
// close them.
func OpenJournalIn(files Files) (*Journal, error) {
	return opened(segment.OpenJournalIn(files, options()))
}

func opened(log *segment.Journal, err error) (*Journal, error) {
	if err != nil {
		return nil, fmt.Errorf("invoice: journal: %w", err)
	}
	return &Journal{log}, nil
}

// Keep appends a document and waits until the disk has it: it is what [NewRegister] and
// [Replay] are given. A document of more than 16 MiB is [ErrTerms], and nothing of it is
// kept. After any other error it is open whether the document is there: a register
// issues nothing more, and Replay from the opened journal finds out.
func (j *Journal) Keep(text []byte) error {
	if len(text) > segment.MaxRecord {
		return fmt.Errorf("%w: a document of %d bytes, want at most the 16 MiB of a journal's record; invoice it in parts", ErrTerms, len(text))
	}
	err := j.log.Keep(func(batch *segment.Batch) error {
		_, err := batch.Append(text)
		return err
	})
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

// Documents yields the documents that were kept, from the first one on, for [Replay].
// They are the caller's to keep.
func (j *Journal) Documents() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for record, err := range j.log.Records() {
			if err != nil {
				yield(nil, fmt.Errorf("journal: %w", err))
				return
			}
			if !yield(bytes.Clone(record), nil) {
				return
			}
		}
	}
}

// Close lets go of the journal. What was kept is on the disk already. It returns the
// errors of closing its files.
func (j *Journal) Close() error { return j.log.Close() }
