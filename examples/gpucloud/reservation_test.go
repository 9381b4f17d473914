package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/focus"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/metering"
)

// testReservation is one card for October.
func testReservation(t *testing.T) *reservation {
	t.Helper()
	card, err := ratecard.ParseYAML(cloudCard)
	require.NoError(t, err)
	zone := metering.MustZone("Asia/Shanghai")
	month, err := metering.Month(zone, 2026, time.October)
	require.NoError(t, err)
	r, err := reserve(40, month, zone, card)
	require.NoError(t, err)
	require.Equal(t, int64(1), r.Cards)
	require.Equal(t, "rsv-mlu370-2026-10", r.ID)
	return r
}

// TestReservation_Cover: what is covered and what is not come to what was used,
// and no day has more covered than was bought.
func TestReservation_Cover(t *testing.T) {
	r := testReservation(t)
	row := func(day int, account metering.Account, sku, quantity string) metering.Usage {
		start := r.Month.Start().AddDate(0, 0, day)
		p, err := metering.NewPeriod(start, start.AddDate(0, 0, 1))
		require.NoError(t, err)
		return metering.Usage{Key: metering.Key{Account: account, Meter: metering.AcceleratorTime, SKU: sku}, Period: p, Quantity: metering.MustQuantity(quantity)}
	}
	guessed := row(2, "ember/npc", reservedSKU, "5 {card}.h")
	guessed.Estimated = guessed.Quantity
	rows := []metering.Usage{
		row(0, "ember/npc", reservedSKU, "20 {card}.h"), row(0, "ember/rendering", reservedSKU, "7.5 {card}.h"), row(0, "ember/rendering", "H100-SXM5", "9 {card}.h"),
		row(1, "ember/npc", reservedSKU, "3 {card}.h"), guessed, row(2, "ember/rendering", reservedSKU, "24 {card}.h"), row(2, "ember/z", reservedSKU, "1 {card}.h"),
	}
	var got []string
	for u, err := range r.cover(func(yield func(metering.Usage, error) bool) {
		for _, u := range rows {
			if !yield(u, nil) {
				return
			}
		}
	}) {
		require.NoError(t, err)
		hours, err := u.Quantity.In(metering.MustUnit("{card}.h"), 2)
		require.NoError(t, err)
		_, covered := u.Key.Labels.Get(reservationLabel)
		got = append(got, fmt.Sprintf("%s %s %s %v", u.Key.Account, u.Key.SKU, hours, covered))
	}
	require.Equal(t, []string{
		"ember/npc MLU370-X8 20 true", "ember/rendering MLU370-X8 4 true", "ember/rendering MLU370-X8 3.5 false", "ember/rendering H100-SXM5 9 false",
		"ember/npc MLU370-X8 3 true", "ember/npc MLU370-X8 5 false", "ember/rendering MLU370-X8 24 true", "ember/z MLU370-X8 1 false",
	}, got)
}

// TestFocus_Commitment: the month's rows have a commitment whose effective costs
// come to what was paid, and the reference checker, where it is there, has
// nothing to say of them in any version.
func TestFocus_Commitment(t *testing.T) {
	b, err := cloud()
	require.NoError(t, err)
	for _, v := range []focus.Version{focus.V1_2, focus.V1_3, focus.V1_4} {
		text, err := b.focusCSV(v)
		require.NoError(t, err)
		file := filepath.Join(t.TempDir(), "focus.csv")
		require.NoError(t, os.WriteFile(file, text, 0o600))
		records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		require.NoError(t, err)
		at := make(map[string]int)
		for i, name := range records[0] {
			at[name] = i
		}
		seen := make(map[string]int)
		paid, spread := decimal.Zero, decimal.Zero
		for _, r := range records[1:] {
			if r[at["CommitmentDiscountId"]] == "" {
				continue
			}
			seen[r[at["ChargeCategory"]]+r[at["CommitmentDiscountStatus"]]]++
			paid = paid.Add(decimal.RequireFromString(r[at["BilledCost"]]))
			spread = spread.Add(decimal.RequireFromString(r[at["EffectiveCost"]]))
		}
		require.Equal(t, 1, seen["Purchase"])
		require.Greater(t, seen["UsageUsed"], 10)
		require.Equal(t, 1, seen["UsageUnused"])
		require.True(t, paid.Equal(spread), "paid %v, spread %v", paid, spread)
		require.True(t, paid.IsPositive())
		const checker = "../../../shared/tools/focus/focus_check.py"
		python, err := exec.LookPath("python3")
		if _, absent := os.Stat(checker); err != nil || absent != nil {
			continue
		}
		out, err := exec.Command(python, checker, file, "--version", v.String(), "--whole-term", "--tol", "0", "--require", "commitment,usage,price,region").CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Contains(t, string(out), "errors 0, warnings 0, infos 0")
	}
}

// TestReservation_List: the purchase has no list amount, so that what is saved is
// what the covered usage would have cost less the purchase; and the books say the
// same as the invoices.
func TestReservation_List(t *testing.T) {
	b, err := cloud()
	require.NoError(t, err)
	_, list, err := b.totals(b.Bills)
	require.NoError(t, err)
	var invoices, covered, paid sums
	var onInvoices, atList, fee money.Money
	for _, inv := range b.Invoices {
		onInvoices = invoices.money(onInvoices, inv.List)
		for _, l := range inv.Lines {
			switch l.PriceID {
			case reservationFee:
				require.True(t, l.List.IsZero())
				fee = paid.money(fee, l.Billed)
			case reservedUsage:
				require.True(t, l.Billed.IsZero())
				atList = covered.money(atList, l.List)
			}
		}
	}
	require.Equal(t, onInvoices, list)
	require.Equal(t, "CNY 2200.00", fee.String(), "one card for a month")
	require.Equal(t, 1, atList.Scaled().Cmp(fee.Scaled()), "it pays off: %v", atList)
	for _, use := range b.Tenants {
		if use.Account == reservedBy {
			require.Equal(t, 1, use.List.Scaled().Cmp(use.Billed.Scaled()))
		}
	}
}
