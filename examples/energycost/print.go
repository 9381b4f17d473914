package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/examples/internal/digits"
	"github.com/meterbook/meterbook/metering"
)

// words is what is printed in one language. Fields that end in F are formats.
type words struct {
	title, madeUp, billF, price, quantity, amount, total            string
	tenantsF, tenant, kWh, cost, costKWh, paid, paidKWh, margin, of string
	nobody, closes, doesNotClose                                    string
	lang, tenants, bill, daily, siteMeter                           string // of the page
}

func wordsOf(lang string) words {
	if lang == "zh" {
		return words{
			title: "机房电费：成本、电价与毛利", madeUp: "（虚构的一个月示例；用 -meters 读取自己的电表文件）", billF: "供电账单 %s，%s", price: "价目", quantity: "数量", amount: "金额", total: "合计",
			tenantsF: "各租户，%s", tenant: "租户", kWh: "kWh", cost: "成本", costKWh: "每 kWh", paid: "收费", paidKWh: "每 kWh", margin: "毛利", of: "毛利率 %",
			nobody: "未分配", lang: "zh", tenants: "各租户", bill: "供电账单", daily: "每日设备用电", siteMeter: "全站电表",
			closes:       "账目平衡：各租户电量 = 全站电表，精确到微焦；各租户成本 = 供电账单，精确到分；毛利 = 收费 − 成本。",
			doesNotClose: "账目不平衡。",
		}
	}
	return words{
		title: "What a site's energy costs, what tenants pay, and the margin", madeUp: " (a made-up month: give -meters for your own)", billF: "The utility's bill, %s, %s", price: "price", quantity: "quantity", amount: "amount", total: "total",
		tenantsF: "By tenant, in %s", tenant: "tenant", kWh: "kWh", cost: "cost", costKWh: "a kWh", paid: "price", paidKWh: "a kWh", margin: "margin", of: "% of price",
		nobody: "held by nobody",
		lang:   "en", tenants: "By tenant", bill: "The utility's bill", daily: "Energy of the devices by day", siteMeter: "the site's meter",
		closes:       "Closes: tenants' energy = the site's meter, to the microjoule; their costs = the utility's bill, to the minor unit; margin = price − cost.",
		doesNotClose: "DOES NOT CLOSE.",
	}
}

// each is what something comes to a kWh.
func (w words) each(of, kWh string) string {
	if w.lang == "zh" {
		return kWh + " " + of
	}
	return of + ", " + kWh
}

// account is an account as it is shown.
func (w words) account(a metering.Account) string {
	if a == nobody {
		return w.nobody
	}
	return string(a)
}

func (b *books) print(to io.Writer, w words) error {
	var out strings.Builder
	made := ""
	if b.made {
		made = w.madeUp
	}
	fmt.Fprintf(&out, "%s%s\n\n", w.title, made)
	list, err := b.lines()
	if err != nil {
		return err
	}
	start := b.period.Start().In(b.zone.Location()).Format("2006-01")
	fmt.Fprintf(&out, w.billF+"\n\n", b.utility.Name(), start)
	t := newTable(w.price, w.quantity, w.amount)
	t.SetColumnConfigs(right(2, 3))
	for _, l := range list {
		t.AppendRow(table.Row{b.nameOf(l.id, w), l.display(), l.amount.Display()})
	}
	t.AppendFooter(table.Row{w.total, "", b.site.Total().Display()})
	fmt.Fprintf(&out, "%s\n\n", t.Render())

	fmt.Fprintf(&out, w.tenantsF+"\n\n", b.utility.Currency)
	t = newTable(w.tenant, w.kWh, w.cost, w.costKWh, w.paid, w.paidKWh, w.margin, w.of)
	t.SetColumnConfigs(right(2, 8))
	for _, x := range b.tenants {
		t.AppendRow(x.row(w.account(x.account)))
	}
	t.AppendFooter(b.total.row(w.total))
	fmt.Fprintf(&out, "%s\n\n", t.Render())
	if b.closes() {
		fmt.Fprintln(&out, w.closes)
	} else {
		fmt.Fprintln(&out, w.doesNotClose)
	}
	_, err = io.WriteString(to, out.String())
	return err
}

func (t tenant) row(name string) table.Row {
	return table.Row{name, digits.Group(t.used.KWh(1).StringFixed(1)), grouped(t.cost), t.perKWh(t.cost), grouped(t.price), t.perKWh(t.price),
		grouped(t.margin), t.ratio()}
}

// grouped is an amount of the table's currency.
func grouped(m money.Money) string { return digits.Group(m.Decimal().StringFixed(2)) }

// nameOf is a price's title, and its id where it has none or none in English.
func (b *books) nameOf(id string, w words) string {
	for _, p := range b.utility.Prices {
		if p.ID == id && p.Title != "" && (w.lang == "zh" || ascii(p.Title)) {
			return p.Title
		}
	}
	if a := b.utility.PowerFactor; w.lang == "zh" && a != nil && a.ID == id {
		return "力调电费"
	}
	return id
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 126 }) < 0
}

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
