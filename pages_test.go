package meterbook_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// pages are the Markdown files of the repository.
func pages(t *testing.T) (names []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "out"):
			return filepath.SkipDir
		case strings.HasSuffix(name, ".md"):
			names = append(names, filepath.ToSlash(name))
		}
		return nil
	}))
	require.Contains(t, names, "README.md")
	return names
}

func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(name))
	require.NoError(t, err)
	return string(text)
}

// A block is a piece of code in a page.
type block struct{ language, text string }

var fence = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")

func blocks(text string) (all []block) {
	for _, m := range fence.FindAllStringSubmatch(text, -1) {
		all = append(all, block{m[1], m[2]})
	}
	return all
}

// headings returns the headings of a page, with their level.
func headings(text string) (all []string) {
	for line := range strings.Lines(fence.ReplaceAllString(text, "")) {
		if strings.HasPrefix(line, "#") {
			all = append(all, strings.TrimSpace(line))
		}
	}
	return all
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestPages_Links holds every relative link of a page to a file, or to a heading of
// this or another page.
func TestPages_Links(t *testing.T) {
	for _, name := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(fence.ReplaceAllString(page(t, name), ""), -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			to := filepath.ToSlash(filepath.Join(filepath.Dir(name), filepath.FromSlash(target)))
			if target == "" {
				to = name
			}
			if _, err := os.Stat(filepath.FromSlash(to)); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
				continue
			}
			if anchor != "" && !slices.Contains(anchors(page(t, to)), anchor) {
				t.Errorf("%s links to %s, and there is no such heading", name, m[1])
			}
		}
	}
}

var noAnchor = regexp.MustCompile(`[^\p{L}\p{N} _-]`)

// anchors returns what the headings of a page are linked by.
func anchors(text string) (all []string) {
	for _, h := range headings(text) {
		h = strings.TrimSpace(strings.TrimLeft(h, "#"))
		h = noAnchor.ReplaceAllString(strings.ToLower(h), "")
		all = append(all, strings.ReplaceAll(h, " ", "-"))
	}
	return all
}

// TestPages_Commands holds the programs and folders that shell blocks name to what
// is there.
func TestPages_Commands(t *testing.T) {
	programs := []string{"go", "curl", "bash", "cd", "date"}
	for _, name := range pages(t) {
		for _, b := range blocks(page(t, name)) {
			if b.language != "sh" {
				continue
			}
			for _, command := range commandsOf(b.text) {
				words := strings.Fields(command)
				require.Contains(t, programs, words[0], "%s: %s", name, command)
				for _, w := range words[1:] {
					if !strings.HasPrefix(w, "./") || strings.Contains(w, "...") {
						continue
					}
					_, err := os.Stat(filepath.FromSlash(w))
					require.NoError(t, err, "%s: %s", name, command)
				}
			}
		}
	}
}

// commandsOf returns the commands of a shell block: lines that begin one.
func commandsOf(text string) (all []string) {
	open := false // a quoted argument goes on
	for line := range strings.Lines(text) {
		code, _, _ := strings.Cut(line, "   #")
		code = strings.TrimSpace(code)
		if !open && code != "" && !strings.HasPrefix(code, "#") {
			for part := range strings.SplitSeq(strings.Trim(code, "()"), " && ") {
				all = append(all, strings.TrimPrefix(part, "GOWORK=off "))
			}
		}
		if strings.Count(code, "'")%2 == 1 {
			open = !open
		}
	}
	return all
}

// TestPages_GoBlocksCompile puts every Go block of a page into a function, with the
// packages that it names, and compiles them all in one program.
func TestPages_GoBlocksCompile(t *testing.T) {
	var programs []string
	for _, name := range pages(t) {
		for _, b := range blocks(page(t, name)) {
			if b.language == "go" {
				programs = append(programs, programOf(t, b.text))
			}
		}
	}
	require.NotEmpty(t, programs)
	root, err := os.Getwd()
	require.NoError(t, err)
	dir, err := os.MkdirTemp(root, ".blocks-") //nolint:usetesting // in the module, and not seen by ./...
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	var folders []string
	for i, text := range programs {
		folder := filepath.Join(dir, fmt.Sprint(i))
		require.NoError(t, os.MkdirAll(folder, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(folder, "main.go"), []byte(text), 0o600))
		folders = append(folders, folder)
	}
	cmd := exec.Command("go", append([]string{"vet"}, folders...)...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

var (
	names   = regexp.MustCompile(`\b([a-z]+)\.[A-Z]`)
	imports = map[string]string{"fmt": "fmt", "time": "time", "context": "context", "http": "net/http", "otel": "go.opentelemetry.io/otel"}
)

// programOf makes a program of a block: what it uses and does not declare is a
// parameter by its name.
func programOf(t *testing.T, text string) string {
	t.Helper()
	packages := map[string]string{}
	for _, p := range documentation(t) {
		packages[p.doc.Name] = p.doc.ImportPath
	}
	delete(packages, "meterbook")
	used := map[string]bool{}
	for _, m := range names.FindAllStringSubmatch(text, -1) {
		used[m[1]] = true
	}
	var b strings.Builder
	b.WriteString("package blocks\n\nimport (\n")
	for name := range used {
		if path := packages[name]; path != "" {
			fmt.Fprintf(&b, "\t%q\n", path)
		} else if path := imports[name]; path != "" {
			fmt.Fprintf(&b, "\t%q\n", path)
		}
	}
	b.WriteString(")\n\nfunc block(ctx context.Context, src []byte) error {\n")
	if !used["context"] {
		return strings.Replace(b.String(), "import (", "import (\n\t\"context\"", 1) + text + "}\n"
	}
	return b.String() + text + "}\n"
}

// TestReadme_CountsExamples holds the counts of worked examples to what is in the files.
func TestReadme_CountsExamples(t *testing.T) {
	readme := strings.Join(strings.Fields(page(t, "README.md")), " ")
	for what, files := range map[string][]string{
		"of rating":            {"accounting/rating/testdata/models.json", "accounting/rating/testdata/providers.json", "accounting/rating/testdata/vectors.json"},
		"of energy and carbon": {"energy/testdata/figures.json", "energy/testdata/further.json"},
		"of peaks":             {"metering/peak/testdata/vectors.json"},
		"of allocation":        {"accounting/allocation/testdata/vectors.json"},
		"of shares of cards":   {"metering/accelerator/testdata/vectors.json"},
		"of rounding":          {"accounting/money/testdata/rounding.json"},
	} {
		n := 0
		for _, name := range files {
			var all any
			require.NoError(t, json.Unmarshal([]byte(page(t, name)), &all), name)
			n += examples(all)
		}
		if !strings.Contains(readme, fmt.Sprintf("%d %s", n, what)) && !strings.Contains(readme, fmt.Sprintf("%d examples %s", n, what)) {
			t.Errorf("README.md: want %d examples %s", n, what)
		}
	}
}

// examples counts the objects of a list, or of the lists of an object.
func examples(v any) (n int) {
	switch v := v.(type) {
	case []any:
		return len(v)
	case map[string]any:
		for _, part := range v {
			if list, ok := part.([]any); ok {
				n += len(list)
			}
		}
	}
	return n
}

// TestReadme_Chinese holds the Chinese page to the English one: the same headings in
// their levels, the same code, as many rows in each table, and the same links.
func TestReadme_Chinese(t *testing.T) {
	english, chinese := sections(page(t, "README.md")), sections(page(t, "README.zh-CN.md"))
	require.Len(t, chinese, len(english))
	for i, en := range english {
		zh := chinese[i]
		require.Equal(t, en.level, zh.level, "%s and %s", en.name, zh.name)
		require.Equal(t, en.code, zh.code, "%s and %s: code", en.name, zh.name)
		require.Equal(t, en.rows, zh.rows, "%s and %s: rows of tables", en.name, zh.name)
		if i > 0 { // the first links to the other language
			require.Equal(t, en.links, zh.links, "%s and %s: links", en.name, zh.name)
		}
	}
}

// A section is a part of a page under a heading.
type section struct {
	level int
	name  string
	code  []block
	rows  int
	links []string
}

func sections(text string) (all []section) {
	code := blocks(text)
	text = fence.ReplaceAllString(text, "```\n")
	for line := range strings.Lines(text) {
		if name := strings.TrimLeft(line, "#"); name != line {
			all = append(all, section{level: len(line) - len(name), name: strings.TrimSpace(name)})
			continue
		}
		s := &all[len(all)-1]
		switch {
		case strings.HasPrefix(line, "```"):
			s.code, code = append(s.code, code[0]), code[1:]
		case strings.HasPrefix(line, "|"):
			s.rows++
		}
		for _, m := range link.FindAllStringSubmatch(line, -1) {
			s.links = append(s.links, m[1])
		}
	}
	return all
}
