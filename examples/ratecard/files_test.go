package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/ratecard"
)

// Usage that is made up has a price for every row, is the same for one seed
// and another for another.
func TestRun_Random(t *testing.T) {
	text := output(t, "-usage", "random")
	require.NotContains(t, text, "no price")
	require.Equal(t, text, output(t, "-usage", "random", "-seed", "1"))
	require.NotEqual(t, text, output(t, "-usage", "random", "-seed", "2"))
}

func TestRun_Out(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	text := output(t, "-usage", "random", "-out", dir)
	for _, name := range []string{"prices.svg", "card.yaml", "report.json"} {
		require.Contains(t, text, "wrote "+filepath.Join(dir, name)+"\n")
		src, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NotEmpty(t, src)
	}
	src, err := os.ReadFile(filepath.Join(dir, "card.yaml"))
	require.NoError(t, err)
	_, err = ratecard.ParseYAML(src)
	require.NoError(t, err)
	require.Contains(t, output(t, "-out", dir, "-lang", "zh"), "已写入 "+filepath.Join(dir, "prices.svg"))
	require.NotContains(t, output(t, "-out", dir, "-json"), "wrote")
}
