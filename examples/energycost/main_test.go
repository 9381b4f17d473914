package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/examples/internal/program"
)

func output(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	require.NoError(t, run(context.Background(), append([]string{"-out", ""}, args...), &out, &errs), errs.String())
	return out.String()
}

// The cards are those that the rate card's own tests read.
func TestCards(t *testing.T) {
	for name, own := range map[string][]byte{"hubei-2026-01.yaml": hubeiCard, "pge-b19-2026-03.yaml": pgeCard} {
		src, err := os.ReadFile(filepath.Join("..", "..", "accounting", "ratecard", "testdata", "good", name))
		require.NoError(t, err)
		require.Equal(t, string(src), string(own), name)
	}
}

// Costs sum to the utility's bill, and margins to price less cost, tenant by
// tenant and in all.
func TestLaw_Closes(t *testing.T) {
	for _, tariff := range []string{"hubei", "pge"} {
		t.Run(tariff, func(t *testing.T) {
			var f figures
			require.NoError(t, json.Unmarshal([]byte(output(t, "-tariff", tariff, "-json")), &f))
			require.True(t, f.Closes)
			require.Equal(t, f.Bill, f.Cost)
			var bill, cost, price, margin money.Money
			add := func(to *money.Money, m money.Money) {
				sum, err := to.Add(m)
				require.NoError(t, err)
				*to = sum
			}
			for _, p := range f.Prices {
				add(&bill, p.Amount)
			}
			kWh := f.SiteKWh
			for _, x := range f.Tenants {
				add(&cost, x.Cost)
				add(&price, x.Price)
				add(&margin, x.Margin)
				require.Equal(t, x.Margin.Decimal().String(), x.Price.Decimal().Sub(x.Cost.Decimal()).String(), x.Account)
				require.True(t, x.Cost.Decimal().Equal(x.Cost.Decimal().Round(2)), "whole cents")
				kWh = kWh.Sub(x.KWh)
			}
			require.Equal(t, f.Bill, bill)
			require.Equal(t, f.Cost, cost)
			require.Equal(t, f.Price, price)
			require.Equal(t, f.Margin, margin)
			require.LessOrEqual(t, kWh.Abs().InexactFloat64(), 0.002, "only what three decimals of each hide")
			require.Len(t, f.Tenants, 4)
			require.Equal(t, nobody, f.Tenants[3].Account)
			require.Equal(t, -1, f.Tenants[3].Margin.Sign(), "idle racks are paid for by nobody")
		})
	}
}

// Who works by night pays less for a kWh than who works by day.
func TestRun_Night(t *testing.T) {
	text := output(t)
	require.Regexp(t, `acme +[0-9,.]+ +[0-9,.]+ +0\.71`, text)
	require.Regexp(t, `beta +[0-9,.]+ +[0-9,.]+ +0\.75`, text)
	require.Contains(t, text, "power-factor")
	require.Contains(t, text, "Closes")
	require.Equal(t, text, output(t), "the same bytes again")
	chinese := output(t, "-lang", "zh")
	for _, want := range []string{"力调电费", "最大需量", "尖峰", "账目平衡"} {
		require.Contains(t, chinese, want)
	}
}

// A file of one's own, at cards of one's own.
func TestRun_Files(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		return name
	}
	card := func(id, meter string) string {
		return write(id+".yaml", "card: "+id+"\nversion: \"1\"\ncurrency: EUR\nrounding: {mode: half-even, places: 2, level: line}\nprices:\n  - {id: all, service: energy, match: {meter: "+meter+"}, unit: kW.h, meters: [{meter: energy.overhead, factor: 1}], per_unit: 0.30}\n")
	}
	utility := write("u.yaml", "card: u\nversion: \"1\"\ncurrency: EUR\nrounding: {mode: half-even, places: 2, level: line}\nprices:\n  - {id: energy, service: energy, match: {meter: energy.facility}, unit: kW.h, per_unit: 0.10}\n  - {id: demand, service: energy, match: {meter: energy.demand}, unit: kW, gather: peak, per_unit: 2}\n")
	header := "start,site kWh,reactive kvarh,acme kWh,beta kWh\n"
	meters := write("m.csv", header+"2026-05-01T00:00:00+02:00,30,0,10,10\n2026-05-01T00:15:00+02:00,15,0,10,0\n")
	args := []string{"-out", "", "-card", utility, "-tenants", card("t", "energy.device"), "-zone", "Europe/Berlin", "-json", "-meters"}
	var f figures
	require.NoError(t, json.Unmarshal([]byte(output(t, append(args, meters)...)), &f))
	require.Equal(t, "EUR 244.50", f.Bill.String(), "45 kWh and 120 kW")
	require.Equal(t, "EUR 163.00", f.Tenants[0].Cost.String(), "30 of 45 kWh")
	require.Equal(t, "EUR 9.00", f.Tenants[0].Price.String())
	require.Equal(t, "EUR -231.00", f.Margin.String())

	for name, c := range map[string]struct{ text, says string }{
		"no header":       {"", "want the columns"},
		"other columns":   {"time,site kWh\n", "want the columns"},
		"no unit":         {"start,site kWh,reactive kvarh,acme\n", `column "acme"`},
		"no rows":         {header, "no quarter hours"},
		"bad time":        {header + "yesterday,1,1,1,0\n", `line 2: start "yesterday"`},
		"half an hour":    {header + "2026-05-01T00:07:00+02:00,1,1,1,0\n", "start of a quarter hour"},
		"twice":           {header + strings.Repeat("2026-05-01T00:00:00+02:00,1,1,1,0\n", 2), "line 3: start 2026-05-01T00:00:00+02:00: want quarter hours in order"},
		"below 0":         {header + "2026-05-01T00:00:00+02:00,1,1,-1,0\n", "want 0 or more"},
		"not a number":    {header + "2026-05-01T00:00:00+02:00,1,1,NaN,0\n", "line 2"},
		"more than site":  {header + "2026-05-01T00:00:00+02:00,1,1,2,0\n", "2026-04-30T22:00:00Z"},
		"missing columns": {header + "2026-05-01T00:00:00+02:00,1\n", "wrong number of fields"},
		"another month":   {header + "2026-05-01T00:00:00+02:00,1,1,1,0\n2026-06-01T00:00:00+02:00,1,1,1,0\n", "period"},
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, run(context.Background(), append(args, write("bad.csv", c.text)), io.Discard, io.Discard), c.says)
		})
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"-tariff", "x"}, {"-lang", "fr"}, {"more"}, {"-nonsense"}} {
		require.ErrorIs(t, run(context.Background(), args, io.Discard, io.Discard), program.ErrUsage, args)
	}
	require.ErrorIs(t, run(context.Background(), []string{"-h"}, io.Discard, io.Discard), flag.ErrHelp)
	require.Error(t, run(context.Background(), []string{"-zone", "Nowhere"}, io.Discard, io.Discard))
	require.Error(t, run(context.Background(), []string{"-card", "none.yaml"}, io.Discard, io.Discard))
	require.True(t, strings.HasPrefix(output(t, "-print-sample"), "start,site kWh,reactive kvarh,acme kWh"))
}

// Another site has another month, which closes, too; what was made up reads back,
// and the page has the figures.
func TestRun_Seed(t *testing.T) {
	for _, seed := range []string{"1", "2", "18446744073709551615"} {
		var f figures
		require.NoError(t, json.Unmarshal([]byte(output(t, "-seed", seed, "-tariff", "pge", "-json")), &f))
		require.True(t, f.Closes)
	}
	dir := t.TempDir()
	text, _, _ := strings.Cut(output(t, "-seed", "7", "-out", dir), "wrote ")
	require.Equal(t, strings.Replace(text, wordsOf("en").madeUp, "", 1), output(t, "-meters", filepath.Join(dir, "meters.csv")))
	require.NotEqual(t, text, output(t))
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	require.NoError(t, err)
	for _, want := range []string{"Energy of the devices by day", "held by nobody", "2026-01-31"} {
		require.Contains(t, string(page), want)
	}
	require.NotContains(t, string(page), "ZgotmplZ")
	require.ErrorIs(t, run(context.Background(), []string{"-seed", "1", "-meters", "m.csv"}, io.Discard, io.Discard), program.ErrUsage)
}
