package invoice

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/meterbook/meterbook/accounting"
)

// textColumns is the width of text, in columns of a terminal.
const textColumns = 88

// WriteText writes the document for a terminal or an e-mail, 88 columns wide,
// in a language. It fails as w does.
func (d *Document) WriteText(w io.Writer, l accounting.Language) error {
	return d.writeText(w, l, Hash{})
}

// WriteText writes the document as [Document.WriteText] does, with its hash.
func (i *Issued) WriteText(w io.Writer, l accounting.Language) error {
	return i.doc.writeText(w, l, i.hash)
}

func (d *Document) writeText(w io.Writer, l accounting.Language, hash Hash) error {
	p := &printer{Writer: bufio.NewWriter(w), v: d.view(l, hash)}
	p.head()
	p.items()
	p.sums()
	if err := p.Flush(); err != nil {
		return fmt.Errorf("invoice: text: %w", err)
	}
	return nil
}

// A printer writes a view as text.
type printer struct {
	*bufio.Writer
	v *view
}

func (p *printer) line(s string) { p.WriteString(strings.TrimRight(s, " ") + "\n") }

func (p *printer) rule() { p.line(strings.Repeat("─", textColumns)) }

func (p *printer) head() {
	v := p.v
	title := v.Kind + " " + v.Number
	if v.Number == "" {
		title += v.Words.Draft
	}
	p.line(title)
	p.rule()
	for _, party := range v.Parties {
		who := party.Name
		if party.ID != "" && party.ID != party.Name {
			who += v.Words.Open + party.ID + v.Words.Close
		}
		if party.TaxID != "" {
			who += v.Words.Comma + v.Words.TaxID + " " + party.TaxID
		}
		p.fact(party.Role, who)
		if party.Address != "" {
			p.fact("", party.Address)
		}
	}
	for _, f := range v.Facts {
		p.fact(f.Name, f.Value)
	}
	p.rule()
}

func (p *printer) fact(name, value string) {
	const names = 20
	for n, line := range wrap(value, textColumns-names) {
		if n > 0 {
			name = ""
		}
		p.line(padRight(name, names) + line)
	}
}

// items prints a row for each item: title, quantity and net amount, and below it
// what else there is to say.
func (p *printer) items() {
	v := p.v
	const title, quantity, net = 42, 28, 18
	name := v.NetName
	if v.HasGross {
		name = v.Words.Gross
	}
	p.line(padRight(v.Words.Item, title) + padLeft(v.Words.Quantity, quantity) + padLeft(name+" "+v.Currency, net))
	if len(v.Groups) == 0 {
		p.line(v.Words.NoItems)
	}
	for _, g := range v.Groups {
		p.line("")
		p.line(padRight(g.Name, textColumns-net) + padLeft(g.Subtotal, net))
		for _, r := range g.Rows {
			amount := r.Net
			if v.HasGross {
				amount = r.Gross
			}
			lines := wrap(r.Line+"  "+r.Title, title-2)
			p.line("  " + padRight(lines[0], title-2) + padLeft(strings.TrimSpace(r.Quantity+" "+r.Unit), quantity) + padLeft(amount, net))
			for _, more := range lines[1:] {
				p.line("     " + more)
			}
			for _, more := range append([]string{r.Details, r.Period, r.Explained}, r.Notes...) {
				for _, line := range wrap(more, textColumns-5) {
					if line != "" {
						p.line("     " + line)
					}
				}
			}
		}
	}
	p.rule()
}

func (p *printer) sums() {
	v := p.v
	sum := func(f fact, currency string) {
		value := f.Value + " " + currency
		lines := wrap(f.Name, textColumns-columns(value)-2)
		for _, line := range lines[:len(lines)-1] {
			p.line(line)
		}
		last := lines[len(lines)-1]
		p.line(padRight(last, textColumns-columns(value)) + value)
	}
	for _, f := range v.Sums {
		sum(f, v.Currency)
	}
	sum(v.Due, v.Currency)
	if v.Capitals != "" {
		p.fact(v.Words.Capitals, v.Capitals)
	}
	for _, f := range v.Also {
		sum(f, "")
	}
	for n, rate := range v.Rates {
		name := v.Words.Rates
		if n > 0 {
			name = ""
		}
		p.fact(name, rate)
	}
	if len(v.Notes) > 0 || v.Hash != "" {
		p.rule()
	}
	for _, note := range v.Notes {
		for _, line := range wrap(note, textColumns) {
			p.line(line)
		}
	}
	if v.Hash != "" {
		p.line(v.Words.Hash + " " + v.Hash)
	}
}

// columns returns how many columns of a terminal text takes: two for the wide
// characters of East Asia, as Unicode's annex 11 has them in the main, and one
// for all others.
func columns(s string) (n int) {
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	switch {
	case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0x303e, r >= 0x3041 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3,
		r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6,
		r >= 0x1f300 && r <= 0x1faff, r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}

func padRight(s string, n int) string { return s + strings.Repeat(" ", max(n-columns(s), 0)) }

func padLeft(s string, n int) string { return strings.Repeat(" ", max(n-columns(s), 0)) + s }

// wrap cuts text into lines of at most n columns: at spaces, and before and
// behind wide characters, but neither before a closing mark nor behind an opening
// one. A word that is wider is cut. Of nothing it is one empty line.
func wrap(s string, n int) []string {
	var lines []string
	var line []rune
	used, cut := 0, 0 // columns of line, and where it may be cut; 0 for nowhere
	for _, r := range s {
		if len(line) > 0 && mayCut(line[len(line)-1], r) {
			cut = len(line)
		}
		if used+runeColumns(r) > n && len(line) > 0 {
			if cut == 0 {
				cut = len(line)
			}
			lines = append(lines, strings.TrimRight(string(line[:cut]), " "))
			line = []rune(strings.TrimLeft(string(line[cut:]), " "))
			used, cut = columns(string(line)), 0
			if r == ' ' && len(line) == 0 {
				continue
			}
		}
		line = append(line, r)
		used += runeColumns(r)
	}
	return append(lines, string(line))
}

// mayCut reports whether a line may end between two characters.
func mayCut(a, b rune) bool {
	if strings.ContainsRune("），。；：、》」", b) || strings.ContainsRune("（《「", a) {
		return false
	}
	return a == ' ' || b == ' ' || runeColumns(a) == 2 || runeColumns(b) == 2
}
