package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"

	pretty "github.com/jedib0t/go-pretty/v6/table"
	glyph "github.com/jedib0t/go-pretty/v6/text"

	"github.com/meterbook/meterbook/examples/internal/lines"
)

// How wide the terminal's tables are at most, how wide a name in them is, and
// how many faults they list.
const (
	terminalWidth = 100
	nameWidth     = 24
	printedFaults = 10
)

// narrowLines makes the table's own lines one column wide, as terminals draw
// them, whatever the locale says of characters of ambiguous width.
var narrowLines = sync.OnceFunc(func() { glyph.OverrideRuneWidthEastAsianWidth(false) })

// printTables prints the short form of the report.
func (b *books) printTables(to io.Writer) error {
	narrowLines()
	v, err := b.view()
	if err != nil {
		return err
	}
	p := &printer{w: v.W}
	p.headline(v)
	p.tenants(v)
	p.pools(v)
	p.energy(v)
	p.closing(v)
	p.missing(b, v)
	_, err = to.Write(p.out.Bytes())
	return err
}

// printer collects what is printed.
type printer struct {
	w   *words
	out bytes.Buffer
}

func (p *printer) line(s string) { p.out.WriteString(s + "\n") }

// table prints rows under a title. Columns from the left count as text are
// flush left, the others flush right. The last row is a footer if foot is set.
func (p *printer) table(title string, head []string, rows [][]string, textColumns int, foot []string) {
	t := pretty.NewWriter()
	style := pretty.StyleLight
	style.Format.Header, style.Format.Footer = glyph.FormatDefault, glyph.FormatDefault
	style.Options.DrawBorder, style.Options.SeparateColumns = false, false
	style.Box.PaddingLeft = ""
	style.Box.PaddingRight = "  "
	t.SetStyle(style)
	t.SuppressTrailingSpaces()
	if head != nil {
		t.AppendHeader(cells(head))
	}
	columns := len(head)
	for _, r := range rows {
		t.AppendRow(cells(r))
		columns = max(columns, len(r))
	}
	if foot != nil {
		t.AppendFooter(cells(foot))
	}
	var align []pretty.ColumnConfig
	for i := range columns {
		side := glyph.AlignRight
		if i < textColumns {
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

// short cuts a name to its column.
func short(s string) string { return glyph.Snip(s, nameWidth, "…") }

func (p *printer) headline(v *view) {
	p.line("")
	p.line(v.W.Title)
	p.wrapped(v.Period+" · "+v.Zone+" · "+v.Source, "")
	rows := [][]string{{v.W.Billed, v.Total + " " + v.Currency, v.Change}}
	for _, f := range v.Facts {
		rows = append(rows, []string{f.Name, strings.TrimSpace(f.Value + " " + f.Unit), f.Note})
	}
	p.table("", nil, rows, 3, nil)
}

func (p *printer) tenants(v *view) {
	w := p.w
	row := func(t tenantRow) []string {
		return []string{short(t.Name), t.Billed, t.List, t.Held, t.Busy, t.Energy}
	}
	var rows [][]string
	for _, t := range v.Tenants {
		rows = append(rows, row(t))
	}
	p.table(w.Tenants+w.Comma+v.Currency, []string{w.Tenant, w.AmountBilled, w.List, w.CardHours, w.Efficiency, "kWh"}, rows, 1, row(v.Sum))
	if v.Idle != nil {
		p.wrapped(fmt.Sprintf(w.IdleF, v.Idle.Held, v.Idle.List+" "+v.Currency)+w.IdleNote, "")
	}
}

func (p *printer) pools(v *view) {
	if len(v.Pools) == 0 {
		return
	}
	w := p.w
	var rows [][]string
	for _, r := range v.Pools {
		rows = append(rows, []string{short(r.Name), short(r.Vendor + " " + r.SKU), r.Devices, r.Capacity, r.Held, r.Busy, r.Energy})
	}
	p.table(w.Pools, []string{w.Pool, w.Model, w.Devices, w.Capacity, w.HeldShare, w.BusyShare, "kWh"}, rows, 2, nil)
}

func (p *printer) energy(v *view) {
	w := p.w
	if v.Energy.Rows == nil {
		p.line("")
		p.line(w.EnergyTitle)
		p.wrapped(v.Energy.Note, "")
		p.wrapped(w.PUEUnknownNote, "")
		return
	}
	var rows [][]string
	if v.Energy.Device != "" {
		rows = append(rows, []string{w.OfDevices, v.Energy.Device, v.Energy.DeviceOf}, []string{w.OfOverhead, v.Energy.Overhead, v.Energy.OverheadOf})
	}
	rows = append(rows, []string{w.OfWhichTenants, v.Energy.Tenants, v.Energy.TenantsOf}, []string{w.OfUnallocated, v.Energy.Unallocated, v.Energy.UnallocatedOf})
	p.table(w.EnergyTitle, []string{w.AllEnergy, v.Energy.Total, "kWh"}, rows, 1, nil)
	if v.Energy.PUE != "" {
		p.wrapped(v.Energy.PUEName+" "+v.Energy.PUE+w.Colon+v.Energy.PUEText, "")
		for _, x := range v.Energy.Warnings {
			p.wrapped(x, "- ")
		}
	} else {
		p.wrapped(w.PUEUnknownNote, "")
	}
}

func (p *printer) closing(v *view) {
	var rows [][]string
	for _, e := range v.Closing {
		state := p.w.Closes
		if !e.Closes {
			state = p.w.DoesNotClose
		}
		rows = append(rows, []string{e.Name, state, p.w.Residual, e.Terms[len(e.Terms)-1].Value})
	}
	p.table(p.w.Closing, nil, rows, 3, nil)
}

func (p *printer) missing(b *books, v *view) {
	w := p.w
	var rows [][]string
	for _, f := range v.Missing.Facts {
		rows = append(rows, []string{f.Name, strings.TrimSpace(f.Value + " " + f.Unit), f.Note})
	}
	p.table(w.Missing, nil, rows, 3, nil)
	for _, n := range v.Missing.Notes {
		p.wrapped(n, "- ")
	}
	if len(b.Faults) == 0 {
		return
	}
	p.line("")
	p.line(w.Faults)
	shown := b.Faults[:min(len(b.Faults), printedFaults)]
	for i := range shown {
		p.wrapped(clean(shown[i].Error()), "- ")
	}
	if more := len(b.Faults) - len(shown); more > 0 {
		p.wrapped(fmt.Sprintf(w.MoreFaultsF, count(more)), "  ")
	}
}

// wrapped prints s in lines no wider than the terminal, the first one behind
// mark and the others under its text.
func (p *printer) wrapped(s, mark string) {
	indent := strings.Repeat(" ", glyph.StringWidth(mark))
	for i, l := range lines.Wrap(s, terminalWidth-len(indent)) {
		if i > 0 {
			mark = indent
		}
		p.line(mark + l)
	}
}
