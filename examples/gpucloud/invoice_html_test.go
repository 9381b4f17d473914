package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

func TestInvoice_Figures(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		t.Run(lang, func(t *testing.T) {
			s := october()
			s.lang = lang
			b := s.books(t)
			w := wordsIn(lang)
			inv := b.Invoices[1]
			page, err := invoiceHTML(b, inv)
			require.NoError(t, err)
			selfContained(t, page)
			root := parsePage(t, page)
			require.Equal(t, w.Lang, root.find(named("html"))[0].attrs["lang"])
			for _, s := range []string{w.Draft, "bluebay", w.period(inv.Period, b.Zone), amount(inv.Total), amount(inv.List), b.Card.Name(), w.rounding(b.Card.Rounding)} {
				require.Contains(t, root.text, s)
			}
			lines, sum, subtotals := 0, decimal.Zero, decimal.Zero
			for _, tr := range root.find(named("tr")) {
				cells := tr.find(func(e *element) bool { return e.name == "td" || e.name == "th" })
				last := strings.TrimSpace(cells[len(cells)-1].text)
				switch tr.attrs["class"] {
				case "line":
					lines++
					sum = sum.Add(figureOf(t, last))
				case "subtotal":
					subtotals = subtotals.Add(figureOf(t, last))
				}
			}
			require.Equal(t, len(inv.Lines), lines)
			requireSame(t, sum, amount(inv.Total))
			requireSame(t, subtotals, amount(inv.Total))
			for _, l := range inv.Lines {
				require.Contains(t, root.text, w.explain(l))
				if lang == "en" {
					require.Equal(t, l.Explain(), w.explain(l))
				}
			}
			require.Contains(t, root.text, "≈ ") // the energy of one day was estimated
			require.Contains(t, root.text, w.EstimatedNote)
		})
	}
}

// Negotiated prices are billed, and list prices are shown beside them.
func TestInvoice_Saving(t *testing.T) {
	b := october().books(t)
	contract := b.Bills[0].Contract
	charges := slices.Clone(b.Bills[0].Charges)
	half := decimal.RequireFromString("0.5")
	for i := range charges {
		d := charges[i].Billed.Decimal().Mul(half)
		var err error
		charges[i].Billed, err = money.New(d, money.CNY)
		require.NoError(t, err)
	}
	contract.Negotiated = &accounting.Card{ID: "cheap", Version: "1", Title: "Cheaper", Currency: money.CNY}
	inv, err := invoice.NewDraft(contract, b.Period, slices.Values(charges))
	require.NoError(t, err)
	page, err := invoiceHTML(b, inv)
	require.NoError(t, err)
	root := parsePage(t, page)
	require.Contains(t, root.text, "Cheaper cheap@1")
	require.Contains(t, root.text, "(50.0%)")
	total, list := decimal.Zero, decimal.Zero
	for _, row := range root.find(func(e *element) bool { return e.attrs["class"] == "subtotal" }) {
		cells := row.find(named("td"))
		list, total = list.Add(figureOf(t, cells[0].text)), total.Add(figureOf(t, cells[1].text))
	}
	require.True(t, inv.Total.Decimal().Equal(total))
	require.True(t, inv.List.Decimal().Equal(list))
	require.False(t, list.Equal(total))
}

func TestInvoice_Empty(t *testing.T) {
	b := october().books(t)
	inv, err := invoice.NewDraft(b.Bills[0].Contract, b.Period, func(func(accounting.Charge) bool) {})
	require.NoError(t, err)
	page, err := invoiceHTML(b, inv)
	require.NoError(t, err)
	require.Contains(t, parsePage(t, page).text, english.NoCharges)
}

func TestInvoiceFile(t *testing.T) {
	draft := func(a metering.Account) *invoice.Draft {
		return &invoice.Draft{Contract: accounting.Contract{Account: a}, Period: metering.MustPeriod("2022-12-31T16:00:00Z", "2023-01-31T16:00:00Z")}
	}
	b := &books{Zone: metering.MustZone("Asia/Shanghai"), Months: make([]metering.Period, 1)}
	for account, want := range map[metering.Account]string{
		"aurora":                   `^aurora\.html$`,
		"极光":                       `^极光\.html$`,
		"a-b_C9":                   `^a-b_C9\.html$`,
		"<script>":                 `^_script_-[0-9a-f]{12}\.html$`,
		"..":                       `^__-[0-9a-f]{12}\.html$`,
		"a.b":                      `^a_b-[0-9a-f]{12}\.html$`,
		"=cmd":                     `^_cmd-[0-9a-f]{12}\.html$`,
		"NUL":                      `^NUL-[0-9a-f]{12}\.html$`,
		"com1":                     `^com1-[0-9a-f]{12}\.html$`,
		metering.Account(long(80)): `^长{33}-[0-9a-f]{12}\.html$`,
	} {
		require.Regexp(t, want, invoiceFile(b, draft(account)))
	}
	b.Invoices = []*invoice.Draft{draft("LS"), draft("ls")}
	require.NotEqual(t, strings.ToLower(invoiceFile(b, b.Invoices[0])), strings.ToLower(invoiceFile(b, b.Invoices[1])))
	b.Months = make([]metering.Period, 2)
	require.Equal(t, "aurora-2023-01.html", invoiceFile(b, draft("aurora")))
}

func long(n int) string { return strings.Repeat("长", n) }
