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
)

const header = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n"

// threePods is two pods that ran and one that never did:
// 2 × 500 thousandths of a card for 100 s, and a CPU pod for 3600 s.
const threePods = header +
	"a,4000,1024,2,500,,LS,Running,0,110,10\n" +
	"b,250,512,0,0,,BE,Succeeded,0,3600,0\n" +
	"c,8000,2048,1,1000,,LS,Pending,50,60,\n"

const nodes = "sn,cpu_milli,memory_mib,gpu,model\nn1,32000,262144,2,T4\nn2,32000,262144,0,\n"

func runTrace(t *testing.T, pods string, args ...string) (summary map[string]any, stderr string, err error) {
	t.Helper()
	dir := t.TempDir()
	podFile, nodeFile := filepath.Join(dir, "pods.csv"), filepath.Join(dir, "nodes.csv")
	require.NoError(t, os.WriteFile(podFile, []byte(pods), 0o666))
	require.NoError(t, os.WriteFile(nodeFile, []byte(nodes), 0o666))
	var out, errs bytes.Buffer
	err = run(context.Background(), append([]string{"-trace", podFile, "-nodes", nodeFile, "-out", filepath.Join(dir, "out")}, args...), &out, &errs)
	if err != nil {
		return nil, errs.String(), err
	}
	b, err := os.ReadFile(filepath.Join(dir, "out", "summary.json"))
	require.NoError(t, err)
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	require.NoError(t, d.Decode(&summary))
	return summary, errs.String(), nil
}

func figures(t *testing.T, summary map[string]any, want map[string]string) {
	t.Helper()
	for name, w := range want {
		require.Equal(t, json.Number(w), summary[name], name)
	}
}

func TestTrace_Totals(t *testing.T) {
	s, _, err := runTrace(t, threePods)
	require.NoError(t, err)
	figures(t, s, map[string]string{
		"pods": "3", "unscheduled": "1", "skipped": "0",
		"gpu_milli_seconds": "100000",  // 2 × 500 × 100
		"cpu_milli_seconds": "1300000", // 4000 × 100 + 250 × 3600
		"mem_mib_seconds":   "1945600", // 1024 × 100 + 512 × 3600
		"residual_money":    "0.00",
		"energy_kwh":        "0.000972", // 100 card·s × 70 W / 2 = 3500 J
		"total_billed":      "0.20",     // cards 0.15, cores 0.01 + 0.03, memory 0.00 + 0.01
		"nodes":             "2", "cards": "2",
		"residual_energy_uj": "0",
	})
	require.Nil(t, s["pue"])
	require.Equal(t, map[string]any{"LS": json.Number("100000"), "BE": json.Number("0")}, s["gpu_milli_seconds_by_qos"])
}

func TestTrace_Faults(t *testing.T) {
	good := "a,4000,1024,2,500,,LS,Running,0,110,10\n"
	for _, c := range []struct {
		name, pods, where, reason string
		skips                     bool // the row is skipped; else the file is read in full, or not at all
		fatal                     bool
	}{
		{"missing column in a row", header + good + "b,250,512,0,0,,BE,Succeeded,0,3600\n", "pods.csv:3:11", "10 columns; want 11", true, false},
		{"column too many", header + good + "b,250,512,0,0,,BE,Succeeded,0,3600,0,0\n", "pods.csv:3:12", "12 columns; want 11", true, false},
		{"negative duration", header + good + "b,250,512,0,0,,BE,Succeeded,100,50,\n", "pods.csv:3:10", "50 is before creation_time 100", true, false},
		{"deletion before schedule", header + good + "b,250,512,0,0,,BE,Succeeded,0,50,60\n", "pods.csv:3:10", "50 is before scheduled_time 60", true, false},
		{"schedule before creation", header + good + "b,250,512,0,0,,BE,Succeeded,30,50,20\n", "pods.csv:3:11", "20 is before creation_time 30", true, false},
		{"no number", header + good + "b,many,512,0,0,,BE,Succeeded,0,3600,0\n", "pods.csv:3:2", `"many" is not a whole number`, true, false},
		{"NaN", header + good + "b,250,NaN,0,0,,BE,Succeeded,0,3600,0\n", "pods.csv:3:3", `"NaN" is not a whole number`, true, false},
		{"exponent", header + good + "b,2e3,512,0,0,,BE,Succeeded,0,3600,0\n", "pods.csv:3:2", `"2e3" is not a whole number`, true, false},
		{"huge number", header + good + "b,250,512,0,0,,BE,Succeeded,0,99999999999999999999,0\n", "pods.csv:3:10", "too large", true, false},
		{"negative number", header + good + "b,-250,512,0,0,,BE,Succeeded,0,3600,0\n", "pods.csv:3:2", `"-250" is negative`, true, false},
		{"more than a card of each card", header + good + "b,250,512,1,1001,,BE,Succeeded,0,3600,0\n", "pods.csv:3:5", "too large; want at most 1000", true, false},
		{"empty number", header + good + "b,,512,0,0,,BE,Succeeded,0,3600,0\n", "pods.csv:3:2", "empty", true, false},
		{"tenant that cannot be one", header + good + "b,250,512,0,0,,BE/x,Succeeded,0,3600,0\n", "pods.csv:3:7", "cannot name a tenant", true, false},
		{"no name", header + good + ",250,512,0,0,,BE,Succeeded,0,3600,0\n", "pods.csv:3:1", "want the pod's name", true, false},
		{"pod twice", header + good + good, "pods.csv:3:1", "in line 2; it is counted once", true, false},
		{"line of a megabyte", header + good + strings.Repeat("x", 1<<20) + "\n", "pods.csv:3:1", "longer than 65536 bytes", true, false},
		{"not UTF-8", header + good + "\xff,250,512,0,0,,BE,Succeeded,0,3600,0\n", "pods.csv:3:1", "not UTF-8", true, false},
		{"NUL", header + good + "b,250,5\x0012,0,0,,BE,Succeeded,0,3600,0\n", "pods.csv:3:3", "NUL", true, false},
		{"byte order mark", "\ufeff" + header + good, "pods.csv:1:1", "byte order mark", false, false},
		{"CRLF", strings.ReplaceAll(header+good, "\n", "\r\n"), "pods.csv:1:1", "CR LF", false, false},
		{"wrong header", "name,cpu\n" + good, "pods.csv:1:2", "column missing", false, true},
		{"column named twice", strings.Replace(header, "qos", "name", 1) + good, "pods.csv:1:7", "named twice", false, true},
		{"empty file", "", "pods.csv:1", "empty", false, true},
		{"header only", header, "pods.csv:1", "no pods", false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, _, err := runTrace(t, c.pods)
			if c.fatal {
				require.ErrorContains(t, err, c.where)
				require.ErrorContains(t, err, c.reason)
				return
			}
			require.NoError(t, err)
			skipped := "0"
			if c.skips {
				skipped = "1"
			}
			figures(t, s, map[string]string{"skipped": skipped, "pods": "1", "gpu_milli_seconds": "100000"})
			require.Len(t, s["faults"], 1)
			fault := s["faults"].([]any)[0].(string)
			require.True(t, strings.HasPrefix(fault, c.where+":"), fault)
			require.Contains(t, fault, c.reason)

			_, _, err = runTrace(t, c.pods, "-strict")
			require.ErrorContains(t, err, c.where)
			require.ErrorContains(t, err, c.reason)
		})
	}
}

// The same rows in any order of columns, quoted or not, with an empty line at
// the end, are the same trace.
func TestTrace_Forms(t *testing.T) {
	want, _, err := runTrace(t, threePods)
	require.NoError(t, err)
	shuffled := "qos,name,scheduled_time,cpu_milli,memory_mib,num_gpu,gpu_milli,creation_time,deletion_time\n" +
		"LS,\"a\",10,4000,1024,2,500,0,110\n" + "BE,b,0,250,512,0,0,0,3600\n" + "LS,c,,8000,2048,1,1000,50,60\n\n"
	got, _, err := runTrace(t, shuffled)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// A model without a figure is not a fault: its power is assumed, and said to be.
func TestTrace_UnknownModel(t *testing.T) {
	dir := t.TempDir()
	podFile, nodeFile := filepath.Join(dir, "pods.csv"), filepath.Join(dir, "nodes.csv")
	require.NoError(t, os.WriteFile(podFile, []byte(threePods), 0o666))
	require.NoError(t, os.WriteFile(nodeFile, []byte("sn,cpu_milli,memory_mib,gpu,model\nn1,1,1,2,T4\nn2,1,1,2,Z9\n"), 0o666))
	var out, errs bytes.Buffer
	require.NoError(t, run(context.Background(), []string{"-trace", podFile, "-nodes", nodeFile, "-strict", "-out", filepath.Join(dir, "out")}, &out, &errs))
	require.Contains(t, out.String(), "2 of the fleet's 4 cards")
	require.Contains(t, out.String(), "(Z9)")
	require.Contains(t, out.String(), "about 185 W")
}

// A trace may hold pods that never ran, or ran for no time, and nothing else.
func TestTrace_NothingUsed(t *testing.T) {
	for _, pods := range []string{"c,8000,2048,1,1000,,LS,Pending,50,60,\n", "d,8000,2048,1,1000,,LS,Failed,50,60,60\n"} {
		s, _, err := runTrace(t, header+pods)
		require.NoError(t, err)
		figures(t, s, map[string]string{"pods": "1", "gpu_milli_seconds": "0", "cpu_milli_seconds": "0", "total_billed": "0.00", "residual_money": "0.00", "energy_kwh": "0", "skipped": "0"})
	}
}

func TestTrace_Epoch(t *testing.T) {
	s, _, err := runTrace(t, threePods, "-epoch", "2025-12-31T23:30:00Z")
	require.NoError(t, err)
	require.Equal(t, "2025-12-31T00:00:00Z", s["from"])
	require.Equal(t, "2026-01-02T00:00:00Z", s["until"])
	require.Equal(t, json.Number("4"), s["invoices"], "two tenants, two calendar months")
	figures(t, s, map[string]string{"gpu_milli_seconds": "100000", "cpu_milli_seconds": "1300000"})
}

const shared = "../../../shared/data/"

// A real cluster: every figure was worked out from the file by other means.
func TestTrace_RealCluster(t *testing.T) {
	pods, list := shared+"alibaba_gpu2023_openb_pod_list_default.csv", shared+"alibaba_gpu2023_openb_node_list_all_node.csv"
	if _, err := os.Stat(pods); err != nil {
		t.Skip("shared data absent: " + pods)
	}
	var out, errs bytes.Buffer
	require.NoError(t, run(context.Background(), []string{"-trace", pods, "-nodes", list, "-out", t.TempDir(), "-json"}, &out, &errs))
	var s map[string]any
	d := json.NewDecoder(&out)
	d.UseNumber()
	require.NoError(t, d.Decode(&s))
	figures(t, s, map[string]string{
		"pods": "8152", "unscheduled": "897", "skipped": "0",
		"gpu_milli_seconds": "185294426970", "card_hours": "51470.674158",
		"cpu_milli_seconds": "2506537593492", "mem_mib_seconds": "6358609143177",
		"residual_money": "0.00", "residual_energy_uj": "0",
	})
	require.Nil(t, s["pue"])
	require.Equal(t, map[string]any{
		"LS": json.Number("149088096090"), "Burstable": json.Number("26853122000"),
		"BE": json.Number("4721888880"), "Guaranteed": json.Number("4631320000"),
	}, s["gpu_milli_seconds_by_qos"])
}
