// Command ingest records usage that arrives as CloudEvents, one on a line, and
// counts each event once: whatever is delivered twice, late, damaged or in two
// versions, and however often the program is killed.
//
// Without arguments it records a sample of 20,000 lines that it makes from a
// seed, and shows what became of them. With -in it reads a file, or standard
// input for "-". With -crash it runs itself as a child that is killed at random
// points and started again until the input is done, and compares what was counted
// with a run that nobody killed. With -relay an edge process records and serves its
// journal, and a biller process imports it; both are killed.
//
// Which lines are accepted, and what they add up to, depends on the arguments
// alone; when processes are killed does not.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/meterbook/meterbook/examples/internal/program"
)

func main() {
	program.Main("ingest", func(ctx context.Context, args []string, stdout, stderr io.Writer) error {
		return run(ctx, args, os.Stdin, stdout, stderr)
	})
}

var (
	// errUnequal is returned once the tables that show it were printed.
	errUnequal = fmt.Errorf("totals are not equal: %w", program.ErrSaid)
	// errInterrupted is returned once what was done until then was printed.
	errInterrupted = fmt.Errorf("interrupted: %w", program.ErrSaid)
)

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stdout, stderr)
	if err != nil {
		return err
	}
	switch o.role {
	case roleSender, roleEdge:
		return runSource(ctx, o, stdin, stdout)
	case roleBiller:
		return runBiller(ctx, o, stdin, stdout)
	}
	work, err := prepare(ctx, o)
	if err != nil {
		return err
	}
	work.stdin, work.stdout, work.stderr = stdin, stdout, stderr
	switch {
	case o.crash:
		return work.crash(ctx)
	case o.relay:
		return work.relay(ctx)
	}
	return work.ingest(ctx)
}

// A job is one run: where it works and whom it tells.
type job struct {
	options
	dir   string // of everything that it writes
	files []string
	w     *words

	stdin          io.Reader
	stdout, stderr io.Writer
}

// prepare makes the directory, and the sample where it is what is read.
func prepare(ctx context.Context, o options) (*job, error) {
	w := &job{options: o, dir: o.out, w: wordsIn(o.lang)}
	var err error
	if w.dir == "" {
		w.dir, err = os.MkdirTemp("", "meterbook-ingest-")
	} else {
		err = os.MkdirAll(w.dir, 0o700)
	}
	if err != nil || o.in != "" {
		return w, err
	}
	w.in = filepath.Join(w.dir, "sample.ndjson")
	w.files = append(w.files, w.in)
	return w, writeSample(ctx, w.in, o.seed, o.events)
}

// place returns where the journal of a name is.
func (w *job) place(name string) string { return filepath.Join(w.dir, name) }

// wrote notes that the journals of some names were written.
func (w *job) wrote(names ...string) {
	for _, name := range names {
		w.files = append(w.files, w.place(name)+string(filepath.Separator))
	}
}

// A progress is what is told once a run has taken two seconds.
type progress struct {
	lines atomic.Int64
	stop  func()
}

// startProgress prints a line a second, until it is stopped.
func startProgress(to io.Writer, format string) *progress {
	p := new(progress)
	p.stop = program.Progress(to, func() string { return fmt.Sprintf(format, p.lines.Load()) })
	return p
}
