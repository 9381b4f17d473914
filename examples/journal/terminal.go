package main

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"unicode"

	pretty "github.com/jedib0t/go-pretty/v6/table"
	glyph "github.com/jedib0t/go-pretty/v6/text"

	"github.com/meterbook/meterbook/examples/internal/lines"
)

// terminalWidth is how wide sentences are at most.
const terminalWidth = 80

// narrowLines makes the table's own lines one column wide, as terminals draw
// them, whatever the locale says of characters of ambiguous width.
var narrowLines = sync.OnceFunc(func() { glyph.OverrideRuneWidthEastAsianWidth(false) })

// printer collects what is printed.
type printer struct {
	w   *words
	out bytes.Buffer
}

func (p *printer) line(s string) { p.out.WriteString(s + "\n") }

// table prints rows under a title. Columns from the left count as text are flush
// left, as are those from column rest on, the others flush right. The last row is
// a footer if foot is set.
func (p *printer) table(title string, head []string, rows [][]string, text int, foot []string, rest int) {
	narrowLines()
	t := pretty.NewWriter()
	style := pretty.StyleLight
	style.Format.Header, style.Format.Footer = glyph.FormatDefault, glyph.FormatDefault
	style.Options.DrawBorder, style.Options.SeparateColumns = false, false
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	t.SetStyle(style)
	t.SuppressTrailingSpaces()
	t.AppendHeader(cells(head))
	for _, r := range rows {
		t.AppendRow(cells(r))
	}
	if foot != nil {
		t.AppendFooter(cells(foot))
	}
	var align []pretty.ColumnConfig
	for i := range head {
		side := glyph.AlignRight
		if i < text || i >= rest {
			side = glyph.AlignLeft
		}
		align = append(align, pretty.ColumnConfig{Number: i + 1, Align: side, AlignHeader: side, AlignFooter: side})
	}
	t.SetColumnConfigs(align)
	p.line("")
	if title != "" {
		p.line(title)
	}
	p.line(t.Render())
}

func cells(texts []string) (row pretty.Row) {
	for _, s := range texts {
		row = append(row, s)
	}
	return row
}

// wrapped prints s in lines no wider than the terminal.
func (p *printer) wrapped(s string) { p.item("", s) }

// item prints s behind a mark, its other lines under its text.
func (p *printer) item(mark, s string) {
	indent := strings.Repeat(" ", glyph.StringWidth(mark))
	for i, l := range lines.Wrap(s, terminalWidth-len(indent)) {
		if i > 0 {
			mark = indent
		}
		p.line(mark + l)
	}
}

// count puts commas between the thousands of a number.
func count[N int | int64 | uint64](n N) string {
	digits := fmt.Sprint(n)
	var out strings.Builder
	for i, c := range []byte(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			out.WriteByte(',')
		}
		out.WriteByte(c)
	}
	return out.String()
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
