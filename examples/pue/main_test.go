package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/examples/internal/program"
	"github.com/meterbook/meterbook/metering"
)

func pue(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	require.NoError(t, run(context.Background(), append([]string{"-out", ""}, args...), &out, &errs), errs.String())
	return out.String()
}

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// The made-up year: an annual figure whose books close, the same each time.
func TestSample(t *testing.T) {
	dir := t.TempDir()
	out := pue(t, "-out", dir)
	require.Contains(t, out, "PUE2 = 1.262 ± 0.016 (k = 2)")
	require.Contains(t, out, "Books close")
	require.Contains(t, out, "reset: began again at 0")
	require.Contains(t, out, "GB 40879-2021 (2021): PUE grade 2")
	require.NotContains(t, out, "NaN")
	page := filepath.Join(dir, "report.html")
	out, wrote, _ := strings.Cut(out, "wrote ")
	require.Contains(t, wrote, page+"\n")
	require.Equal(t, out, pue(t))
	require.Equal(t, strings.Replace(out, english.MadeUp, "", 1), pue(t, "-meters", filepath.Join(dir, "meters.csv"), "-holders", filepath.Join(dir, "holders.csv")), "what was made up reads back")
	for _, line := range strings.Split(out, "\n") {
		require.LessOrEqual(t, width(line), 100, line)
	}
	html, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Contains(t, string(html), "</html>")
	require.NotContains(t, string(html), "ZgotmplZ")

	var f figures
	require.NoError(t, json.Unmarshal([]byte(pue(t, "-json")), &f))
	require.True(t, f.Closes)
	require.Equal(t, "1.261609", f.PUE.String())
	require.Len(t, f.Tenants, 5)
	require.Greater(t, len(f.Hours), 8700)
	require.Zero(t, f.BelowOne)
	sum := f.Tenants[0].IT.Sub(f.Tenants[0].IT)
	for _, x := range f.Tenants {
		sum = sum.Add(x.IT).Add(x.Overhead)
	}
	require.InDelta(t, f.SiteKWh.InexactFloat64(), sum.InexactFloat64(), 0.01)
	require.Contains(t, pue(t, "-lang", "zh"), "账目平衡")
}

// A file of a day: an interim figure without a grade, with a gap and a reset.
func TestDay(t *testing.T) {
	meters := file(t, "m.csv", `time,rack kWh,site MWh
2026-03-01T00:00:00Z,10,1
2026-03-01T01:00:00Z,20,1.012
2026-03-01T02:00:00Z,,1.024
2026-03-01T03:00:00Z,40,1.036
2026-03-01T04:00:00Z,5,1.048
`)
	holders := file(t, "h.csv", "meter,account,held,of,used,idle_kW\nrack,acme,1,2,1,4\n")
	var f figures
	require.NoError(t, json.Unmarshal([]byte(pue(t, "-meters", meters, "-holders", holders, "-json", "-it-class", "0")), &f))
	require.Equal(t, "iPUE2", f.Name)
	require.Equal(t, "1.371429", f.PUE.String(), "48 over 10 + 20 + 5")
	require.Equal(t, "0.25", f.Coverage.String(), "the gap of two hours and the hour of the reset")
	require.Zero(t, f.Uncertainty)
	require.Contains(t, f.Grade, "12 months")
	require.True(t, f.Closes)
	require.Len(t, f.Faults, 2)
	require.Equal(t, "range-unknown", f.Faults[0].Flags)
	require.Contains(t, pue(t, "-meters", meters), "interim")
}

func TestRefused(t *testing.T) {
	head := "time,site kWh,rack kWh\n"
	tests := map[string]string{
		"no column":          "",
		"no time":            "at,site kWh,rack kWh\n",
		"no unit":            "time,site,rack kWh\n",
		"a power":            "time,site kW,rack kWh\n",
		"no site":            "time,hall kWh,rack kWh\n",
		"no IT":              "time,site kWh\n",
		"a meter twice":      "time,site kWh,site kWh\n",
		"no readings":        head,
		"one time":           head + "2026-01-01T00:00:00Z,1,1\n",
		"a bad time":         head + "yesterday,1,1\n",
		"times out of order": head + "2026-01-01T01:00:00Z,1,1\n2026-01-01T00:00:00Z,1,1\n",
		"a word":             head + "2026-01-01T00:00:00Z,NaN,1\n",
		"a negative reading": head + "2026-01-01T00:00:00Z,-1,1\n",
		"a cell too few":     head + "2026-01-01T00:00:00Z,1\n",
		"a bad intensity":    "time,site kWh,rack kWh,grid g/kWh\n2026-01-01T00:00:00Z,1,1,x\n",
	}
	for name, text := range tests {
		err := run(context.Background(), []string{"-out", "", "-meters", file(t, "m.csv", text)}, &bytes.Buffer{}, &bytes.Buffer{})
		require.ErrorContains(t, err, "meter file", name)
	}
	for name, text := range map[string]string{"a word": "h\nrack-a,acme,x,2,1,0\n", "no meter": "meter,account,held,of,used,idle_kW\nrack-z,acme,1,2,1,0\n", "a negative share": "meter,account,held,of,used,idle_kW\nrack-a,acme,-1,2,1,0\n"} {
		require.ErrorContains(t, run(context.Background(), []string{"-out", "", "-holders", file(t, "h.csv", text)}, &bytes.Buffer{}, &bytes.Buffer{}), "holders", name)
	}
	require.ErrorIs(t, run(context.Background(), []string{"-out", "", "-lang", "xx"}, &bytes.Buffer{}, &bytes.Buffer{}), program.ErrUsage)
	for _, wrong := range [][]string{{"-point", "roof"}, {"-point", "site_input"}, {"-scope", "moon"}} {
		err := run(context.Background(), append([]string{"-out", ""}, wrong...), &bytes.Buffer{}, &bytes.Buffer{})
		require.ErrorIs(t, err, program.ErrUsage, "%q", wrong)
	}

	// A site below its IT equipment has no PUE, and says why.
	below := file(t, "m.csv", head+"2026-01-01T00:00:00Z,1,1\n2026-01-01T01:00:00Z,2,3\n")
	require.Contains(t, pue(t, "-meters", below), "No PUE: facility: total energy")
}

// Another site has another year, which closes, too.
func TestSeed(t *testing.T) {
	for _, seed := range []string{"1", "2", "3", "18446744073709551615"} {
		out := pue(t, "-seed", seed)
		require.Contains(t, out, "Books close", seed)
		require.NotContains(t, out, "1.262", seed)
		require.NotContains(t, out, "NaN")
	}
	require.Equal(t, pue(t, "-seed", "1", "-print-sample"), pue(t, "-seed", "1", "-print-sample"))
	err := run(context.Background(), []string{"-seed", "1", "-meters", "m.csv"}, &bytes.Buffer{}, &bytes.Buffer{})
	require.ErrorIs(t, err, program.ErrUsage)
}

func TestWords_Period(t *testing.T) {
	for _, c := range []struct{ from, until, en, zh string }{
		{"2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "1 January – 31 December 2025 (UTC)", "2025年1月1日至12月31日（UTC）"},
		{"2025-12-31T00:00:00Z", "2026-01-02T00:00:00Z", "31 December 2025 – 1 January 2026 (UTC)", "2025年12月31日至2026年1月1日（UTC）"},
		{"2025-01-01T00:00:00Z", "2025-01-02T00:00:00Z", "1 January 2025 (UTC)", "2025年1月1日（UTC）"},
		{"2025-01-01T08:00:00Z", "2025-01-02T00:00:00Z", "1 January 2025 08:00 – 2 January 2025 00:00 (UTC)", "2025年1月1日 08:00至2025年1月2日 00:00（UTC）"},
	} {
		p := metering.MustPeriod(c.from, c.until)
		require.Equal(t, c.en, english.period(p))
		require.Equal(t, c.zh, chinese.period(p))
	}
}
