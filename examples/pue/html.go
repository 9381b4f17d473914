package main

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"
)

//go:embed report.html.tmpl
var page string

// shades is the number of steps of the report's colours.
const shades = 9

// A layer is the cells of one colour of the heat map, as an SVG path of unit
// squares: a column for each day, a row for each hour of the day.
type layer struct {
	Class string
	Path  template.HTMLAttr // digits and letters that are made here
	From  string
}

// A tick is a label of the heat map.
type tick struct {
	At   int
	Text string
}

// writeHTML writes the report.
func (b *books) writeHTML(to io.Writer, w *words) error {
	t, err := template.New("report").Parse(page)
	if err != nil {
		return err
	}
	rows := make([][]string, 0, len(b.tenants))
	for _, x := range b.tenants {
		rows = append(rows, x.row(w))
	}
	faults := make([][]string, 0, len(b.faults))
	for _, f := range b.faults {
		faults = append(faults, []string{f.Meter, f.Time.UTC().Format("2006-01-02 15:04"), fmt.Sprintf("%.0f", f.Hours), w.fault(f)})
	}
	layers, days, months := b.layers()
	low, high := b.extremes()
	span := ""
	if !low.IsZero() {
		span = low.Decimal(3).StringFixed(3) + " – " + high.Decimal(3).StringFixed(3)
	}
	// A flag is not broken at its hyphen.
	note := template.HTML(strings.Replace(template.HTMLEscapeString(strings.TrimSpace(w.MadeUp)), "-meters", `<span class="flag">-meters</span>`, 1))
	return t.Execute(to, map[string]any{
		"W": w, "Made": b.made, "Note": note, "Headline": b.headline(w), "Closing": b.closing(w), "Rows": rows, "Faults": faults,
		"Layers": layers, "Days": days, "Months": months, "Span": span, "Hours": []tick{{0, "00"}, {6, "06"}, {12, "12"}, {18, "18"}},
	})
}

// layers sorts the hours by colour. Hours that are estimated are marked in a
// layer of their own.
func (b *books) layers() (list []layer, days int, months []tick) {
	first := b.period.Start().Truncate(24 * time.Hour)
	days = int(b.period.End().Sub(first).Hours()+23) / 24
	for d := range days {
		if at := first.AddDate(0, 0, d); at.Day() == 1 {
			months = append(months, tick{d, at.Format("01")})
		}
	}
	l, h := b.extremes()
	low, high := l.Decimal(3).Shift(3).IntPart(), h.Decimal(3).Shift(3).IntPart()
	var paths [shades + 1]strings.Builder
	for _, x := range b.hours {
		if x.pue.IsZero() {
			continue
		}
		at := int(x.period.Start().Sub(first).Hours())
		square := fmt.Sprintf("M%d %dh1v1h-1z", at/24, at%24)
		paths[shade(x.pue.Decimal(3).Shift(3).IntPart(), low, high, shades)].WriteString(square)
		if x.estimated {
			fmt.Fprintf(&paths[shades], "M%d.3 %d.3h.4v.4h-.4z", at/24, at%24)
		}
	}
	for i := range paths {
		from := low + (high-low)*int64(i)/shades
		path := layer{Class: fmt.Sprintf("s%d", i), Path: template.HTMLAttr(`d="` + paths[i].String() + `"`), From: fmt.Sprintf("%d.%03d", from/1000, from%1000)}
		list = append(list, path)
	}
	return list, days, months
}
