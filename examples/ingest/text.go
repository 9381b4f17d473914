package main

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"

	glyph "github.com/jedib0t/go-pretty/v6/text"

	"github.com/meterbook/meterbook/examples/internal/digits"
	"github.com/meterbook/meterbook/examples/internal/lines"
)

// wrapped prints s in lines no wider than the terminal, the first one behind mark
// and the others under its text.
func (p *printer) wrapped(s, mark string) {
	indent := strings.Repeat(" ", glyph.StringWidth(mark))
	for i, l := range lines.Wrap(s, terminalWidth-len(indent)) {
		if i > 0 {
			mark = indent
		}
		p.line(mark + l)
	}
}

func count[N int | int64 | uint64](n N) string { return digits.Group(fmt.Sprint(n)) }

// percent returns a part of a whole to a tenth; it is for reading only.
func percent(n, of int) string {
	tenths := n * 1000 / max(of, 1)
	return cmp.Or(map[bool]string{true: "<0.1%"}[tenths == 0 && n > 0], fmt.Sprintf("%d.%d%%", tenths/10, tenths%10))
}

func mebibytes(n int64) string {
	tenths := (n*10 + 1<<19) >> 20
	return fmt.Sprintf("%s.%d MiB", count(tenths/10), tenths%10)
}

// clean takes out of a name or a message what would steer a terminal or turn the
// direction of the text around it.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
