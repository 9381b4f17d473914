package main

import (
	"flag"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/meterbook/meterbook/metering/journal"
)

// options are the command line.
type options struct {
	in       string
	out      string
	seed     uint64
	events   int
	crash    bool
	relay    bool
	kills    int
	batch    int
	interval time.Duration
	grace    time.Duration
	now      time.Time // zero for the clock's
	json     bool
	lang     string

	// Of the processes that -crash and -relay start.
	role    role
	address string
	after   int
	high    time.Time
}

// A role is what a process is that this program started itself.
type role string

const (
	roleNone   role = ""
	roleSender role = "sender"
	roleEdge   role = "edge"
	roleBiller role = "biller"
)

const usageText = `ingest records CloudEvents, one on a line, and counts each event once.

  ingest                  record a sample of 20,000 lines and show what became of them
  ingest -in FILE         record your own; "-" is standard input
  ingest -crash           kill the process at random points, resume, compare with a clean run
  ingest -relay           an edge process records, a biller imports its journal; both are killed

Run again with the same -in and -out, it goes on: what is in the journal already
counts as a duplicate. Nothing is deleted.

Flags:
`

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	var now, process, high string
	fs := flag.NewFlagSet("ingest", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprint(stderr, usageText)
		shown := flag.NewFlagSet("ingest", flag.ContinueOnError)
		shown.SetOutput(stderr)
		fs.VisitAll(func(f *flag.Flag) {
			if f.Usage != hidden {
				shown.Var(f.Value, f.Name, f.Usage)
			}
		})
		shown.PrintDefaults()
	}
	fs.StringVar(&o.in, "in", "", "read CloudEvents on lines from `FILE`, - for standard input; a sample if not given")
	fs.StringVar(&o.out, "out", "", "write to `DIR`; to a new temporary directory if not given")
	fs.Uint64Var(&o.seed, "seed", 1, "seed of the sample, and of when processes are killed")
	fs.IntVar(&o.events, "events", sampleLines, "lines of the sample, 1000 to 10000000")
	fs.BoolVar(&o.crash, "crash", false, "kill the process while it records, resume, compare")
	fs.BoolVar(&o.relay, "relay", false, "an edge and a biller, both killed and resumed, compare")
	fs.IntVar(&o.kills, "kills", 12, "how often -crash and -relay kill each process, 0 to 10000")
	fs.IntVar(&o.batch, "batch", 256, "lines recorded in one call, 1 to 65536")
	fs.DurationVar(&o.interval, "interval", 0, "what a power failure may take of what was acknowledged; 0 for nothing")
	fs.DurationVar(&o.grace, "grace", 0, "seal windows this long behind the latest event; 0 for never; 24h for the sample if not given")
	fs.StringVar(&now, "now", "", "`TIME` that is today, RFC 3339, for events of another year; the clock's if not given")
	fs.BoolVar(&o.json, "json", false, "print a summary as JSON instead of tables")
	fs.StringVar(&o.lang, "lang", "en", "`language` of the tables: en or zh")
	fs.StringVar(&process, "process", "", hidden)
	fs.StringVar(&o.address, "address", "", hidden)
	fs.IntVar(&o.after, "after", 0, hidden)
	fs.StringVar(&high, "high", "", hidden)
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	if fs.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q; give a file with -in", fs.Arg(0))
	}
	o.role = role(process)
	var err error
	if o.now, err = instant("-now", now); err != nil {
		return o, err
	}
	if o.high, err = instant("-high", high); err != nil {
		return o, err
	}
	if o.in == "" && o.role == roleNone {
		if o.now.IsZero() {
			o.now = sampleToday
		}
		given := false
		fs.Visit(func(f *flag.Flag) { given = given || f.Name == "grace" })
		if !given {
			o.grace = 24 * time.Hour
		}
	}
	return o, o.validate()
}

// hidden marks flags that are between this program's own processes.
const hidden = "(of processes started by -crash and -relay)"

func instant(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return t, fmt.Errorf("%s %q: want an RFC 3339 time such as 2026-11-20T00:00:00Z", name, text)
	}
	return t, nil
}

func (o options) validate() error {
	switch {
	case o.crash && o.relay:
		return fmt.Errorf("-crash and -relay: want one of them")
	case (o.crash || o.relay) && o.in == "-":
		return fmt.Errorf("-in -: want a file with -crash and -relay, to be read again")
	case o.events < 1000 || o.events > 10_000_000:
		return fmt.Errorf("-events %d: want 1000 to 10000000", o.events)
	case o.kills < 0 || o.kills > 10_000:
		return fmt.Errorf("-kills %d: want 0 to 10000", o.kills)
	case o.batch < 1 || o.batch > journal.MaxBatch:
		return fmt.Errorf("-batch %d: want 1 to %d", o.batch, journal.MaxBatch)
	case o.interval < 0 || o.interval > time.Hour:
		return fmt.Errorf("-interval %v: want 0 to 1h", o.interval)
	case o.grace < 0:
		return fmt.Errorf("-grace %v: want 0 or more", o.grace)
	case o.lang != "en" && o.lang != "zh":
		return fmt.Errorf("-lang %q: want en or zh", o.lang)
	}
	return nil
}

// journal returns how the journal is opened. Additions are not used here, so there
// are no checkpoints to be made.
func (o options) journal() []journal.Option {
	opts := []journal.Option{journal.Interval(o.interval), journal.WithCheckpoints(0)}
	if !o.now.IsZero() {
		opts = append(opts, journal.WithClock(func() time.Time { return o.now }))
	}
	return opts
}

// process returns the arguments of a process with this role.
func (o options) process(r role, dir string) []string {
	args := []string{"-process", string(r), "-in", o.in, "-out", dir, "-batch", strconv.Itoa(o.batch),
		"-interval", o.interval.String(), "-grace", o.grace.String(), "-address", o.address}
	if !o.now.IsZero() {
		args = append(args, "-now", o.now.Format(time.RFC3339Nano))
	}
	return args
}
