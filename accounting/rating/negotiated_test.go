package rating_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// amounts returns price, billed and list amount of each charge.
func amounts(b rating.Bill) (out []string) {
	for _, c := range b.Charges {
		out = append(out, c.Card+" "+c.PriceID+" "+c.Contracted.Decimal().String()+" of "+c.List.Decimal().String())
	}
	return out
}

func TestRate_Negotiated(t *testing.T) {
	charged, waived := accounting.ZeroCharged, accounting.ZeroWaived
	always, ifUsed := accounting.FlatAlways, accounting.FlatIfUsed
	a, b := used("10", 1, keyed("acme", "a", "")), used("10", 2, keyed("acme", "b", ""))
	for _, row := range []struct {
		name             string
		list, negotiated []accounting.Price
		rows             []metering.Usage
		want             []string
	}{
		{"takes the place of what it matches", []accounting.Price{priceOf("p", perUnit("3"))},
			[]accounting.Price{priceOf("q", perUnit("2"), sku("a"))}, []metering.Usage{a, b},
			[]string{"special@1 q 20 of 30", "list@1 p 30 of 30"}},
		{"even if it is less specific", []accounting.Price{priceOf("p", perUnit("3"), sku("a"))},
			[]accounting.Price{priceOf("q", perUnit("2"))}, []metering.Usage{a},
			[]string{"special@1 q 20 of 30"}},
		{"has no list price", []accounting.Price{priceOf("p", perUnit("3"), sku("b"))},
			[]accounting.Price{priceOf("q", perUnit("2"), sku("a"))}, []metering.Usage{a, b},
			[]string{"special@1 q 20 of 20", "list@1 p 30 of 30"}},
		{"one id on both cards accumulates on each", []accounting.Price{priceOf("p", graduated(0, tier("10", "3", "0"), tier("", "1", "0")))},
			[]accounting.Price{priceOf("p", graduated(0, tier("10", "2", "0"), tier("", "1", "0")), sku("a"))}, []metering.Usage{a, b},
			[]string{"special@1 p 20 of 30", "list@1 p 30 of 10"}},
		{"flat by id", []accounting.Price{priceOf("fee", flat("9", always)), priceOf("support", flat("5", always))},
			[]accounting.Price{priceOf("fee", flat("6", always)), priceOf("extra", flat("1", always))}, nil,
			[]string{"list@1 support 5 of 5", "special@1 fee 6 of 9", "special@1 extra 1 of 1"}},
		{"flat waived", []accounting.Price{priceOf("fee", flat("9", always))},
			[]accounting.Price{priceOf("fee", flat("9", ifUsed))}, nil, nil},
		{"flat not due at list", []accounting.Price{priceOf("fee", flat("9", ifUsed))},
			[]accounting.Price{priceOf("fee", flat("6", always))}, nil, []string{"special@1 fee 6 of 0"}},
		{"both flats if used", []accounting.Price{priceOf("fee", flat("9", ifUsed))},
			[]accounting.Price{priceOf("fee", flat("6", ifUsed))}, []metering.Usage{a, b}, []string{"special@1 fee 6 of 9"}},
		{"replaced throughout, unused", []accounting.Price{priceOf("p", graduated(charged, tier("", "3", "50")))},
			[]accounting.Price{priceOf("q", graduated(charged, tier("", "2", "40")))}, nil, []string{"special@1 q 40 of 50"}},
		{"replaced throughout, used", []accounting.Price{priceOf("p", graduated(charged, tier("", "3", "50")))},
			[]accounting.Price{priceOf("q", perUnit("2"))}, []metering.Usage{a}, []string{"special@1 q 20 of 80"}},
		{"replaced throughout and waived", []accounting.Price{priceOf("p", graduated(charged, tier("", "3", "50")))},
			[]accounting.Price{priceOf("q", graduated(waived, tier("", "2", "40")))}, nil, nil},
		{"replaced in part, the rest unused", []accounting.Price{priceOf("p", graduated(charged, tier("", "3", "50")))},
			[]accounting.Price{priceOf("q", perUnit("2"), sku("a"))}, []metering.Usage{a},
			[]string{"special@1 q 20 of 80", "list@1 p 50 of 0"}},
		{"replaced in part, both unused", []accounting.Price{priceOf("p", graduated(charged, tier("", "3", "50")))},
			[]accounting.Price{priceOf("q", graduated(charged, tier("", "2", "40")), sku("a"))}, nil,
			[]string{"list@1 p 50 of 50", "special@1 q 40 of 0"}},
		{"replaced for a part of the time", []accounting.Price{priceOf("p", graduated(charged, tier("", "3", "50")))},
			[]accounting.Price{priceOf("q", perUnit("2"), until(10))}, nil, []string{"list@1 p 50 of 50"}},
		{"due without a list price", []accounting.Price{priceOf("p", perUnit("3"), sku("b"))},
			[]accounting.Price{priceOf("q", graduated(charged, tier("", "2", "40")), sku("a"))}, nil, []string{"special@1 q 40 of 40"}},
		{"not due at list", []accounting.Price{priceOf("p", perUnit("3"))},
			[]accounting.Price{priceOf("q", graduated(charged, tier("", "2", "40")))}, nil, []string{"special@1 q 40 of 0"}},
	} {
		for _, r := range []accounting.Rounding{toCents, byBill} {
			t.Run(row.name+", "+r.Level.String(), func(t *testing.T) {
				c := contractOf(r, row.list...)
				c.Negotiated = cardOf("special", r, row.negotiated...)
				require.Equal(t, row.want, amounts(rate(t, c, row.rows...)))
			})
		}
	}
}

// Where the bill is rounded, so is what it would be at list prices: as one
// running total of its own.
func TestRate_Negotiated_ListIsRoundedToo(t *testing.T) {
	c := contractOf(byBill, priceOf("p", perUnit("0.333333")))
	c.Negotiated = cardOf("special", byBill, priceOf("p", perUnit("0.332"), sku("a")))
	a, b := keyed("acme", "a", ""), keyed("acme", "b", "")
	bill := rate(t, c, used("1", 1, a), used("1", 2, b), used("1", 3, a))
	require.Equal(t, []string{"special@1 p 0.33 of 0.33", "list@1 p 0.34 of 0.34", "special@1 p 0.33 of 0.33"}, amounts(bill))
	require.Equal(t, "CNY 1.00", bill.ListTotal().String(), "0.999999, not 3 × 0.33")
}

// A negotiated card may leave the contract within a billing period; list
// prices go on from all that was used, contracted ones from what they priced.
func TestRate_Negotiated_NoMore(t *testing.T) {
	early, late := must(metering.NewPeriod(onDay(1), onDay(5))), must(metering.NewPeriod(onDay(5), onDay(31)))
	for r, want := range map[accounting.Rounding]string{toCents: "list@1 p 30 of 10", byBill: "list@1 p 30.01 of 10"} {
		c := contractOf(r, priceOf("p", graduated(0, tier("10", "3.0004", "0"), tier("", "1", "0"))))
		c.Negotiated = cardOf("special", r, priceOf("q", perUnit("0.333"), func(p *accounting.Price) { p.Unit = metering.MustUnit("GiBy") }))
		first, state, err := rating.Rate(c, early, usage(used("10", 1)), rating.State{})
		require.NoError(t, err)
		require.Equal(t, []string{"special@1 q 3.1 of 30"}, amounts(first))
		c.Negotiated = nil
		bill, _, err := rating.Rate(c, late, usage(used("10", 5)), state)
		require.NoError(t, err)
		require.Equal(t, []string{want}, amounts(bill))
		require.Equal(t, bill.Total(), must(bill.Charges[0].Explanation.Recompute()), "over a running total per GiB too")
	}
}

// A negotiated card may come into the contract within a billing period; what
// was rated before then stands at list prices on both sides.
func TestRate_Negotiated_Later(t *testing.T) {
	c := contractOf(toCents, priceOf("p", graduated(0, tier("10", "3", "0"), tier("", "1", "0"))))
	_, state, err := rating.Rate(c, must(metering.NewPeriod(onDay(1), onDay(5))), usage(used("10", 1)), rating.State{})
	require.NoError(t, err)
	c.Negotiated = cardOf("special", toCents, priceOf("q", perUnit("2"), until(10)))
	bill, _, err := rating.Rate(c, must(metering.NewPeriod(onDay(5), onDay(31))), usage(used("10", 5), used("10", 10)), state)
	require.NoError(t, err)
	require.Equal(t, []string{"special@1 q 20 of 10", "list@1 p 10 of 10"}, amounts(bill))
	c.Negotiated = nil
	again, _, err := rating.Rate(c, must(metering.NewPeriod(onDay(5), onDay(31))), usage(used("10", 5)), state)
	require.NoError(t, err)
	require.Equal(t, []string{"list@1 p 10 of 10"}, amounts(again))
	require.Equal(t, money.MustParse("CNY 10"), again.ListTotal())
}
