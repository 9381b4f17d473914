package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/examples/internal/program"
)

var whole = flag.Bool("gpucloud.whole", false, "simulate all 1,000 devices, not 40")

func devices() string {
	if *whole {
		return "1000"
	}
	return "40"
}

func simulate(t *testing.T, args ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	var out, errs bytes.Buffer
	require.NoError(t, run(context.Background(), append([]string{"-devices", devices(), "-out", dir}, args...), &out, &errs))
	return dir
}

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(name)] = string(b)
		return err
	}))
	return all
}

// Law 8: same inputs, same bytes, at any number of processors.
func TestSimulation_SameSeedSameBytes(t *testing.T) {
	first := files(t, simulate(t, "-seed", "7"))
	for _, n := range []int{1, 8} {
		t.Run(fmt.Sprintf("GOMAXPROCS=%d", n), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
			again := files(t, simulate(t, "-seed", "7"))
			require.Len(t, again, len(first))
			for name, content := range first {
				require.True(t, content == again[name], name)
			}
		})
	}
	other := files(t, simulate(t, "-seed", "8"))
	require.NotEqual(t, first["summary.json"], other["summary.json"])
}

func TestSimulation_Files(t *testing.T) {
	all := files(t, simulate(t))
	want := []string{"report.html", "usage.csv", "charges.csv", "focus.csv", "focus.parquet", "summary.json",
		"proof/key.txt", "proof/aurora-line.json", "proof/aurora-sums.json", "proof/aurora-chain.json"}
	for _, tenant := range tenants {
		want = append(want, "invoices/"+string(tenant.Account)+".html", "invoices/"+string(tenant.Account)+".json", "seal/"+string(tenant.Account)+".sealed")
	}
	require.Len(t, all, len(want))
	for _, name := range want {
		require.NotEmpty(t, all[name], name)
	}
	var s map[string]any
	require.NoError(t, json.Unmarshal([]byte(all["summary.json"]), &s))
	require.Zero(t, s["residual_money"])
	require.Zero(t, s["residual_energy_uj"])
	require.Zero(t, s["skipped"])
	require.Greater(t, s["duplicates"], 0.0)
	require.Greater(t, s["energy_estimated_kwh"], 0.0)
	require.Greater(t, s["pue"], 1.1)
	require.Less(t, s["pue"], 1.4)
	require.Greater(t, s["total_list"], s["total_billed"], "some tenants have negotiated prices")
	require.GreaterOrEqual(t, s["records"], s["samples"], "every device sample is recorded")
	n := 0
	for _, p := range poolsOf(40) {
		n += p.Devices
	}
	if !*whole {
		require.Equal(t, float64(n*31*288), s["samples"])
	}
}

func TestSimulation_Chinese(t *testing.T) {
	all := files(t, simulate(t, "-lang", "zh", "-month", "2026-02"))
	require.Contains(t, all["report.html"], "极光实验室")
	require.Contains(t, all["invoices/aurora.html"], "极光实验室")
	require.Contains(t, all["report.html"], `lang="zh`)
}

func TestRun_Usage(t *testing.T) {
	for _, args := range [][]string{{"-lang", "fr"}, {"-month", "October"}, {"-nodes", "x.csv"}, {"extra"}, {"-devices", "0"}, {"-epoch", "now"}, {"-nonsense"}} {
		var out, errs bytes.Buffer
		require.ErrorIs(t, run(context.Background(), args, &out, &errs), program.ErrUsage, "%v", args)
		require.NotEmpty(t, errs.String())
	}
	var out, errs bytes.Buffer
	require.ErrorIs(t, run(context.Background(), []string{"-h"}, &out, &errs), flag.ErrHelp)
	require.Contains(t, out.String(), "-trace")
}

func TestRun_PrintCard(t *testing.T) {
	var out, errs bytes.Buffer
	require.NoError(t, run(context.Background(), []string{"-print-card"}, &out, &errs))
	require.Equal(t, string(cloudCard), out.String())
	out.Reset()
	require.NoError(t, run(context.Background(), []string{"-print-card", "-trace", "pods.csv"}, &out, &errs))
	require.Equal(t, string(traceCard), out.String())
}

func TestRun_Interrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, errs bytes.Buffer
	require.ErrorIs(t, run(ctx, []string{"-out", t.TempDir()}, &out, &errs), context.Canceled)
}
