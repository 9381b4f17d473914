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
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"sync/atomic"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	case errors.Is(err, errUnequal), errors.Is(err, errInterrupted): // what was printed says so
		os.Exit(1)
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "ingest: interrupted")
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, "ingest:", err)
		os.Exit(1)
	}
}

var (
	// errUsage is returned once the flags' own message was printed.
	errUsage = errors.New("usage")
	// errUnequal is returned once the tables that show it were printed.
	errUnequal = errors.New("totals are not equal")
	// errInterrupted is returned once what was done until then was printed.
	errInterrupted = errors.New("interrupted")
)

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o, err := parseOptions(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return err
	}
	if err != nil {
		fmt.Fprintf(stderr, "ingest: %v (-h for help)\n", err)
		return errUsage
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
	done  chan struct{}
	ended chan struct{}
}

// startProgress prints a line a second, until it is stopped.
func startProgress(to io.Writer, format string) *progress {
	p := &progress{done: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for s := 1; ; s++ {
			select {
			case <-p.done:
				return
			case <-tick.C:
				if s >= 2 {
					fmt.Fprintf(to, format, s, p.lines.Load())
				}
			}
		}
	}()
	return p
}

func (p *progress) stop() {
	close(p.done)
	<-p.ended
}
