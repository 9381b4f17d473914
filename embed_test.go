package meterbook_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering/otelmeter"

	"github.com/meterbook/meterbook"
)

// TestEmbedding builds what a user's program is: a module that requires this one
// and imports metering, accounting and energy. Its graph is the root's direct
// requirements and those of theirs that are listed below; what is linked has none of
// them but the decimals.
func TestEmbedding(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	root, err := os.Getwd()
	require.NoError(t, err)
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	write("main.go", `package main

import (
	"fmt"

	"`+module+`/accounting"
	"`+module+`/energy"
	"`+module+`/metering"
)

func main() {
	fmt.Println(metering.NewAggregator().Counts(), accounting.AcceleratedCompute, energy.Joules(1))
}
`)
	write("go.mod", "module example.com/user\n\ngo 1.26.0\n\nrequire "+module+" v0.0.0\n\nreplace "+module+" => "+root+"\n")
	sums, err := os.ReadFile("go.sum")
	require.NoError(t, err)
	write("go.sum", string(sums))
	in := func(args ...string) string {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "CGO_ENABLED=0")
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		require.NoError(t, err, "go %s: %s", strings.Join(args, " "), stderr.String())
		return string(out)
	}

	in("build", "-o", filepath.Join(dir, "program"), ".")
	linked := map[string]bool{}
	for path := range strings.Lines(in("list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ".")) {
		if path = strings.TrimSpace(path); path != "" {
			linked[path] = true
		}
	}
	require.Equal(t, map[string]bool{"example.com/user": true, module: true, decimalModule: true}, linked)

	var graph []string
	for path := range strings.Lines(in("list", "-m", "-f", "{{.Path}}", "all")) {
		if path = strings.TrimSpace(path); path != "example.com/user" && path != module {
			graph = append(graph, path)
		}
	}
	want := slices.Clone(theirs)
	for _, r := range requirements {
		want = append(want, r.path)
	}
	require.ElementsMatch(t, want, graph)
}

// theirs are the modules that the root's direct requirements require in turn, all
// of them OpenTelemetry's. One more is for who adds it to give a reason for.
var theirs = []string{
	"github.com/cespare/xxhash/v2",
	"github.com/go-logr/logr",
	"github.com/go-logr/stdr",
	"go.opentelemetry.io/auto/sdk",
	"go.opentelemetry.io/otel/log",
}

// The scope of instruments and spans has the library's version.
func TestVersion_Scope(t *testing.T) {
	require.Equal(t, meterbook.Version, otelmeter.ScopeVersion)
}
