package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/attribution"
	"github.com/meterbook/meterbook/energy/sensor"
	"github.com/meterbook/meterbook/examples/internal/program"
	"github.com/meterbook/meterbook/metering"
)

func nodepower(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	require.NoError(t, run(context.Background(), append([]string{"-out", ""}, args...), &out, &errs), errs.String())
	return out.String()
}

// The recording says that it is one, wraps, misses a look and makes up for it,
// and its books close; it goes on when it is over.
func TestRecorded(t *testing.T) {
	out := nodepower(t, "-recorded", "-fast", "-seconds", "45")
	require.Contains(t, out, "RECORDING")
	require.Contains(t, out, "[package-0: wrap]")
	require.Contains(t, out, "[package-0: missed]")
	require.Contains(t, out, "after-gap")
	require.Contains(t, out, "Closes")
	for _, line := range strings.Split(out, "\n") {
		require.LessOrEqual(t, width(line), 160)
		require.NotContains(t, line, "NaN")
		require.NotContains(t, line, " -1")
	}
	require.Contains(t, nodepower(t, "-recorded", "-fast", "-lang", "zh"), "账目平衡")

	var f figures
	require.NoError(t, json.Unmarshal([]byte(nodepower(t, "-recorded", "-fast", "-json", "-seconds", "45", "-idle", "30")), &f))
	require.True(t, f.Closes)
	require.True(t, f.Recorded)
	require.Equal(t, 45.0, f.Seconds)
	require.NotContains(t, f.Devices, "core", "cores lie within their package")
	require.InDelta(t, 71*45, f.Devices["package-0"].InexactFloat64(), 400, "no jump where it begins again")
	require.Positive(t, f.Accounts["ended"].Sign(), "what ended keeps its part")
}

// What GPUs use is their pods': idle energy by slices held, the rest by slices
// times activity.
func TestRecorded_GPU(t *testing.T) {
	var f figures
	require.NoError(t, json.Unmarshal([]byte(nodepower(t, "-recorded", "-fast", "-json", "-seconds", "45")), &f))
	require.Equal(t, []string{"recorded", "dcgm"}, f.Source)
	require.True(t, f.GPUs["acme"].Equal(f.Devices["gpu-0"]), "a whole card")
	split := f.GPUs["beta"].Add(f.GPUs["gamma"]).Add(f.GPUs[nobody])
	require.True(t, split.Equal(f.Devices["gpu-1"]), "%v of %v", split, f.Devices["gpu-1"])
	require.Positive(t, f.GPUs[nobody].Sign(), "two slices of seven are nobody's")
}

// hold shares 700 J of a card of 7 slices: 3 half busy, 2 fully, 2 unheld.
func TestHold(t *testing.T) {
	d := attribution.Device{ID: "gpu", Energy: energy.Joules(700)}
	held := []sensor.Holding{{Device: "gpu", Namespace: "a", Slices: 3, Of: 7, Busy: 500_000}, {Device: "gpu", Namespace: "b", Slices: 2, Of: 7, Busy: 1_000_000},
		{Device: "other", Namespace: "c", Slices: 1, Of: 1}}
	require.NoError(t, hold(&d, held))
	require.Equal(t, energy.Joules(350), d.Idle)
	r, err := attribution.Attribute(attribution.Input{Period: metering.MustPeriod("2026-03-01T00:00:00Z", "2026-03-01T00:00:01Z"), Devices: []attribution.Device{d}})
	require.NoError(t, err)
	got := map[metering.Account]energy.Energy{}
	for _, s := range r.Shares {
		got[s.Account] = s.IT
	}
	require.Equal(t, map[metering.Account]energy.Energy{"a": energy.Joules(150 + 150), "b": energy.Joules(100 + 200), "": energy.Joules(100)}, got)

	// Nothing says how busy it was: all goes by what is held. Two pods without
	// instances hold a half each.
	d = attribution.Device{ID: "gpu", Energy: energy.Joules(700)}
	require.NoError(t, hold(&d, []sensor.Holding{{Device: "gpu", Namespace: "a", Slices: 1, Of: 1, Busy: -1}, {Device: "gpu", Namespace: "b", Slices: 1, Of: 1, Busy: 9}}))
	require.Equal(t, d.Energy, d.Idle)
	require.Equal(t, metering.Grains(2, metering.Cores), d.Capacity)
}

// An exporter behind a URL, and its text in a file.
func TestGPUExporter(t *testing.T) {
	text := fmt.Appendf(nil, recordedText, 5_000_000, 40, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(text)
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "dcgm.prom")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	for _, from := range []string{server.URL + "/metrics", file} {
		g := newGPUExporter(from)
		readings, err := g.Read(t.Context(), time.Now())
		require.NoError(t, err)
		require.Equal(t, "dcgm", g.Name())
		require.Len(t, readings, 2)
		require.Equal(t, energy.Joules(5000), readings[0].Energy)
		require.Equal(t, 100*energy.Watt, readings[1].Power)
		require.Len(t, g.holdings(), 3)
	}
	for _, from := range []string{server.URL + "/none", file + ".none", "http://127.0.0.1:1/metrics"} {
		_, err := newGPUExporter(from).Read(t.Context(), time.Now())
		require.ErrorIs(t, err, sensor.ErrUnavailable, from)
	}
	require.NoError(t, os.WriteFile(file, []byte("nothing 1\n"), 0o600))
	_, err := newGPUExporter(file).Read(t.Context(), time.Now())
	require.ErrorIs(t, err, sensor.ErrUnavailable)
}

// A file that vanishes between two looks is missed, and made up for when it is
// back; the other devices go on.
func TestLedger_Vanished(t *testing.T) {
	l := newLedger(0)
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	look := func(second int, readings ...sensor.Reading) tick {
		at := start.Add(time.Duration(second) * time.Second)
		for i := range readings {
			readings[i].Time = at
		}
		tk, err := l.take(at, readings, use{})
		require.NoError(t, err)
		return tk
	}
	card := func(joules int64) sensor.Reading {
		return sensor.Reading{Source: "dcgm", Device: "gpu", Kind: sensor.Counter, Energy: energy.Joules(joules)}
	}
	fan := sensor.Reading{Source: "hwmon", Device: "fan", Kind: sensor.Power, Power: 10 * energy.Watt}
	look(0, card(100), fan)
	tk := look(1, fan)
	require.Equal(t, []string{"gpu: missed"}, tk.remarks)
	require.Equal(t, energy.Joules(10), tk.total)
	tk = look(2)
	require.Equal(t, []string{"fan: missed", "gpu: missed"}, tk.remarks)
	require.True(t, tk.total.IsZero())
	tk = look(3, card(400), fan)
	require.Equal(t, []string{"gpu: increase after-gap"}, tk.remarks)
	require.Equal(t, energy.Joules(300+20), tk.total)
	require.True(t, l.closes())
}

func TestOut(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "looks.csv")
	require.Contains(t, nodepower(t, "-recorded", "-fast", "-seconds", "3", "-out", dir), "wrote "+file)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	require.Equal(t, "time,account,joules,watts", lines[0])
	require.Len(t, lines, 1+3*5, "five accounts a look")
	require.Error(t, run(context.Background(), []string{"-recorded", "-fast", "-out", filepath.Join(file, "x")}, &bytes.Buffer{}, &bytes.Buffer{}))
}

// A recording with other loads closes, too.
func TestSeed(t *testing.T) {
	usual := nodepower(t, "-recorded", "-fast")
	for _, seed := range []string{"1", "2", "18446744073709551615"} {
		out := nodepower(t, "-seed", seed, "-fast", "-seconds", "45")
		require.Contains(t, out, "RECORDING")
		require.Contains(t, out, "Closes")
		require.NotContains(t, out, "NaN")
		_, table, _ := strings.Cut(nodepower(t, "-seed", seed, "-fast"), "user or tenant")
		require.NotContains(t, usual, table)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"-seconds", "0"}, {"-lang", "xx"}, {"more"}, {"-idle", "-1"}, {"-idle", "NaN"}, {"-nonsense"}} {
		require.ErrorIs(t, run(context.Background(), args, &bytes.Buffer{}, &bytes.Buffer{}), program.ErrUsage, args)
	}
}

// proc is a /proc of two looks.
func proc(busy, idle string, stats map[string]string) fstest.MapFS {
	files := fstest.MapFS{"stat": {Data: []byte("cpu " + busy + " 0 0 " + idle + " 0 0 0 50 0 0\ncpu0 1 2 3\n")}}
	for pid, ticks := range stats {
		n, start, _ := strings.Cut(ticks, "@")
		files[pid+"/stat"] = &fstest.MapFile{Data: []byte(pid + " (a (b) c) S 1 1 1 0 -1 0 0 0 0 0 " + n + " 0 0 0 20 0 1 0 " + start + " 0 0")}
		files[pid+"/status"] = &fstest.MapFile{Data: []byte("Name:\tx\nUid:\t99999\t0\t0\t0\n")}
	}
	return files
}

func TestProcesses(t *testing.T) {
	p := newProcesses(proc("1000", "5000", map[string]string{"10": "100@7", "11": "900@8", "12": "50@9"}))
	require.Empty(t, p.users(time.Time{}), "nothing to compare the first look with")
	// 10 goes on, 11 ended, 12's number is another process's now.
	p.proc = proc("1200", "5800", map[string]string{"10": "140@7", "12": "30@44"})
	require.Equal(t, []usage{{"uid-99999", 40 + 30}, {othersUser, 130}, {idleUser, 800}}, p.users(time.Time{}))
	// Not a /proc, and one that is broken.
	require.Nil(t, newProcesses(fstest.MapFS{}).users(time.Time{}))
	require.Nil(t, newProcesses(fstest.MapFS{"stat": {Data: []byte("cpu x")}}).users(time.Time{}))
	p.proc = fstest.MapFS{"stat": {Data: []byte("cpu 1300 0 0 5900 0 0 0 50 0 0\n")}, "9/stat": {Data: []byte("garbage")}}
	require.Equal(t, []usage{{othersUser, 100}, {idleUser, 100}}, p.users(time.Time{}))
}

// A device that comes back after it was missed is not counted twice, and a
// power is integrated over the time that passed.
func TestLedger(t *testing.T) {
	l := newLedger(0)
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	look := func(second int, r sensor.Reading) tick {
		r.Time = start.Add(time.Duration(second) * time.Second)
		r.Device, r.Zone = "d", energy.Zone{Name: "d", Kind: energy.Package}
		tk, err := l.take(r.Time, []sensor.Reading{r}, use{users: []usage{{"acme", 1}, {idleUser, 3}}})
		require.NoError(t, err)
		return tk
	}
	look(0, sensor.Reading{Kind: sensor.Counter, Energy: energy.Joules(100)})
	require.True(t, look(1, sensor.Reading{Kind: sensor.Missed}).total.IsZero())
	tk := look(2, sensor.Reading{Kind: sensor.Counter, Energy: energy.Joules(180)})
	require.Equal(t, energy.Joules(80), tk.total)
	require.Equal(t, []part{{"acme", energy.Joules(20)}, {nobody, energy.Joules(60)}}, tk.accounts)
	require.True(t, l.closes())

	l = newLedger(0)
	look(0, sensor.Reading{Kind: sensor.Power, Power: 100 * energy.Watt})
	look(1, sensor.Reading{Kind: sensor.Missed})
	require.Equal(t, energy.Joules(300), look(2, sensor.Reading{Kind: sensor.Power, Power: 200 * energy.Watt}).total)
}
