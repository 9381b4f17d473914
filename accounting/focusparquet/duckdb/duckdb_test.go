//go:build duckdb

package duckdb

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/focus"
	"github.com/meterbook/meterbook/accounting/focusparquet"
)

// TestLaw_DuckDB_Sum writes credits of random amounts, down to 10⁻¹⁸, and has
// DuckDB add them up by tenant.
func TestLaw_DuckDB_Sum(t *testing.T) {
	path := filepath.Join(t.TempDir(), "focus.parquet")
	file, err := os.Create(path)
	require.NoError(t, err)
	w, err := focusparquet.NewWriter(file, focus.V1_4)
	require.NoError(t, err)
	rnd := rand.New(rand.NewPCG(1, 1))
	start := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	sums := map[string]int64{} // in 10⁻¹⁸, of amounts below 10⁻³, so that they fit
	const rows = 2000
	for i := range rows {
		atto := rnd.Int64N(2e15) - 1e15
		sign := ""
		if atto < 0 {
			sign = "-"
		}
		amount := focus.MustNumber(fmt.Sprintf("%s0.%018d", sign, max(atto, -atto)))
		account := fmt.Sprintf("tenant-%d", i%7)
		sums[account] += atto
		require.NoError(t, w.Write(&focus.Row{ChargeCategory: focus.Credit, ChargeFrequency: focus.OneTime, BilledCost: amount, EffectiveCost: amount,
			ListCost: amount, ContractedCost: amount, BillingCurrency: "CNY", BillingAccountId: account, ChargePeriodStart: start, ChargePeriodEnd: start.Add(time.Hour),
			BillingPeriodStart: start, BillingPeriodEnd: start.AddDate(0, 1, 0), InvoiceIssuerName: "Cloud", ServiceProviderName: "Cloud", HostProviderName: "Cloud",
			ServiceCategory: "Other", ServiceSubcategory: "Other (Other)", ServiceName: "Credit", Tags: focus.MustObject(`{"a":"=b"}`)}))
	}
	require.NoError(t, w.Close())
	require.NoError(t, file.Close())

	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	defer db.Close()
	found, err := db.Query(`SELECT BillingAccountId, CAST(sum(BilledCost) AS VARCHAR), typeof(min(BilledCost)), min(ChargePeriodStart), count(*)
		FROM read_parquet('` + path + `') WHERE Tags = '{"a":"=b"}' AND ResourceId IS NULL GROUP BY 1`)
	require.NoError(t, err)
	defer found.Close()
	total := 0
	for found.Next() {
		var account, sum, typ string
		var at time.Time
		var n int
		require.NoError(t, found.Scan(&account, &sum, &typ, &at, &n))
		want := sums[account]
		sign := ""
		if want < 0 {
			sign = "-"
		}
		require.Equal(t, fmt.Sprintf("%s0.%018d", sign, max(want, -want)), sum, account)
		require.Equal(t, "DECIMAL(38,18)", typ)
		require.True(t, at.Equal(start))
		total += n
	}
	require.NoError(t, found.Err())
	require.Equal(t, rows, total)
}
