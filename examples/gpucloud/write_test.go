package main

import (
	"os"
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

// TestWriteWhole: what was there is replaced in one step, and nothing is left
// beside it; what cannot be written leaves what was there.
func TestWriteWhole(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.csv")
	require.NoError(t, writeWhole(file, []byte("first")))
	require.NoError(t, writeWhole(file, []byte("second")))
	require.NoError(t, os.Mkdir(file+".part", 0o700))
	require.Error(t, writeWhole(file, []byte("third")))
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "second", string(got))
	require.NoError(t, os.Remove(file+".part"))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
}
