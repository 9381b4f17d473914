package promtext_test

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
	listed := map[string]bool{}
	for _, name := range regexp.MustCompile(`(TestLaw_|Fuzz)\w+`).FindAllString(string(doc), -1) {
		listed[name] = true
	}
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	for _, file := range files {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`(?m)^func ((TestLaw_|Fuzz)\w+)\(`).FindAllStringSubmatch(string(src), -1) {
			require.True(t, listed[m[1]], "doc.go does not list %s", m[1])
			delete(listed, m[1])
		}
	}
	require.Empty(t, listed, "doc.go lists laws that no test shows")
}
