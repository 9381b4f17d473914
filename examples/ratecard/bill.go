package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/ratecard"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/examples/internal/digits"
	"github.com/meterbook/meterbook/metering"
)

func (v *view) printBill(w io.Writer, bill rating.Bill) {
	fmt.Fprintf(w, "%s%s, %s\n\n", v.billOf, bill.Contract.CustomerName(), bill.Period.Start().In(bill.Contract.Zone.Location()).Format("2006-01"))
	t := newTable(v.account_, v.price, fmt.Sprintf(v.whenF, bill.Contract.Zone), v.quantity, fmt.Sprintf(v.inF, v.billed, v.card.Currency))
	t.SetColumnConfigs(right(4, 5))
	for _, c := range bill.Charges {
		quantity := ""
		if c.Origin == accounting.FromUsage {
			quantity = c.Quantity.String()
			if n, err := c.Quantity.In(c.Unit, 6); err == nil {
				quantity = digits.Group(n.String()) + " " + v.language.Unit(c.Unit)
			}
		}
		t.AppendRow(table.Row{c.Account, v.lineName(c), when(c, bill.Contract.Zone), quantity, c.Billed.Display()})
	}
	t.AppendFooter(table.Row{v.total, "", "", "", bill.Total().Display()})
	fmt.Fprintf(w, "%s\n\n", t.Render())
	for _, u := range bill.Unpriced {
		fmt.Fprintf(w, "%s: %v, %v, %v\n\n", v.unpriced, u.Key, u.Period, u.Quantity)
	}
	if !v.explain {
		return
	}
	for _, c := range bill.Charges {
		fmt.Fprintf(w, "%s, %s, %s\n", c.Account, v.lineName(c), when(c, bill.Contract.Zone))
		tree := c.Tree(v.language).String()
		fmt.Fprintf(w, "  %s\n\n", strings.ReplaceAll(tree, "\n", "\n  "))
	}
}

// lineName names a charge by its price, and by the meter where the price has
// several.
func (v *view) lineName(c accounting.Charge) string {
	name := c.PriceID + v.origin(c)
	for i := range v.card.Prices {
		if p := &v.card.Prices[i]; p.ID == c.PriceID && c.Meter != "" && c.Meter != p.Match.Meter {
			return name + " ← " + string(c.Meter)
		}
	}
	return name
}

// origin says where a charge is from, unless it is usage.
func (v *view) origin(c accounting.Charge) string {
	if c.Origin == accounting.FromUsage {
		return ""
	}
	return " (" + v.origins[c.Origin] + ")"
}

// when is the period of a charge, by the clock of a zone.
func when(c accounting.Charge, zone metering.Zone) string {
	start, end := c.Period.Start().In(zone.Location()), c.Period.End().In(zone.Location())
	if start.Format("15:04") == "00:00" && end.Format("15:04") == "00:00" {
		if last := end.AddDate(0, 0, -1); !last.After(start) {
			return start.Format("2006-01-02")
		}
		return start.Format("2006-01-02") + "/" + end.AddDate(0, 0, -1).Format("02")
	}
	return start.Format("2006-01-02 15:04") + "–" + end.Format("15:04")
}

// printChanges shows which prices differ from one card to the other, at the
// quantities of the table.
func (v *view) printChanges(w io.Writer) error {
	was, err := series(v.card)
	if err != nil {
		return err
	}
	is, err := series(v.other)
	if err != nil {
		return err
	}
	find := func(all []ratecard.Series, of ratecard.Series) *ratecard.Series {
		for i := range all {
			if all[i].Price.ID == of.Price.ID && all[i].Price.From.Equal(of.Price.From) {
				return &all[i]
			}
		}
		return nil
	}
	header := []any{v.price, v.change}
	for _, q := range quantities {
		header = append(header, digits.Group(q))
	}
	t := newTable(header...)
	t.SetColumnConfigs(right(3, 2+len(quantities)))
	t.SetCaption("%s", fmt.Sprintf(v.changesCaption, v.card.Name(), v.other.Name()))
	for _, s := range was {
		other := find(is, s)
		if other == nil {
			t.AppendRow(table.Row{s.Price.ID, v.removed})
			continue
		}
		row, changed := table.Row{s.Price.ID, v.changed}, false
		for _, q := range quantities {
			a, _, ok1 := at(s, q)
			b, _, ok2 := at(*other, q)
			switch {
			case !ok1 || !ok2:
				row = append(row, "")
			case a.Cmp(b) == 0:
				row = append(row, v.amount(a))
			default:
				changed = true
				row = append(row, v.amount(a)+" → "+v.amount(b))
			}
		}
		if changed {
			t.AppendRow(row)
		}
	}
	for _, s := range is {
		if find(was, s) == nil {
			t.AppendRow(table.Row{s.Price.ID, v.added})
		}
	}
	v.flatChanges(t)
	if t.Length() == 0 {
		fmt.Fprintf(w, "%s\n\n", v.noChanges)
		return nil
	}
	fmt.Fprintf(w, "%s\n\n", t.Render())
	return nil
}

// flatChanges adds what changed among prices that no usage makes.
func (v *view) flatChanges(t table.Writer) {
	amounts := func(card *accounting.Card) map[string]string {
		all := make(map[string]string)
		for i := range card.Prices {
			if m, ok := card.Prices[i].Model.(accounting.Flat); ok {
				all[card.Prices[i].ID] = v.amount(m.Amount.Rat())
			}
		}
		return all
	}
	was, is := amounts(v.card), amounts(v.other)
	for _, card := range []*accounting.Card{v.card, v.other} {
		for i := range card.Prices {
			id := card.Prices[i].ID
			a, before := was[id]
			b, after := is[id]
			switch {
			case before && !after:
				t.AppendRow(table.Row{id, v.removed, a})
			case after && !before:
				t.AppendRow(table.Row{id, v.added, b})
			case a != b:
				t.AppendRow(table.Row{id, v.changed, a + " → " + b})
			}
			delete(was, id)
			delete(is, id)
		}
	}
}

func (v *view) printDifferences(w io.Writer) {
	if len(v.differences) == 0 {
		fmt.Fprintf(w, "%s\n\n", v.sameBills)
		return
	}
	t := newTable(v.account_, v.meter, v.price, fmt.Sprintf(v.inF, v.card.Name(), v.card.Currency), v.other.Name(), v.change)
	t.SetColumnConfigs(right(4, 6))
	for _, d := range v.differences {
		t.AppendRow(table.Row{d.Account, d.Meter, d.PriceID, d.Before.Display(), d.After.Display(), d.Change.Display()})
	}
	fmt.Fprintf(w, "%s\n\n", t.Render())
}
