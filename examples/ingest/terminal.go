package main

import (
	"bytes"
	"fmt"
	"sync"

	pretty "github.com/jedib0t/go-pretty/v6/table"
	glyph "github.com/jedib0t/go-pretty/v6/text"

	"github.com/meterbook/meterbook/examples/internal/digits"
	"github.com/meterbook/meterbook/metering"
)

// How wide what is printed is at most, a name in a table, and how many tenants one
// lists.
const (
	terminalWidth  = 80
	nameWidth      = 24
	printedTenants = 12
	messageBytes   = 220
)

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
// left, the others flush right. The last row is a footer if foot is set.
func (p *printer) table(title string, head []string, rows [][]string, textColumns int, foot []string) {
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
		if i < textColumns {
			side = glyph.AlignLeft
		}
		align = append(align, pretty.ColumnConfig{Number: i + 1, Align: side, AlignHeader: side, AlignFooter: side})
	}
	t.SetColumnConfigs(align)
	p.line("")
	p.line(title)
	p.line(t.Render())
}

func cells(texts []string) (row pretty.Row) {
	for _, s := range texts {
		row = append(row, s)
	}
	return row
}

// record prints what became of the lines of a run, and what they add up to.
func (p *printer) record(w *job, r *record) {
	g := r.ingester
	p.line(p.w.Title)
	p.wrapped(w.from()+" · "+p.mode(w), "")
	if !r.found.Created {
		p.wrapped(fmt.Sprintf(p.w.GoesOnF, count(r.found.Events)), "")
	}
	if r.interrupted {
		p.line("")
		p.wrapped(fmt.Sprintf(p.w.InterruptedF, count(g.last)), "")
	}
	p.outcomes(&g.tally)
	p.examples(&g.tally)
	p.totals(r.totals)
	p.line("")
	p.wrapped(fmt.Sprintf(p.w.RateF, count(g.tally.lines()), r.took.Seconds(), count(int64(perSecond(g.tally.lines(), r.took))), p.mode(w)), "")
	files, bytes := size(w.place("journal"))
	p.wrapped(fmt.Sprintf(p.w.JournalF, count(r.totals.Events), count(files), mebibytes(bytes)), "")
	p.wrote(w)
	p.line("")
	p.line(p.w.Look)
	p.line("  go run ./examples/journal verify " + w.place("journal"))
	if w.in != "-" {
		p.line(p.w.Again)
		p.line("  go run ./examples/ingest " + w.again())
	}
}

// again returns the arguments that send the same lines to the same journal.
func (w *job) again() string {
	args := "-out " + w.dir
	switch {
	case w.files[0] != w.in:
		args = "-in " + clean(w.in) + " " + args
	default:
		if w.seed != 1 {
			args += fmt.Sprintf(" -seed %d", w.seed)
		}
		if w.events != sampleLines {
			args += fmt.Sprintf(" -events %d", w.events)
		}
	}
	return args
}

// from says what was read.
func (w *job) from() string {
	switch {
	case w.in == "-":
		return w.w.Stdin
	case len(w.files) > 0 && w.files[0] == w.in:
		return fmt.Sprintf(w.w.SampleF, count(w.events), w.seed)
	}
	return clean(w.in)
}

// mode says what an acknowledgement promises.
func (p *printer) mode(w *job) string {
	if w.interval > 0 {
		return fmt.Sprintf(p.w.IntervalF, w.interval)
	}
	return fmt.Sprintf(p.w.SyncF, count(w.batch))
}

func (p *printer) wrote(w *job) {
	p.line("")
	p.line(p.w.Wrote)
	for _, f := range w.files {
		p.line("  " + f)
	}
}

func (p *printer) outcomes(t *tally) {
	var rows [][]string
	for _, o := range outcomes() {
		if n := t.Counts[o]; n > 0 {
			rows = append(rows, []string{p.w.outcome(o), count(n), percent(n, t.lines()), p.w.what(o)})
		}
	}
	p.grid(p.w.Became, []string{p.w.Outcome, p.w.Lines, p.w.Share, p.w.Means}, rows, []string{p.w.Sum, count(t.lines()), "", ""})
}

// grid is table with text in the first and in the last column.
func (p *printer) grid(title string, head []string, rows [][]string, foot []string) {
	last := len(head) - 1
	width := glyph.StringWidth(head[last])
	for _, r := range rows {
		width = max(width, glyph.StringWidth(r[last]))
	}
	pad := func(r []string) {
		if r != nil {
			r[last] = glyph.Pad(r[last], width, ' ')
		}
	}
	pad(head)
	for _, r := range rows {
		pad(r)
	}
	pad(foot)
	p.table(title, head, rows, 1, foot)
}

func (p *printer) examples(t *tally) {
	shown := t.shown()
	if len(shown) == 0 {
		return
	}
	p.line("")
	p.line(p.w.Examples)
	for _, e := range shown {
		message := clean(e.Message)
		if len(message) > messageBytes {
			message = glyph.Snip(message, messageBytes, "…")
		}
		p.wrapped(fmt.Sprintf(p.w.ExampleF, p.w.outcome(e.Outcome), count(e.Line), message), "- ")
	}
}

func (p *printer) totals(t *totals) {
	if len(t.Meters) == 0 {
		return
	}
	var rows [][]string
	for _, u := range t.Meters {
		rows = append(rows, []string{string(u.Meter), p.quantity(u.Meter, u.Quantity), p.quantity(u.Meter, u.Late), p.unit(u.Meter)})
	}
	p.grid(p.w.ByMeter, []string{p.w.Meter, p.w.Quantity, p.w.OfWhichLate, p.w.Unit}, rows, nil)
	rows = nil
	tenant, tenants, hidden := "", 0, 0
	for _, u := range t.Tenants {
		name := ""
		if u.Tenant != tenant || tenants == 0 {
			tenant, name = u.Tenant, glyph.Snip(clean(u.Tenant), nameWidth, "…")
			if tenants++; tenants > printedTenants {
				hidden++
			}
		}
		if tenants <= printedTenants {
			rows = append(rows, []string{name, string(u.Meter), p.quantity(u.Meter, u.Quantity), p.unit(u.Meter)})
		}
	}
	last := len(rows[0]) - 1
	for i := range rows { // the second column is text, too
		rows[i][1], rows[i][last] = glyph.Pad(rows[i][1], widest(rows, 1), ' '), glyph.Pad(rows[i][last], widest(rows, last), ' ')
	}
	p.table(p.w.ByTenant, []string{p.w.Tenant, glyph.Pad(p.w.Meter, widest(rows, 1), ' '), p.w.Quantity, glyph.Pad(p.w.Unit, widest(rows, last), ' ')}, rows, 2, nil)
	if hidden > 0 {
		p.wrapped(fmt.Sprintf(p.w.MoreTenantsF, count(hidden)), "")
	}
}

func widest(rows [][]string, column int) (n int) {
	for _, r := range rows {
		n = max(n, glyph.StringWidth(r[column]))
	}
	return n
}

// quantity returns a quantity in the unit of its meter, for people.
func (p *printer) quantity(id metering.MeterID, q metering.Quantity) string {
	if q.IsZero() {
		return "0"
	}
	m, err := metering.DefaultCatalogue().Lookup(id)
	if err != nil {
		return q.String()
	}
	places := 3
	if m.Unit.Code() == m.Unit.Dimension().Grain().Code() {
		places = 0
	}
	d, err := q.In(m.Unit, places)
	if err != nil {
		return q.String()
	}
	return digits.Group(d.StringFixed(int32(places)))
}

// unit returns the unit of a meter as people write it.
func (p *printer) unit(id metering.MeterID) string {
	m, err := metering.DefaultCatalogue().Lookup(id)
	if err != nil {
		return ""
	}
	return m.Unit.Label()
}
