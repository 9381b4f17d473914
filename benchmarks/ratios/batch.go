package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/ours"
	"github.com/meterbook/meterbook/benchmarks/rival"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// Budgets of the batch: what the time of ours over DuckDB's must not exceed, at
// the same threads.
const (
	idsBudget     = 0.6
	stringsBudget = 0.9
	csvBudget     = 0.5
)

// batchRounds bounds the rounds of the batch: one takes seconds.
const batchRounds = 5

// A batch is what the rows about it share: the records, as a file too, and the
// database. Each is made when a row first needs it.
type batch struct {
	options
	rows   func() *workload.Rows
	file   func() (string, error)
	child  func() (*rival.DuckDB, error)
	loaded func() (*rival.DuckDB, error)
	ending []func() error
}

func newBatch(o options) *batch {
	b := &batch{options: o}
	b.rows = sync.OnceValue(func() *workload.Rows { return workload.NewRows(o.rows) })
	b.file = sync.OnceValues(b.writeFile)
	b.child = sync.OnceValues(b.start)
	b.loaded = sync.OnceValues(b.load)
	return b
}

// fields returns one field for each form. The strings are the field's own: ten
// million rows of them are not to lie about when the file is read.
func (b *batch) fields() []field {
	spelled := sync.OnceValue(func() *workload.Rows { return b.rows().Spelled() })
	return []field{
		b.field("ids", idsBudget, func(threads int) contest.Entrant { return ours.Batch(b.rows, threads) }, rival.MapIDs(b.rows)),
		b.field("strings", stringsBudget, func(threads int) contest.Entrant { return ours.Batch(spelled, threads) }, rival.MapStrings(spelled)),
		b.field("csv", csvBudget, func(threads int) contest.Entrant { return ours.CSV(b.file, b.rows, threads) }),
	}
}

// field has ours and DuckDB with one thread and with several, and others with
// one.
func (b *batch) field(form string, budget float64, our func(threads int) contest.Entrant, others ...contest.Entrant) field {
	f := field{Field: contest.Field{Entrants: others}, atMost: batchRounds}
	for _, threads := range []int{1, b.threads} {
		we, duckdb := our(threads), rival.Batch(b.loaded, form, b.rows, threads)
		if threads > 1 {
			we.Name += several(threads)
			duckdb.Name += several(threads)
		}
		f.Entrants = append(f.Entrants, we, duckdb)
		path := fmt.Sprintf("batch/%s/%d", form, threads)
		f.Rows = append(f.Rows, contest.Row{Path: path, Ours: we.Name, Rival: duckdb.Name, Budget: budget})
		for _, other := range others {
			if threads == 1 {
				f.Rows = append(f.Rows, contest.Row{Path: path, Ours: we.Name, Rival: other.Name})
			}
		}
	}
	return f
}

func (b *batch) writeFile() (path string, err error) {
	dir, err := os.MkdirTemp("", "ratios-")
	if err != nil {
		return "", err
	}
	b.ending = append(b.ending, func() error { return os.RemoveAll(dir) })
	path = filepath.Join(dir, "rows.csv")
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	return path, errors.Join(b.rows().WriteCSV(f), f.Close())
}

func (b *batch) start() (*rival.DuckDB, error) {
	d, err := rival.OpenDuckDB(b.duckdb)
	if err == nil {
		b.ending = append(b.ending, d.Close)
	}
	return d, err
}

func (b *batch) load() (*rival.DuckDB, error) {
	d, err := b.child()
	if err != nil {
		return nil, err
	}
	path, err := b.file()
	if err != nil {
		return nil, err
	}
	return d, d.Load(path)
}

// version returns DuckDB's version, or why there is none.
func (b *batch) version() string {
	d, err := b.child()
	if err != nil {
		return "not measured: " + err.Error()
	}
	version, err := d.Version()
	if err != nil {
		return err.Error()
	}
	return version
}

// close gives back what was made, the last first.
func (b *batch) close() error {
	var errs []error
	for _, end := range slices.Backward(b.ending) {
		errs = append(errs, end())
	}
	return errors.Join(errs...)
}
