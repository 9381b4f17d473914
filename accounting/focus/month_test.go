package focus

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// wholeMonth is a month with rows of every kind: usage, a commitment with what
// was used of it and what was not, purchases, a tax, credits, adjustments,
// corrections of the month before, and from 1.3 a charge that was split; all
// with prices in virtual credits.
func wholeMonth(t *testing.T, v Version) []Row {
	bill := testBill(t, rand.New(rand.NewPCG(3, 3)))
	s := testStatement(bill)
	var covered, other []accounting.Charge
	for _, c := range bill.Charges {
		if c.SKU == "H100" {
			covered = append(covered, c)
		} else {
			other = append(other, c)
		}
	}
	rows, err := s.Commitment(testCommitment(bill), covered...)
	require.NoError(t, err)
	rest := collect(t, s, other)
	tax, err := s.Tax(accounting.AcceleratedCompute, bill.Period, money.MustParse("CNY 12.34"), "VAT 6 %")
	require.NoError(t, err)
	rows = append(rows, tax)
	last := other[:3]
	for i := range last {
		last[i].Period = metering.MustPeriod("2026-12-30T00:00:00Z", "2026-12-31T00:00:00Z")
	}
	rows = append(rows, collect(t, s, last)...)
	for i, r := range rest {
		if i > 0 || v < V1_3 {
			rows = append(rows, r)
			continue
		}
		r.ResourceId, r.ResourceType = "node-1", "Node"
		parts, err := Split(r, "by-request", Part{ResourceId: "pod-a", Weight: Int(3), Usage: Int(3), UsageUnit: "Cores"},
			Part{ResourceId: "pod-b", Weight: Int(4), Usage: Int(4), UsageUnit: "Cores"}, Part{Weight: Int(2)})
		require.NoError(t, err)
		rows = append(rows, parts...)
	}
	for i := range rows {
		rows[i].BillingAccountType = "Tenant"
		if rows[i].SubAccountId != "" {
			rows[i].SubAccountType = "Team"
		}
		require.NoError(t, rows[i].PriceIn("Credits", MustNumber("12.5")))
	}
	return rows
}

// TestWholeMonth: no error and no warning, by this validator and by the
// reference checker with every group of columns required.
func TestWholeMonth(t *testing.T) {
	var files [][]byte
	for _, v := range allVersions {
		rows := wholeMonth(t, v)
		require.Zero(t, sumOf(rows, billedCost).Cmp(sumOf(rows, effectiveCost)))
		file := write(t, v, rows, AccountTypes(), PricingCurrencies(), EnergyAndCarbon())
		requireClean(t, v, file)
		files = append(files, file)
		_, records := readAll(t, file)
		require.Len(t, records, len(rows))
	}
	if tallies, ok := theirs(t, "all", allVersions, files); ok {
		for _, one := range tallies {
			requireOnlyInfo(t, one)
		}
	}
}

func TestRow_PriceIn(t *testing.T) {
	r := goodRow()
	require.ErrorIs(t, r.PriceIn("Credits", MustNumber("1e36")), ErrNumberRange)
	require.ErrorIs(t, r.PriceIn("Credits", Number{}), ErrNumberRange)
	require.Empty(t, r.PricingCurrency)
	require.NoError(t, r.PriceIn("Tokens", MustNumber("1000")))
	require.Equal(t, "18900", r.PricingCurrencyContractedUnitPrice.String())
	require.Equal(t, "996980", r.PricingCurrencyEffectiveCost.String())
}
