package rating_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/rating"
)

// A flat price with terms and one without stand for each other: the charge says
// which of the list's it stands for and what that asks. The list's is charged
// while none stands for it, and listed once, however many do.
func TestRate_Negotiated_FlatWithTerms(t *testing.T) {
	always := accounting.FlatAlways
	daily := func(p accounting.Price) accounting.Price {
		return with(p, accounting.Terms{Prorate: accounting.ProrateDays})
	}
	fee := func(amount string, change ...func(*accounting.Price)) accounting.Price {
		return priceOf("fee", flat(amount, always), change...)
	}
	off := func(p accounting.Price) accounting.Price { return with(p, accounting.Terms{Percent: dec("20")}) }
	named := func(id string) func(*accounting.Price) {
		return func(p *accounting.Price) { p.ID, p.Replaces = id, "fee" }
	}
	for _, row := range []struct {
		name             string
		list, negotiated []accounting.Price
		want             []string
	}{
		{"terms over none", []accounting.Price{fee("100")}, []accounting.Price{off(fee("100"))}, []string{"special@1 fee 80 of 100"}},
		{"none over terms", []accounting.Price{off(fee("100"))}, []accounting.Price{fee("90")}, []string{"special@1 fee 90 of 80"}},
		{"from the middle on", []accounting.Price{daily(fee("100"))}, []accounting.Price{daily(fee("60", from(16)))},
			[]string{"list@1 fee 50 of 50", "special@1 fee 30 of 50"}},
		{"in the middle", []accounting.Price{daily(fee("300"))}, []accounting.Price{daily(fee("60", from(11), until(21)))},
			[]string{"list@1 fee 100 of 100", "list@1 fee 100 of 100", "special@1 fee 20 of 100"}},
		{"one after the other", []accounting.Price{fee("100")}, []accounting.Price{daily(fee("60", until(16))), daily(fee("30", from(16)))},
			[]string{"special@1 fee 30 of 100", "special@1 fee 15 of 0"}},
		{"two of the list after each other", []accounting.Price{daily(fee("100", until(16))), daily(fee("200", from(16)))}, []accounting.Price{fee("90")},
			[]string{"special@1 fee 90 of 150"}},
		{"two at once", []accounting.Price{fee("100")}, []accounting.Price{fee("50", named("a")), fee("40", named("b"))},
			[]string{"special@1 a 50 of 100", "special@1 b 40 of 0"}},
	} {
		for _, r := range []accounting.Rounding{toCents, byBill} {
			t.Run(row.name+", "+r.Level.String(), func(t *testing.T) {
				c := contractOf(r, row.list...)
				alone, _, err := rating.Rate(c, november, nil, rating.State{})
				require.NoError(t, err)
				c.Negotiated = cardOf("special", r, row.negotiated...)
				bill, state, err := rating.Rate(c, november, nil, rating.State{})
				require.NoError(t, err)
				require.Equal(t, row.want, amounts(bill))
				require.Equal(t, alone.Total(), bill.ListTotal(), "the list by itself")
				for _, charge := range bill.Charges {
					require.Equal(t, charge.Billed, must(charge.Explanation.Recompute()))
					require.Equal(t, charge.Card == "special@1", charge.ListPriceID == "fee")
				}
				again, _, err := rating.Rate(c, november, nil, state)
				require.NoError(t, err)
				require.Empty(t, again.Charges)
			})
		}
	}
	c := contractOf(toCents, fee("100"))
	c.Negotiated = cardOf("special", toCents, daily(fee("60", from(16))))
	_, _, err := rating.Rate(c, november, nil, rating.State{})
	var straddle *rating.StraddleError
	require.ErrorAs(t, err, &straddle, "what of the list's 100 is due until then is nowhere said")
	require.Equal(t, "special@1", straddle.Card)
}
