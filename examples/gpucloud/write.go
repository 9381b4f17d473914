package main

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// write writes every output file and returns their names.
func (b *books) write(o options) ([]string, error) {
	dir := o.out
	if err := os.MkdirAll(filepath.Join(dir, "invoices"), 0o777); err != nil {
		return nil, err
	}
	var names []string
	put := func(name string, content []byte, err error) error {
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		file := filepath.Join(dir, name)
		names = append(names, file)
		return writeWhole(file, content)
	}
	report, err := b.reportHTML()
	if err := put("report.html", report, err); err != nil {
		return nil, err
	}
	for i := range b.Invoices {
		pages, err := b.invoicePages(i)
		if err != nil {
			return nil, err
		}
		for _, o := range pages {
			if err := put(filepath.FromSlash(o.name), o.content, nil); err != nil {
				return nil, err
			}
		}
	}
	usage, err := b.usageCSV(b.catalogue)
	if err := put("usage.csv", usage, err); err != nil {
		return nil, err
	}
	charges, err := b.chargesCSV()
	if err := put("charges.csv", charges, err); err != nil {
		return nil, err
	}
	rows, err := b.focusCSV(o.focus)
	if err := put("focus.csv", rows, err); err != nil {
		return nil, err
	}
	rows, err = b.focusParquet(o.focus)
	if err := put("focus.parquet", rows, err); err != nil {
		return nil, err
	}
	sealed, err := b.sealed()
	if err != nil {
		return nil, err
	}
	for _, o := range sealed {
		if err := os.MkdirAll(filepath.Join(dir, path.Dir(o.name)), 0o777); err != nil {
			return nil, err
		}
		if err := put(filepath.FromSlash(o.name), o.content, nil); err != nil {
			return nil, err
		}
	}
	s, err := b.summary()
	if err != nil {
		return nil, err
	}
	figures, err := s.encode()
	return names, put("summary.json", figures, err)
}

// writeWhole makes a file appear whole or not at all, whenever the program ends:
// it has another name until it is on the disk.
func writeWhole(name string, content []byte) error {
	part := name + ".part"
	f, err := os.Create(part)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(part, name)
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
