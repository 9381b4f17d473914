package main

import (
	"bytes"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/shopspring/decimal"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/examples/internal/digits"
	"github.com/meterbook/meterbook/metering"
)

// view is what is shown.
type view struct {
	options
	words
	card, other       *accounting.Card
	clock             metering.Zone // of billing periods, and of times that are shown
	bills, otherBills []rating.Bill
	differences       []rating.Difference
	written           []string // files
}

// quantities are those that a table of prices has columns for.
var quantities = []string{"1", "10", "100", "1000", "10000"}

func (v *view) print(w io.Writer) error {
	narrowLines()
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s  %s\n\n", v.card.Name(), v.card.Title)
	if err := v.printPrices(&b); err != nil {
		return err
	}
	if v.lint {
		v.printFindings(&b)
	}
	if v.other != nil {
		if err := v.printChanges(&b); err != nil {
			return err
		}
	}
	for _, bill := range v.bills {
		v.printBill(&b, bill)
	}
	if v.other != nil && v.bills != nil {
		v.printDifferences(&b)
	}
	for _, name := range v.written {
		fmt.Fprintf(&b, v.wrote+"\n", name)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// narrowLines makes the table's own lines one column wide, as terminals draw
// them, whatever the locale says of characters of ambiguous width.
var narrowLines = sync.OnceFunc(func() { text.OverrideRuneWidthEastAsianWidth(false) })

func newTable(header ...any) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options.SeparateColumns = false
	t.Style().Options.DrawBorder = false
	t.Style().Format.Header = text.FormatDefault
	t.Style().Format.Footer = text.FormatDefault
	t.AppendHeader(table.Row(header))
	return t
}

func right(from, to int) (all []table.ColumnConfig) {
	for i := from; i <= to; i++ {
		all = append(all, table.ColumnConfig{Number: i, Align: text.AlignRight, AlignHeader: text.AlignRight, AlignFooter: text.AlignRight})
	}
	return all
}

// meters returns the meters that the cards price, in their order.
func meters(cards ...*accounting.Card) (all []metering.MeterID) {
	for _, card := range cards {
		if card == nil {
			continue
		}
		for i := range card.Prices {
			for _, m := range card.Prices[i].Meters() {
				if m != "" && !slices.Contains(all, m) {
					all = append(all, m)
				}
			}
		}
	}
	return all
}

// at returns what a price asks for a quantity, and what that is a unit.
func at(s ratecard.Series, quantity string) (amount, average *big.Rat, ok bool) {
	q := decimal.RequireFromString(quantity).Rat()
	for _, p := range s.Points {
		if p.Quantity.Cmp(q) == 0 {
			return p.Amount, new(big.Rat).Quo(p.Amount, q), true
		}
	}
	return nil, nil, false
}

func extra() (all []decimal.Decimal) {
	for _, q := range quantities {
		all = append(all, decimal.RequireFromString(q))
	}
	return all
}

// series returns the curves of all usage prices of a card; a price of several
// meters is shown for its own.
func series(card *accounting.Card) (all []ratecard.Series, err error) {
	for _, m := range meters(card) {
		of, err := ratecard.Curve(card, m, extra()...)
		if err != nil {
			continue // its prices are flat
		}
		for _, s := range of {
			if s.Price.Match.Meter == m {
				all = append(all, s)
			}
		}
	}
	return all, nil
}

func (v *view) printPrices(w io.Writer) error {
	header := []any{v.price, v.forUsage, v.unit}
	for _, q := range quantities {
		header = append(header, digits.Group(q))
	}
	t := newTable(header...)
	t.SetColumnConfigs(right(4, 3+len(quantities)))
	caption := fmt.Sprintf(v.pricesCaption, v.card.Currency)
	for i := range v.card.Prices {
		if t := v.card.Prices[i].Terms; t != nil && t.During != nil && t.During.Hours != nil {
			caption += fmt.Sprintf(v.clockCaption, t.During.Zone)
			break
		}
	}
	t.SetCaption("%s", caption)
	all, err := series(v.card)
	if err != nil {
		return err
	}
	shown := make(map[*accounting.Price]bool)
	for _, s := range all {
		shown[s.Price] = true
		row := table.Row{s.Price.ID, matchText(s.Price), v.language.Unit(s.Unit)}
		for _, q := range quantities {
			if amount, _, ok := at(s, q); ok {
				row = append(row, v.amount(amount))
			} else {
				row = append(row, "")
			}
		}
		t.AppendRow(row)
	}
	for i := range v.card.Prices {
		p := &v.card.Prices[i]
		if shown[p] {
			continue
		}
		if m, ok := p.Model.(accounting.Flat); ok {
			due := v.perMonth
			if m.When == accounting.FlatOnce {
				due = v.once
			}
			t.AppendRow(table.Row{p.ID, matchText(p), due, v.amount(m.Amount.Rat())})
			continue
		}
		t.AppendRow(table.Row{p.ID, matchText(p), v.language.Unit(p.Unit), v.byRow})
	}
	fmt.Fprintf(w, "%s\n\n", t.Render())
	return nil
}

// amount prints an amount in the card's currency; a long one is rounded to the
// currency's digits and marked, as more are of no use in a table.
func (v *view) amount(r *big.Rat) string {
	if s := accounting.AmountText(r, v.card.Currency); len(s) <= 14 && !strings.HasPrefix(s, "≈") {
		return digits.Group(s)
	}
	return "≈" + digits.Group(r.FloatString(max(2, v.card.Currency.Digits())))
}

func matchText(p *accounting.Price) string {
	m := p.Match
	parts := []string{string(m.Meter)}
	for _, part := range []string{m.SKU, m.Region} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if m.Labels.Len() > 0 {
		parts = append(parts, m.Labels.String())
	}
	if p.Terms != nil && p.Terms.During != nil {
		var months, hours []string
		for _, m := range p.Terms.During.Months {
			months = append(months, strconv.Itoa(int(m)))
		}
		if months != nil {
			parts = append(parts, "{"+strings.Join(months, ",")+"}")
		}
		for _, h := range p.Terms.During.Hours {
			hours = append(hours, fmt.Sprintf("%02d:%02d-%02d:%02d", h.From/60, h.From%60, h.To/60, h.To%60))
		}
		parts = append(parts, strings.Join(hours, ","))
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}

func (v *view) printFindings(w io.Writer) {
	found := ratecard.Lint(v.card)
	if len(found) == 0 {
		fmt.Fprintf(w, "%s\n\n", v.nothingFound)
		return
	}
	t := newTable(v.severity, v.where, v.finding)
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 3, WidthMax: 90, WidthMaxEnforcer: text.WrapSoft}})
	for _, f := range found {
		said := f.Reason + "; " + f.Suggestion
		if v.language != accounting.English {
			said = f.Rule.Title(v.language) + "：" + said
		}
		t.AppendRow(table.Row{v.severities[f.Severity], f.Path, said})
	}
	fmt.Fprintf(w, "%s\n\n", t.Render())
}
