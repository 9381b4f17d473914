package rating_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/rating"
)

// What staged prices come to, and the bill, agree with the oracle, and every
// explanation re-computes.
func TestLaw_Staged_Oracle(t *testing.T) {
	month := stagedMonth{november.Start().Unix(), november.End().Unix()}
	lawOf(t, 8, func(t *testing.T, g generator) {
		w, prices := g.stagedWorld()
		bill, _, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{})
		require.NoError(t, err)
		exact, billed := make(map[string]*big.Rat), make(map[string]*big.Rat)
		for _, c := range bill.Charges {
			if exact[c.PriceID] == nil {
				exact[c.PriceID], billed[c.PriceID] = new(big.Rat), new(big.Rat)
			}
			exact[c.PriceID].Add(exact[c.PriceID], c.Explanation.Exact())
			billed[c.PriceID].Add(billed[c.PriceID], rat(c.Billed))
			require.Equal(t, c.Billed, must(c.Explanation.Recompute()))
		}
		rounding, total := w.contract.Card.Rounding, new(big.Rat)
		for name, p := range prices {
			want := oracleStaged(p, month, ofStaged(w, prices, name))
			total.Add(total, want)
			if exact[name] == nil {
				exact[name], billed[name] = new(big.Rat), new(big.Rat)
			}
			requireRat(t, want, exact[name], "%s: %+v", name, p)
			if rounding.Level == accounting.LineLevel {
				requireRat(t, oracleRound(want, rounding.Mode.String(), rounding.Places), billed[name], "%s, rounded", name)
			}
		}
		if rounding.Level == accounting.BillLevel {
			requireRat(t, oracleRound(total, rounding.Mode.String(), rounding.Places), rat(bill.Total()), "the bill")
		}
	})
}

// Law 4 for staged prices: cut in time, and cut anywhere in the order of the
// rows, also after the period was closed.
func TestLaw4_Staged_Progressive(t *testing.T) {
	lawOf(t, 8, func(t *testing.T, g generator) {
		w, _ := g.stagedWorld()
		whole, end, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{})
		require.NoError(t, err)
		billed, _, state, err := rateInPieces(t, w, w.cutInTime(g))
		require.NoError(t, err)
		require.Equal(t, whole.Total(), billed)
		require.Equal(t, end, state, "the state depends on no cut either")
		i := g.IntN(len(w.rows) + 1)
		billed, _, _, err = rateInPieces(t, w, []world{{contract: w.contract, period: w.period, rows: w.rows[:i]}, {contract: w.contract, period: w.period, rows: w.rows[i:]}})
		require.NoError(t, err)
		require.Equal(t, whole.Total(), billed, "late")
	})
}

// Law 8 for staged prices: the text of a bill does not depend on the order in
// which a map is walked.
func TestLaw8_Staged_SameBytes(t *testing.T) {
	lawOf(t, 8, func(t *testing.T, g generator) {
		w, _ := g.stagedWorld()
		text := billText(w, false)
		require.Equal(t, text, billText(w, false))
		require.False(t, strings.Contains(text, "%!"), text)
	})
}

// The same with a negotiated card whose prices have stages too: what is billed
// cut in time and in the order of rows, and what the list would have been, cut in
// time.
func TestLaw4_Staged_Negotiated(t *testing.T) {
	lawOf(t, 8, func(t *testing.T, g generator) {
		w, _ := g.stagedWorld()
		other, _ := g.stagedWorld()
		special := *other.contract.Card
		special.ID, special.Currency, special.Rounding = "special", w.contract.Card.Currency, w.contract.Card.Rounding
		w.contract.Negotiated = &special
		whole, end, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{}, rating.ReportUnpriced())
		require.NoError(t, err)
		billed, list, state, err := rateInPieces(t, w, w.cutInTime(g))
		require.NoError(t, err)
		require.Equal(t, whole.Total(), billed)
		require.Equal(t, whole.ListTotal(), list)
		require.Equal(t, end, state)
		for _, c := range whole.Charges {
			require.Equal(t, c.Billed, must(c.Explanation.Recompute()))
		}
		i := g.IntN(len(w.rows) + 1)
		billed, _, _, err = rateInPieces(t, w, []world{{period: w.period, rows: w.rows[:i]}, {period: w.period, rows: w.rows[i:]}})
		require.NoError(t, err)
		require.Equal(t, whole.Total(), billed, "late")
		// What usage costs at list prices is what it costs by the list alone.
		alone := w.contract
		alone.Negotiated = nil
		by, _, err := rating.Rate(alone, w.period, usage(w.rows...), rating.State{}, rating.ReportUnpriced())
		require.NoError(t, err)
		got, want := ofUsage(whole.Charges), ofUsage(by.Charges)
		if len(got) == len(want) {
			for i := range want {
				require.Equal(t, want[i].Billed, got[i].List, "charge %d", i)
			}
		}
	})
}

// A refund gives back what was paid for, and nothing for units that were free.
func TestRate_Percentage_RefundOfFreeUnits(t *testing.T) {
	c := contractOf(toCents, priceOf("p", accounting.Percentage{Rate: dec("10"), Fixed: dec("1"), FreeUnits: dec("250")}))
	for _, row := range []struct{ used, back, want string }{
		{"300", "-300", "p -5"}, {"300", "-50", "p -5"}, {"300", "-20", "p -2"}, {"300", "-100", "p -5"}, {"250", "-100", "p 0"}, {"100", "-50", "p 0"},
	} {
		bill := rate(t, c, used(row.used, 1), used(row.back, 2))
		require.Equal(t, row.want, billed(bill)[1], "%s, and %s", row.used, row.back)
		require.Equal(t, bill.Charges[1].Billed, must(bill.Charges[1].Explanation.Recompute()))
		t.Log(bill.Charges[1].Explain())
	}
}
