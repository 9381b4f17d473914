package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/benchmarks/contest"
)

// tiny makes a run take a second or two.
var tiny = []string{"-rounds", "5", "-slice", "1ms", "-rows", "20000"}

func ratios(t *testing.T, args ...string) (out string, status int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = run(append(tiny, args...), &stdout, &stderr)
	t.Log(stdout.String(), stderr.String())
	return stdout.String(), status
}

func TestRatios(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out.json")
	out, status := ratios(t, "-only", "^(bound/add/|rate|growth/1e3|decimal/apd|scaling3)", "-json", file)
	require.Zero(t, status)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 3+1+6, "two lines above, an empty one, the head and a row each")
	require.Regexp(t, `^go1\..*, GOMAXPROCS \d+, 20\d\d-`, lines[0])
	require.Regexp(t, `^path +ours +rival +ratio +interval +budget +verdict`, lines[3])
	require.Regexp(t, `^bound/add +\d+\.\d\d ns +atomic +\d+\.\d\d ns +\d+\.\d{3}  \d+\.\d{3} – \d+\.\d{3} +1\.30  (within|over|unclear)`, lines[4])

	var r report
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &r))
	require.Len(t, r.Rows, 6)
	for _, row := range r.Rows {
		require.Positive(t, row.Ratio)
		require.LessOrEqual(t, row.Interval.Low, row.Ratio)
		require.GreaterOrEqual(t, row.Interval.High, row.Ratio)
		require.GreaterOrEqual(t, row.Rounds, 5)
		if row.Calm >= contest.CalmEnough {
			require.Equal(t, contest.Judge(row.Interval, row.Budget), row.Verdict)
		}
	}
}

// Without DuckDB its rows are not measured, and say what to do; the map's are.
func TestRatios_NoDuckDB(t *testing.T) {
	out, status := ratios(t, "-only", "batch/(ids|csv)/1", "-duckdb", filepath.Join(t.TempDir(), "duckdb"))
	require.Zero(t, status)
	require.Regexp(t, `(?m)^batch/ids/1 +duckdb +0\.60  not measured: no DuckDB at .*build it: `, out)
	require.Regexp(t, `(?m)^batch/csv/1 +duckdb +0\.50  not measured: `, out)
	require.Regexp(t, `(?m)^batch/ids/1 +[\d.]+ ms +map +[\d.]+ ms `, out)
}

func TestRatios_List(t *testing.T) {
	out, status := ratios(t, "-list", "-only", "^(keyed|growth)")
	require.Zero(t, status)
	require.Regexp(t, `(?m)^keyed6 +prometheus +0\.20$`, out)
	require.Len(t, strings.Split(strings.TrimSpace(out), "\n"), 2*4+4)
}

func TestRatios_Status(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want int
	}{
		"help":           {[]string{"-h"}, 0},
		"no such flag":   {[]string{"-x"}, 2},
		"argument":       {[]string{"x"}, 2},
		"no such row":    {[]string{"-only", "nothing"}, 2},
		"bad expression": {[]string{"-only", "("}, 2},
		"few rounds":     {[]string{"-rounds", "4"}, 2},
		"one thread":     {[]string{"-threads", "1"}, 2},
	} {
		_, status := ratios(t, c.args...)
		require.Equal(t, c.want, status, name)
	}
}

// With -strict, and only then, a row over its budget is the exit status.
func TestStatus(t *testing.T) {
	require.True(t, isOver([]contest.Result{{Verdict: contest.Within}, {Verdict: contest.Over}}))
	require.False(t, isOver([]contest.Result{{Verdict: contest.Unclear}, {Verdict: contest.NoBudget}, {Verdict: contest.NotMeasured}}))
	require.Equal(t, 1, status(true, options{strict: true}, nil))
	require.Zero(t, status(true, options{}, nil))
	require.Zero(t, status(false, options{strict: true}, nil))
	require.Equal(t, 2, status(true, options{strict: true}, os.ErrPermission))
}

// A field that fails says so in its rows, and is an error.
func TestPlay_Failure(t *testing.T) {
	f := hot([]contest.Entrant{{Name: "a", Open: func() (*contest.Run, error) { return nil, os.ErrPermission }}},
		contest.Row{Path: "p", Ours: "a", Rival: "a"})
	results, err := play(f, options{rounds: 5})
	require.ErrorIs(t, err, os.ErrPermission)
	require.Equal(t, contest.NotMeasured, results[0].Verdict)
	var out bytes.Buffer
	require.NoError(t, newTable(&out, []field{f}).rows(results))
	require.Contains(t, out.String(), "not measured: a: permission denied")
}

func TestSpan(t *testing.T) {
	for ns, want := range map[float64]string{1.234: "1.23 ns", 9_999: "9999.00 ns", 12_000_000: "12.00 ms", 2.5e9: "2.500 s"} {
		require.Equal(t, want, span(ns))
	}
}

// TestRatios_Rate: rows with a budget of time say how many there are a second.
func TestRatios_Rate(t *testing.T) {
	out, status := ratios(t, "-only", "^ledger")
	require.Zero(t, status)
	require.Regexp(t, `(?m)^ledger/post +[\d.]+ ns +map +[\d.]+ ns .* 1\.00 M  (within|over|unclear), [\d.]+ [Mk] postings/s and core \([\d.]+ [Mk] – [\d.]+ [Mk]\)`, out)
}
