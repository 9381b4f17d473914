package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/examples/internal/program"
)

func audit(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out, errs bytes.Buffer
	err := run(context.Background(), append([]string{"-out", ""}, args...), &out, &errs)
	return out.String(), err
}

func reports(t *testing.T, args ...string) ([]report, error) {
	t.Helper()
	out, err := audit(t, append([]string{"-json"}, args...)...)
	var all []report
	require.NoError(t, json.Unmarshal([]byte(out), &all))
	return all, err
}

// TestAudit_Sample: the proofs of the sample hold, with its figures, and each
// forged copy fails at the check that it is about.
func TestAudit_Sample(t *testing.T) {
	all, err := reports(t)
	require.NoError(t, err)
	got := make(map[string][]string)
	for _, r := range all {
		require.True(t, r.Pinned)
		name := r.File + " " + r.Forged
		for _, c := range r.Checks {
			mark := "+"
			if !c.OK {
				mark = "-"
				require.NotEmpty(t, c.Why)
			}
			got[name] = append(got[name], mark+string(c.What))
		}
		require.Equal(t, r.Forged == "", r.OK, name)
	}
	require.Equal(t, map[string][]string{
		"aurora-line.json ":                 {"+signed", "+line", "+event", "+on-line", "+event", "+on-line"},
		"aurora-sums.json ":                 {"+signed", "+sums", "+used", "+used", "+used", "+used", "+used", "+used", "+used", "+billed"},
		"aurora-chain.json ":                {"+chain"},
		"aurora-line.json lease-shorter":    {"+signed", "+line", "+event", "+on-line", "-event"},
		"aurora-line.json line-dearer":      {"+signed", "-line"},
		"aurora-line.json leaf-edited":      {"+signed", "-line"},
		"aurora-sums.json sum-smaller":      {"+signed", "-sums"},
		"aurora-chain.json month-rewritten": {"-chain"},
		"aurora-chain.json other-history":   {"-chain"},
	}, got)
	require.Equal(t, "aurora, 2026-09-30 16:00 to 2026-10-31 16:00 UTC, no. 2, 1,687 records", all[0].Checks[0].About)
	require.Equal(t, "INV-2026-000009/1, A800 SXM4, committed: 767.167 card·h, CNY 6,712.71", all[0].Checks[1].About)
	require.Equal(t, "lease-274/start, aurora/research, 2026-10-06 13:33:17 UTC", all[0].Checks[2].About)
	require.Equal(t, "compute.accelerator.time, 5,164.270 card·h", all[1].Checks[2].About)
	require.Equal(t, "CNY 490,200.29", all[1].Checks[9].About)
}

func TestAudit_Text(t *testing.T) {
	for lang, want := range map[string][]string{
		"en": {"3 of 3 files prove", "6 of 6 forged copies", "a lease that ends an hour earlier", "this is not the record that was sealed"},
		"zh": {"3 份文件中有 3 份", "6 份伪造副本中识破 6 份", "租用提前一小时结束", "这不是封存的那条记录", "与封存的内容不符"},
	} {
		out, err := audit(t, "-lang", lang)
		require.NoError(t, err)
		for _, s := range want {
			require.Contains(t, out, s)
		}
		require.NotContains(t, out, "1970")
		for _, l := range strings.Split(out, "\n") {
			require.LessOrEqual(t, len([]rune(l)), terminalWidth)
		}
	}
}

// TestAudit_Files: what a file says is checked, and its key is only as good as
// where it came from.
func TestAudit_Files(t *testing.T) {
	dir := t.TempDir()
	text, err := sample.ReadFile(sampleLine)
	require.NoError(t, err)
	write := func(name, content string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
		return file
	}
	good := write("good.json", string(text))
	all, err := reports(t, good)
	require.NoError(t, err)
	require.True(t, all[0].OK)
	require.False(t, all[0].Pinned)
	out, err := audit(t, good)
	require.NoError(t, err)
	require.Contains(t, out, "Compare it with the one")
	all, err = reports(t, "-key", write("key.txt", sampleKey+"\n"), good)
	require.NoError(t, err)
	require.True(t, all[0].Pinned)

	const other = "gpucloud.example/seal+82e4b6ef+AUcGw1Vj1dHBJGNvY3kV3fGFwKIK8yBaQ2AaeIbKzRq1"
	for name, content := range map[string]string{
		"edited": strings.Replace(string(text), "lease-274/stop", "lease-275/stop", 1),
		"cut":    string(text[:len(text)/2]), "empty": "", "nothing": "{}", "behind": string(text) + "{}", "unknown": `{"lime": {}}`,
		"events": `{"key": "` + sampleKey + `", "events": [{"event": {}, "proof": {}}]}`,
		"key":    strings.Replace(string(text), sampleKey, other, 1),
		"steer":  `{"\u001b[2J": 1}`,
		"long":   strings.Repeat(" ", 2<<20),
	} {
		file := write(name+".json", content)
		all, err := reports(t, file)
		require.ErrorIs(t, err, errFailed, name)
		require.False(t, all[0].OK, name)
		out, err := audit(t, file)
		require.ErrorIs(t, err, errFailed)
		require.Contains(t, out, "✗")
		require.False(t, strings.ContainsFunc(out, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }), name)
	}
	all, err = reports(t, filepath.Join(dir, "absent.json"), write("month.sealed", "no"), good)
	require.ErrorIs(t, err, errFailed)
	require.Len(t, all, 3)
	require.False(t, all[0].OK || all[1].OK)
	require.True(t, all[2].OK)
	_, err = reports(t, "-key", sampleKey, filepath.Join(dir, "month.sealed"))
	require.ErrorIs(t, err, errFailed)
}

func TestRun_Usage(t *testing.T) {
	for _, args := range [][]string{{"-lang", "fr"}, {"-key", "nonsense"}, {"-nonsense"}} {
		var out, errs bytes.Buffer
		require.ErrorIs(t, run(context.Background(), args, &out, &errs), program.ErrUsage, "%v", args)
		require.NotEmpty(t, errs.String())
	}
	var out, errs bytes.Buffer
	require.ErrorIs(t, run(context.Background(), []string{"-h"}, &out, &errs), flag.ErrHelp)
	require.Contains(t, out.String(), "-key")
}

// Copies that are changed at random fail as well, and what was written of the
// sample can be checked, and fails where it is forged.
func TestAudit_Seed(t *testing.T) {
	for seed := range 50 {
		all, err := reports(t, "-seed", strconv.Itoa(seed+1))
		require.NoError(t, err)
		for _, r := range all {
			require.Equal(t, r.Forged == "", r.OK, "seed %d: %s", seed+1, r.Forged)
		}
	}
	dir := t.TempDir()
	_, err := audit(t, "-out", dir)
	require.NoError(t, err)
	_, err = audit(t, filepath.Join(dir, "aurora-line.json"), filepath.Join(dir, "aurora-sums.json"))
	require.NoError(t, err)
	forged, err := filepath.Glob(filepath.Join(dir, "forged", "*.json"))
	require.NoError(t, err)
	require.Len(t, forged, 6)
	for _, file := range forged {
		_, err = audit(t, file)
		require.ErrorIs(t, err, errFailed, file)
	}
	_, err = audit(t, "-seed", "1", "a.json")
	require.ErrorIs(t, err, program.ErrUsage)
}

// Keys are told of files that have been read alone, each once.
func TestPrinted_Keys(t *testing.T) {
	came := report{File: "came.json", OK: true, Key: "a+1+AA"}
	pinned := report{File: "pinned.json", OK: true, Key: "b+2+BB", Pinned: true}
	lost := report{File: "lost.json"}
	lost.add(isReadable, "", os.ErrNotExist)
	for _, w := range []*words{&english, &chinese} {
		text := printed([]report{lost}, w)
		require.NotContains(t, text, w.Unpinned[:12], "there was no key")
		require.Contains(t, text, w.Because+os.ErrNotExist.Error())
		require.NotContains(t, printed([]report{pinned, lost}, w), w.Unpinned[:12])
		text = printed([]report{came, pinned, came, lost}, w)
		for _, want := range []string{w.Unpinned[:12], "a+1+AA", "b+2+BB"} {
			require.Equal(t, 1, strings.Count(text, want), want)
		}
	}
}

func TestWrapped_Holds(t *testing.T) {
	for _, s := range []string{"CNY 6,712.71", "CNY −6,712.71", "1,687 records", "2026-10-31 16:00", "767.167 card·h"} {
		for n := range 60 {
			text := wrapped("  ✓ ", strings.Repeat("x", 70+n%30)+" "+strings.Repeat("y ", n/30)+s)
			require.Contains(t, text, s)
		}
	}
}
