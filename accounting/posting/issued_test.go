package posting_test

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/posting"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

// paper is a register whose documents are posted as they are issued.
type paper struct {
	*invoice.Register
	poster *posting.Poster
	book   *ledger.Book
	slow   slowPaper
	t      *testing.T
}

func newPaper(t *testing.T) *paper {
	p := &paper{Register: must(invoice.NewRegister(invoice.Issuer{Party: invoice.Party{ID: "mb", Name: "Meterbook"}, Numbering: invoice.DefaultNumbering()}, nil)),
		book: ledger.New(), t: t, slow: slowPaper{new(big.Int), new(big.Int), new(big.Int), new(big.Int), new(big.Int), new(big.Int), new(big.Int)}}
	p.poster = must(posting.New(p.book, posting.DefaultRules()))
	return p
}

// post posts a document, twice, and notes what it says.
func (p *paper) post(i *invoice.Issued) {
	for range 2 {
		must(p.poster.Post(p.t.Context(), must(posting.Issued(i))))
	}
	d := i.Document()
	p.slow.due.Add(p.slow.due, bigOf(d.Due))
	p.slow.tax.Add(p.slow.tax, bigOf(d.Tax))
	p.slow.net.Add(p.slow.net, bigOf(d.Net))
	if d.Kind == invoice.CreditNote {
		p.slow.returned.Sub(p.slow.returned, bigOf(d.Drawn))
	} else {
		p.slow.drawn.Add(p.slow.drawn, bigOf(d.Drawn))
	}
}

// issueTerms are random terms of an invoice.
func issueTerms(r *rand.Rand) invoice.Terms {
	vat := invoice.Tax{ID: "vat", Name: "VAT", Category: invoice.Standard, Rate: "0.06", Mode: money.HalfUp, Places: 2, Level: []string{"line", "bill"}[r.IntN(2)], Inclusive: r.IntN(2) == 0}
	levy := vat
	levy.ID, levy.Rate = "levy", "0.0072"
	t := invoice.Terms{Credits: invoice.CreditUse(r.IntN(2)), Taxes: invoice.Taxes{Taxes: []invoice.Tax{vat, levy}, Point: invoice.AtSupply,
		Rules: []invoice.TaxRule{{Services: []accounting.ServiceID{"model-inference"}}, {Services: []accounting.ServiceID{"network"}, Taxes: []string{"vat", "levy"}}, {Taxes: []string{"vat"}}}}}
	if r.IntN(2) == 0 {
		t.Currency, t.RateOn = money.USD, "2026-10-31"
		t.Rates = invoice.ExchangeRates{{From: money.CNY, To: money.USD, Rate: "0.1379", Date: "2026-10-31", Source: "bank"}}
	}
	return t
}

// randomCharges makes charges with more digits than the currency has, and one that
// credit paid.
func randomCharges(r *rand.Rand) []accounting.Charge {
	var out []accounting.Charge
	services := []accounting.ServiceID{"accelerated-compute", "model-inference", "network"}
	for n := range 2 + r.IntN(5) {
		m := must(money.FromScaled(fixed.FromInt64(r.Int64N(900_000_000)), money.CNY))
		m = must(m.Add(fen(1_000 + r.Int64N(100_000))))
		c := charge("acme/a", services[r.IntN(3)], fmt.Sprint("p", n), accounting.FromUsage, m)
		c.List = m
		out = append(out, c)
	}
	if r.IntN(2) == 0 {
		c := charge("acme", "", "voucher", accounting.FromCredit, fen(-1-r.Int64N(900)))
		c.List = c.Billed
		out = append(out, c)
	}
	return out
}

// TestLaw_Issued_Balances: whatever is issued, taxed, included, rounded,
// converted, drawn and taken back: debits are credits, nothing is left unbilled
// in any currency, receivables are what is due, taxes payable what documents
// have of them, and revenue what was asked for without them.
func TestLaw_Issued_Balances(t *testing.T) {
	t.Parallel()
	r := seeded(t)
	contract := accounting.Contract{Account: "acme", Card: &accounting.Card{ID: "gpu", Version: "3", Currency: money.CNY,
		Rounding: accounting.Rounding{Mode: money.HalfUp, Places: 2, Level: accounting.BillLevel}}}
	period := must(metering.NewPeriod(first, last))
	notes := 0
	for n := range 4 * *lawsN {
		p, terms, charges := newPaper(t), issueTerms(r), randomCharges(r)
		must(p.poster.Post(t.Context(), must(posting.Charges(bill, slices.Values(charges)))...))
		var parts []*invoice.Issued
		for cut := 1 + r.IntN(len(charges)); cut < len(charges) && r.IntN(3) > 0; cut += 1 + r.IntN(2) {
			terms.ID = fmt.Sprint("part ", cut)
			part := must(p.Progress(last, terms, invoice.Progress{}, must(invoice.NewDraft(contract, period, slices.Values(charges[:cut])))))
			p.post(part)
			parts = append(parts, part)
		}
		terms.ID = "final"
		final, err := p.Progress(last, terms, invoice.Progress{Final: true}, must(invoice.NewDraft(contract, period, slices.Values(charges))))
		var negative *invoice.NegativeError
		if errors.As(err, &negative) || errors.Is(err, invoice.ErrDraw) {
			continue // the voucher, or its rounding, was more than the last part
		}
		require.NoError(t, err)
		p.post(final)
		parts = append(parts, final)
		for k := range r.IntN(3) {
			of := parts[r.IntN(len(parts))]
			item := of.Document().Items[0]
			note := invoice.Note{ID: fmt.Sprint("note ", k), Of: of.Number(), Reason: "claim", Lines: []invoice.Change{{Line: 1, Net: must(money.FromMinor(1+r.Int64N(9), item.Net.Currency()))}}}
			issue := []func(time.Time, invoice.Note) (*invoice.Issued, error){p.Credit, p.Debit}[r.IntN(2)]
			if i, err := issue(last, note); err == nil {
				p.post(i)
				notes++
			}
		}
		if r.IntN(2) == 0 {
			for _, of := range parts {
				if i, err := p.Credit(last, invoice.Note{ID: "all of " + of.Number(), Of: of.Number(), Reason: "all"}); err == nil {
					p.post(i)
					notes++
				}
			}
		}
		p.judge(n, charges, final.Document().Currency)
	}
	require.Greater(t, notes, *lawsN)
}

// judge holds the book against the papers.
func (p *paper) judge(n int, charges []accounting.Charge, currency money.Currency) {
	trial := must(p.book.Trial(time.Time{}))
	require.True(p.t, trial.Balanced())
	at := func(c money.Currency, sign int64, path ledger.Path) *big.Int {
		sum := bigOf(must(trial.Under(path, c)))
		return sum.Mul(sum, big.NewInt(sign))
	}
	for _, c := range charges {
		p.slow.charged.Add(p.slow.charged, bigOf(c.Billed))
		if c.Origin == accounting.FromCredit {
			p.slow.credit.Sub(p.slow.credit, bigOf(c.Billed))
		}
	}
	got := map[string]*big.Int{
		"unbilled":      at(currency, 1, "assets/unbilled"),
		"unbilled here": at(money.CNY, 1, "assets/unbilled"),
		"receivable":    at(currency, 1, "assets/receivable/acme"),
		"tax":           at(currency, -1, "liabilities/tax"),
		"deferred":      at(currency, -1, "liabilities/deferred/acme"),
		"deferred here": at(money.CNY, -1, "liabilities/deferred/acme"),
		"exchange":      at(money.CNY, 1, "assets/exchange"),
		"earned":        at(currency, -1, "income"),
	}
	for name, want := range slowBook(p.slow, currency != money.CNY) {
		require.Zero(p.t, want.Cmp(got[name]), "case %d: %s: %s, want %s", n, name, got[name], want)
	}
}

// TestIssued_Rerated: a note that follows charges that were rated again leaves
// nothing unbilled, and revenue what remains.
func TestIssued_Rerated(t *testing.T) {
	t.Parallel()
	contract := accounting.Contract{Account: "acme", Card: &accounting.Card{ID: "gpu", Version: "3", Currency: money.CNY,
		Rounding: accounting.Rounding{Places: 2, Level: accounting.LineLevel}}}
	vat := invoice.Tax{ID: "vat", Name: "VAT", Category: invoice.Standard, Rate: "0.06", Places: 2, Level: "line"}
	terms := invoice.Terms{Taxes: invoice.Taxes{Taxes: []invoice.Tax{vat}, Rules: []invoice.TaxRule{{Taxes: []string{"vat"}}}, Point: invoice.AtSupply}}
	was := []accounting.Charge{charge("acme/a", "network", "p", accounting.FromUsage, fen(10_000))}
	p := newPaper(t)
	must(p.poster.Post(t.Context(), must(posting.Charges(bill, slices.Values(was)))...))
	issued := must(p.Issue(last, terms, must(invoice.NewDraft(contract, must(metering.NewPeriod(first, last)), slices.Values(was)))))
	p.post(issued)
	late := bill
	late.Revision = "late usage"
	less := []accounting.Charge{charge("acme/a", "network", "p", accounting.FromUsage, fen(-2_500))}
	must(p.poster.Post(t.Context(), must(posting.Charges(late, slices.Values(less)))...))
	line, found := issued.LineOf(was[0])
	require.True(t, found)
	p.post(must(p.Credit(last, invoice.Note{ID: "late usage", Of: issued.Number(), Reason: "late usage", Rerated: true,
		Lines: []invoice.Change{{Line: line, Net: fen(2_500)}}})))
	p.judge(0, append(was, less...), money.CNY)
	trial := must(p.book.Trial(time.Time{}))
	require.Equal(t, "CNY -75.00", must(trial.Under("income/network/acme", money.CNY)).String())
	require.Equal(t, "CNY 79.50", must(trial.Under("assets/receivable/acme", money.CNY)).String())
}

func ExampleIssued() {
	contract := accounting.Contract{Account: "acme", Card: &accounting.Card{ID: "gpu", Version: "3", Currency: money.CNY,
		Rounding: accounting.Rounding{Places: 2, Level: accounting.LineLevel}}}
	charges := []accounting.Charge{charge("acme", accounting.Network, "egress", accounting.FromUsage, money.MustParse("CNY 100.00"))}
	draft, _ := invoice.NewDraft(contract, metering.MustPeriod("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"), slices.Values(charges))
	register, _ := invoice.NewRegister(invoice.Issuer{Party: invoice.Party{ID: "mb", Name: "Meterbook"}, Numbering: invoice.DefaultNumbering()}, nil)
	taxes, _ := invoice.ParseTaxes([]byte(`{"point": "supply", "rules": [{"taxes": ["vat"]}],
		"taxes": [{"id": "vat", "name": "VAT", "category": "standard", "rate": "0.06", "mode": "half-up", "places": 2, "level": "line"}]}`))
	issued, err := register.Issue(last, invoice.Terms{Taxes: taxes}, draft)
	if err != nil {
		fmt.Println(err)
		return
	}
	document, _ := posting.Issued(issued)
	for _, item := range document.Items {
		fmt.Println(item.Cause, item.Amount)
	}
	// Output:
	// invoiced CNY 100.00
	// taxed CNY 6.00
}
