package invoice_test

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
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

var (
	issuer  = invoice.Issuer{Party: invoice.Party{ID: "mb", Name: "Meterbook Cloud"}, Numbering: invoice.DefaultNumbering(), Zone: metering.MustZone("Asia/Shanghai")}
	issueAt = time.Date(2026, 12, 1, 2, 0, 0, 0, time.UTC)
)

func register() *invoice.Register { return must(invoice.NewRegister(issuer, nil)) }

// taxes makes taxes and rules for the services of random bills.
func (g generator) taxes() invoice.Taxes {
	if g.IntN(5) == 0 {
		return invoice.Taxes{}
	}
	tax := func(id string) invoice.Tax {
		t := invoice.Tax{ID: id, Name: "VAT", Category: invoice.Standard, Rate: pick[invoice.Rate](g, "0.06", "0.13", "0.0825", "0.003", "1.5"),
			Mode: money.RoundingMode(g.IntN(7)), Places: g.IntN(3), Level: pick(g, "line", "bill")}
		switch g.IntN(6) {
		case 0:
			t.Category, t.Rate = pick(g, invoice.ZeroRated, invoice.OutOfScope), "0"
		case 1:
			t.Category, t.Rate, t.Reason = invoice.Exempt, "0.0", "exempt by law"
		case 2:
			t.Category, t.Reason = invoice.ReverseCharge, "reverse charge"
		}
		return t
	}
	a, b, c := tax("a"), tax("b"), tax("c")
	inclusive := g.IntN(2) == 0
	for _, t := range []*invoice.Tax{&a, &b} {
		t.Inclusive = inclusive && t.Category == invoice.Standard
	}
	both := []string{"a", "b"}
	if a.Inclusive != b.Inclusive {
		both = both[:1]
	}
	return invoice.Taxes{Taxes: []invoice.Tax{a, b, c}, Point: invoice.AtSupply, Rules: []invoice.TaxRule{
		{Prices: []string{"premium"}, Taxes: []string{"c"}}, {Services: []accounting.ServiceID{accounting.Network}, Taxes: both},
		{Services: []accounting.ServiceID{accounting.Support}}, {Taxes: []string{"a"}}}}
}

func (g generator) terms() invoice.Terms {
	t := invoice.Terms{Taxes: g.taxes(), DueDays: g.IntN(3) * 15, Credits: pick(g, invoice.CreditsBeforeTax, invoice.CreditsAfterTax)}
	if g.IntN(3) == 0 {
		t.Currency, t.RateOn = pick(g, money.USD, money.JPY, money.KWD), "2026-11-30"
		t.Rates = invoice.ExchangeRates{{From: money.CNY, To: t.Currency, Rate: pick[invoice.Rate](g, "0.1379", "20.831", "7"), Date: "2026-11-30", Source: "central bank"}}
		if t.Currency == money.JPY {
			for i := range t.Taxes.Taxes {
				t.Taxes.Taxes[i].Places = 0
			}
		}
	}
	if g.IntN(3) == 0 {
		c := t.Currency
		if c == "" {
			c = money.CNY
		}
		t.Rounding = accounting.Rounding{Mode: money.RoundingMode(g.IntN(7)), Places: g.IntN(c.Digits() + 1), Level: pick(g, accounting.LineLevel, accounting.BillLevel)}
	}
	return t
}

// bigBill is a bill whose total is above 0: with a deposit that no correction
// takes back.
func (g generator) bigBill() rating.Bill {
	for {
		b := g.bill()
		if b.Total().Sign() > 0 {
			return b
		}
	}
}

// few runs a law on a tenth of the cases: issuing takes ten times as long as
// drafting. Check reports whether its case came to be judged; most have to.
func few(t *testing.T, check func(t *testing.T, g generator) bool) {
	t.Helper()
	t.Parallel()
	seed, judged := seedOf(t), uint64(0)
	n := max(cases()/10, 1)
	for i := range n {
		if check(t, generator{rand.New(rand.NewPCG(seed, i))}) {
			judged++
		}
		if t.Failed() {
			t.Logf("case %d", i)
			return
		}
	}
	t.Logf("%d of %d cases judged", judged, n)
	require.GreaterOrEqual(t, 2*judged, n, "most cases are refused: the law judges too little")
}

// refused reports whether an invoice may be refused for its sign.
func refused(err error) bool {
	var negative *invoice.NegativeError
	return errors.As(err, &negative) || errors.Is(err, invoice.ErrDraw)
}

func ratOf(m money.Money) *big.Rat { return m.Decimal().Rat() }

// slowOf turns the lines of a draft and terms into plain words, and returns what
// each line asks for.
func slowOf(d *invoice.Draft, terms invoice.Terms) (asked []*big.Rat) {
	currency, rate := money.CNY, big.NewRat(1, 1)
	if terms.Currency != "" {
		currency, rate = terms.Currency, terms.Rates[0].Rate.Decimal().Rat()
	}
	rounding := terms.Rounding
	if rounding == (accounting.Rounding{}) {
		rounding = d.Contract.Card.Rounding
		rounding.Places = currency.Digits()
	}
	for _, l := range d.Lines {
		asked = append(asked, new(big.Rat).Mul(ratOf(l.Billed), rate))
	}
	return slowParts(asked, rounding.Mode.String(), rounding.Places, rounding.Level == accounting.BillLevel)
}

// TestLaw_Issue_Sums: lines, taxes and totals of an invoice are those that loops
// over rationals come to, whatever is taxed, included, converted and rounded how.
func TestLaw_Issue_Sums(t *testing.T) {
	few(t, func(t *testing.T, g generator) bool {
		b, terms := g.bigBill(), g.terms()
		d := draft(b, b.Charges)
		issued, err := register().Issue(issueAt, terms, d)
		if refused(err) {
			return false
		}
		require.NoError(t, err)
		doc := issued.Document()
		asked := slowOf(d, terms)
		require.Equal(t, len(asked), len(doc.Items))
		var taxes []slowTax
		for _, x := range doc.Taxes {
			taxes = append(taxes, slowTax{x.Rate.Decimal().Rat(), x.Inclusive, x.Category == invoice.Standard, x.Mode.String(), x.Places, x.Level == "bill"})
		}
		var lines []slowLine
		for i, item := range doc.Items {
			line := slowLine{asked: asked[i]}
			for _, x := range item.Taxes {
				line.on = append(line.on, x.Tax-1)
			}
			lines = append(lines, line)
		}
		net, tax, byTax := new(big.Rat), new(big.Rat), make([]*big.Rat, len(taxes))
		for i, parts := range slowTaxes(lines, taxes) {
			item, gross, included := doc.Items[i], new(big.Rat).Set(asked[i]), new(big.Rat)
			for k, part := range parts {
				if byTax[k] == nil {
					byTax[k] = new(big.Rat)
				}
				byTax[k].Add(byTax[k], part)
				tax.Add(tax, part)
				if taxes[k].inclusive {
					included.Add(included, part)
				} else {
					gross.Add(gross, part)
				}
			}
			require.Zero(t, gross.Cmp(ratOf(item.Gross)), "gross of line %d: %v, want %v", i+1, item.Gross, gross)
			want := new(big.Rat).Sub(asked[i], included)
			require.Zero(t, want.Cmp(ratOf(item.Net)), "net of line %d", i+1)
			net.Add(net, want)
		}
		for k, x := range doc.Taxes {
			require.Zero(t, byTax[k].Cmp(ratOf(x.Amount)), "tax %d adds up", k)
		}
		require.Zero(t, net.Cmp(ratOf(doc.Net)))
		require.Zero(t, tax.Cmp(ratOf(doc.Tax)))
		require.Zero(t, net.Add(net, tax).Cmp(ratOf(doc.Total)))
		require.Equal(t, doc.Total, must(doc.Due.Add(doc.Drawn)))
		return true
	})
}

// TestLaw_Issue_Again: the same draft, issued again at any time, is the same
// number and the same bytes; another one for the same is refused, and uses no
// number.
func TestLaw_Issue_Again(t *testing.T) {
	few(t, func(t *testing.T, g generator) bool {
		b, terms := g.bigBill(), g.terms()
		r := register()
		issued, err := r.Issue(issueAt, terms, draft(b, b.Charges))
		if refused(err) {
			return false
		}
		require.NoError(t, err)
		for range 3 {
			again, err := r.Issue(issueAt.AddDate(g.IntN(3), 0, g.IntN(400)-200), terms, draft(b, b.Charges))
			require.NoError(t, err)
			require.Equal(t, issued.Number(), again.Number())
			require.Equal(t, issued.JSON(), again.JSON())
		}
		shuffled := slices.Clone(b.Charges)
		g.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		again, err := r.Issue(issueAt, terms, draft(b, shuffled))
		require.NoError(t, err)
		require.Equal(t, issued.JSON(), again.JSON(), "charges in any order")
		var conflict *invoice.ConflictError
		other := terms
		other.DueDays++
		_, err = r.Issue(issueAt, other, draft(b, b.Charges))
		require.ErrorAs(t, err, &conflict)
		require.Equal(t, issued.Number(), conflict.Number)
		require.Len(t, r.Documents(), 1)

		same := must(must(invoice.NewRegister(issuer, nil)).Issue(issueAt, terms, draft(b, b.Charges)))
		require.Equal(t, issued.JSON(), same.JSON(), "another machine issues the same bytes")
		back := must(invoice.Read(issued.JSON()))
		require.Equal(t, issued.Hash(), back.Hash())
		require.Equal(t, issued.JSON(), back.JSON())
		doc := issued.Document()
		doc.Items[0].Title, doc.Items[0].Explained["en"] = "changed", "changed"
		require.Equal(t, issued.JSON(), back.JSON())
		require.NotEqual(t, doc.Items[0].Title, must(invoice.Read(issued.JSON())).Document().Items[0].Title)
		require.NotEqual(t, "changed", issued.Document().Items[0].Explained["en"], "a document is a copy")
		return true
	})
}

// slowSum adds documents up by line and tax: "" for the totals.
func slowSum(documents ...invoice.Document) map[string]*big.Rat {
	sums := map[string]*big.Rat{}
	add := func(key string, m money.Money) {
		if sums[key] == nil {
			sums[key] = new(big.Rat)
		}
		sums[key].Add(sums[key], ratOf(m))
	}
	for _, d := range documents {
		for _, item := range d.Items {
			key := fmt.Sprint(item.Service, item.Price, item.Card, item.SKU, item.Region, item.Labels, item.Kind)
			add(key+" net", item.Net)
			add(key+" list", item.List)
			add(key+" charged", item.Charged)
			for _, x := range item.Taxes {
				tax := d.Taxes[x.Tax-1]
				add(key+" tax "+tax.ID, x.Amount)
				add("all of tax "+tax.ID, x.Amount)
			}
		}
		for _, x := range d.Draws {
			add("draw "+x.ID, x.Amount)
		}
		add("total", d.Total)
		add("due", d.Due)
	}
	for key, sum := range sums {
		if sum.Sign() == 0 {
			delete(sums, key)
		}
	}
	return sums
}

func requireSums(t *testing.T, want, got map[string]*big.Rat) {
	t.Helper()
	for key, sum := range want {
		require.NotNil(t, got[key], key)
		require.Zero(t, sum.Cmp(got[key]), "%s: %v, want %v", key, got[key], sum)
	}
	require.Len(t, got, len(want))
}

// TestLaw_Progress_Closes: parts of a bill, cut anywhere, add up to the one
// invoice of all of it, line by line and tax by tax.
func TestLaw_Progress_Closes(t *testing.T) {
	few(t, func(t *testing.T, g generator) bool {
		b, terms := g.bigBill(), g.terms()
		whole, err := register().Issue(issueAt, terms, draft(b, b.Charges))
		if refused(err) {
			return false
		}
		require.NoError(t, err)
		r := register()
		var parts []invoice.Document
		for n := 0; n < len(b.Charges); n += 1 + g.IntN(4) {
			p := invoice.Progress{Stream: "november"}
			if g.IntN(2) == 0 {
				p.Least = must(money.FromMinor(1+g.Int64N(5000), whole.Document().Currency))
			}
			step := terms
			step.ID = fmt.Sprint("part ", n)
			part, err := r.Progress(issueAt, step, p, draft(b, b.Charges[:n]))
			var below *invoice.BelowError
			if errors.As(err, &below) || refused(err) {
				continue
			}
			require.NoError(t, err)
			require.False(t, part.Total().Sign() < 0)
			parts = append(parts, part.Document())
			again := must(r.Progress(issueAt.AddDate(0, 1, 0), step, p, draft(b, b.Charges[:n])))
			require.Equal(t, part.JSON(), again.JSON())
		}
		terms.ID = "final"
		final, err := r.Progress(issueAt, terms, invoice.Progress{Stream: "november", Final: true}, draft(b, b.Charges))
		if refused(err) {
			return false // parts came to more than the end: that takes a note
		}
		require.NoError(t, err)
		requireSums(t, slowSum(whole.Document()), slowSum(append(parts, final.Document())...))
		terms.ID = "more"
		_, err = r.Progress(issueAt, terms, invoice.Progress{Stream: "november"}, draft(b, b.Charges))
		require.ErrorIs(t, err, invoice.ErrClosed)
		return true
	})
}

// TestLaw_Credit_Zero: whatever notes take back and add, a credit note of the
// rest brings a document to exactly zero, line by line and tax by tax, and more
// than is left is refused.
func TestLaw_Credit_Zero(t *testing.T) {
	few(t, func(t *testing.T, g generator) bool {
		b, terms := g.bigBill(), g.terms()
		r := register()
		terms.Draws = nil
		issued, err := r.Issue(issueAt, terms, draft(b, b.Charges))
		if refused(err) || issued != nil && issued.Document().Net.Sign() <= 0 {
			return false
		}
		require.NoError(t, err)
		doc := issued.Document()
		of := []*invoice.Issued{issued}
		if line := 1 + g.IntN(len(doc.Items)); g.IntN(2) == 0 {
			debit, err := r.Debit(issueAt, invoice.Note{ID: "debit", Of: issued.Number(), Reason: "more", Lines: []invoice.Change{{Line: line, Net: must(money.FromMinor(1+g.Int64N(500), doc.Currency))}}})
			require.NoError(t, err)
			of = append(of, debit)
		}
		for n := range g.IntN(6) {
			on := of[g.IntN(len(of))]
			items := on.Document().Items
			item := items[g.IntN(len(items))]
			asked := must(item.Net.Round(money.Rounding{Mode: money.Down, Places: doc.Currency.Digits()}))
			parts := must(asked.Split(doc.Currency.Digits(), 1+g.Int64N(3), 1+g.Int64N(3)))
			_, err := r.Credit(issueAt, invoice.Note{ID: fmt.Sprint(n), Of: on.Number(), Reason: "part", Lines: []invoice.Change{{Line: item.Line, Net: parts[0]}}})
			var above *invoice.AboveError
			if errors.As(err, &above) || refused(err) || parts[0].IsZero() {
				continue
			}
			require.NoError(t, err)
		}
		judgeShares(t, r, of)
		for _, on := range of {
			note, err := r.Credit(issueAt, invoice.Note{ID: "all of " + on.Number(), Of: on.Number(), Reason: "all"})
			if refused(err) {
				return false // lines below zero were left alone: their sum is of the other sign
			}
			require.NoError(t, err)
			require.True(t, must(r.Balance(on.Number())).IsZero())
			require.Equal(t, note.JSON(), must(r.Credit(issueAt.AddDate(1, 0, 0), invoice.Note{ID: "all of " + on.Number(), Of: on.Number(), Reason: "all"})).JSON())
		}
		var documents []invoice.Document
		for _, i := range r.Documents() {
			documents = append(documents, i.Document())
		}
		left := slowSum(documents...)
		for key := range left {
			require.Regexp(t, "charged$", key, "%v", left[key])
		}
		for _, on := range of {
			for _, item := range on.Document().Items {
				if item.Net.IsZero() {
					continue
				}
				_, err := r.Credit(issueAt, invoice.Note{ID: "above", Of: on.Number(), Reason: "more", Lines: []invoice.Change{{Line: item.Line, Net: item.Net}}})
				var above *invoice.AboveError
				require.ErrorAs(t, err, &above)
			}
		}
		return true
	})
}

// judgeShares holds the tax that notes took back of a line to the part of the
// line's tax that they took back of its net amount, rounded.
func judgeShares(t *testing.T, r *invoice.Register, of []*invoice.Issued) {
	for _, on := range of {
		doc := on.Document()
		for _, item := range doc.Items {
			net, tax := new(big.Rat), map[int]*big.Rat{}
			for _, x := range item.Taxes {
				tax[x.Tax] = new(big.Rat)
			}
			for _, i := range r.Documents() {
				note := i.Document()
				for _, o := range note.Items {
					if note.Kind != invoice.CreditNote || note.Of.Number != doc.Number || o.Corrects.Line != item.Line {
						continue
					}
					net.Sub(net, ratOf(o.Net))
					for _, x := range o.Taxes {
						tax[x.Tax].Sub(tax[x.Tax], ratOf(x.Amount))
					}
				}
			}
			if item.Net.IsZero() {
				continue
			}
			for _, x := range item.Taxes {
				part := new(big.Rat).Mul(ratOf(x.Amount), net)
				part.Quo(part, ratOf(item.Net))
				kind := doc.Taxes[x.Tax-1]
				require.Zero(t, slowRound(part, kind.Mode.String(), kind.Places).Cmp(tax[x.Tax]), "tax %d of line %d: %v of %v", x.Tax, item.Line, tax[x.Tax], part)
			}
		}
	}
}

// TestLaw_Numbers_Gapless: however documents are ordered, tried again and
// refused, and wherever the journal fails, before or behind what it wrote, each
// series is 1, 2, 3, … and no number is used twice.
func TestLaw_Numbers_Gapless(t *testing.T) {
	few(t, func(t *testing.T, g generator) bool {
		var kept [][]byte
		fails := 0
		journal := func(text []byte) error {
			switch {
			case g.IntN(12) > 0:
				kept = append(kept, text)
				return nil
			case g.IntN(2) == 0:
				kept = append(kept, text)
			}
			fails++
			return errors.New("disk")
		}
		r := must(invoice.NewRegister(issuer, journal))
		b := g.bigBill()
		d := draft(b, b.Charges)
		now := time.Date(2026, 12, 20, 0, 0, 0, 0, time.UTC)
		answers := map[string]string{}
		for range 12 {
			now = now.Add(time.Duration(g.IntN(48)) * time.Hour)
			id := fmt.Sprint("order ", g.IntN(8))
			issued, err := r.Issue(now, invoice.Terms{ID: id}, d)
			if err == nil && g.IntN(3) == 0 {
				id = "note on " + issued.Number()
				issued, err = r.Credit(now, invoice.Note{ID: id, Of: issued.Number(), Reason: "all"})
			}
			if errors.Is(err, invoice.ErrJournal) {
				_, err := r.Issue(now, invoice.Terms{ID: "after"}, d)
				require.ErrorIs(t, err, invoice.ErrJournal, "nothing is issued until it is replayed")
				r = must(invoice.Replay(issuer, slowEach(kept), journal))
				continue
			}
			require.NoError(t, err)
			if was, known := answers[id]; known {
				require.Equal(t, was, issued.Number())
			}
			answers[id] = issued.Number()
		}
		again := must(invoice.Replay(issuer, slowEach(kept), nil))
		next := map[string]int{}
		for n, i := range again.Documents() {
			require.Equal(t, kept[n], i.JSON())
			series := i.Number()[:len(i.Number())-6]
			next[series]++
			require.Equal(t, fmt.Sprintf("%s%06d", series, next[series]), i.Number())
			require.Contains(t, series, string(i.Document().Date[:4]))
		}
		for id, number := range answers {
			i, found := again.Find(number)
			require.True(t, found, "%s was answered and is gone", id)
			require.Equal(t, id, i.Document().Cause)
		}
		requireWhole(t, g, kept)
		return true
	})
}

// requireWhole holds that a journal that lost, moved or doubled a document is
// refused.
func requireWhole(t *testing.T, g generator, kept [][]byte) {
	n := len(kept)
	if n < 2 {
		return
	}
	at := g.IntN(n - 1)
	for _, broken := range [][][]byte{slices.Delete(slices.Clone(kept), at, at+1), append([][]byte{kept[n-1]}, kept[:n-1]...), slices.Insert(slices.Clone(kept), at, kept[at])} {
		_, err := invoice.Replay(issuer, slowEach(broken), nil)
		require.Error(t, err, "what is missing, moved or doubled is seen")
	}
}

// slowEach yields documents as a journal does.
func slowEach(all [][]byte) func(func([]byte, error) bool) {
	return func(yield func([]byte, error) bool) {
		for _, text := range all {
			if !yield(text, nil) {
				return
			}
		}
	}
}
