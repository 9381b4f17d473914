package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSummarised(t *testing.T) {
	dir := filepath.Join("some", "out")
	in := func(names ...string) (files []string) {
		for _, n := range names {
			files = append(files, filepath.Join(dir, filepath.FromSlash(n)))
		}
		return files
	}
	require.Equal(t, []string{"report.html,", filepath.FromSlash("invoices/") + " (2),", "usage.csv,", filepath.FromSlash("proof/") + " (1)"},
		summarised(in("report.html", "invoices/a.html", "invoices/b.html", "usage.csv", "proof/key.txt"), dir))
	require.Empty(t, summarised(nil, dir))
}
