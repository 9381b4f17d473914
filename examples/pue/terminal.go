package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/energy/facility"
	"github.com/meterbook/meterbook/examples/internal/digits"
)

// mapColumns is how wide the heat map of the terminal is at most, and
// printedFaults how many faults it lists.
const (
	mapColumns    = 53
	printedFaults = 8
)

// shadeMarks are the steps of the heat map, from the lowest PUE to the highest.
var shadeMarks = []rune{'·', '░', '▒', '▓', '█'}

func (b *books) print(to io.Writer, w *words) error {
	var out strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&out, format+"\n", args...) }
	line("%s%s", w.Title, note(b.made, w.MadeUp))
	for _, s := range b.headline(w) {
		line("  %s", s)
	}
	line("")
	out.WriteString(b.heat(w))
	line("")
	line("%s", w.Tenants)
	out.WriteString(b.tenantTable(w))
	for _, s := range b.closing(w) {
		line("%s", s)
	}
	if len(b.faults) > 0 {
		line("")
		line("%s"+w.Comma+w.FaultsF, w.Faults, len(b.faults))
		rows := [][]string{{w.Meter, w.Time, w.Hours, w.What}}
		for i, f := range b.faults {
			if i == printedFaults {
				break
			}
			rows = append(rows, []string{f.Meter, f.Time.UTC().Format("2006-01-02 15:04"), fmt.Sprintf("%.0f", f.Hours), w.fault(f)})
		}
		out.WriteString(table(rows, 2, 3))
		if more := len(b.faults) - printedFaults; more > 0 {
			line("  "+w.MoreF, more)
		}
	}
	_, err := io.WriteString(to, out.String())
	return err
}

func note(when bool, s string) string {
	if when {
		return s
	}
	return ""
}

func megawattHours(e energy.Energy) string { return digits.Group(e.KWh(3).Shift(-3).StringFixed(1)) }

// headline is the figure of the period and what it is worth.
func (b *books) headline(w *words) []string {
	lines := []string{w.Period + " " + w.period(b.period)}
	if b.pue.IsZero() {
		return append(lines, w.NoPUE+w.Colon+b.refused)
	}
	form := w.AnnualF
	if b.pue.Has(facility.Interim) {
		form = w.InterimF
	}
	first := fmt.Sprintf(form, b.pue.Name(), b.pue.Decimal(3).StringFixed(3))
	if b.expand > 0 {
		first += fmt.Sprintf(w.UncertainF, b.expand)
	} else {
		first += w.NoClass
	}
	lines = append(lines, first,
		fmt.Sprintf(w.CategoryF, b.pue.Category(), w.points[b.pue.Category()])+w.Comma+fmt.Sprintf(w.CoverageF, b.pue.Coverage(4).Shift(2).StringFixed(2)),
		fmt.Sprintf(w.EnergyF, megawattHours(b.pue.Total()), megawattHours(b.pue.IT()))+w.Comma+fmt.Sprintf(w.EstimatedF, megawattHours(b.pue.Estimated())),
		w.Grade+w.Colon+w.ruling(b.grade), w.EastWest+w.Colon+w.ruling(b.other))
	var remarks []string
	for _, x := range b.pue.Warnings() {
		remarks = append(remarks, w.warning(x))
	}
	if len(remarks) > 0 {
		lines = append(lines, w.Warnings+w.Colon+strings.Join(remarks, w.Comma))
	}
	return lines
}

// closing says whether the books close, and what they leave out.
func (b *books) closing(w *words) []string {
	lines := []string{w.DoesNotClose}
	if b.closes.ok() {
		lines[0] = w.Closes
	}
	if b.closes.below > 0 {
		lines = append(lines, fmt.Sprintf(w.BelowF, b.closes.below))
	}
	if !b.closes.holes.IsZero() {
		lines = append(lines, fmt.Sprintf(w.HolesF, megawattHours(b.closes.holes)))
	}
	return lines
}

// heat draws the hours of the day downwards and days to the right.
func (b *books) heat(w *words) string {
	first := b.period.Start().Truncate(24 * time.Hour)
	days := int(b.period.End().Sub(first).Hours()+23) / 24
	each := (days + mapColumns - 1) / mapColumns
	columns := (days + each - 1) / each
	grid := make([]cell, 24*columns)
	for _, h := range b.hours {
		if at := int(h.period.Start().Sub(first).Hours()); !h.pue.IsZero() {
			grid[at%24*columns+at/24/each].add(h.pue)
		}
	}
	low, high := int64(0), int64(0)
	for i := range grid {
		if m := grid[i].milli(); m > 0 {
			if low == 0 || m < low {
				low = m
			}
			high = max(high, m)
		}
	}
	var out strings.Builder
	fmt.Fprintf(&out, w.HeatF+"\n", each)
	for hour := range 24 {
		fmt.Fprintf(&out, "  %02d %s ", hour, w.Hour)
		for c := range columns {
			out.WriteRune(mark(grid[hour*columns+c].milli(), low, high))
		}
		out.WriteString("\n")
	}
	out.WriteString("  " + w.HeatKey)
	for i, m := range shadeMarks {
		from := low + (high-low)*int64(i)/int64(len(shadeMarks))
		fmt.Fprintf(&out, "  %c %d.%03d", m, from/1000, from%1000)
	}
	fmt.Fprintf(&out, " – %d.%03d\n", high/1000, high%1000)
	return out.String()
}

// shade is the step of a PUE in thousandths, of so many.
func shade(m, low, high int64, steps int) int {
	if high <= low {
		return 0
	}
	return max(0, min(int((m-low)*int64(steps)/(high-low)), steps-1))
}

func mark(m, low, high int64) rune {
	if m == 0 {
		return ' '
	}
	return shadeMarks[shade(m, low, high, len(shadeMarks))]
}

func (b *books) tenantTable(w *words) string {
	rows := [][]string{{w.Tenant, w.IT, w.Overhead, w.Total, w.Estimated, w.Carbon}}
	for _, t := range b.tenants {
		rows = append(rows, t.row(w))
	}
	return table(rows, 1, 6)
}

func (t tenant) row(w *words) []string {
	name := string(t.account)
	if t.account == nobody {
		name = w.Unallocated
	}
	total, _ := t.it.Add(t.overhead) // both are parts of the site's
	return []string{name, digits.Group(t.it.KWh(1).StringFixed(1)), digits.Group(t.overhead.KWh(1).StringFixed(1)), digits.Group(total.KWh(1).StringFixed(1)),
		digits.Group(t.estimated.KWh(1).StringFixed(1)), digits.Group(t.mass.Kilograms(1).StringFixed(1))}
}

// table lays out rows in columns; those from the first right one up to the
// last are flush right.
func table(rows [][]string, right, last int) string {
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, s := range r {
			widths[i] = max(widths[i], width(s))
		}
	}
	var out strings.Builder
	for _, r := range rows {
		var line strings.Builder
		for i, s := range r {
			pad := strings.Repeat(" ", widths[i]-width(s))
			line.WriteString("  ")
			if i >= right && i < last {
				line.WriteString(pad + s)
			} else {
				line.WriteString(s + pad)
			}
		}
		out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return out.String()
}

// width is how many columns of a terminal a text takes: two a Chinese sign.
func width(s string) (n int) {
	for _, r := range s {
		if n++; r >= 0x2E80 && r < 0xFFE7 {
			n++
		}
	}
	return n
}
