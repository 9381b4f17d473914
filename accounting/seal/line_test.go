package seal_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/metering"
)

// issue issues October of acme's, of card time and tokens.
func issue(t testing.TB, cards, tokens int64, terms invoice.Terms) (*invoice.Issued, rating.Bill) {
	t.Helper()
	price := func(id string, meter metering.MeterID, unit, each string) accounting.Price {
		return accounting.Price{ID: id, Title: "<" + id + ">", Service: accounting.AcceleratedCompute, Match: accounting.Match{Meter: meter},
			Unit: metering.MustUnit(unit), Model: accounting.PerUnit{Price: decimal.RequireFromString(each)}}
	}
	card := &accounting.Card{ID: "gpu-cloud", Version: "3", Currency: money.CNY,
		Rounding: accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.LineLevel},
		Prices:   []accounting.Price{price("h100", metering.AcceleratorTime, "{card}.h", "18.90"), price("output", metering.OutputTokens, "10*3{token}", "0.06")}}
	agg := metering.NewAggregator()
	at := october.Start()
	require.NoError(t, agg.AddAt(&metering.Key{Account: "acme/vision", Meter: metering.AcceleratorTime}, at, metering.MustQuantity(fmt.Sprint(cards, " {card}.s"))))
	require.NoError(t, agg.AddAt(&metering.Key{Account: "acme/chat", Meter: metering.OutputTokens}, at, metering.Grains(tokens, metering.Token)))
	bill, _, err := rating.Rate(accounting.Contract{Account: "acme", Card: card}, october, agg.Usage(october), rating.State{})
	require.NoError(t, err)
	register := must(invoice.NewRegister(invoice.Issuer{Party: invoice.Party{ID: "cloud", Name: "Cloud"}, Numbering: invoice.DefaultNumbering()}, nil))
	return must(register.Issue(october.End(), terms, must(invoice.NewDraft(bill.Contract, october, slices.Values(bill.Charges))))), bill
}

// sealLines seals October with the lines of a document and the charges on them.
func sealLines(t testing.TB, issued *invoice.Issued, bill rating.Bill) *seal.Sealed {
	t.Helper()
	sealer := must(chain().Begin(october, secret, cards...))
	for i, c := range bill.Charges {
		require.NoError(t, sealer.Add(seal.FromCharge(c, fmt.Sprint(i), issued.LineID(c))))
	}
	for _, l := range issued.Lines() {
		require.NoError(t, sealer.Add(seal.FromLine(l)))
	}
	return must(sealer.Seal(signerOf("a")))
}

// TestLaw_Line_FromDocument holds that the bytes of a document are all that an
// auditor needs to tell the leaves of its lines, and that a document with any other
// content has other leaves.
func TestLaw_Line_FromDocument(t *testing.T) {
	t.Parallel()
	g := rand.New(rand.NewPCG(7, 4))
	for range 50 {
		cards, tokens := 1+g.Int64N(1e6), 1+g.Int64N(1e6)
		issued, bill := issue(t, cards, tokens, invoice.Terms{DueDays: 30})
		done := sealLines(t, issued, bill)
		total := money.Money{}
		others := []*invoice.Issued{}
		for _, terms := range []invoice.Terms{{DueDays: 31}, {DueDays: 30, Notes: []string{"Thank you"}}} {
			other, _ := issue(t, cards, tokens, terms)
			others = append(others, other)
		}
		other, _ := issue(t, cards+1, tokens, invoice.Terms{DueDays: 30})
		others = append(others, other)

		copied := must(invoice.Read(issued.JSON()))
		for n, line := range copied.Lines() {
			require.Equal(t, issued.Lines()[n], line)
			require.True(t, bytes.Contains(issued.JSON(), line.Text), "as the document has it")
			_, leaf, err := must(done.Bundle(seal.Line, line.ID())).Verify(verifierOf("a"))
			require.NoError(t, err)
			require.True(t, leaf.Is(seal.FromLine(line)))
			total = must(total.Add(leaf.Amount))
			for _, o := range others {
				require.False(t, leaf.Is(seal.FromLine(o.Lines()[n])), "another document's")
			}
			for name, change := range map[string]func(*accounting.IssuedLine){
				"document": func(l *accounting.IssuedLine) { l.Document += "0" },
				"hash":     func(l *accounting.IssuedLine) { l.Hash[31] ^= 1 },
				"line":     func(l *accounting.IssuedLine) { l.Line++ },
				"account":  func(l *accounting.IssuedLine) { l.Account += "/x" },
				"period":   func(l *accounting.IssuedLine) { l.Period = metering.Period{} },
				"gross":    func(l *accounting.IssuedLine) { l.Gross = must(l.Gross.Neg()) },
				"text":     func(l *accounting.IssuedLine) { l.Text = append(slices.Clone(l.Text), ' ') },
			} {
				forged := line
				change(&forged)
				require.False(t, leaf.Is(seal.FromLine(forged)), name)
			}
		}
		require.Equal(t, issued.Total(), total)
	}
}

// TestFromLine_Bytes pins what is sealed of a line: bytes that are hashed never
// change.
func TestFromLine_Bytes(t *testing.T) {
	t.Parallel()
	line := accounting.IssuedLine{Document: "INV-1", Line: 3, Account: "acme", Period: october, Gross: money.MustParse("CNY 907.20"), Text: []byte(`{"line":3}`)}
	r := seal.FromLine(line)
	require.Equal(t, "INV-1/3", r.ID)
	require.Equal(t, seal.Record{Kind: seal.Line, ID: "INV-1/3", Account: "acme", Period: october, Amount: line.Gross, Body: r.Body}, r)
	require.Equal(t, "0461636d65"+ // the account, behind its length
		"000000006abda28000000000"+"000000006ae6810000000000"+ // the period, in Unix seconds and nanoseconds
		"0000000000000000000000000000000000000000000000000000000000000000"+ // the document
		"b7eee156ccba53727870ad1040efa6c721a264e453c3c20895a443833708c718", // SHA-256 of the text
		hex.EncodeToString(r.Body))
}

// TestSealer_LinesOfOthers: a line of another tenant's document is refused, and so
// is one of the time after the sealed one; a line for a month that ends some hours
// later is not.
func TestSealer_LinesOfOthers(t *testing.T) {
	t.Parallel()
	issued, _ := issue(t, 1, 1, invoice.Terms{})
	sealer := must(chain().Begin(october, secret, cards...))
	line := issued.Lines()[0]
	line.Account = "beta"
	var refused *seal.RecordError
	require.ErrorAs(t, sealer.Add(seal.FromLine(line)), &refused)
	require.Equal(t, "account", refused.Field)
	line = issued.Lines()[0]
	line.Period = must(metering.NewPeriod(october.End(), october.End().Add(1)))
	require.ErrorAs(t, sealer.Add(seal.FromLine(line)), &refused)
	require.Equal(t, "period", refused.Field)
	line.Period = must(metering.NewPeriod(october.Start(), october.End().Add(5e9)))
	require.NoError(t, sealer.Add(seal.FromLine(line)))
	require.ErrorIs(t, sealer.Add(seal.FromLine(accounting.IssuedLine{})), seal.ErrRecord, "no line")
	text, err := json.Marshal(issued.Document().Items[1])
	require.NoError(t, err)
	require.Equal(t, text, issued.Lines()[1].Text)
}
