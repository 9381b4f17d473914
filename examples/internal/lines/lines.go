// Package lines breaks text for terminals, Chinese too.
package lines

import (
	"strings"
	"unicode"

	glyph "github.com/jedib0t/go-pretty/v6/text"
)

// Wrap breaks s into lines of at most width columns: at spaces, and between wide
// characters, which are written without any, but not before punctuation.
func Wrap(s string, width int) (lines []string) {
	var line []rune
	used, cut := 0, 0 // columns of line; where it can be broken
	for _, r := range s {
		afterWide := len(line) > 0 && glyph.RuneWidth(line[len(line)-1]) > 1
		if r == ' ' || !unicode.IsPunct(r) && (afterWide || glyph.RuneWidth(r) > 1) {
			cut = len(line)
		}
		line = append(line, r)
		used += glyph.RuneWidth(r)
		for used > width {
			if cut == 0 {
				cut = max(len(line)-1, 1)
			}
			lines = append(lines, strings.TrimRight(string(line[:cut]), " "))
			line = []rune(strings.TrimLeft(string(line[cut:]), " "))
			used, cut = glyph.StringWidth(string(line)), 0
		}
	}
	return append(lines, string(line))
}
