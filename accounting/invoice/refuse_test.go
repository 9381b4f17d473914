package invoice_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

func TestNumbering_Validate(t *testing.T) {
	for pattern, ok := range map[string]bool{
		"INV-{year}-{seq:6}": true, "{seq}": true, "{year}{month}{seq:8}": true, "{issuer}/{seq}/A": true, "R{seq:18}": true,
		"": false, "INV": false, "{seq}{seq}": false, "{year}": false, "{seq:0}": false, "{seq:19}": false, "{seq:06}": false, "{seq:+6}": false, "{seq:}": false,
		"{seq": false, "{day}{seq}": false, "INV {seq}": false, "票{seq}": false, "a\n{seq}": false, "{seq}" + strings.Repeat("x", 128): false,
	} {
		n := invoice.DefaultNumbering()
		n.Invoice = pattern
		err := n.Validate()
		if ok {
			require.NoError(t, err, pattern)
		} else {
			require.ErrorIs(t, err, invoice.ErrNumbering, pattern)
		}
	}
	for other, ok := range map[string]bool{"INV-{year}-{seq:6}": true, "INV-{year}-{seq}": true, "INV-{year}-{seq}-C": true, "INV-{year}-1{seq}": false, "INV-{year}-{seq}0": false, "INV-{year}{seq}": true, "{seq}": true} {
		n := invoice.DefaultNumbering()
		n.CreditNote = other
		require.Equal(t, ok, n.Validate() == nil, other)
	}
}

// A series begins anew where its pattern says so, and nowhere else.
func TestRegister_Series(t *testing.T) {
	for pattern, want := range map[string][]string{
		"{year}-{seq:3}":                {"2026-001", "2026-002", "2027-001", "2027-002"},
		"{year}{month}{seq:2}-{issuer}": {"20261201-mb", "20261202-mb", "20270101-mb", "20270201-mb"},
		"N{seq}":                        {"N1", "N2", "N3", "N4"},
	} {
		is := issuer
		is.Numbering.Invoice = pattern
		r := must(invoice.NewRegister(is, nil))
		var got []string
		for n, at := range []string{"2026-12-01", "2026-12-31", "2027-01-01", "2027-02-01"} {
			when := must(time.ParseInLocation(time.DateOnly, at, issuer.Zone.Location()))
			got = append(got, must(r.Issue(when, invoice.Terms{ID: fmt.Sprint(n)}, sampleDraft(t))).Number())
		}
		require.Equal(t, want, got)
	}
	is := issuer
	is.Numbering = invoice.Numbering{Invoice: "A{seq}", CreditNote: "A{seq}", DebitNote: "D{seq}"}
	r := must(invoice.NewRegister(is, nil))
	first := must(r.Issue(issueAt, invoice.Terms{}, sampleDraft(t)))
	note := must(r.Credit(issueAt, invoice.Note{ID: "n", Of: first.Number(), Reason: "all"}))
	require.Equal(t, []string{"A1", "A2"}, []string{first.Number(), note.Number()}, "two kinds may share a series")
}

func vat(change func(*invoice.Tax)) invoice.Taxes {
	t := invoice.Tax{ID: "vat", Name: "VAT", Category: invoice.Standard, Rate: "0.06", Places: 2, Level: "line"}
	change(&t)
	return invoice.Taxes{Taxes: []invoice.Tax{t}, Rules: []invoice.TaxRule{{Taxes: []string{"vat"}}}, Point: invoice.AtSupply}
}

func TestRegister_Refuses(t *testing.T) {
	usd := invoice.ExchangeRate{From: money.CNY, To: money.USD, Rate: "0.14", Date: "2026-12-01", Source: "bank"}
	other := usd
	other.Rate = "0.15"
	taxed := func(change func(*invoice.Tax)) invoice.Terms { return invoice.Terms{Taxes: vat(change)} }
	mid := onDay(10)
	var noRate *invoice.NoRateError
	for _, c := range []struct {
		name  string
		terms invoice.Terms
		is    error
		as    any
	}{
		{"an id too long", invoice.Terms{ID: strings.Repeat("x", 257)}, invoice.ErrTerms, nil},
		{"an id that is no text", invoice.Terms{ID: "\xff"}, invoice.ErrTerms, nil},
		{"due before it is issued", invoice.Terms{DueDays: -1}, invoice.ErrTerms, nil},
		{"an unknown currency", invoice.Terms{Currency: "XYZ"}, invoice.ErrTerms, nil},
		{"a customer without text", invoice.Terms{Customer: invoice.Party{Name: "\xff"}}, invoice.ErrTerms, nil},
		{"places that the currency has not", invoice.Terms{Rounding: accounting.Rounding{Places: 3, Level: accounting.LineLevel}}, invoice.ErrTerms, nil},
		{"a rounding without level", invoice.Terms{Rounding: accounting.Rounding{Places: 1}}, invoice.ErrTerms, nil},
		{"no rate", invoice.Terms{Currency: money.USD}, nil, &noRate},
		{"a rate of another day", invoice.Terms{Currency: money.USD, RateOn: "2026-11-30", Rates: invoice.ExchangeRates{usd}}, nil, &noRate},
		{"an inverse rate", invoice.Terms{Currency: money.USD, Rates: invoice.ExchangeRates{{From: money.USD, To: money.CNY, Rate: "7", Date: "2026-12-01", Source: "b"}}}, nil, &noRate},
		{"two rates", invoice.Terms{Currency: money.USD, Rates: invoice.ExchangeRates{usd, other}}, invoice.ErrRate, nil},
		{"no rate to show", invoice.Terms{Also: []money.Currency{money.EUR}, Rates: invoice.ExchangeRates{usd}}, nil, &noRate},
		{"shown twice", invoice.Terms{Also: []money.Currency{money.USD, money.USD}, Rates: invoice.ExchangeRates{usd}}, invoice.ErrTerms, nil},
		{"a date that is none", invoice.Terms{RateOn: "2026-02-30"}, invoice.ErrTerms, nil},
		{"a tax without level", taxed(func(x *invoice.Tax) { x.Level = "" }), invoice.ErrTax, nil},
		{"a rate below 0", taxed(func(x *invoice.Tax) { x.Rate = "-0.06" }), invoice.ErrTax, nil},
		{"a rate with an exponent", taxed(func(x *invoice.Tax) { x.Rate = "6e-2" }), invoice.ErrTax, nil},
		{"an exempt rate", taxed(func(x *invoice.Tax) { x.Category = invoice.Exempt }), invoice.ErrTax, nil},
		{"exempt for no reason", taxed(func(x *invoice.Tax) { x.Category, x.Rate = invoice.Exempt, "0" }), invoice.ErrTax, nil},
		{"reverse charge in the price", taxed(func(x *invoice.Tax) { x.Category, x.Reason, x.Inclusive = invoice.ReverseCharge, "law", true }), invoice.ErrTax, nil},
		{"tax finer than the currency", taxed(func(x *invoice.Tax) { x.Places = 3 }), invoice.ErrTax, nil},
		{"a tax that changes within the line", taxed(func(x *invoice.Tax) { x.Until = mid }), invoice.ErrTax, nil},
		{"a tax of before", taxed(func(x *invoice.Tax) { x.Until = onDay(1) }), invoice.ErrTax, nil},
		{"a line without a rule", invoice.Terms{Taxes: invoice.Taxes{Point: invoice.AtIssue, Rules: []invoice.TaxRule{{Services: []accounting.ServiceID{"network"}}}}}, invoice.ErrTax, nil},
		{"taxes without a point", invoice.Terms{Taxes: invoice.Taxes{Rules: []invoice.TaxRule{{}}}}, invoice.ErrTax, nil},
		{"a rule with an unknown tax", invoice.Terms{Taxes: invoice.Taxes{Point: invoice.AtIssue, Rules: []invoice.TaxRule{{Taxes: []string{"x"}}}}}, invoice.ErrTax, nil},
		{"more credit than the total", invoice.Terms{Draws: []invoice.Draw{{ID: "w", Amount: money.MustParse("CNY 290.26")}}}, invoice.ErrDraw, nil},
		{"credit below zero", invoice.Terms{Draws: []invoice.Draw{{ID: "w", Amount: money.MustParse("CNY -1")}}}, invoice.ErrDraw, nil},
		{"credit of parts of a fen", invoice.Terms{Draws: []invoice.Draw{{ID: "w", Amount: money.MustParse("CNY 1.001")}}}, invoice.ErrDraw, nil},
		{"credit in another currency", invoice.Terms{Draws: []invoice.Draw{{ID: "w", Amount: money.MustParse("USD 1")}}}, invoice.ErrDraw, nil},
		{"a note that is no text", invoice.Terms{Notes: []string{"\xff"}}, invoice.ErrTerms, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := register()
			_, err := r.Issue(issueAt, c.terms, sampleDraft(t))
			require.Error(t, err)
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
			} else {
				require.ErrorAs(t, err, c.as)
			}
			require.Regexp(t, "^invoice: ", err.Error())
			_, again := r.Preview(issueAt, c.terms, sampleDraft(t))
			require.EqualError(t, again, err.Error(), "a preview fails as issuing does")
			require.Equal(t, "INV-2026-000001", must(r.Issue(issueAt, invoice.Terms{}, sampleDraft(t))).Number(), "no number was used")
		})
	}
}

func TestRegister_RefusesDrafts(t *testing.T) {
	_, err := register().Issue(issueAt.AddDate(172, 0, 0), invoice.Terms{DueDays: 3650}, sampleDraft(t))
	require.ErrorIs(t, err, invoice.ErrTerms, "due after the years that there are")
	r := register()
	d := sampleDraft(t)
	_, err = r.Issue(issueAt, invoice.Terms{})
	require.ErrorIs(t, err, invoice.ErrTerms)
	_, err = r.Issue(issueAt, invoice.Terms{}, nil)
	require.ErrorIs(t, err, invoice.ErrTerms)
	foreign := *d
	foreign.Contract.Account = "beta"
	_, err = r.Issue(issueAt, invoice.Terms{}, d, &foreign)
	require.ErrorIs(t, err, invoice.ErrForeign)
	_, err = r.Issue(time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC), invoice.Terms{}, d)
	require.ErrorIs(t, err, invoice.ErrTerms)
	less := draftOf(t, accounting.Contract{Card: cardOf("list", price("p", "", "", accounting.PerUnit{Price: dec("1")}))}, row{"-1", "", 1})
	var negative *invoice.NegativeError
	_, err = r.Issue(issueAt, invoice.Terms{}, less)
	require.ErrorAs(t, err, &negative)
	most := *d
	most.Lines = slices.Clone(d.Lines)
	for i := range most.Lines {
		most.Lines[i].Billed = must(money.FromScaled(fixed.Max(), money.CNY))
	}
	_, err = r.Issue(issueAt, invoice.Terms{}, &most)
	require.ErrorIs(t, err, money.ErrOverflow)
	must(r.Issue(issueAt, invoice.Terms{}, d))
	_, err = r.Issue(issueAt.AddDate(0, 0, -1), invoice.Terms{ID: "earlier"}, d)
	require.ErrorIs(t, err, invoice.ErrDate)
	_, err = r.Progress(issueAt, invoice.Terms{Currency: money.USD, Rates: invoice.ExchangeRates{{From: money.CNY, To: money.USD, Rate: "0.14", Date: "2026-12-01", Source: "b"}}}, invoice.Progress{}, d)
	require.ErrorIs(t, err, invoice.ErrTerms, "parts at the rate of the day")
	taxes := vat(func(*invoice.Tax) {})
	taxes.Point = invoice.AtIssue
	_, err = r.Progress(issueAt, invoice.Terms{Taxes: taxes}, invoice.Progress{}, d)
	require.ErrorIs(t, err, invoice.ErrTax)
	_, err = r.Progress(issueAt, invoice.Terms{}, invoice.Progress{Least: money.MustParse("USD 1")}, d)
	require.ErrorIs(t, err, invoice.ErrTerms)
	_, err = invoice.NewRegister(invoice.Issuer{Numbering: invoice.DefaultNumbering()}, nil)
	require.ErrorIs(t, err, invoice.ErrTerms)
	_, err = r.Balance("none")
	require.ErrorIs(t, err, invoice.ErrUnknown)
}

func TestRegister_RefusesNotes(t *testing.T) {
	r := register()
	i := must(r.Issue(issueAt, invoice.Terms{Taxes: vat(func(x *invoice.Tax) { x.Inclusive = true })}, sampleDraft(t)))
	all := must(r.Credit(issueAt, invoice.Note{ID: "one fen", Of: i.Number(), Reason: "r", Lines: []invoice.Change{{Line: 1, Net: money.MustParse("CNY 0.01")}}}))
	one := []invoice.Change{{Line: 1, Net: money.MustParse("CNY 1")}}
	var conflict *invoice.ConflictError
	var above *invoice.AboveError
	for _, c := range []struct {
		name string
		note invoice.Note
		is   error
		as   any
	}{
		{"no id", invoice.Note{Of: i.Number(), Reason: "r"}, invoice.ErrTerms, nil},
		{"no reason", invoice.Note{ID: "n", Of: i.Number()}, invoice.ErrTerms, nil},
		{"no such document", invoice.Note{ID: "n", Of: "x", Reason: "r"}, invoice.ErrUnknown, nil},
		{"on a credit note", invoice.Note{ID: "n", Of: all.Number(), Reason: "r"}, invoice.ErrTerms, nil},
		{"no such line", invoice.Note{ID: "n", Of: i.Number(), Reason: "r", Lines: []invoice.Change{{Line: 9, Net: one[0].Net}}}, invoice.ErrUnknown, nil},
		{"a line twice", invoice.Note{ID: "n", Of: i.Number(), Reason: "r", Lines: append(one, one...)}, invoice.ErrUnknown, nil},
		{"nothing of a line", invoice.Note{ID: "n", Of: i.Number(), Reason: "r", Lines: []invoice.Change{{Line: 1, Net: money.MustParse("CNY 0")}}}, invoice.ErrTerms, nil},
		{"parts of a fen", invoice.Note{ID: "n", Of: i.Number(), Reason: "r", Lines: []invoice.Change{{Line: 1, Net: money.MustParse("CNY 0.001")}}}, invoice.ErrTerms, nil},
		{"another currency", invoice.Note{ID: "n", Of: i.Number(), Reason: "r", Lines: []invoice.Change{{Line: 1, Net: money.MustParse("USD 1")}}}, invoice.ErrTerms, nil},
		{"above the line", invoice.Note{ID: "n", Of: i.Number(), Reason: "r", Lines: []invoice.Change{{Line: 1, Net: money.MustParse("CNY 90.25")}}}, nil, &above},
		{"below zero", invoice.Note{ID: "n", Of: i.Number(), Reason: "r", Lines: []invoice.Change{{Line: 1, Net: money.MustParse("CNY -1")}}}, nil, &above},
		{"rated again, of a price with taxes", invoice.Note{ID: "n", Of: i.Number(), Reason: "r", Rerated: true, Lines: one}, invoice.ErrTerms, nil},
		{"an id that is used", invoice.Note{ID: "one fen", Of: i.Number(), Reason: "other", Lines: one}, nil, &conflict},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := r.Credit(issueAt, c.note)
			require.Error(t, err)
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
			} else {
				require.ErrorAs(t, err, c.as)
			}
			require.Len(t, r.Documents(), 2, "nothing was issued")
		})
	}
	_, err := r.Debit(issueAt, invoice.Note{ID: "n", Of: i.Number(), Reason: "r"})
	require.ErrorIs(t, err, invoice.ErrTerms, "a debit of everything")
	_, err = r.Debit(issueAt, invoice.Note{ID: "n", Of: i.Number(), Reason: "r", Lines: []invoice.Change{{Line: 1, Net: money.MustParse("CNY -1")}}})
	var negative *invoice.NegativeError
	require.ErrorAs(t, err, &negative)
}

// A note for another dimension than the line's is refused, since no later note on
// the line would fit behind it.
func TestRegister_NoteOfAnotherDimension(t *testing.T) {
	r := register()
	i := must(r.Issue(issueAt, invoice.Terms{}, sampleDraft(t)))
	note := func(id, quantity string) invoice.Note {
		return invoice.Note{ID: id, Of: i.Number(), Reason: "r", Lines: []invoice.Change{
			{Line: 1, Net: money.MustParse("CNY 1"), Quantity: metering.MustQuantity(quantity)}}}
	}
	_, err := r.Credit(issueAt, note("hours", "5 h"))
	require.ErrorIs(t, err, invoice.ErrTerms)
	require.ErrorContains(t, err, "line 1")
	_, err = r.Debit(issueAt, note("more hours", "5 h"))
	require.ErrorIs(t, err, invoice.ErrTerms)
	require.Len(t, r.Documents(), 1, "nothing was issued")
	must(r.Credit(issueAt, note("traffic", "5 GBy")))
	must(r.Credit(issueAt, invoice.Note{ID: "rest", Of: i.Number(), Reason: "r"}))
	require.True(t, must(r.Balance(i.Number())).IsZero())
}

// Credit that paid for an invoice comes back once nothing is due on it.
func TestCredit_GivesBack(t *testing.T) {
	r := register()
	i := must(r.Issue(issueAt, invoice.Terms{Draws: []invoice.Draw{{ID: "a", Amount: money.MustParse("CNY 150")}, {ID: "b", Amount: money.MustParse("CNY 100")}}}, sampleDraft(t)))
	require.Equal(t, "CNY 40.25", i.Due().String())
	line := func(id string, net string) invoice.Document {
		return must(r.Credit(issueAt, invoice.Note{ID: id, Of: i.Number(), Reason: "r", Lines: []invoice.Change{{Line: 2, Net: money.MustParse(net)}}})).Document()
	}
	first := line("1", "CNY 30")
	require.Equal(t, "CNY -30.00", first.Due.String())
	require.Empty(t, first.Draws)
	second := line("2", "CNY 50")
	require.Equal(t, "CNY -10.25", second.Due.String())
	require.Equal(t, []invoice.Draw{{ID: "b", Title: "b", Amount: money.MustParse("CNY -39.75")}}, second.Draws)
	rest := must(r.Credit(issueAt, invoice.Note{ID: "rest", Of: i.Number(), Reason: "r"})).Document()
	require.True(t, rest.Due.IsZero())
	require.Equal(t, []invoice.Draw{{ID: "b", Title: "b", Amount: money.MustParse("CNY -60.25")}, {ID: "a", Title: "a", Amount: money.MustParse("CNY -150.00")}}, rest.Draws)
	require.True(t, must(r.Balance(i.Number())).IsZero())
}

// A charge of an earlier billing period is on a line of its own, which keeps its
// period and names the line that it corrects.
func TestIssue_KeepsPeriods(t *testing.T) {
	r := register()
	d := sampleDraft(t)
	first := must(r.Issue(issueAt, invoice.Terms{}, d))
	later := must(metering.Month(metering.Zone{}, 2026, time.December))
	late := d.Lines[0].Charges[0]
	now := late
	now.Period = must(metering.NewPeriod(later.Start(), later.Start().AddDate(0, 0, 1)))
	next := must(invoice.NewDraft(d.Contract, later, slices.Values([]accounting.Charge{now, late})))
	require.Len(t, next.Lines, 2)
	doc := must(r.Issue(issueAt.AddDate(0, 1, 0), invoice.Terms{}, next)).Document()
	require.Nil(t, doc.Items[0].Corrects)
	require.Equal(t, late.Period, doc.Items[1].Period)
	require.Equal(t, d.Period, doc.Items[1].Billing)
	require.Equal(t, first.Reference(1), *doc.Items[1].Corrects)
}

// A rate that changes is on what was supplied from then on, or on what is issued
// from then on, as the taxes say.
func TestTaxes_Point(t *testing.T) {
	change := onDay(15)
	was := invoice.Tax{ID: "vat", Name: "VAT", Category: invoice.Standard, Rate: "0.16", Places: 2, Level: "line", Until: change}
	is := was
	is.Rate, is.From, is.Until = "0.13", change, time.Time{}
	taxes := invoice.Taxes{Taxes: []invoice.Tax{was, is}, Rules: []invoice.TaxRule{{Taxes: []string{"vat"}}}, Point: invoice.AtSupply}
	card := accounting.Contract{Card: cardOf("list", price("p", "", "", accounting.PerUnit{Price: dec("1")}))}
	before, after := draftOf(t, card, row{"100", "", 14}), draftOf(t, card, row{"100", "", 15})
	tax := func(i *invoice.Issued, err error) string {
		require.NoError(t, err)
		d := i.Document()
		require.Len(t, d.Taxes, len(d.Items))
		return d.Tax.String()
	}
	require.Equal(t, "CNY 29.00", tax(register().Issue(issueAt, invoice.Terms{Taxes: taxes}, before, after)), "16 and 13")
	_, err := register().Issue(issueAt, invoice.Terms{Taxes: taxes}, draftOf(t, card, row{"100", "", 14}, row{"100", "", 15}))
	require.ErrorIs(t, err, invoice.ErrTax, "one line from before to after the change")
	require.ErrorContains(t, err, "two drafts")
	taxes.Point = invoice.AtIssue
	require.Equal(t, "CNY 13.00", tax(register().Issue(issueAt, invoice.Terms{Taxes: taxes}, before)))
	require.Equal(t, "CNY 16.00", tax(register().Issue(change.Add(-1), invoice.Terms{Taxes: taxes}, before)))
	twice := taxes
	twice.Taxes = []invoice.Tax{was, was}
	require.ErrorIs(t, twice.Validate(), invoice.ErrTax, "two rates in force at once")
}

// Taxes in prices, several on a line: they and the net amount are the price.
func TestTaxes_Included(t *testing.T) {
	taxes := vat(func(x *invoice.Tax) { x.Inclusive = true })
	levy := taxes.Taxes[0]
	levy.ID, levy.Rate = "levy", "0.04"
	taxes.Taxes, taxes.Rules = append(taxes.Taxes, levy), []invoice.TaxRule{{Taxes: []string{"vat", "levy"}}}
	card := accounting.Contract{Card: cardOf("list", price("p", "", "", accounting.PerUnit{Price: dec("1.1")}))}
	d := must(register().Issue(issueAt, invoice.Terms{Taxes: taxes}, draftOf(t, card, row{"100", "", 1}))).Document()
	require.Equal(t, []string{"CNY 110.00", "CNY 100.00", "CNY 6.00", "CNY 4.00"},
		[]string{d.Total.String(), d.Net.String(), d.Taxes[0].Amount.String(), d.Taxes[1].Amount.String()})
	require.Equal(t, d.Items[0].Gross, d.Asked(&d.Items[0]))
	var page, text strings.Builder
	require.NoError(t, d.WriteHTML(&page, accounting.English))
	require.NoError(t, d.WriteText(&text, accounting.English))
	require.Contains(t, page.String(), `data-label="Gross">110.00`)
	require.NotContains(t, page.String(), `data-label="List"`, "prices are at list")
	require.Regexp(t, `1  p +100 GB +110\.00`, text.String())
	taxes.Taxes[1].Inclusive = false
	_, err := register().Issue(issueAt, invoice.Terms{Taxes: taxes}, draftOf(t, card, row{"100", "", 1}))
	require.ErrorIs(t, err, invoice.ErrTax, "one in the price, one on top")
}

// Credits of the contract, and the rounding of the month, are lines that say what
// they are in both languages; or credit is a draw, and taxes are on all of it.
func TestIssue_Credits(t *testing.T) {
	card := cardOf("list", price("p", "Traffic", "", accounting.PerUnit{Price: dec("1.115")}))
	card.Rounding.Month = accounting.MonthRounding{On: true, Mode: money.HalfUp}
	d := draftOf(t, accounting.Contract{Card: card, Credits: []accounting.Credit{{ID: "voucher", Title: "Welcome voucher", Amount: dec("30")}}}, row{"100", "", 1})
	doc := must(register().Issue(issueAt, invoice.Terms{Taxes: vat(func(*invoice.Tax) {})}, d)).Document()
	var got []string
	for _, item := range doc.Items {
		got = append(got, fmt.Sprint(item.Kind, " ", item.Title, " ", item.Net, " ", item.Explained["zh"]))
	}
	require.Equal(t, []string{
		"rounding rounding CNY 0.50 0.50 CNY（账期总额取整，四舍五入）",
		"credit Welcome voucher CNY -30.00 -30.00 CNY（抵扣 voucher）",
		"priced Traffic CNY 111.50 100 GB × 1.115 CNY = 111.50",
	}, got)
	require.Equal(t, "CNY 86.92", doc.Due.String())
	doc = must(register().Issue(issueAt, invoice.Terms{Taxes: vat(func(*invoice.Tax) {}), Credits: invoice.CreditsAfterTax}, d)).Document()
	require.Equal(t, "CNY 6.72", doc.Tax.String())
	require.Equal(t, "CNY 88.72", doc.Due.String())
	require.Equal(t, "Welcome voucher", doc.Draws[0].Title)
}

// Several drafts make one invoice: two cards, in two currencies.
func TestIssue_Drafts(t *testing.T) {
	usd := cardOf("abroad", price("p", "Traffic abroad", "", accounting.PerUnit{Price: dec("0.1")}))
	usd.Currency = money.USD
	abroad := draftOf(t, accounting.Contract{Card: usd}, row{"3.333", "", 1})
	rates := invoice.ExchangeRates{{From: money.USD, To: money.CNY, Rate: "7.1021", Date: "2026-12-01", Source: "central parity"}}
	doc := must(register().Issue(issueAt, invoice.Terms{Rates: rates}, sampleDraft(t), abroad)).Document()
	require.Equal(t, "CNY 292.59", doc.Total.String()) // 290.25 + 0.33 × 7.1021 = 2.343693
	require.Equal(t, "USD 0.33", doc.Items[2].Charged.String())
	require.Equal(t, []invoice.Exchange{{ExchangeRate: rates[0], Places: 2, Level: "line"}}, doc.Exchange)
}

// TestLaw_Read_Tampered: any byte of an issued document that is changed, left out
// or doubled is seen: it is refused, or has another hash.
func TestLaw_Read_Tampered(t *testing.T) {
	t.Parallel()
	issued, note := sample(t)
	for _, i := range []*invoice.Issued{issued, note} {
		text := i.JSON()
		for at := range text {
			changed := slices.Clone(text)
			changed[at] ^= 1 << (at % 7)
			for _, forged := range [][]byte{changed, slices.Delete(slices.Clone(text), at, at+1), slices.Insert(slices.Clone(text), at, text[at])} {
				other, err := invoice.Read(forged)
				if err == nil {
					require.NotEqual(t, i.Hash(), other.Hash())
					continue
				}
				require.True(t, errors.Is(err, invoice.ErrSyntax) || errors.Is(err, invoice.ErrForged), "%v", err)
			}
		}
	}
	for _, amount := range []string{"5.42", "90.25", "95.67", "200.00", "290.25", "295.67"} {
		text := string(issued.JSON())
		for from := 0; ; {
			at := strings.Index(text[from:], `"CNY `+amount+`"`)
			if at < 0 {
				break
			}
			from += at + 5
			forged := text[:from] + "1" + text[from:]
			if strings.HasSuffix(text[:from-5], `"charged":`) {
				continue // what a charge came to is not on the bill alone
			}
			_, err := invoice.Read([]byte(forged))
			require.ErrorIs(t, err, invoice.ErrForged, "%s at %d", amount, from)
		}
	}
	_, err := invoice.Read(make([]byte, invoice.MaxBytes+1))
	require.ErrorIs(t, err, invoice.ErrSyntax)
	var pretty strings.Builder
	encoder := json.NewEncoder(&pretty)
	encoder.SetIndent("", " ")
	require.NoError(t, encoder.Encode(issued))
	_, err = invoice.Read([]byte(pretty.String()))
	require.ErrorIs(t, err, invoice.ErrSyntax, "another form of the same document")
}

// TestRegister_ConcurrentSafe: many goroutines that issue the same orders get the
// same numbers, and leave no gap.
func TestRegister_ConcurrentSafe(t *testing.T) {
	r, d := register(), sampleDraft(t)
	numbers := make([][]string, 8)
	var group sync.WaitGroup
	for n := range numbers {
		group.Go(func() {
			for k := range 20 {
				id := fmt.Sprint("order ", (k*(2*n+1))%20)
				i, err := r.Issue(issueAt, invoice.Terms{ID: id}, d)
				if err != nil {
					t.Error(err)
					return
				}
				numbers[n] = append(numbers[n], id+" "+i.Number())
			}
		})
	}
	group.Wait()
	for n := range numbers {
		slices.Sort(numbers[n])
		numbers[n] = slices.Compact(numbers[n])
		for _, got := range numbers[n] {
			require.Contains(t, append(numbers[0], numbers[1]...), got)
		}
	}
	for n, i := range r.Documents() {
		require.Equal(t, fmt.Sprintf("INV-2026-%06d", n+1), i.Number())
	}
}

// A journal with a note that is of other lines than its document is refused, and
// nothing panics later.
func TestReplay_ForeignNote(t *testing.T) {
	issued, note := sample(t)
	is := issuer
	is.Party = issued.Document().Issuer
	for _, c := range [][2]string{
		{`"hash":"` + issued.Hash().String() + `","line":1`, `"hash":"` + issued.Hash().String() + `","line":7`},
		{`"account":"acme"`, `"account":"beta"`},
		{`"category":"exempt","rate":"0"`, `"category":"out-of-scope","rate":"0"`},
		{`"drawn":"CNY 0.00","due":"CNY -31.80"`, `"drawn":"CNY -1.00","due":"CNY -30.80"`},
	} {
		text := string(note.JSON())
		forged := strings.Replace(text, c[0], c[1], 1)
		if strings.Contains(c[1], "CNY -1.00") {
			forged = strings.Replace(forged, `"exchange":`, `"draws":[{"id":"x","title":"x","amount":"CNY -1.00"}],"exchange":`, 1)
		}
		require.NotEqual(t, text, forged, c[0])
		_, err := invoice.Replay(is, slowEach([][]byte{issued.JSON(), []byte(forged)}), nil)
		require.ErrorIs(t, err, invoice.ErrForged, c[1])
	}
	_, err := invoice.Replay(is, slowEach([][]byte{issued.JSON(), note.JSON()}), nil)
	require.NoError(t, err)
}

// An issuer that has moved goes on with its register; another one does not.
func TestReplay_IssuerMoved(t *testing.T) {
	first := must(register().Issue(issueAt, invoice.Terms{}, sampleDraft(t)))
	moved := issuer
	moved.Party.Address, moved.Party.Name = "2 Innovation Way", "Meterbook Cloud AG"
	r, err := invoice.Replay(moved, slowEach([][]byte{first.JSON()}), nil)
	require.NoError(t, err)
	again := must(r.Issue(issueAt, invoice.Terms{}, sampleDraft(t)))
	require.Equal(t, first.JSON(), again.JSON(), "what was issued from where it was")
	second := must(r.Issue(issueAt, invoice.Terms{ID: "next"}, sampleDraft(t)))
	require.Equal(t, "INV-2026-000002", second.Number())
	require.Equal(t, moved.Party, second.Document().Issuer)
	other := issuer
	other.Party.ID = "other"
	_, err = invoice.Replay(other, slowEach([][]byte{first.JSON()}), nil)
	require.ErrorIs(t, err, invoice.ErrForged)
}
