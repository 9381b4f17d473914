package rating_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// FuzzLaw5_Rate_Refund: usage that is taken back, the last row first, gives
// back what was billed for it, to the last digit, whatever it was rounded to;
// and a charge that is split has parts that add up to it. Prices that keep a
// peak, a percentile or what each event cost give nothing back by design, and
// are left out.
func FuzzLaw5_Rate_Refund(f *testing.F) {
	for n := range uint64(64) {
		f.Add(uint64(20261126), n, n%2 == 0)
	}
	f.Fuzz(func(t *testing.T, seed, n uint64, staged bool) {
		g := newGenerator(seed, n)
		w := g.world()
		if staged {
			w, _ = g.stagedWorld()
		}
		w.contract.Card = refundable(w.contract.Card)
		w.contract.Negotiated = refundable(w.contract.Negotiated)
		// Rows of nothing open every price and scope, so that what is due without
		// any use is paid.
		nothing, back := slices.Clone(w.rows), slices.Clone(w.rows)
		slices.Reverse(back)
		for i := range w.rows {
			nothing[i].Quantity, nothing[i].Estimated = metering.GrainsWide(zeroGrains, nothing[i].Quantity.Dimension()), metering.Quantity{}
			back[i].Quantity, back[i].Estimated = must(back[i].Quantity.Neg()), must(back[i].Estimated.Neg())
		}
		_, state, err := rating.Rate(w.contract, w.period, usage(nothing...), rating.State{}, rating.ReportUnpriced())
		if err != nil {
			return
		}
		bill, state, err := rating.Rate(w.contract, w.period, usage(w.rows...), state, rating.ReportUnpriced())
		require.NoError(t, err)
		refund, _, err := rating.Rate(w.contract, w.period, usage(back...), state, rating.ReportUnpriced())
		require.NoError(t, err)
		require.True(t, must(bill.Total().Add(refund.Total())).IsZero(), "%v and %v", bill.Total(), refund.Total())
		require.True(t, must(bill.ListTotal().Add(refund.ListTotal())).IsZero(), "at list prices")
		for _, c := range append(slices.Clone(bill.Charges), refund.Charges...) {
			splits(t, g, c.Billed)
		}
	})
}

var zeroGrains = metering.Quantity{}.Grains()

// splits holds the parts of an amount to their sum, and to themselves.
func splits(t *testing.T, g generator, whole money.Money) {
	t.Helper()
	weights := make([]int64, 1+g.IntN(6))
	for i := range weights {
		weights[i] = g.Int64N(1000)
	}
	weights[g.IntN(len(weights))]++
	parts := must(whole.Split(money.Scale, weights...))
	sum := must(money.FromMinor(0, whole.Currency()))
	for _, p := range parts {
		sum = must(sum.Add(p))
	}
	require.Equal(t, whole, sum)
	require.Equal(t, parts, must(whole.Split(money.Scale, weights...)), "in one order")
}

// refundable returns a card without the prices of which nothing comes back.
func refundable(card *accounting.Card) *accounting.Card {
	if card == nil {
		return nil
	}
	c := *card
	c.Prices = slices.DeleteFunc(slices.Clone(c.Prices), func(p accounting.Price) bool { return p.RowWise() })
	return &c
}
