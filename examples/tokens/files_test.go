package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Requests that are made up have prices, are the same for one seed, and cost
// the same read back from the file.
func TestRun_Random(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	text := output(t, "-requests", "random", "-seed", "3", "-out", dir)
	require.NotContains(t, text, "no price")
	require.Contains(t, text, "wrote "+filepath.Join(dir, "costs.json")+"\n")
	require.Contains(t, text, "wrote "+filepath.Join(dir, "requests.csv")+"\n")
	again := output(t, "-requests", filepath.Join(dir, "requests.csv"), "-json")
	src, err := os.ReadFile(filepath.Join(dir, "costs.json"))
	require.NoError(t, err)
	require.Equal(t, string(src), again)
	require.NotEqual(t, again, output(t, "-requests", "random", "-json"))
	require.Contains(t, output(t, "-lang", "zh", "-out", dir), "已写入 "+filepath.Join(dir, "costs.json"))
}
