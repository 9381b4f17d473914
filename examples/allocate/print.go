package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	pretty "github.com/jedib0t/go-pretty/v6/table"
	glyph "github.com/jedib0t/go-pretty/v6/text"

	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// print prints the methods side by side, and what each leaves over.
func (c comparison) print(w io.Writer) error {
	first := c.methods[0]
	say := c.say
	fmt.Fprintf(w, say.summary,
		c.whole(first), len(first.Production)+len(first.Services), len(first.Services))

	t := newTable(say.centre, say.own, say.of("direct"), say.of("step-down"), say.of("reciprocal"))
	for i, s := range first.Production {
		row := pretty.Row{s.Centre, c.exact(s.Own)}
		for _, m := range c.methods {
			row = append(row, m.settled.Production[i].Display())
		}
		t.AppendRow(row)
	}
	unallocated := pretty.Row{say.unallocated, ""}
	for _, m := range c.methods {
		unallocated = append(unallocated, m.settled.Unallocated.Display())
	}
	if !first.Unallocated.IsZero() {
		t.AppendRow(unallocated)
	}
	fmt.Fprintf(w, say.produce, c.currency, t.Render())

	t = newTable(say.method, say.costs, say.allocated, say.residual, say.alone)
	for _, m := range c.methods {
		sum, err := money.Sum(append(append([]money.Money(nil), m.settled.Production...), m.settled.Unallocated)...)
		if err != nil {
			return err
		}
		residual, err := m.Origin.Sub(allocation.Exactly(sum))
		if err != nil {
			return err
		}
		t.AppendRow(pretty.Row{say.of(m.Method.String()), c.exact(m.Origin), sum.Display(), c.exact(residual), c.exact(m.alone)})
	}
	fmt.Fprintf(w, say.rests, t.Render())

	t = newTable(say.service, say.own, say.gives, say.served)
	for _, s := range c.methods[2].Services {
		t.AppendRow(pretty.Row{s.Centre, c.exact(s.Own), c.exact(s.Total), c.exact(s.Received)})
	}
	fmt.Fprintf(w, say.serve, t.Render())
	_, err := fmt.Fprintf(w, say.closes, names(c.order, say.separator))
	return err
}

func names(ids []metering.Account, separator string) string {
	var all []string
	for _, id := range ids {
		all = append(all, string(id))
	}
	return strings.Join(all, separator)
}

// whole is all cost, with its currency.
func (c comparison) whole(m method) string { return string(c.currency) + " " + c.exact(m.Origin) }

// exact is an amount for people, rounded to the minor unit.
func (c comparison) exact(a allocation.Amount) string {
	m, err := a.Round(c.rounding)
	if err != nil {
		return a.String()
	}
	return m.Display()
}

// newTable returns a table whose first column is text and the others numbers.
func newTable(head ...string) pretty.Writer {
	glyph.OverrideRuneWidthEastAsianWidth(false) // lines are one column wide in any locale
	t := pretty.NewWriter()
	style := pretty.StyleLight
	style.Format.Header = glyph.FormatDefault
	style.Options.DrawBorder, style.Options.SeparateColumns = false, false
	style.Box.PaddingLeft = ""
	t.SetStyle(style)
	row := pretty.Row{}
	var columns []pretty.ColumnConfig
	for i, h := range head {
		row = append(row, h)
		if i > 0 {
			columns = append(columns, pretty.ColumnConfig{Number: i + 1, Align: glyph.AlignRight, AlignHeader: glyph.AlignRight})
		}
	}
	t.AppendHeader(row)
	t.SetColumnConfigs(columns)
	return t
}

// The JSON form: exact amounts as fractions, amounts in minor units as money.
type (
	jsonShare struct {
		Centre   metering.Account  `json:"centre"`
		Own      allocation.Amount `json:"own"`
		Received allocation.Amount `json:"received"`
		Exact    allocation.Amount `json:"exact"`
		Amount   *money.Money      `json:"amount,omitempty"`
	}
	jsonFlow struct {
		From   metering.Account  `json:"from"`
		To     metering.Account  `json:"to,omitempty"`
		Amount allocation.Amount `json:"amount"`
	}
	jsonMethod struct {
		Method      string            `json:"method"`
		Origin      allocation.Amount `json:"origin"`
		Production  []jsonShare       `json:"production"`
		Services    []jsonShare       `json:"services"`
		Flows       []jsonFlow        `json:"flows"`
		Unallocated money.Money       `json:"unallocated"`
		Residual    allocation.Amount `json:"residual"`
		Alone       allocation.Amount `json:"residual_if_each_was_rounded_by_itself"`
	}
)

// writeJSON writes all methods.
func (c comparison) writeJSON(w io.Writer) error {
	var all struct {
		Order   []metering.Account `json:"step_down_order"`
		Methods []jsonMethod       `json:"methods"`
	}
	all.Order = c.order
	for _, m := range c.methods {
		j := jsonMethod{Method: m.Method.String(), Origin: m.Origin, Unallocated: m.settled.Unallocated, Residual: m.settled.Residue, Alone: m.alone}
		for i, s := range m.Production {
			j.Production = append(j.Production, jsonShare{s.Centre, s.Own, s.Received, s.Total, &m.settled.Production[i]})
		}
		for _, s := range m.Services {
			j.Services = append(j.Services, jsonShare{s.Centre, s.Own, s.Received, s.Total, nil})
		}
		for _, f := range m.Flows {
			j.Flows = append(j.Flows, jsonFlow{f.From, f.To, f.Amount})
		}
		all.Methods = append(all.Methods, j)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(all)
}
