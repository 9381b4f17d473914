package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/examples/internal/lines"
	"github.com/meterbook/meterbook/metering"
)

// columns is how many columns a terminal takes for s: two for a character of
// East Asian width, none for a mark that joins another.
func columns(s string) (n int) {
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.Is(unicode.Han, r), r >= 0x3000 && r <= 0x303f, r >= 0xff01 && r <= 0xff60:
			n += 2
		default:
			n++
		}
	}
	return n
}

func printed(t *testing.T, b *books) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, b.printTables(&out))
	return out.String()
}

func TestTables(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) {
			s := october()
			s.lang = lang
			b := s.books(t)
			b.Tenants[0].Name, b.Tenants[1].Name = "极光实验室", "A name that is much too long for a column"
			for i := range 15 {
				b.Faults = append(b.Faults, fault{File: "pods.csv", Line: i + 2, Column: 3, Name: "memory_mib", Reason: strings.Repeat("长的原因。", 30), Skips: true})
			}
			out := printed(t, b)
			w := wordsIn(lang)
			total, list, err := b.totals(b.Bills)
			require.NoError(t, err)
			for _, s := range []string{amount(total), amount(list), w.Tenants, w.Pools, w.Closing, w.Closes, w.Faults, "pods.csv:11:3", b.Notes[0].in(lang)} {
				require.Contains(t, out, s)
			}
			require.NotContains(t, out, "pods.csv:12:3")
			require.NotContains(t, out, "\x1b")
			for _, l := range strings.Split(out, "\n") {
				require.LessOrEqual(t, columns(l), terminalWidth, l)
			}
		})
	}
}

// The last column is flush right, whatever is in the first.
func TestTables_Align(t *testing.T) {
	s := october()
	s.lang = "zh"
	s.tenants = []metering.Account{"极光实验室", "b", "café", "三角洲基因组"}
	lines := strings.Split(printed(t, s.books(t)), "\n")
	checked := 0
	for i, l := range lines {
		if !strings.HasPrefix(l, chinese.Tenant+" ") {
			continue
		}
		for _, row := range lines[i+2 : i+2+len(s.tenants)] {
			require.Equal(t, columns(l), columns(row), row)
			checked++
		}
	}
	require.Equal(t, len(s.tenants), checked)
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  []string
	}{
		{"", 10, []string{""}},
		{"one two three", 8, []string{"one two", "three"}},
		{"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"传感器无读数，已补齐", 8, []string{"传感器无", "读数，已", "补齐"}},
		{"一二三四，五", 8, []string{"一二三", "四，五"}},
		{"设备 h100-0007 无读数", 14, []string{"设备 h100-0007", "无读数"}},
	} {
		require.Equal(t, c.want, lines.Wrap(c.in, c.width))
	}
}
