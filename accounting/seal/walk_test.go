package seal_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/ledger"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/posting"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/accounting/seal"
	"github.com/meterbook/meterbook/metering"
)

// lease is eight cards for six hours: a start and a stop.
func lease() []metering.Event {
	e := metering.Event{Account: "acme/vision", Source: "scheduler", ID: "lease-9/start", Kind: metering.Start, Resource: "lease-9",
		Time:  october.Start().Add(100 * time.Hour),
		Items: []metering.Item{{Meter: metering.AcceleratorTime, SKU: "H100-SXM", Quantity: metering.WholeCards(8)}}}
	stop := metering.Event{Account: e.Account, Source: e.Source, ID: "lease-9/stop", Kind: metering.Stop, Resource: e.Resource, Time: e.Time.Add(6 * time.Hour)}
	return []metering.Event{e, stop}
}

// TestWalk_Lease goes from a start and a stop to an invoice's line, its postings
// and its seal, and back: what a customer is shown proves that the line contains
// the two events, and the committed sums are what is on the invoice.
func TestWalk_Lease(t *testing.T) {
	t.Parallel()
	card := &accounting.Card{ID: "gpu-cloud", Version: "3", Currency: money.CNY,
		Rounding: accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.LineLevel},
		Prices: []accounting.Price{{ID: "h100", Service: accounting.AcceleratedCompute, Match: accounting.Match{Meter: metering.AcceleratorTime},
			Unit: metering.MustUnit("{card}.h"), Model: accounting.PerUnit{Price: decimal.RequireFromString("18.90")}}}}
	agg := metering.NewAggregator()
	for _, e := range lease() {
		require.NoError(t, agg.Record(e))
	}
	contract := accounting.Contract{Account: "acme", Card: card}
	bill, _, err := rating.Rate(contract, october, agg.Usage(october), rating.State{})
	require.NoError(t, err)
	register := must(invoice.NewRegister(invoice.Issuer{Party: invoice.Party{ID: "cloud", Name: "Cloud"}, Numbering: invoice.DefaultNumbering()}, nil))
	issued := must(register.Issue(october.End(), invoice.Terms{}, must(invoice.NewDraft(contract, october, slices.Values(bill.Charges)))))
	require.Equal(t, "CNY 907.20", issued.Total().String())

	book := ledger.New()
	poster := must(posting.New(book, posting.DefaultRules()))
	documents := must(posting.Charges(posting.Bill{Journal: "j", From: october.Start(), To: october.End(), At: october.End().Add(-1)}, slices.Values(bill.Charges)))
	must(poster.Post(t.Context(), append(documents, must(posting.Issued(issued)))...))

	sealer := must(chain().Begin(october, secret, cards...))
	number := issued.LineID(bill.Charges[0])
	for _, e := range lease() {
		require.NoError(t, sealer.Add(seal.FromEvent(e, number)))
	}
	for u, err := range agg.Usage(october) {
		require.NoError(t, err)
		require.NoError(t, sealer.Add(seal.FromUsage(u, number)))
	}
	for i, c := range bill.Charges {
		require.NoError(t, sealer.Add(seal.FromCharge(c, fmt.Sprint("INV-1#", i), number)))
	}
	for _, l := range issued.Lines() {
		require.NoError(t, sealer.Add(seal.FromLine(l)))
	}
	for tx := range book.Transactions(october.Start(), october.End()) {
		require.NoError(t, sealer.Add(must(seal.FromTransaction(tx))))
	}
	sealed := must(sealer.Seal(signerOf("a")))

	shown := func(kind seal.Kind, id string) seal.Leaf {
		b := must(seal.ParseBundle(must(json.Marshal(must(sealed.Bundle(kind, id))))))
		s, leaf, err := b.Verify(verifierOf("a"))
		require.NoError(t, err)
		require.Equal(t, metering.Account("acme"), s.Tenant)
		return leaf
	}
	line := shown(seal.Line, number)
	require.True(t, line.Is(seal.FromLine(must(invoice.Read(issued.JSON())).Lines()[0])), "of the invoice that the customer has")
	require.Equal(t, issued.Total(), line.Amount)
	for _, e := range lease() {
		leaf := shown(seal.Event, seal.FromEvent(e, "").ID)
		require.True(t, leaf.Is(seal.FromEvent(e, "")))
		require.True(t, leaf.On(line))
		e.Time = e.Time.Add(time.Second)
		require.False(t, leaf.Is(seal.FromEvent(e, "")), "an event at another time")
	}
	charge := shown(seal.Charge, "INV-1#0")
	require.True(t, charge.Is(seal.FromCharge(bill.Charges[0], "INV-1#0", "")))
	require.True(t, charge.On(line))

	sums := sealed.Sums()
	require.NoError(t, sealed.Seal.CheckSums(sums))
	for _, s := range sums {
		switch s.Kind {
		case seal.Usage:
			require.Equal(t, metering.MustQuantity("48 {card}.h"), s.Quantity)
		case seal.Charge:
			require.Equal(t, metering.MustQuantity("48 {card}.h"), s.Quantity)
			require.Equal(t, issued.Total(), s.Amount)
		case seal.Line:
			require.Equal(t, issued.Total(), s.Amount)
		}
	}
}

func TestParseLeaf_Refuses(t *testing.T) {
	t.Parallel()
	whole := must(sealed(t, chain(), october, 4).Prove(3)).Leaf // a line, with a quantity and an amount
	part := must(sealed(t, chain(), october, 4).Prove(0)).Leaf  // an event, with a line alone
	for name, b := range map[string][]byte{
		"nothing":         nil,
		"cut":             whole[:80],
		"version":         append([]byte{2}, whole[1:]...),
		"kind":            append([]byte{1, 9}, whole[2:]...),
		"flags":           append([]byte{1, 4, 8 | 6}, whole[3:]...),
		"no line":         append([]byte{1, 4, 7}, whole[3:60]...),
		"zero line":       slices.Concat([]byte{1, 1, 1}, part[3:51], make([]byte, 16)),
		"no dimension":    slices.Concat([]byte{1, 4, 6}, whole[3:51], []byte{0}, whole[52:]),
		"other dimension": slices.Concat([]byte{1, 4, 6}, whole[3:51], []byte{200}, whole[52:]),
		"currency":        slices.Concat([]byte{1, 4, 6}, whole[3:68], []byte("XXY"), whole[71:]),
		"long meter":      append(slices.Clone(whole), make([]byte, 300)...),
	} {
		_, err := seal.ParseLeaf(b)
		require.ErrorIs(t, err, seal.ErrSyntax, name)
	}
}
