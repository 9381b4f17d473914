package meteringtest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// The laws that doc.go lists are the tests that there are.
func TestDoc_Laws(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	listed := regexp.MustCompile(`(TestLaw_|Fuzz)\w+`).FindAllString(string(doc), -1)
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	var there []string
	for _, file := range files {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`(?m)^func ((TestLaw_|Fuzz)\w+)\(`).FindAllSubmatch(src, -1) {
			there = append(there, string(m[1]))
		}
	}
	require.ElementsMatch(t, there, listed)
}
