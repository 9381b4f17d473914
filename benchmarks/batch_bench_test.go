package benchmarks

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/ours"
	"github.com/meterbook/meterbook/benchmarks/rival"
	"github.com/meterbook/meterbook/benchmarks/workload"
)

// batchRows is a tenth of what ratios measures, for a look at it.
const batchRows = 1_000_000

// BenchmarkBatch: rows to hourly totals; one operation is all rows. DuckDB is in
// ratios only.
func BenchmarkBatch(b *testing.B) {
	rows := sync.OnceValue(func() *workload.Rows { return workload.NewRows(batchRows) })
	spelled := sync.OnceValue(func() *workload.Rows { return rows().Spelled() })
	file := sync.OnceValues(func() (string, error) { return csvFile(b, rows()), nil })
	for threads := 1; threads <= 2; threads++ {
		byIDs := []contest.Entrant{ours.Batch(rows, threads)}
		byStrings := []contest.Entrant{ours.Batch(spelled, threads)}
		if threads == 1 {
			byIDs, byStrings = append(byIDs, rival.MapIDs(rows)), append(byStrings, rival.MapStrings(spelled))
		}
		b.Run(fmt.Sprintf("form=ids/threads=%d", threads), func(b *testing.B) { benchmark(b, byIDs...) })
		b.Run(fmt.Sprintf("form=strings/threads=%d", threads), func(b *testing.B) { benchmark(b, byStrings...) })
		b.Run(fmt.Sprintf("form=csv/threads=%d", threads), func(b *testing.B) { benchmark(b, ours.CSV(file, rows, threads)) })
	}
}

func csvFile(tb testing.TB, rows *workload.Rows) string {
	path := filepath.Join(tb.TempDir(), "rows.csv")
	f, err := os.Create(path)
	require.NoError(tb, err)
	require.NoError(tb, rows.WriteCSV(f))
	require.NoError(tb, f.Close())
	return path
}
