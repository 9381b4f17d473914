// Duckdb sums usage with DuckDB, so that the batch path of metering can be
// measured beside it. It is a program and a module of its own because DuckDB
// is C++: whoever measures runs it as a child process and stays without cgo.
//
//	cd benchmarks/duckdb
//	GOWORK=off go build -o duckdb .
//	printf 'load usage.csv\nstrings 2\n' | ./duckdb
//
// # What is measured
//
// The exact total of each (tenant, sku, region, hour) of a CSV of usage, whose
// columns are tenant, sku, region, time and amount: times in RFC 3339 with a Z,
// amounts with at most nine places. Each total is computed three ways:
//
//   - strings: from a table of texts, timestamps and DECIMAL(18,9), summed to
//     DECIMAL(38,9);
//   - ids: from a table of INTEGER ids in place of the texts, and BIGINT of Unix
//     nanoseconds and of nano-units, summed to HUGEINT;
//   - csv: from the file itself, with the types of strings.
//
// All three find the hour of each row within the query. The time is that of
// one query in this process, from its text to its result: every group is
// computed, and then counted and summed. Loading is not in it.
//
// # Settings
//
// They are the fastest of those tried with DuckDB 1.5.6 on two cores of amd64,
// November 2026, on 2 and 10 million rows. An aggregate in a subquery took 0.8
// to 0.9 of the time of CREATE TABLE AS, which stores what nobody asks for.
// Counting the rows of each group added a tenth: the rows are those that load
// counted, and the sum proves them. An hour as INTEGER is quicker than a
// date_trunc. Order of insertion is not kept. The CSV has its dialect and types
// given, so that nothing is sniffed; its other options, size of buffers above
// all, made no difference beyond noise. A database in memory and one in a file
// did not differ either.
//
// # Protocol
//
// One command a line on standard input, one answer a line on standard output,
// flushed at once:
//
//	version          ok VERSION
//	load CSVPATH     ok ROWS
//	strings THREADS  ok NANOSECONDS GROUPS SUM ROWS
//	ids THREADS      ok NANOSECONDS GROUPS SUM ROWS
//	csv THREADS      ok NANOSECONDS GROUPS SUM ROWS
//
// SUM is the whole total in nano-units, an integer. What fails is answered by
// "error TEXT" and changes nothing but, for load, the tables. A command may
// repeat; the first run of a query warms what later ones find warm.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

func main() {
	if err := run(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "duckdb:", err)
		os.Exit(1)
	}
}

// run answers the commands of in on out until in ends.
func run(ctx context.Context, in io.Reader, out io.Writer) error {
	db, err := open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	for lines := bufio.NewScanner(in); ; {
		if !lines.Scan() {
			return lines.Err()
		}
		answer, err := db.answer(ctx, lines.Text())
		if err != nil {
			answer = "error " + strings.Join(strings.Fields(err.Error()), " ")
		}
		if _, err := fmt.Fprintln(out, answer); err != nil {
			return err
		}
	}
}

// answer carries out one command.
func (db *database) answer(ctx context.Context, line string) (string, error) {
	command, argument, _ := strings.Cut(strings.TrimSpace(line), " ")
	switch command {
	case "version":
		version, err := db.version(ctx)
		return "ok " + version, err
	case "load":
		err := db.load(ctx, argument)
		return fmt.Sprint("ok ", db.rows), err
	case "strings", "ids", "csv":
		threads, err := strconv.Atoi(argument)
		if err != nil || threads < 1 {
			return "", fmt.Errorf("want a number of threads, got %q", argument)
		}
		t, err := db.total(ctx, source(command), threads)
		return fmt.Sprintf("ok %d %d %v %d", t.took.Nanoseconds(), t.groups, t.sum, t.rows), err
	}
	return "", fmt.Errorf("want version, load, strings, ids or csv, got %q", command)
}
