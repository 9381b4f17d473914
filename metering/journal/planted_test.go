package journal_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// TestPlantedBugs plants bugs that logs, queues and billing systems had, and shows
// that a suite finds each, as quickly as it runs in TestFaults.
func TestPlantedBugs(t *testing.T) {
	if raceEnabled && !*full {
		t.Skip("with -journal.full: it is the suites that are tried, without -race as well")
	}
	t.Parallel()
	seed := journal.LawSeed() + 1
	without := func(method meteringtest.Method) func(*meteringtest.Disk) journal.Files {
		return func(d *meteringtest.Disk) journal.Files {
			return meteringtest.WithoutSync(d, func(c meteringtest.Call) bool { return c.Method == method })
		}
	}
	over := func(wrap func(journal.Files) journal.Files) opener {
		return func(files journal.Files, now func() time.Time) (store, journal.Recovery, error) {
			return openReal(wrap(files), now)
		}
	}
	overBare := func(wrap func(journal.Files) journal.Files) opener {
		return func(files journal.Files, now func() time.Time) (store, journal.Recovery, error) {
			return openBare(wrap(files), now)
		}
	}
	bugs := []struct {
		bug, planted string
		suite        func() outcome
	}{
		{"acknowledged before fsync", "Sync of files does nothing",
			func() outcome { return powerLoss(openReal, seed, 2000, true, without(meteringtest.MethodSync)) }},
		{"no fsync of the directory", "SyncDir does nothing",
			func() outcome { return powerLoss(openReal, seed, 2000, true, without(meteringtest.MethodSyncDir)) }},
		{"append after a torn tail", "files are not cut, and written behind what they have",
			func() outcome { return truncations(t, over(behindTorn), seed, 61, true) }},
		{"fsync is tried again", "Sync that failed is called once more",
			func() outcome {
				out := ioFaults(over(retrying), seed, 37, true)
				for more := seed + 1; !out.bad() && more < seed+8; more++ {
					out = out.and(ioFaults(over(retrying), more, 37, true))
				}
				return out
			}},
		{"identity joined by delimiters", "identity as tenant-source-id", delimiters},
		{"deduplicated after the commit", "ids in a file of their own, written after Append",
			func() outcome { return powerLoss(openSideIndex, seed, 2000, true, asItIs) }},
		{"deduplication fails open", "ErrIndex is passed over, and the event taken",
			func() outcome { return damageInUse(t, openFailOpen, seed, 97, true) }},
		{"half a record on a full disk", "what a failed write has written is not cut off",
			func() outcome { return fullDisk(overBare(halfWritten), seed, 34_011, true) }},
		{"damage taken for a torn end", "ErrCorrupt is repaired by cutting the log",
			func() outcome { return flips(t, openRepairing, seed, 509, true) }},
		{"new id on retry", "an event is given another id when it is sent again",
			func() outcome { return powerLoss(newIDs(), seed, 2000, true, asItIs) }},
	}
	var table strings.Builder
	found := 0
	for _, one := range bugs {
		out := one.suite()
		said := fmt.Sprintf("found in case %d", out.cases)
		if !out.bad() {
			said = fmt.Sprintf("NOT FOUND in %d cases", out.cases)
			t.Errorf("%s: %s", one.bug, said)
		} else {
			found++
		}
		fmt.Fprintf(&table, "%-30s · %-52s · %-18s · %.120s\n", one.bug, one.planted, said, out.first)
	}
	t.Logf("seed %d, %d of %d found\n%s", seed, found, len(bugs), table.String())
}

// delimiters asks whether the corpus of identities notices a joined one.
func delimiters() outcome {
	out := outcome{cases: 1}
	if a, b := journal.JoinedIdentities(); a != nil {
		out.note(&out.lost, "%v %v %v is %v %v %v", a.Account, a.Source, a.ID, b.Account, b.Source, b.ID)
	}
	return out
}

// edited are files whose open files another one stands before.
type edited struct {
	journal.Files
	edit func(journal.File, string) journal.File
}

func (e edited) Edit(name string) (journal.File, error) {
	f, err := e.Files.Edit(name)
	if err != nil {
		return nil, err
	}
	return e.edit(f, name), nil
}

// behindTorn does not cut files of the log, and writes behind what they have.
func behindTorn(files journal.Files) journal.Files {
	return edited{files, func(f journal.File, name string) journal.File {
		if !strings.HasSuffix(name, ".seg") {
			return f
		}
		return &torn{File: f}
	}}
}

type torn struct {
	journal.File
	from, by int64 // what is written from there on is written so much further on
}

func (f *torn) Truncate(size int64) error {
	if have, err := f.Size(); err == nil && f.by == 0 && size < have {
		f.from, f.by = size, have-size
		return nil
	}
	return f.File.Truncate(size + f.by)
}

func (f *torn) WriteAt(b []byte, at int64) (int, error) {
	if f.by > 0 && at >= f.from {
		at += f.by
	}
	return f.File.WriteAt(b, at)
}

// retrying calls Sync again when it failed.
func retrying(files journal.Files) journal.Files {
	return edited{files, func(f journal.File, _ string) journal.File { return again{f} }}
}

type again struct{ journal.File }

func (f again) Sync() error {
	if f.File.Sync() == nil {
		return nil
	}
	return f.File.Sync()
}

// halfWritten leaves what a failed write has written.
func halfWritten(files journal.Files) journal.Files {
	return edited{files, func(f journal.File, _ string) journal.File { return &half{File: f} }}
}

type half struct {
	journal.File
	failed bool
}

func (f *half) WriteAt(b []byte, at int64) (int, error) {
	n, err := f.File.WriteAt(b, at)
	f.failed = err != nil
	return n, err
}

func (f *half) Truncate(size int64) error {
	if f.failed {
		f.failed = false
		return nil
	}
	return f.File.Truncate(size)
}

// openRepairing cuts a log where it is damaged, and forgets what else is known.
func openRepairing(files journal.Files, now func() time.Time) (store, journal.Recovery, error) {
	s, r, err := openReal(files, now)
	var damage *journal.CorruptError
	if !errors.As(err, &damage) {
		return s, r, err
	}
	f, err := files.Edit(damage.File)
	if err != nil {
		return nil, r, err
	}
	_ = f.Truncate(damage.Offset)
	_ = f.Close()
	for _, name := range []string{"place", "identities.snapshot"} {
		_ = files.Remove(name)
	}
	return openReal(files, now)
}

// A renaming store gives events other ids than they have, and back.
type renaming struct {
	*journal.Journal
	take func(context.Context, *journal.Journal, []metering.Event) (journal.Result, error)
}

func (s renaming) Append(ctx context.Context, events ...metering.Event) (journal.Result, error) {
	return s.take(ctx, s.Journal, events)
}

func (s renaming) Events(from uint64) iter.Seq2[journal.Entry, error] {
	return func(yield func(journal.Entry, error) bool) {
		for e, err := range s.Journal.Events(from) {
			e.Event.ID, _, _ = strings.Cut(e.Event.ID, "#")
			if !yield(e, err) {
				return
			}
		}
	}
}

func openRenaming(files journal.Files, now func() time.Time,
	take func(context.Context, *journal.Journal, []metering.Event) (journal.Result, error)) (store, journal.Recovery, error) {
	j, r, err := journal.OpenFiles(files, faultOptions(now)...)
	if err != nil {
		return nil, r, err
	}
	return renaming{j, take}, r, nil
}

// openSideIndex keeps the ids that were seen in a file beside the journal, which
// is written once the events are durable.
func openSideIndex(files journal.Files, now func() time.Time) (store, journal.Recovery, error) {
	side, err := files.Edit("seen")
	if err != nil {
		if side, err = files.Create("seen"); err != nil {
			return nil, journal.Recovery{}, err
		}
	}
	size, _ := side.Size()
	data := make([]byte, size)
	_, _ = side.ReadAt(data, 0)
	seen := map[string]bool{}
	for _, id := range strings.Fields(string(data)) {
		seen[id] = true
	}
	return openRenaming(files, now, func(ctx context.Context, j *journal.Journal, events []metering.Event) (journal.Result, error) {
		var fresh []metering.Event
		var ids strings.Builder
		for _, e := range events {
			if !seen[e.ID] {
				seen[e.ID] = true
				fmt.Fprintf(&ids, "%s\n", e.ID)
				e.ID += fmt.Sprint("#", size, "-", len(fresh))
				fresh = append(fresh, e)
			}
		}
		res, err := j.Append(ctx, fresh...)
		if err == nil {
			_, _ = side.WriteAt([]byte(ids.String()), size)
			size += int64(ids.Len())
			err = side.Sync()
		}
		res.Duplicates += len(events) - len(fresh)
		return res, err
	})
}

// openFailOpen takes events that cannot be looked up for new ones.
func openFailOpen(files journal.Files, now func() time.Time) (store, journal.Recovery, error) {
	return openRenaming(files, now, func(ctx context.Context, j *journal.Journal, events []metering.Event) (journal.Result, error) {
		res, err := j.Append(ctx, events...)
		if !errors.Is(err, journal.ErrIndex) {
			return res, err
		}
		var all journal.Result
		for _, e := range events {
			res, err := j.Append(ctx, e)
			if errors.Is(err, journal.ErrIndex) {
				e.ID += "#again"
				res, err = j.Append(ctx, e)
			}
			if err != nil {
				return all, err
			}
			all.Accepted += res.Accepted
			all.Duplicates += res.Duplicates
		}
		return all, nil
	})
}

// newIDs sends what was sent and not answered under another id.
func newIDs() opener {
	var mu sync.Mutex
	underWay := map[string]int{}
	return func(files journal.Files, now func() time.Time) (store, journal.Recovery, error) {
		return openRenaming(files, now, func(ctx context.Context, j *journal.Journal, events []metering.Event) (journal.Result, error) {
			sent := append([]metering.Event{}, events...)
			mu.Lock()
			for i := range sent {
				id := events[i].ID
				if n := underWay[id]; n > 0 {
					sent[i].ID += fmt.Sprint("#", n)
				}
				underWay[id]++
			}
			mu.Unlock()
			res, err := j.Append(ctx, sent...)
			mu.Lock()
			defer mu.Unlock()
			for i := range events {
				if err == nil {
					delete(underWay, events[i].ID)
				}
			}
			return res, err
		})
	}
}
