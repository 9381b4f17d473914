package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/examples/internal/program"
)

func output(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	require.NoError(t, run(context.Background(), append([]string{"-out", ""}, args...), &out, &errs), errs.String())
	return out.String()
}

func TestRun_Table(t *testing.T) {
	text := output(t)
	require.Contains(t, text, "sample@2026.11")
	require.Regexp(t, `egress .* 0\.00 +0\.00 +0\.00 +450\.00 +4,950\.00`, text)
	require.Regexp(t, `calls .* 5\.00 +13\.30 `, text)
}

func TestRun_Bill(t *testing.T) {
	text := output(t, "-usage", "sample", "-explain", "-lint")
	require.Regexp(t, `total +6,713\.44`, text)
	require.Regexp(t, `h100-night +2026-11-03 22:00–23:00 `, text)
	require.Contains(t, text, "when, Asia/Shanghai")
	require.Contains(t, text, "free units 100: 11060.25 → 10960.25")
	require.Contains(t, text, "the bill falls")
	require.Equal(t, text, output(t, "-usage", "sample", "-explain", "-lint"), "the same bytes again")
	require.Contains(t, output(t, "-lint", "-lang", "zh"), "用量增加而账单减少：1000 GiB")
	require.Contains(t, output(t, "-usage", "sample", "-explain", "-lang", "zh"), "免费额度 100：11060.25 → 10960.25")
}

func TestRun_JSON(t *testing.T) {
	var r report
	require.NoError(t, json.Unmarshal([]byte(output(t, "-usage", "sample", "-lint", "-json")), &r))
	require.Len(t, r.Bills, 1)
	require.Equal(t, "CNY 6713.44", r.Bills[0].Total)
	require.Len(t, r.Bills[0].Charges, 12)
	require.Equal(t, "true-up", r.Bills[0].Charges[11].Origin)
	require.Equal(t, "73206/625", r.Bills[0].Charges[9].Exact, "the exact amount, not the billed one")
	require.Len(t, r.Findings, 1)
	require.Equal(t, "bill-falls", r.Findings[0].Rule)
	require.Equal(t, "450", point(r.Prices["egress"], "1000"))
}

func point(all []points, quantity string) string {
	for _, p := range all {
		if p.Quantity == quantity {
			return p.Amount
		}
	}
	return ""
}

func TestRun_Diff(t *testing.T) {
	other := filepath.Join(t.TempDir(), "other.yaml")
	src := strings.NewReplacer("per_unit: 18.90", "per_unit: 17.50", `"2026.11"`, `"2026.12"`, "- id: support", "- id: care").Replace(string(sampleCard))
	require.NoError(t, os.WriteFile(other, []byte(src), 0o600))
	text := output(t, "-usage", "sample", "-diff", other)
	require.Regexp(t, `h100 +changed +18\.90 → 17\.50`, text)
	require.Regexp(t, `support +removed +300\.00`, text)
	require.Regexp(t, `acme/vision +compute\.accelerator\.time +h100 +151\.20 +140\.00 +-11\.20`, text)
	require.Contains(t, output(t, "-usage", "sample", "-diff", writeSample(t)), "Both bills are the same.")

	require.NoError(t, os.WriteFile(other, []byte(strings.Replace(string(sampleCard), "currency: CNY", "currency: EUR", 1)), 0o600))
	require.ErrorContains(t, run(context.Background(), []string{"-out", "", "-diff", other}, &bytes.Buffer{}, &bytes.Buffer{}),
		"a card in EUR, and sample@2026.11 is in CNY")
}

func TestRun_Units(t *testing.T) {
	require.Contains(t, output(t, "-usage", "sample", "-explain"), "8 card·h × 18.90 CNY")
	text := output(t, "-usage", "sample", "-explain", "-lang", "zh")
	require.Contains(t, text, "8 卡·时 × 18.90 CNY")
	require.NotContains(t, text, "card·h", "tables have the units of explanations")
}

func writeSample(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "card.yaml")
	require.NoError(t, os.WriteFile(name, sampleCard, 0o600))
	return name
}

func TestRun_Chart(t *testing.T) {
	name := filepath.Join(t.TempDir(), "c.svg")
	output(t, "-svg", name)
	src, err := os.ReadFile(name)
	require.NoError(t, err)
	d := xml.NewDecoder(bytes.NewReader(src))
	panels := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "g" {
			panels++
		}
	}
	require.Equal(t, 7, panels, "a panel for each price of usage")
	require.NotContains(t, string(src), "NaN")
}

func TestRun_Refuses(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		return name
	}
	header := strings.SplitAfter(string(sampleUsage), "\n")[0]
	row := "acme,network.egress,,,,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,1,GBy\n"
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no such card":   {[]string{"-card", filepath.Join(dir, "none")}, "no such file"},
		"bad card":       {[]string{"-card", write("bad.yaml", "card: c\nprices: 3\n")}, "line 2, column 9"},
		"unknown column": {[]string{"-usage", write("a.csv", "account,mtr\n")}, `column "mtr"`},
		"missing column": {[]string{"-usage", write("b.csv", "account,meter\n")}, `"start" is missing`},
		"bad time":       {[]string{"-usage", write("c.csv", header+strings.Replace(row, "2026-11-01T00:00:00Z", "yesterday", 1))}, `line 2: start "yesterday"`},
		"bad quantity":   {[]string{"-usage", write("d.csv", header+strings.Replace(row, ",1,GBy", ",1e9,GBy", 1))}, "line 2"},
		"two tenants":    {[]string{"-usage", write("e.csv", header+row+strings.Replace(row, "acme", "other", 1))}, "not of this billing account"},
		"empty":          {[]string{"-usage", write("f.csv", header)}, "no rows"},
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, run(context.Background(), c.args, io.Discard, io.Discard), c.says)
		})
	}
	require.ErrorIs(t, run(context.Background(), []string{"-out", "", "-lang", "fr"}, io.Discard, io.Discard), program.ErrUsage)
	require.ErrorIs(t, run(context.Background(), []string{"-out", "", "x"}, io.Discard, io.Discard), program.ErrUsage)
	require.ErrorIs(t, run(context.Background(), []string{"-out", "", "-h"}, io.Discard, io.Discard), flag.ErrHelp)
}

// A utility's card, at the hours of its zone: valley, flat, peak and sharp,
// demand, and what the power factor adds.
func TestRun_Tariff(t *testing.T) {
	card := filepath.Join("..", "..", "accounting", "ratecard", "testdata", "good", "hubei-2026-01.yaml")
	rows := "account,meter,start,end,quantity,unit\n"
	for hour, kWh := range map[string]string{"01": "1000", "07": "2000", "17": "3000", "19": "4000"} {
		rows += "site,energy.facility,2026-01-05T" + hour + ":00:00+08:00,2026-01-05T" + hour + ":15:00+08:00," + kWh + ",kW.h\n"
	}
	rows += "site,energy.demand,2026-01-05T19:00:00+08:00,2026-01-05T19:15:00+08:00,800,kW\n"
	rows += "site,energy.reactive,2026-01-05T19:00:00+08:00,2026-01-05T19:15:00+08:00,5300,kW.h\n"
	file := filepath.Join(t.TempDir(), "usage.csv")
	require.NoError(t, os.WriteFile(file, []byte(rows), 0o600))
	text := output(t, "-card", card, "-usage", file, "-zone", "Asia/Shanghai")
	require.Regexp(t, `sharp +2026-01-05 19:00–19:15 +4,000 kW·h +4,019\.20`, text)
	require.Regexp(t, `demand +2026-01-05 19:00–19:15 +800 kW +33,600\.00`, text)
	require.Regexp(t, `power-factor \(adjustment\) .* 416\.32`, text)
	require.Contains(t, text, "42,499.89")
	require.Contains(t, text, "{1,2,3,4,5,6,9,10,11,12} 18:00-20:00")
	require.Error(t, run(context.Background(), []string{"-out", "", "-usage", "sample", "-zone", "Nowhere"}, io.Discard, io.Discard))
}
