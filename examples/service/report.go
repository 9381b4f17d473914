package main

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/examples/internal/digits"
	"github.com/meterbook/meterbook/examples/internal/report"
	"github.com/meterbook/meterbook/metering"
)

// A books is what the report shows of a month.
type books struct {
	month    metering.Period
	tenants  []metering.Account
	bills    []rating.Bill // of each tenant, by day
	balances []balance
	total    money.Money
	usage    []usageRow
}

// getReport answers with the report of a month, as a page.
func (s *service) getReport(q *request) error {
	month, err := s.month(q)
	if err != nil {
		return err
	}
	say := s.say
	if lang := q.FormValue("lang"); lang == "en" || lang == "zh" {
		say = wordsIn(lang)
	}
	b, err := s.books(month)
	if err != nil {
		return unrated(err)
	}
	html, err := s.page(b, say).HTML()
	if err != nil {
		return err
	}
	q.w.Header().Set("Content-Security-Policy", report.Policy())
	q.write(http.StatusOK, "text/html; charset=utf-8", html)
	return nil
}

// books rates the month of every tenant. Usage goes in by the day, so that each
// line has its day; what lines come to is the same as in one piece.
func (s *service) books(month metering.Period) (*books, error) {
	b := &books{month: month}
	var err error
	if b.total, err = money.Parse(string(s.card.Currency) + " 0"); err != nil {
		return nil, err
	}
	var rows []metering.Usage
	seen := make(map[metering.Account]bool)
	for u, err := range s.rec.Usage(month, metering.Per(metering.Months(metering.Zone{})), metering.AcrossResources()) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, u)
		seen[u.Key.Account.Tenant()] = true
	}
	b.tenants = slices.Sorted(maps.Keys(seen))
	for _, tenant := range b.tenants {
		grain := s.grain()
		if s.coarse() {
			grain = metering.Per(metering.Days(metering.Zone{}))
		}
		bill, err := s.bill(tenant, month, s.rec.Usage(month, metering.Of(tenant), grain))
		if err != nil {
			return nil, err
		}
		b.bills = append(b.bills, bill)
		if b.total, err = b.total.Add(bill.Total()); err != nil {
			return nil, err
		}
		left, err := s.balance(tenant)
		if err != nil {
			return nil, err
		}
		b.balances = append(b.balances, left)
	}
	b.usage, err = usageView(rows)
	return b, err
}

// page lays the books out.
func (s *service) page(b *books, say words) report.Page {
	p := report.Page{
		Lang: say.lang, Title: say.title, Meta: fmt.Sprintf(say.subtitleF, monthText(b.month), "UTC", s.card.Name()),
		Headline: report.Fact{Name: say.billed, Value: amount(b.total), Unit: string(s.card.Currency)},
	}
	sealed := report.Fact{Name: say.seal, Value: say.notSealed}
	if w := s.rec.Watermark(); !w.IsZero() {
		sealed.Value, sealed.Unit = w.UTC().Format("2006-01-02 15:04"), "UTC"
	}
	p.Facts = []report.Fact{
		{Name: say.tenants, Value: fmt.Sprint(len(b.tenants))},
		{Name: say.events, Value: digits.Group(fmt.Sprint(s.rec.Journal().Durable()))},
		sealed,
	}
	for back := -2; back <= 0; back++ {
		month := s.now().UTC().AddDate(0, 0, 1-s.now().UTC().Day()).AddDate(0, back, 0).Format("2006-01")
		p.Links = append(p.Links, report.Link{Text: month, Address: "/?month=" + month + "&lang=" + say.lang, Current: month == monthText(b.month)})
	}
	for lang, name := range map[string]string{"en": "English", "zh": "中文"} {
		if lang != say.lang {
			p.Links = append(p.Links, report.Link{Text: name, Address: "/?month=" + monthText(b.month) + "&lang=" + lang})
		}
	}
	if len(b.tenants) == 0 {
		p.Sections = []report.Section{{ID: "usage", Title: say.usage, Note: say.emptyHint}}
		return p
	}
	p.Sections = []report.Section{
		{ID: "cost", Title: say.daily, Note: fmt.Sprintf(say.dailyF, s.card.Currency), Chart: b.chart(say, s.card.Currency)},
		{ID: "tenants", Title: say.tenants, Note: say.balances, Table: b.tenantTable(say)},
		{ID: "usage", Title: say.used, Table: b.usageTable(say)},
	}
	return p
}

// services are the services that were billed, in the order of the catalogue.
func (b *books) services() (ids []accounting.ServiceID) {
	for _, service := range accounting.Services() {
		for _, bill := range b.bills {
			if slices.ContainsFunc(bill.Charges, func(c accounting.Charge) bool { return c.Service == service.ID }) {
				ids = append(ids, service.ID)
				break
			}
		}
	}
	return ids
}

// chart is what was billed on each day, by service.
func (b *books) chart(say words, currency money.Currency) *report.Chart {
	days := slices.Collect(metering.Days(metering.Zone{}).Over(b.month))
	services := b.services()
	c := &report.Chart{Unit: string(currency)}
	sums := make([]map[accounting.ServiceID]money.Money, len(days))
	totals := make([]money.Money, len(days))
	for _, bill := range b.bills {
		for _, charge := range bill.Charges {
			j := min(int(charge.Period.Start().Sub(b.month.Start())/(24*time.Hour)), len(days)-1)
			if sums[j] == nil {
				sums[j] = make(map[accounting.ServiceID]money.Money)
			}
			sums[j][charge.Service] = plus(sums[j][charge.Service], charge.Billed)
			totals[j] = plus(totals[j], charge.Billed)
		}
	}
	for j, d := range days {
		c.Columns = append(c.Columns, report.Heading{Short: d.Start().Format("2"), Long: d.Start().Format("2006-01-02")})
		c.Totals = append(c.Totals, shown(totals[j]))
	}
	for _, id := range services {
		series := report.Series{Name: say.service(id)}
		var sum money.Money
		for j := range days {
			m := sums[j][id]
			sum = plus(sum, m)
			series.Values = append(series.Values, valueOf(m))
		}
		series.Total = shown(sum)
		c.Series = append(c.Series, series)
	}
	return c
}

// plus adds what is shown; what was billed has been added up before without an
// overflow, and parts of it cannot have one.
func plus(a, b money.Money) money.Money {
	sum, err := a.Add(b)
	if err != nil {
		return a
	}
	return sum
}

func shown(m money.Money) string {
	if m.IsZero() {
		return "0"
	}
	return amount(m)
}

// valueOf is an amount in a table or a chart.
func valueOf(m money.Money) report.Value {
	return report.Value{Text: shown(m), Number: m.Decimal().Rat()}
}

func (b *books) tenantTable(say words) *report.Table {
	t := &report.Table{Head: []report.Column{{Name: say.tenant}}}
	services := b.services()
	for _, id := range services {
		t.Head = append(t.Head, report.Column{Name: say.service(id), Numbers: true})
	}
	t.Head = append(t.Head, report.Column{Name: say.billed, Numbers: true}, report.Column{Name: say.available, Numbers: true}, report.Column{})
	sums := make([]money.Money, len(services)+1)
	for i, tenant := range b.tenants {
		row := []report.Value{report.Text(string(tenant))}
		for k, id := range services {
			var sum money.Money
			for _, c := range b.bills[i].Charges {
				if c.Service == id {
					sum = plus(sum, c.Billed)
				}
			}
			row, sums[k] = append(row, valueOf(sum)), plus(sums[k], sum)
		}
		total := b.bills[i].Total()
		sums[len(services)] = plus(sums[len(services)], total)
		address := "/bill?explain=1&month=" + monthText(b.month) + "&account=" + url.QueryEscape(string(tenant))
		t.Rows = append(t.Rows, append(row, valueOf(total), valueOf(b.balances[i].Available), report.Value{Text: say.bill, Address: address}))
	}
	t.Foot = []report.Value{report.Text(say.total)}
	for _, m := range sums {
		t.Foot = append(t.Foot, valueOf(m))
	}
	t.Foot = append(t.Foot, report.Value{}, report.Value{})
	return t
}

func (b *books) usageTable(say words) *report.Table {
	t := &report.Table{Head: []report.Column{{Name: say.account}, {Name: say.meter}, {Name: say.sku}, {Name: say.region}, {Name: say.quantity, Numbers: true}, {Name: say.unit}}}
	for _, u := range b.usage {
		number, ok := new(big.Rat).SetString(u.Shown)
		if !ok {
			number = nil
		}
		t.Rows = append(t.Rows, []report.Value{report.Text(string(u.Account)), report.Text(string(u.Meter)), report.Text(cmp.Or(u.SKU, "–")), report.Text(cmp.Or(u.Region, "–")),
			{Text: digits.Group(u.Shown), Number: number}, report.Text(say.language.Unit(u.in))})
	}
	return t
}
