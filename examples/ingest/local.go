package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/meterbook/meterbook/metering/journal"
)

// A record is one run that nobody killed.
type record struct {
	ingester *ingester
	found    journal.RecorderRecovery
	totals   *totals
	took     time.Duration

	interrupted bool // what was acknowledged until then is in it
}

// ingest records, and shows what became of the lines.
func (w *job) ingest(ctx context.Context) error {
	r, err := w.record(ctx, "journal", sumUp)
	if err != nil {
		return err
	}
	if err := w.showRecord(r); err != nil {
		return err
	}
	if r.interrupted {
		return errInterrupted
	}
	return nil
}

// record records the input into the journal of a name.
func (w *job) record(ctx context.Context, name string, sum func(*journal.Recorder) (*totals, error)) (r *record, err error) {
	rec, found, err := journal.OpenRecorder(w.place(name), w.journal()...)
	if err != nil {
		return nil, advised(err, w.place(name))
	}
	defer func() { err = errors.Join(err, rec.Close()) }()
	w.wrote(name)
	sourceCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	lines, err := openSource(sourceCtx, w.in, w.stdin, 0)
	if err != nil {
		return nil, err
	}
	p := startProgress(w.stderr, w.w.ProgressF)
	defer p.stop()
	r = &record{found: found}
	r.ingester = newIngester(rec, w.options, func(a acknowledgement) error {
		p.lines.Store(int64(a.Line))
		return nil
	})
	began := time.Now()
	stopped := r.ingester.run(ctx, lines)
	if stopped != nil && !errors.Is(stopped, context.Canceled) {
		return nil, stopped
	}
	if err := rec.Snapshot(context.WithoutCancel(ctx)); err != nil { // of the last lines, with -interval
		return nil, err
	}
	r.took = time.Since(began)
	if r.totals, err = sum(rec); err != nil {
		return nil, err
	}
	r.interrupted = stopped != nil
	return r, nil
}

// advised adds to an error of opening a journal what to do about it.
func advised(err error, dir string) error {
	switch {
	case errors.Is(err, journal.ErrLocked):
		return fmt.Errorf("%w: another process has %s open", err, dir)
	case errors.Is(err, journal.ErrCorrupt):
		return fmt.Errorf("%w: see go run ./examples/journal verify %s", err, dir)
	}
	return err
}

// size returns how many files a directory has, and bytes in them.
func size(dir string) (files int, bytes int64) {
	_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return nil //nolint:nilerr // what cannot be seen is not counted
		}
		if info, err := e.Info(); err == nil {
			files, bytes = files+1, bytes+info.Size()
		}
		return nil
	})
	return files, bytes
}

// empty refuses a directory with something in it, for runs that compare: what was
// there before would be in one of them only.
func empty(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) > 0:
		return errors.New(dir + " is not empty; give another -out, so that the runs begin alike")
	}
	return nil
}
