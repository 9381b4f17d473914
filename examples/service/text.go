package main

import (
	"fmt"
	"strings"
	"sync"
	"unicode"

	pretty "github.com/jedib0t/go-pretty/v6/table"
	glyph "github.com/jedib0t/go-pretty/v6/text"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/examples/internal/digits"
	"github.com/meterbook/meterbook/metering"
)

// narrowLines makes the tables' own lines one column wide, as terminals draw
// them, whatever the locale says of characters of ambiguous width.
var narrowLines = sync.OnceFunc(func() { glyph.OverrideRuneWidthEastAsianWidth(false) })

// table returns rows under a head, with some columns flush right. There is no foot
// if it is nil.
func table(head []string, rows [][]string, foot []string, right map[int]bool) string {
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
		side := glyph.AlignLeft
		if right[i] {
			side = glyph.AlignRight
		}
		align = append(align, pretty.ColumnConfig{Number: i + 1, Align: side, AlignHeader: side, AlignFooter: side})
	}
	t.SetColumnConfigs(align)
	return t.Render() + "\n"
}

func cells(texts []string) (row pretty.Row) {
	for _, s := range texts {
		row = append(row, clean(s))
	}
	return row
}

// clean takes out of a name what would steer a terminal or turn the direction of
// the text around it.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// month names a month.
func monthText(p metering.Period) string { return p.Start().Format("2006-01") }

// figure is an amount with at least the digits of its currency, grouped.
func figure(m money.Money) string { return string(m.Currency()) + " " + amount(m) }

// amount is figure without the currency; what has more digits keeps them.
func amount(m money.Money) string {
	shown := m.Display()
	if exact := m.Decimal().String(); len(exact[strings.IndexByte(exact+".", '.'):]) > m.Currency().Digits()+1 {
		return exact
	}
	return shown
}

func (s words) usageText(month metering.Period, rows []usageRow) string {
	out := fmt.Sprintf(s.usageF+"\n", monthText(month))
	if len(rows) == 0 {
		return out + s.noUsage + "\n"
	}
	var lines [][]string
	for _, r := range rows {
		lines = append(lines, []string{string(r.Account), string(r.Meter), r.SKU, r.Region, r.Period.Start().Format("2006-01-02 15:04"), digits.Group(r.Shown), s.language.Unit(r.in)})
	}
	return out + table([]string{s.account, s.meter, s.sku, s.region, s.period, s.quantity, s.unit}, lines, nil, map[int]bool{5: true})
}

func (s words) balanceText(b balance) string {
	last, left := s.available, b.Available
	if left.Sign() < 0 {
		if owed, err := left.Neg(); err == nil {
			last, left = s.owed, owed
		}
	}
	rows := [][]string{{s.paid, figure(b.Paid)}, {s.billed, figure(b.Billed)}, {s.held, figure(b.Held)}}
	return fmt.Sprintf(s.balanceF+"\n", clean(string(b.Account))) + table([]string{"", s.amount}, rows, []string{last, figure(left)}, map[int]bool{1: true})
}

func (s words) heldText(h held) string {
	return fmt.Sprintf(s.heldF+"\n", figure(h.Held), h.Until.UTC().Format("2006-01-02 15:04:05Z"), figure(h.Available))
}

func (s words) healthText(vitals []vital) string {
	var rows [][]string
	for _, v := range vitals {
		rows = append(rows, []string{v.Name, v.Outcome, digits.Group(fmt.Sprint(v.Value)), v.Unit})
	}
	return table([]string{s.name, s.outcome, s.value, s.unit}, rows, nil, map[int]bool{2: true})
}

// bill is a bill as text; explained, how each amount came about is below it.
func (s words) billText(b rating.Bill, explain bool) string {
	out := fmt.Sprintf(s.billF+"\n", clean(string(b.Contract.Account)), monthText(b.Period))
	if len(b.Charges) == 0 && len(b.Unpriced) == 0 {
		return out + s.noUsage + "\n"
	}
	var rows [][]string
	for _, c := range b.Charges {
		rows = append(rows, []string{string(c.Account), c.PriceID, c.SKU, s.quantityText(c), amount(c.Billed)})
	}
	out += table([]string{s.account, s.price, s.sku, s.quantity, s.amount}, rows, []string{s.total, "", "", "", figure(b.Total())}, map[int]bool{3: true, 4: true})
	for _, u := range b.Unpriced {
		out += fmt.Sprintf(s.unpricedF+"\n", u.Key.Meter, clean(u.Key.SKU), u.Quantity)
	}
	if explain {
		for _, c := range b.Charges {
			out += "\n" + clean(string(c.Account)) + ", " + c.PriceID + "\n  " + strings.ReplaceAll(strings.TrimSpace(c.Explanation.Tree(s.language).String()), "\n", "\n  ") + "\n"
		}
	}
	return out
}

// quantityText is what was used, in the unit of the price.
func (s words) quantityText(c accounting.Charge) string {
	if c.Unit.IsZero() {
		return ""
	}
	q, err := c.Quantity.In(c.Unit, 6)
	if err != nil {
		return c.Quantity.String()
	}
	return digits.Group(q.String()) + " " + s.language.Unit(c.Unit)
}
