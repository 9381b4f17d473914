package tokens_test

import (
	"encoding/csv"
	"io"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering"
	"github.com/meterbook/meterbook/metering/tokens"
)

const trace = "../../../shared/data/azure_llm2023_code.csv"

// TestTrace_AzureCode meters the requests of a real service (Azure's LLM
// inference trace of 2023, code): every figure was worked out from the file by
// other means. All of it is recorded twice and counts once.
func TestTrace_AzureCode(t *testing.T) {
	if _, err := os.Stat(trace); err != nil {
		t.Skip("shared data absent: " + trace)
	}
	agg := metering.NewAggregator()
	for range 2 {
		recordTrace(t, agg)
	}
	require.EqualValues(t, 8819, agg.Counts().Events)
	got := map[metering.MeterID]string{}
	for usage, err := range agg.Usage(metering.MustPeriod("2023-11-16T00:00:00Z", "2023-11-17T00:00:00Z"), metering.Of("azure")) {
		require.NoError(t, err)
		require.Equal(t, metering.Exact, usage.Quality())
		got[usage.Key.Meter] = usage.Quantity.String()
	}
	require.Equal(t, map[metering.MeterID]string{
		metering.Requests: "8819 1", metering.InputTokens: "18059974 {token}", metering.OutputTokens: "245896 {token}",
	}, got)
}

func recordTrace(t *testing.T, agg *metering.Aggregator) {
	file, err := os.Open(trace)
	require.NoError(t, err)
	defer file.Close()
	rows := csv.NewReader(file)
	_, err = rows.Read()
	require.NoError(t, err)
	for i := 1; ; i++ {
		row, err := rows.Read()
		if err == io.EOF {
			return
		}
		require.NoError(t, err)
		at, err := time.Parse("2006-01-02 15:04:05.9999999", row[0])
		require.NoError(t, err)
		var u tokens.Usage
		u.Input, err = strconv.ParseInt(row[1], 10, 64)
		require.NoError(t, err)
		u.Output, err = strconv.ParseInt(row[2], 10, 64)
		require.NoError(t, err)
		e, err := u.Event(tokens.Request{Account: "azure/code", Source: "trace", ID: strconv.Itoa(i), At: at, Model: "code"})
		require.NoError(t, err)
		require.NoError(t, agg.Record(e))
	}
}
