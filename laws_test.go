package meterbook_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDocs_LawsAreListed: the laws in the doc.go of a package are the tests that
// it has. A law is listed by the name of its test, or by that without "TestLaw_" or
// "Fuzz".
func TestDocs_LawsAreListed(t *testing.T) {
	mention := regexp.MustCompile(`\b(?:TestLaw_|Fuzz[A-Z])\w+`)
	declaration := regexp.MustCompile(`(?m)^func ((?:TestLaw_|Fuzz[A-Z])\w+)\(`)
	packages := 0
	require.NoError(t, filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		dir := filepath.Dir(name)
		if err != nil || d.Name() != "doc.go" || dir == "." || strings.HasPrefix(dir, "examples") || strings.HasPrefix(dir, "benchmarks") {
			return err
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		require.NoError(t, err)
		laws := map[string]bool{}
		for _, file := range files {
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, m := range declaration.FindAllStringSubmatch(string(source), -1) {
				laws[m[1]] = true
				short := regexp.MustCompile(`\b(?:TestLaw_|Fuzz)?` + strings.TrimPrefix(strings.TrimPrefix(m[1], "TestLaw_"), "Fuzz") + `\b`)
				if !short.Match(text) {
					t.Errorf("%s does not list %s", name, m[1])
				}
			}
		}
		for _, m := range mention.FindAllString(string(text), -1) {
			if !laws[m] {
				t.Errorf("%s lists %s, which is no test of the package", name, m)
			}
		}
		if len(laws) > 0 {
			packages++
		}
		return nil
	}))
	require.Greater(t, packages, 20)
}
