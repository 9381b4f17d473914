package invoice_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

var update = flag.Bool("update", false, "write the documents of testdata anew")

// sampleTerms are those of a bill with a tax, a service without it, prepaid
// credit, and totals in dollars.
func sampleTerms() invoice.Terms {
	return invoice.Terms{
		Customer: invoice.Party{ID: "acme", Name: "Acme 视觉科技有限公司", TaxID: "91310000MA1K000000", Address: "上海市浦东新区世纪大道 1 号"},
		Taxes: invoice.Taxes{Point: invoice.AtSupply, Taxes: []invoice.Tax{
			{ID: "vat-6", Name: "VAT", Category: invoice.Standard, Rate: "0.06", Mode: money.HalfUp, Places: 2, Level: "bill"},
			{ID: "exempt", Name: "VAT", Category: invoice.Exempt, Rate: "0", Places: 2, Level: "bill", Reason: "Exempt: technical consulting under a registered contract."},
		}, Rules: []invoice.TaxRule{{Services: []accounting.ServiceID{accounting.Support}, Taxes: []string{"exempt"}}, {Taxes: []string{"vat-6"}}}},
		Rates: invoice.ExchangeRates{{From: money.CNY, To: money.USD, Rate: "0.1408", Date: "2026-12-01", Source: "People's Bank of China, central parity"}},
		Also:  []money.Currency{money.USD}, DueDays: 30,
		Draws: []invoice.Draw{{ID: "wallet-7", Title: "Prepaid credit, November", Amount: money.MustParse("CNY 200.00")}},
		Notes: []string{"Please name the number of this invoice when you pay."},
	}
}

func sampleDraft(t testing.TB) *invoice.Draft {
	bound := dec("100")
	gpu := accounting.Price{ID: "h100", Title: "H100 SXM, on demand", Service: accounting.AcceleratedCompute, Unit: metering.MustUnit("{card}.h"),
		Match: accounting.Match{Meter: metering.AcceleratorTime}, Model: accounting.PerUnit{Price: dec("18.9")}}
	support := accounting.Price{ID: "support", Title: "Support, business hours", Service: accounting.Support, Model: accounting.Flat{Amount: dec("200"), When: accounting.FlatAlways}}
	egress := price("egress", "Traffic out", "", accounting.Graduated{OnZero: accounting.ZeroWaived, Tiers: []accounting.Tier{{UpTo: &bound, Price: dec("0.8")}, {Price: dec("0.5")}}})
	return draftOf(t, accounting.Contract{Name: "Acme Ltd", Card: cardOf("gpu-cloud", gpu, egress, support)},
		row{"80.333", "", 3}, row{"40.666", "", 12}, row{"-0.5", "", 20})
}

func sample(t testing.TB) (issued, note *invoice.Issued) {
	is := issuer
	is.Party = invoice.Party{ID: "mb", Name: "Meterbook Cloud", TaxID: "91110108MA00000000", Address: "1 Innovation Way, Beijing"}
	r := must(invoice.NewRegister(is, nil))
	issued = must(r.Issue(time.Date(2026, 12, 1, 2, 0, 0, 0, time.UTC), sampleTerms(), sampleDraft(t)))
	note = must(r.Credit(time.Date(2026, 12, 9, 2, 0, 0, 0, time.UTC), invoice.Note{ID: "claim-9", Of: issued.Number(), Reason: "Traffic was counted at the wrong gateway.",
		Lines: []invoice.Change{{Line: 1, Net: money.MustParse("CNY 30.00"), Quantity: metering.MustQuantity("60 GBy")}}}))
	return issued, note
}

// golden holds a text against a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	got = strings.ReplaceAll(got, "\r\n", "\n") // as files of text are kept
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "%s; -update writes it anew", name)
}

func TestDocuments_Golden(t *testing.T) {
	issued, note := sample(t)
	for name, i := range map[string]*invoice.Issued{"invoice": issued, "note": note} {
		golden(t, name+".json", string(i.JSON()))
		var b strings.Builder
		require.NoError(t, i.WriteText(&b, accounting.English))
		golden(t, name+".en.txt", b.String())
		b.Reset()
		require.NoError(t, i.WriteText(&b, accounting.Chinese))
		golden(t, name+".zh.txt", b.String())
		b.Reset()
		require.NoError(t, invoice.WriteCSV(&b, invoice.CSVOptions{}, i.Document()))
		golden(t, name+".csv", b.String())
	}
}

// TestWriteHTML_Safe: nothing of a document is markup on its page, which has no
// scripts and refers to nothing outside.
func TestWriteHTML_Safe(t *testing.T) {
	for _, s := range []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `{{.}}`, "</style><b>", "javascript:alert(1)", "\u202egpj.exe", "a\x00b\x1b[31m"} {
		for _, l := range []accounting.Language{accounting.English, accounting.Chinese} {
			d := hostileDocument(s)
			var b strings.Builder
			require.NoError(t, d.WriteHTML(&b, l))
			lower := strings.ToLower(b.String())
			for _, bad := range []string{"<script", "<img", "<b>", "</style><", "\x00", "\x1b", "\u202e", "src=", "href=", "url("} {
				require.NotContains(t, strings.ReplaceAll(lower, "src=x", ""), bad)
			}
			b.Reset()
			require.NoError(t, d.WriteText(&b, l))
			require.NotRegexp(t, "[\x00-\x09\x0b-\x1f\x7f\u202e]", b.String())
		}
	}
	d := hostileDocument("x")
	require.ErrorContains(t, d.WriteHTML(brokenWriter{}, accounting.English), "invoice: html: full")
	require.ErrorContains(t, d.WriteText(brokenWriter{}, accounting.English), "invoice: text: full")
}

// TestWriteHTML_Says: the page has every figure of the document, in both
// languages, in print and in the dark.
func TestWriteHTML_Says(t *testing.T) {
	issued, note := sample(t)
	for l, words := range map[accounting.Language][]string{
		accounting.English: {"Invoice", "Amount due", "VAT 6%, on 90.25", "VAT (exempt), on 200.00", "Paid by credit: Prepaid credit, November"},
		accounting.Chinese: {"账单", "应付金额", "VAT 6%，计税基础 90.25", "人民币玖拾伍元陆角柒分", "第 1 行", "人民币负叁拾壹元捌角", "贷记通知单"},
	} {
		var b strings.Builder
		require.NoError(t, issued.WriteHTML(&b, l))
		require.NoError(t, note.WriteHTML(&b, l))
		for _, want := range append(words, "INV-2026-000001", "CN-2026-000001", "295.67", "−200.00", "95.67", "41.63", "1 CNY = 0.1408 USD", issued.Hash().String(), note.Hash().String(),
			"@page { size: A4;", "prefers-color-scheme: dark", "@media print", "91310000MA1K000000", "2026-12-31") {
			require.Contains(t, b.String(), want)
		}
	}
	r := register()
	preview := must(r.Preview(issueAt, invoice.Terms{}, sampleDraft(t)))
	var b strings.Builder
	require.NoError(t, preview.WriteHTML(&b, accounting.English))
	require.Contains(t, b.String(), "This is a draft")
	require.Empty(t, r.Documents())
}

// TestWrite_NoQuantity: a line without a quantity, as that of a true-up or of a
// note, shows no unit on its own either.
func TestWrite_NoQuantity(t *testing.T) {
	document := must(register().Preview(issueAt, invoice.Terms{}, sampleDraft(t)))
	item := &document.Items[0]
	require.False(t, item.Unit.IsZero())
	item.Quantity, item.Unit, item.Explained = metering.Quantity{}, metering.MustUnit("{card}.h"), nil
	for _, l := range []accounting.Language{accounting.English, accounting.Chinese} {
		var b strings.Builder
		require.NoError(t, document.WriteText(&b, l))
		require.NoError(t, document.WriteHTML(&b, l))
		require.NotContains(t, b.String(), "card·h")
		require.NotContains(t, b.String(), "卡·时")
	}
}

// TestWriteText_Width: no line is wider than 88 columns, unless one word is.
func TestWriteText_Width(t *testing.T) {
	issued, note := sample(t)
	for _, i := range []*invoice.Issued{issued, note} {
		for _, l := range []accounting.Language{accounting.English, accounting.Chinese} {
			var b strings.Builder
			require.NoError(t, i.WriteText(&b, l))
			for line := range strings.SplitSeq(b.String(), "\n") {
				n := 0
				for _, r := range line {
					if n++; r >= 0x2e80 {
						n++
					}
				}
				require.LessOrEqual(t, n, 88, line)
			}
		}
	}
}

// TestWriteText_Long: a long explanation is cut between words, and in Chinese
// neither within a number nor before a mark.
func TestWriteText_Long(t *testing.T) {
	d := sampleDraft(t)
	document := must(register().Preview(issueAt, invoice.Terms{}, d))
	for n := range 40 {
		document.Items[0].Explained = map[string]string{"zh": strings.Repeat("a", n) + " 220003896 GiB·h × 0.000486 CNY = 106921.893456 → 106921.89（四舍六入五成双，按行；31 笔收费；1234567 合计）"}
		var b strings.Builder
		require.NoError(t, document.WriteText(&b, accounting.Chinese))
		require.NotRegexp(t, `(?m)^ *[；，）]`, b.String())
		for _, whole := range []string{"220003896", "0.000486", "106921.893456", "1234567"} {
			require.Contains(t, b.String(), whole)
		}
	}
	document.Items[0].Title = strings.Repeat("x", 300)
	var b strings.Builder
	require.NoError(t, document.WriteText(&b, accounting.English))
	require.Equal(t, 300, strings.Count(b.String(), "x"), "a long word is cut, and nothing of it is lost")
}
