package main

import (
	"math/big"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/energy"
	"github.com/meterbook/meterbook/examples/internal/digits"
	"github.com/meterbook/meterbook/examples/internal/report"
)

// page lays the month out for a browser: who used how much on each day, the
// utility's bill, and tenants with costs, prices and margins.
func (b *books) page(w words) ([]byte, error) {
	list, err := b.lines()
	if err != nil {
		return nil, err
	}
	unit := string(b.utility.Currency)
	p := report.Page{
		Lang: w.lang, Title: w.title, Meta: b.period.Start().In(b.zone.Location()).Format("2006-01") + " · " + b.utility.Name(),
		Headline: report.Fact{Name: w.cost, Value: b.site.Total().Display(), Unit: unit},
		Facts: []report.Fact{
			{Name: w.paid, Value: b.total.price.Display(), Unit: unit},
			{Name: w.margin, Value: b.total.margin.Display(), Unit: unit},
			{Name: w.siteMeter, Value: digits.Group(b.used.KWh(1).StringFixed(1)), Unit: "kWh"},
		},
		Sections: []report.Section{
			{ID: "days", Title: w.daily, Chart: b.days(w)},
			{ID: "tenants", Title: w.tenants, Table: b.tenantTable(w)},
			{ID: "bill", Title: w.bill, Table: b.billTable(list, w)},
		},
		Foot: w.closes,
	}
	if b.made {
		p.Meta += w.madeUp
	}
	if !b.closes() {
		p.Foot = w.doesNotClose
	}
	return p.HTML()
}

// days is the energy of each account's devices, by day.
func (b *books) days(w words) *report.Chart {
	c := &report.Chart{Unit: "kWh"}
	sums := make([][]energy.Energy, len(b.accounts)+1) // and of all of them
	for _, q := range b.quarters {
		start := q.period.Start().In(b.zone.Location())
		if day := start.Format("2006-01-02"); len(c.Columns) == 0 || c.Columns[len(c.Columns)-1].Long != day {
			c.Columns = append(c.Columns, report.Heading{Short: start.Format("2"), Long: day})
			for i := range sums {
				sums[i] = append(sums[i], energy.Energy{})
			}
		}
		last := len(c.Columns) - 1
		for i, used := range q.used {
			sums[i][last] = plus(sums[i][last], used)
			sums[len(b.accounts)][last] = plus(sums[len(b.accounts)][last], used)
		}
	}
	for i, account := range b.accounts {
		total := energy.Energy{}
		s := report.Series{Name: w.account(account)}
		for _, q := range sums[i] {
			total = plus(total, q)
			s.Values = append(s.Values, hours(q))
		}
		s.Total = hours(total).Text
		c.Series = append(c.Series, s)
	}
	for _, q := range sums[len(b.accounts)] {
		c.Totals = append(c.Totals, hours(q).Text)
	}
	return c
}

// plus adds energy that was added up before, without an overflow.
func plus(a, b energy.Energy) energy.Energy {
	sum, err := a.Add(b)
	if err != nil {
		return a
	}
	return sum
}

// hours is energy in kWh.
func hours(e energy.Energy) report.Value {
	d := e.KWh(1)
	return report.Value{Text: digits.Group(d.StringFixed(1)), Number: d.Rat()}
}

func amount(m money.Money) report.Value {
	return report.Value{Text: grouped(m), Number: m.Decimal().Rat()}
}

// figure is a number that is text already, "" where there is none.
func figure(text string) report.Value {
	n, ok := new(big.Rat).SetString(text)
	if !ok {
		n = nil
	}
	return report.Value{Text: text, Number: n}
}

func (b *books) tenantTable(w words) *report.Table {
	t := &report.Table{Head: []report.Column{{Name: w.tenant}}}
	for _, name := range []string{w.kWh, w.cost, w.each(w.cost, w.costKWh), w.paid, w.each(w.paid, w.paidKWh), w.margin, w.of} {
		t.Head = append(t.Head, report.Column{Name: name, Numbers: true})
	}
	row := func(name string, x tenant) []report.Value {
		return []report.Value{report.Text(name), hours(x.used), amount(x.cost), figure(x.perKWh(x.cost)), amount(x.price), figure(x.perKWh(x.price)),
			amount(x.margin), figure(x.ratio())}
	}
	for _, x := range b.tenants {
		t.Rows = append(t.Rows, row(w.account(x.account), x))
	}
	t.Foot = row(w.total, b.total)
	return t
}

func (b *books) billTable(list []line, w words) *report.Table {
	t := &report.Table{Head: []report.Column{{Name: w.price}, {Name: w.quantity, Numbers: true}, {Name: w.amount, Numbers: true}}}
	for _, l := range list {
		quantity := report.Value{Text: l.display()}
		if quantity.Text != "" {
			if n, err := l.quantity.In(l.unit, 3); err == nil {
				quantity.Number = n.Rat()
			}
		}
		t.Rows = append(t.Rows, []report.Value{report.Text(b.nameOf(l.id, w)), quantity, amount(l.amount)})
	}
	t.Foot = []report.Value{report.Text(w.total), {}, amount(b.site.Total())}
	return t
}
