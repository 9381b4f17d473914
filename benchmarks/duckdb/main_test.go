package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const usage = `tenant,sku,region,time,amount
acme,gpu,north,2026-03-01T05:17:42Z,123.456789
acme,gpu,north,2026-03-01T05:59:59.999999999Z,0.000000001
acme,gpu,north,2026-03-01T06:00:00Z,1
"acme, inc",gpu,north,2026-03-01T06:00:00Z,999999999.999999999
"acme, inc",gpu,north,2026-03-01T06:30:00Z,999999999.999999999
umbra,cpu,south,2026-03-01T06:00:00Z,-2.5
`

// TestRun_TotalsByHand: every source gives the sums that a person adds up, and
// what fails leaves the program answering.
func TestRun_TotalsByHand(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "it's usage.csv")
	empty := filepath.Join(dir, "empty.csv")
	for name, text := range map[string]string{path: usage, empty: "tenant,sku,region,time,amount\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const want = "4 2000000121956788999 6" // 123.456789 + 1e-9 + 1 + 2·999999999.999999999 − 2.5
	exchanges := []struct{ command, answer string }{
		{"version", "ok v"},
		{"strings 1", "error nothing is loaded"},
		{"load " + path, "ok 6"},
		{"strings 1", "ok * " + want},
		{"ids 2", "ok * " + want},
		{"csv 2", "ok * " + want},
		{"csv many", "error want a number of threads"},
		{"drop", "error want version, load"},
		{"load " + path + ".none", "error "},
		{"ids 1", "error nothing is loaded"},
		{"load " + empty, "ok 0"},
		{"csv 1", "ok * 0 0 0"},
	}
	var commands, out strings.Builder
	for _, e := range exchanges {
		commands.WriteString(e.command + "\n")
	}
	if err := run(t.Context(), strings.NewReader(commands.String()), &out); err != nil {
		t.Fatal(err)
	}
	answers := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(answers) != len(exchanges) {
		t.Fatalf("%d answers to %d commands", len(answers), len(exchanges))
	}
	for i, e := range exchanges {
		got := answers[i]
		if f := strings.Fields(got); strings.HasPrefix(e.answer, "ok *") && len(f) == 5 {
			f[1] = "*" // the time
			got = strings.Join(f, " ")
		}
		if !strings.HasPrefix(got, e.answer) {
			t.Errorf("%s: got %q, want %q", e.command, answers[i], e.answer)
		}
	}
}
