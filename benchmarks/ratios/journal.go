package main

import (
	"fmt"
	"sync"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/ours"
	"github.com/meterbook/meterbook/benchmarks/rival"
)

// Budgets of the journal: what its time must not exceed of that of writing and
// syncing as many bytes, and of pebble's; where budgets speak of rates, their
// inverse.
const (
	rawBatchBudget      = 1 / 0.8
	pebbleBatchBudget   = 1 / 1.5
	rawWritersBudget    = 1 / 0.9
	pebbleWritersBudget = 1 / 1.3
)

const (
	journalBatches = 20  // of 10,000 events, in a round
	journalWriters = 512 // goroutines
	replayEvents   = 1_000_000
)

// journalFields are durable: what they measure is the disk, too.
func journalFields() []field {
	bytes := sync.OnceValues(ours.JournalBytes)
	writers := fmt.Sprintf("journal/writers/%d", journalWriters)
	return []field{
		{Field: contest.Field{
			Entrants: append(rival.RawBatches(bytes, journalBatches), rival.PebbleBatches(journalBatches), ours.JournalBatches(journalBatches)),
			Rows: []contest.Row{
				{Path: "journal/batch", Ours: ours.Name, Rival: "raw", Budget: rawBatchBudget},
				{Path: "journal/batch", Ours: ours.Name, Rival: "raw-growing"},
				{Path: "journal/batch", Ours: ours.Name, Rival: "pebble", Budget: pebbleBatchBudget},
			},
			Patience: patience,
		}},
		hot(append(rival.RawWriters(journalWriters), rival.PebbleWriters(journalWriters), ours.JournalWriters(journalWriters)),
			contest.Row{Path: writers, Ours: ours.Name, Rival: "raw", Budget: rawWritersBudget},
			contest.Row{Path: writers, Ours: ours.Name, Rival: "raw-growing"},
			contest.Row{Path: writers, Ours: ours.Name, Rival: "pebble", Budget: pebbleWritersBudget},
		),
		{Field: contest.Field{
			Entrants: ours.Replay(replayEvents),
			Rows:     []contest.Row{{Path: "journal/replay", Ours: ours.NameReplay, Rival: ours.NameReplayIndex}},
		}, atMost: batchRounds},
	}
}
