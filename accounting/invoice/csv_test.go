package invoice_test

import (
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// payloads are texts that spreadsheets, or some of them, would evaluate.
func payloads() (all []string) {
	formulas := []string{"=1+1", "+1+1", "-1+1", "@SUM(1)", "=cmd|'/C calc'!A0", "=HYPERLINK(\"http://x\",\"y\")", "=WEBSERVICE(\"http://x\")",
		"=IMPORTXML(\"http://x\",\"//a\")", "-2+3+cmd|'/C calc'!A0", "+cmd|'/C calc'!A0", "@cmd|'/C calc'!A0", "=DDE(\"a\";\"b\";\"c\")",
		"＝1+1", "＋1+1", "－1+1", "＠SUM(1)", "−1+1", "﹣1+1", "﹦1+1", "﹢1", "﹫x", "%0A=1+1", "|calc", "=-1", "-=1", "=\"\"", "==1", "--1", "-1", "+1"}
	before := []string{"", " ", "\t", "\r", "\n", "\x00", "\ufeff", "\u00a0", "\u3000", "\u200b", "\u202e", "\"", "\"\"", "a;", "a,", "a\t", "a\n", "a\r\n", "a|",
		"a\";\"", "a\",\"", ";", ",", "a; ", "a;\u00a0", "a;\"", "\x7f", "\u0085"}
	for _, f := range formulas {
		for _, b := range before {
			all = append(all, b+f)
		}
	}
	return all
}

// hostileDocument has a text in every field that holds one, and negative
// amounts in every field of money.
func hostileDocument(s string) invoice.Document {
	m, period := money.MustParse("CNY -12.30"), metering.MustPeriod("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
	party := invoice.Party{ID: s, Name: s, TaxID: s, Address: s}
	labels, err := metering.NewLabels("k", s)
	if err != nil {
		labels = metering.MustLabels("k", strings.Map(func(r rune) rune {
			if r < ' ' || r >= 0x7f && r < 0xa0 {
				return -1
			}
			return r
		}, s))
	}
	item := invoice.Item{Line: 1, Kind: invoice.LineKind(s), Service: accounting.ServiceID(s), Price: s, Card: s, Title: s, SKU: s, Region: s, Labels: labels,
		Period: period, Billing: period, Corrects: &invoice.Reference{Number: s, Line: 1}, Unit: metering.MustUnit("GBy"),
		Quantity: metering.MustQuantity("-1.5 GBy"), List: m, Net: m, Gross: m, Explained: map[string]string{"en": s, "zh": s}}
	return invoice.Document{Kind: invoice.CreditNote, Number: s, Date: invoice.Date(s), DueDate: invoice.Date(s), Issuer: party, Customer: party, Account: metering.Account(s),
		Period: period, Currency: money.CNY, Reason: s, Items: []invoice.Item{item}, Of: &invoice.Reference{Number: s}, Notes: []string{s},
		Taxes:    []invoice.TaxItem{{ID: s, Name: s, Category: invoice.TaxCategory(s), Rate: "0.06", Reason: s, Base: m, Amount: m}},
		Draws:    []invoice.Draw{{ID: s, Title: s, Amount: money.MustParse("CNY 12.30")}},
		Also:     []invoice.Equivalent{{Currency: money.USD, Net: money.MustParse("USD -1"), Tax: money.MustParse("USD -1"), Total: money.MustParse("USD -2")}},
		Exchange: []invoice.Exchange{{ExchangeRate: invoice.ExchangeRate{From: money.CNY, To: money.USD, Rate: "0.1379", Date: invoice.Date(s), Source: s}}},
		List:     m, Net: m, Tax: m, Total: m, Drawn: m, Due: m}
}

// TestLaw_CSV_NoFormula: no payload is evaluated in any column, at whichever
// separator the file is cut; numbers stay numbers, below zero too.
func TestLaw_CSV_NoFormula(t *testing.T) {
	t.Parallel()
	numbers := []string{"line", "quantity", "list", "net", "tax", "gross", "rate"}
	all := payloads()
	require.GreaterOrEqual(t, len(all), 60)
	covered := map[string]int{}
	for _, payload := range all {
		var b strings.Builder
		require.NoError(t, invoice.WriteCSV(&b, invoice.CSVOptions{BOM: true}, hostileDocument(payload)))
		text, found := strings.CutPrefix(b.String(), "\ufeff")
		require.True(t, found)
		rows := slowCells(text, ',')
		strict, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		require.NoError(t, err)
		require.Equal(t, rows, strict)
		require.Len(t, rows, 1+1+1+1+2+1+1)
		for _, row := range rows[1:] {
			require.Len(t, row, len(rows[0]))
			for i, cell := range row {
				column := rows[0][i]
				if slices.Contains(numbers, column) {
					require.True(t, cell == "" || slowNumber(cell), "%s: %q", column, cell)
					continue
				}
				require.False(t, slowEvaluates(cell), "%s of %q: %q", column, payload, cell)
				if strings.ContainsAny(cell, "=+-@＝＋－＠−﹣﹦﹢﹫%|") {
					covered[column]++
				}
			}
		}
		for _, sep := range []byte(";\t|") {
			for _, row := range slowCells(text, sep) {
				for _, cell := range row {
					require.False(t, slowEvaluates(cell), "%q cut at %q: %q", payload, sep, cell)
				}
			}
		}
		require.Equal(t, "-12.30", rows[1][slices.Index(rows[0], "net")])
		require.Equal(t, "-1.5", rows[1][slices.Index(rows[0], "quantity")])
	}
	for _, column := range []string{"number", "date", "due_date", "issuer", "issuer_tax_id", "customer", "customer_tax_id", "account", "type", "service", "price", "card",
		"title", "sku", "region", "labels", "corrects", "explanation"} {
		require.GreaterOrEqual(t, covered[column], 60, column)
	}
}

// brokenWriter fails as a full disk does.
type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestWriteCSV_Fails(t *testing.T) {
	require.ErrorContains(t, invoice.WriteCSV(brokenWriter{}, invoice.CSVOptions{}, hostileDocument("x")), "invoice: csv: full")
}
