package ours

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/workload"
	"github.com/meterbook/meterbook/internal/segment"
	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
)

// journalOptions are those of everyone here: the clock is that of the events.
func journalOptions(more ...journal.Option) []journal.Option {
	return append([]journal.Option{journal.WithClock(func() time.Time { return workload.EventsNow }), journal.WithCheckpoints(0)}, more...)
}

// JournalBatches returns the entrant that makes batches of events durable, each
// once: some batches in a round, of which it reports the time of one.
func JournalBatches(batches int) contest.Entrant {
	return contest.Entrant{Name: Name, Open: func() (*contest.Run, error) {
		dir, j, err := openJournal()
		if err != nil {
			return nil, err
		}
		var events workload.Events
		return &contest.Run{Close: closing(dir, j), Job: func() (time.Duration, error) {
			var took time.Duration
			for range batches {
				batch := events.Next(workload.EventsBatch)
				start := time.Now()
				res, err := j.Append(context.Background(), batch...)
				took += time.Since(start)
				if err != nil || res.Accepted != len(batch) {
					return 0, fmt.Errorf("journal: %d of %d: %w", res.Accepted, len(batch), err)
				}
			}
			return took / time.Duration(batches), nil
		}}, nil
	}}
}

// JournalWriters returns the entrant in which many goroutines append one event at a
// time.
func JournalWriters(writers int) contest.Entrant {
	return contest.Entrant{Name: Name, Open: func() (*contest.Run, error) {
		dir, j, err := openJournal()
		if err != nil {
			return nil, err
		}
		var next atomic.Uint64
		return &contest.Run{Close: closing(dir, j), Loops: contest.Workers(writers, func(int) contest.Loop {
			return func(n int) error {
				events := workload.EventsFrom(next.Add(uint64(n)) - uint64(n))
				var e metering.Event
				for range n {
					events.Write(&e)
					if _, err := j.Append(context.Background(), e); err != nil {
						return err
					}
				}
				return nil
			}
		})}, nil
	}}
}

// What entrants of [Replay] are called.
const (
	NameReplay      = "replay"       // with a snapshot of the index
	NameReplayIndex = "replay-index" // without one
)

// Replay returns the entrants that open a recorder over a journal that was not
// closed: what the time of one event is.
func Replay(events int) []contest.Entrant {
	return []contest.Entrant{replay(NameReplay, events, true), replay(NameReplayIndex, events, false)}
}

func replay(name string, n int, indexed bool) contest.Entrant {
	return contest.Entrant{Name: name, Open: func() (*contest.Run, error) {
		dir, j, err := openJournal()
		if err != nil {
			return nil, err
		}
		var events workload.Events
		for left := n; left > 0; left -= workload.EventsBatch {
			if _, err := j.Append(context.Background(), events.Next(min(left, workload.EventsBatch))...); err != nil {
				return nil, err
			}
		}
		if err := j.Close(); err != nil { // which makes the snapshot
			return nil, err
		}
		return &contest.Run{Close: func() error { return os.RemoveAll(dir) }, Job: func() (time.Duration, error) {
			if !indexed {
				for _, file := range []string{"identities.snapshot", "place"} {
					if err := os.Remove(dir + "/" + file); err != nil {
						return 0, err
					}
				}
			}
			start := time.Now()
			r, found, err := journal.OpenRecorder(dir, journalOptions()...)
			took := time.Since(start)
			if err != nil {
				return 0, err
			}
			if found.Replayed != uint64(n) {
				return 0, fmt.Errorf("journal: %d of %d events replayed", found.Replayed, n)
			}
			if err := r.Journal().Close(); err != nil { // without a snapshot of totals
				return 0, err
			}
			return took / time.Duration(n), nil
		}}, nil
	}}
}

func openJournal() (dir string, j *journal.Journal, err error) {
	if dir, err = os.MkdirTemp("", "journal-"); err != nil {
		return "", nil, err
	}
	j, _, err = journal.Open(dir, journalOptions()...)
	return dir, j, err
}

func closing(dir string, j *journal.Journal) func() error {
	return func() error { return errors.Join(j.Close(), os.RemoveAll(dir)) }
}

// JournalBytes returns how many bytes of a log one batch takes.
func JournalBytes() (int, error) {
	dir, j, err := openJournal()
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	var events workload.Events
	const batches = 8
	for range batches {
		if _, err := j.Append(context.Background(), events.Next(workload.EventsBatch)...); err != nil {
			return 0, err
		}
	}
	if err := j.Close(); err != nil {
		return 0, err
	}
	files, err := segment.OpenDirectory(dir)
	if err != nil {
		return 0, err
	}
	defer files.Close()
	report, err := segment.Verify(files)
	var bytes int64
	for _, s := range report.Segments {
		bytes += s.Bytes
	}
	return int(bytes) / batches, err
}
