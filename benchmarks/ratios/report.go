package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/meterbook/meterbook/benchmarks/contest"
	"github.com/meterbook/meterbook/benchmarks/rival"
)

// A report is what was measured, where and with what: figures mean nothing
// without.
type report struct {
	Date       string            `json:"date"`
	Go         string            `json:"go"`
	CPU        string            `json:"cpu"`
	GOMAXPROCS int               `json:"gomaxprocs"`
	Threads    int               `json:"threads"`
	Rounds     int               `json:"rounds"`
	Seed       uint64            `json:"seed"`
	Rivals     map[string]string `json:"rivals"` // version by module
	Rows       []contest.Result  `json:"rows"`
}

// duckdbName stands among the modules: DuckDB is not built into this program.
const duckdbName = "duckdb"

func newReport(o options, duckdb string) report {
	r := report{
		Date: time.Now().UTC().Format(time.RFC3339), Go: runtime.Version(), CPU: processor(), GOMAXPROCS: runtime.GOMAXPROCS(0),
		Threads: o.threads, Rounds: o.rounds, Seed: o.seed, Rivals: map[string]string{},
	}
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, module := range build.Deps {
			if slices.Contains(rival.Modules, module.Path) {
				r.Rivals[module.Path] = module.Version
			}
		}
	}
	r.Rivals[duckdbName] = duckdb
	return r
}

// header prints the line above the table, and one with the rivals' versions.
func (r report) header(w io.Writer) error {
	var versions []string
	for _, path := range append(slices.Clone(rival.Modules), duckdbName) {
		if version := r.Rivals[path]; version != "" {
			versions = append(versions, path+" "+version)
		}
	}
	_, err := fmt.Fprintf(w, "%s, %s, GOMAXPROCS %d, %s\n%s\n\n", r.Go, r.CPU, r.GOMAXPROCS, r.Date, strings.Join(versions, ", "))
	return err
}

func (r report) write(path string) error {
	text, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// processor returns the model of the processor, where the system says so.
func processor() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
