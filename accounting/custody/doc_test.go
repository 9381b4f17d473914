package custody_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDoc_Laws: the laws that doc.go lists are the tests that there are.
func TestDoc_Laws(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	have := map[string]bool{}
	for _, file := range files {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`(?m)^func ((?:TestLaw_|Fuzz)\w+)\(`).FindAllStringSubmatch(string(src), -1) {
			have[m[1]] = true
			require.Contains(t, string(doc), m[1])
		}
	}
	require.NotEmpty(t, have)
	for _, name := range regexp.MustCompile(`(?:TestLaw_|Fuzz)\w+`).FindAllString(string(doc), -1) {
		require.True(t, have[name], "doc.go lists %s, which is no test", name)
	}
}
