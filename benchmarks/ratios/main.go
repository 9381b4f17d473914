// Ratios measures this module against what a program would use instead, row by
// row of the budgets that the module has set itself:
//
//	go run ./benchmarks/ratios                  # from the root of the repository, three to five minutes
//	go run ./benchmarks/ratios -only 'keyed3'   # rows whose path/rival matches
//	go run ./benchmarks/ratios -list            # the rows, without measuring
//
// What is compared runs in the same rounds. A row that lies within or over its
// budget does so with its whole interval; one that straddles it is unclear, and
// is given more rounds first. Only ratios carry to another machine, and not all
// of those: what an atomic addition costs beside anything else differs most. A
// row that was measured while the machine did something else says so, and is
// unclear.
//
// It exits with 1 if -strict is given and a row is over, and with 2 on an error.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"time"

	"github.com/meterbook/meterbook/benchmarks/contest"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// options are what the command line sets.
type options struct {
	only    *regexp.Regexp
	json    string
	duckdb  string
	rounds  int
	threads int
	rows    int
	seed    uint64
	slice   time.Duration
	list    bool
	strict  bool
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("ratios", flag.ContinueOnError)
	flags.SetOutput(stderr)
	only := flags.String("only", "", "measure only rows whose path/rival matches this `REGEXP`")
	flags.StringVar(&o.json, "json", "", "write the results as JSON to this `FILE` too")
	flags.StringVar(&o.duckdb, "duckdb", "benchmarks/duckdb/duckdb", "the DuckDB program, which benchmarks/duckdb builds")
	flags.IntVar(&o.rounds, "rounds", 7, "rounds of each row, at least 5; unclear ones get up to five times as many")
	flags.IntVar(&o.threads, "threads", 2, "goroutines of the rows that have more than one")
	flags.IntVar(&o.rows, "rows", 10_000_000, "rows of the batch")
	flags.Uint64Var(&o.seed, "seed", 1, "of the order in a round, and of the intervals")
	flags.DurationVar(&o.slice, "slice", 80*time.Millisecond, "how long each one runs in a round, but for a batch")
	flags.BoolVar(&o.list, "list", false, "print the rows and their budgets, and measure nothing")
	flags.BoolVar(&o.strict, "strict", false, "exit with 1 if a row is over its budget")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	var err error
	if o.only, err = regexp.Compile(*only); err != nil {
		return o, fmt.Errorf("-only: %w", err)
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case o.rounds < 5:
		return o, errors.New("-rounds: want at least 5, or the interval says nothing")
	case o.threads < 2:
		return o, errors.New("-threads: want at least 2")
	case o.rows < 1 || o.slice <= 0:
		return o, errors.New("-rows, -slice: want a positive number")
	}
	return o, nil
}

func run(args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	over := false
	if err == nil {
		over, err = measure(o, stdout)
	}
	if err != nil {
		fmt.Fprintln(stderr, "ratios:", err)
	}
	return status(over, o, err)
}

// status returns what the program exits with.
func status(over bool, o options, err error) int {
	switch {
	case err != nil:
		return 2
	case over && o.strict:
		return 1
	}
	return 0
}

// measure prints the rows asked for and reports whether one is over its budget.
// A field that fails has its rows printed as not measured, and the others go
// on.
func measure(o options, stdout io.Writer) (over bool, err error) {
	b := newBatch(o)
	defer func() { err = errors.Join(err, b.close()) }()
	fields := selected(slices.Concat(hotFields(o), journalFields(), b.fields()), o.only)
	if len(fields) == 0 {
		return false, fmt.Errorf("-only: no row's path/rival matches %q", o.only)
	}
	table := newTable(stdout, fields)
	if o.list {
		return false, table.list(fields)
	}
	r := newReport(o, b.version())
	if err := r.header(stdout); err != nil {
		return false, err
	}
	if err := table.head(); err != nil {
		return false, err
	}
	var failed []error
	for i, f := range fields {
		fields[i] = field{} // what it has made is not kept for the next ones
		results, err := play(f, o)
		failed = append(failed, err)
		if err := table.rows(results); err != nil {
			return false, err
		}
		r.Rows = append(r.Rows, results...)
		over = over || isOver(results)
	}
	if o.json != "" {
		failed = append(failed, r.write(o.json))
	}
	return over, errors.Join(failed...)
}

func isOver(results []contest.Result) bool {
	return slices.ContainsFunc(results, func(r contest.Result) bool { return r.Verdict == contest.Over })
}

func play(f field, o options) ([]contest.Result, error) {
	settings := contest.Settings{Rounds: o.rounds, Slice: o.slice, Seed: o.seed}
	settings.Rounds = min(settings.Rounds, cmp.Or(f.atMost, settings.Rounds))
	results, err := contest.Play(f.Field, settings)
	if err == nil {
		return results, nil
	}
	for _, row := range f.Rows {
		results = append(results, contest.Result{Row: row, Verdict: contest.NotMeasured, Reason: err.Error()})
	}
	return results, err
}

// selected keeps the rows whose path/rival matches, and the fields that have
// any.
func selected(fields []field, only *regexp.Regexp) []field {
	var out []field
	for _, f := range fields {
		f.Rows = slices.DeleteFunc(f.Rows, func(r contest.Row) bool { return !only.MatchString(r.Path + "/" + r.Rival) })
		if len(f.Rows) > 0 {
			out = append(out, f)
		}
	}
	return out
}
