package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/meterbook/meterbook/accounting/focus"
	"github.com/meterbook/meterbook/examples/internal/program"
)

// write writes every output file and returns their names.
func (b *books) write(ctx context.Context, o options) ([]string, error) {
	files := program.NewFiles(ctx, o.out)
	parts := []func(focus.Version) ([]output, error){b.pages, b.rows, b.rowsOfFOCUS, b.sealedFiles, b.summaryFile}
	outs, errs := make([][]output, len(parts)), make([]error, len(parts))
	var wg sync.WaitGroup
	for i, part := range parts { // all of them only read the books
		wg.Go(func() { outs[i], errs[i] = part(o.focus) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for _, out := range slices.Concat(outs...) {
		if err := files.Write(out.name, out.content); err != nil {
			return nil, err
		}
	}
	return files.Names(), nil
}

// one is a file that a function makes.
func one(name string, content []byte, err error) ([]output, error) {
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return []output{{name, content}}, nil
}

// pages are the report and the invoices.
func (b *books) pages(focus.Version) ([]output, error) {
	report, err := b.reportHTML()
	all, err := one("report.html", report, err)
	for i := range b.Invoices {
		if err != nil {
			return nil, err
		}
		var pages []output
		pages, err = b.invoicePages(i)
		all = append(all, pages...)
	}
	return all, err
}

// rows are usage and charges, as CSV.
func (b *books) rows(focus.Version) ([]output, error) {
	usage, err := b.usageCSV(b.catalogue)
	all, err := one("usage.csv", usage, err)
	if err != nil {
		return nil, err
	}
	charges, err := b.chargesCSV()
	more, err := one("charges.csv", charges, err)
	return append(all, more...), err
}

// rowsOfFOCUS are charges as FOCUS has them.
func (b *books) rowsOfFOCUS(version focus.Version) ([]output, error) {
	text, err := b.focusCSV(version)
	all, err := one("focus.csv", text, err)
	if err != nil {
		return nil, err
	}
	parquet, err := b.focusParquet(version)
	more, err := one("focus.parquet", parquet, err)
	return append(all, more...), err
}

func (b *books) sealedFiles(focus.Version) ([]output, error) { return b.sealed() }

func (b *books) summaryFile(focus.Version) ([]output, error) {
	s, err := b.summary()
	if err != nil {
		return nil, err
	}
	text, err := s.encode()
	return one("summary.json", text, err)
}

// summarised names the files of a directory, and how many there are in each of
// its own.
func summarised(files []string, dir string) (out []string) {
	below := make(map[string]int)
	for _, f := range files {
		name, err := filepath.Rel(dir, f)
		if err != nil {
			name = f
		}
		if sub := filepath.Dir(name); sub != "." {
			if below[sub]++; below[sub] > 1 {
				continue
			}
			name = sub + string(filepath.Separator)
		}
		out = append(out, name)
	}
	for i, name := range out {
		if n := below[strings.TrimSuffix(name, string(filepath.Separator))]; n > 0 {
			out[i] = fmt.Sprintf("%s (%d)", name, n)
		}
		if i < len(out)-1 {
			out[i] += ","
		}
	}
	return out
}
