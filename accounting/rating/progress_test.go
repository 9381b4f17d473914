package rating_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

func ExampleProgress() {
	now := time.Date(2026, time.December, 1, 2, 0, 0, 0, time.UTC)
	progress := rating.NewProgress(func() time.Time { return now }, nil)
	month, _ := metering.Month(metering.Zone{}, 2026, time.November)
	contract := accounting.Contract{Account: "acme", Card: gpuCard()}
	bill, _, err := progress.Rate(context.Background(), contract, month, gpuUsage().Usage(month), rating.State{})
	fmt.Println(bill.Total(), err)
	for v := range progress.Health() {
		fmt.Println(v.Name, v.Outcome, v.Value/max(1, v.Per), v.Unit)
	}
	// Output:
	// CNY 996.98 <nil>
	// rating.bills rated 1 {bill}
	// rating.bills refused 0 {bill}
	// rating.charges  1 {charge}
	// rating.unpriced  0 {row}
	// rating.duration  0 s
	// rating.lag  7200 s
}

// What is noted is what happened, and the bill is that of the function.
func TestProgress(t *testing.T) {
	now := time.Date(2026, time.November, 6, 0, 0, 0, 0, time.UTC)
	var told []metering.Operation
	progress := rating.NewProgress(func() time.Time { now = now.Add(time.Second); return now },
		func(_ context.Context, op metering.Operation) { told = append(told, op) })
	month, err := metering.Month(metering.Zone{}, 2026, time.November)
	require.NoError(t, err)
	contract := accounting.Contract{Account: "acme", Card: gpuCard()}
	want, _, err := rating.Rate(contract, month, gpuUsage().Usage(month), rating.State{})
	require.NoError(t, err)
	bill, _, err := progress.Rate(context.Background(), contract, month, gpuUsage().Usage(month), rating.State{})
	require.NoError(t, err)
	require.Equal(t, want, bill)
	broken := errors.New("disk is gone")
	var failing iter.Seq2[metering.Usage, error] = func(yield func(metering.Usage, error) bool) { yield(metering.Usage{}, broken) }
	_, _, err = progress.Rate(context.Background(), contract, month, failing, rating.State{})
	require.ErrorIs(t, err, broken)
	contract.Card.Prices[0].Match.SKU = "other"
	_, _, err = progress.Rate(context.Background(), contract, month, gpuUsage().Usage(month), rating.State{}, rating.ReportUnpriced())
	require.NoError(t, err)

	got := map[string]int64{}
	for v := range progress.Health() {
		got[v.Name+v.Outcome] = v.Value
	}
	require.Equal(t, map[string]int64{"rating.billsrated": 2, "rating.billsrefused": 1, "rating.charges": 1, "rating.unpriced": 1,
		"rating.duration": int64(3 * time.Second), "rating.lag": int64(now.Sub(month.End()))}, got)
	require.Negative(t, got["rating.lag"], "the month is rated before it has ended")
	require.Len(t, told, 3)
	require.ErrorIs(t, told[1].Err, broken)
	require.Equal(t, 1, told[0].Items)
}
