package meterbook_test

import (
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var named = regexp.MustCompile("\\| `([^`]+)` \\|")

// TestGlossary_NamesExist holds each term of the glossary to a name in the code, and
// to words in both languages.
func TestGlossary_NamesExist(t *testing.T) {
	known := exportedNames(t)
	terms := 0
	for line := range strings.Lines(page(t, "GLOSSARY.md")) {
		m := named.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		terms++
		if !known[m[1]] {
			t.Errorf("GLOSSARY.md: there is no %s", m[1])
		}
		cells := strings.Split(line, "|")
		require.Len(t, cells, 6, line)
		for _, c := range cells[1:5] {
			require.NotEmpty(t, strings.TrimSpace(c), line)
		}
	}
	require.Greater(t, terms, 60)
}

// exportedNames returns what every package exports, as "accounting/credit.Wallet.Reserve".
func exportedNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, p := range documentation(t) {
		add := func(parts ...string) { names[path.Clean(p.dir)+"."+strings.Join(parts, ".")] = true }
		for _, v := range append(p.doc.Consts, p.doc.Vars...) {
			for _, n := range v.Names {
				add(n)
			}
		}
		for _, f := range p.doc.Funcs {
			add(f.Name)
		}
		for _, typ := range p.doc.Types {
			add(typ.Name)
			for _, v := range append(typ.Consts, typ.Vars...) {
				for _, n := range v.Names {
					add(n)
				}
			}
			for _, f := range typ.Funcs {
				add(f.Name)
			}
			for _, f := range typ.Methods {
				add(typ.Name, f.Name)
			}
		}
	}
	return names
}
