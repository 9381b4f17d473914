package rating_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// rate rates rows of November from the beginning.
func rate(t *testing.T, c accounting.Contract, rows ...metering.Usage) rating.Bill {
	t.Helper()
	bill, _, err := rating.Rate(c, november, usage(rows...), rating.State{})
	require.NoError(t, err)
	for _, charge := range bill.Charges {
		require.Equal(t, charge.Billed, must(charge.Explanation.Recompute()), charge.Explain())
	}
	return bill
}

// billed returns price and amount of each charge.
func billed(b rating.Bill) (out []string) {
	for _, c := range b.Charges {
		out = append(out, c.PriceID+" "+c.Billed.Decimal().String())
	}
	return out
}

func TestRate_TierBounds(t *testing.T) {
	tiers := graduated(accounting.ZeroWaived, tier("5", "0", "100"), tier("10", "1", "50"), tier("", "2", "7"))
	for _, row := range []struct {
		name, used, want string
	}{
		{"nothing", "0", "0"},
		{"the first grain owes the flat amount", "0.000000001", "100"},
		{"a bound is in its tier", "5", "100"},
		{"a grain above it is in the next", "5.000000001", "150.000000001"},
		{"a thousandth above it", "5.001", "150.001"},
		{"the second bound", "10", "155"},
		{"a grain above the second", "10.000000001", "162.000000002"},
		{"the open tier", "1000000", "2000142"},
		{"below zero is at the first tier's price", "-3", "0"},
	} {
		t.Run(row.name, func(t *testing.T) {
			exact := accounting.Rounding{Places: 18, Level: accounting.LineLevel}
			bill := rate(t, contractOf(exact, priceOf("p", tiers)), used(row.used, 1))
			require.Equal(t, money.MustParse("CNY "+row.want), bill.Total())
		})
	}
}

func TestRate_Corrections(t *testing.T) {
	for _, row := range []struct {
		name   string
		onZero accounting.ZeroPolicy
		rows   []metering.Usage
		want   []string
	}{
		{"back within a tier", accounting.ZeroWaived, []metering.Usage{used("7", 1), used("-1", 2)}, []string{"p 34", "p -2"}},
		{"back over a bound returns its flat amount", accounting.ZeroWaived, []metering.Usage{used("7", 1), used("-3", 2)}, []string{"p 34", "p -15"}},
		{"back to zero returns all where it is waived", accounting.ZeroWaived, []metering.Usage{used("7", 1), used("-7", 2)}, []string{"p 34", "p -34"}},
		{"and keeps the first flat amount where it is charged", accounting.ZeroCharged, []metering.Usage{used("7", 1), used("-7", 2)}, []string{"p 34", "p -19"}},
		{"below zero it is due too", accounting.ZeroCharged, []metering.Usage{used("-2", 1), used("3", 2)}, []string{"p 13", "p 3"}},
		{"and not where it is waived", accounting.ZeroWaived, []metering.Usage{used("-2", 1), used("3", 2)}, []string{"p -2", "p 18"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			tiers := graduated(row.onZero, tier("5", "1", "15"), tier("", "2", "10"))
			require.Equal(t, row.want, billed(rate(t, contractOf(toCents, priceOf("p", tiers)), row.rows...)))
		})
	}
}

func TestRate_Rounding(t *testing.T) {
	third := priceOf("a", perUnit("0.333333"), sku("a"))
	other := priceOf("b", perUnit("0.333333"), sku("b"))
	a1, a2 := used("1", 1, keyed("acme", "a", "")), used("1", 2, keyed("acme", "a", ""))
	b1, b2 := used("1", 1, keyed("acme", "b", "")), used("1.000003", 2, keyed("acme", "b", ""))
	for _, row := range []struct {
		name     string
		rounding accounting.Rounding
		want     []string
		total    string
	}{
		{"lines: each price has its running total", toCents, []string{"a 0.33", "b 0.33", "a 0.34", "b 0.34"}, "1.34"},
		{"bill: all have one", byBill, []string{"a 0.33", "b 0.34", "a 0.33", "b 0.33"}, "1.33"},
		{"down", accounting.Rounding{Mode: money.Down, Places: 2, Level: accounting.BillLevel}, []string{"a 0.33", "b 0.33", "a 0.33", "b 0.34"}, "1.33"},
		{"up", accounting.Rounding{Mode: money.Up, Places: 2, Level: accounting.BillLevel}, []string{"a 0.34", "b 0.33", "a 0.33", "b 0.34"}, "1.34"},
		{"to whole yuan", accounting.Rounding{Level: accounting.LineLevel}, []string{"a 0", "b 0", "a 1", "b 1"}, "2"},
		{"no rounding", accounting.Rounding{Places: 18, Level: accounting.LineLevel}, []string{"a 0.333333", "b 0.333333", "a 0.333333", "b 0.333333999999"}, "1.333332999999"},
	} {
		t.Run(row.name, func(t *testing.T) {
			bill := rate(t, contractOf(row.rounding, third, other), a1, b1, a2, b2)
			require.Equal(t, row.want, billed(bill))
			require.Equal(t, money.MustParse("CNY "+row.total), bill.Total())
		})
	}
}

func TestRate_Yen(t *testing.T) {
	c := contractOf(accounting.Rounding{Mode: money.HalfUp, Level: accounting.LineLevel}, priceOf("p", perUnit("100.5")))
	c.Card.Currency = money.JPY
	bill := rate(t, c, used("1", 1), used("1", 2), used("1", 3))
	require.Equal(t, []string{"p 101", "p 100", "p 101"}, billed(bill))
	require.Equal(t, "JPY 302", bill.Total().String())
}

// Order of usage decides which line is in which tier, and is kept.
func TestRate_Order(t *testing.T) {
	c := contractOf(toCents,
		priceOf("fee", flat("9", accounting.FlatAlways)),
		priceOf("p", graduated(0, tier("5", "2", "0"), tier("", "1", "0"))),
		priceOf("minimum", graduated(accounting.ZeroCharged, tier("", "1", "3")), sku("never")),
		priceOf("setup", flat("4", accounting.FlatIfUsed)))
	a, b := used("5", 1, keyed("acme/a", "", "")), used("5", 1, keyed("acme/b", "", ""))
	require.Equal(t, []string{"p 10", "p 5", "fee 9", "setup 4", "minimum 3"}, billed(rate(t, c, a, b)))

	bill := rate(t, c, b, a)
	require.Equal(t, metering.Account("acme/b"), bill.Charges[0].Account)
	require.Equal(t, []string{"p 10", "p 5", "fee 9", "setup 4", "minimum 3"}, billed(bill))
}

func TestRate_Neighbours(t *testing.T) {
	c := contractOf(toCents, priceOf("p", perUnit("0.335")))
	on := func(resource string) func(*metering.Usage) {
		return func(u *metering.Usage) { u.Key.Resource = resource; u.Estimated = u.Quantity }
	}
	bill := rate(t, c, used("1", 1, on("x")), used("2", 1, on("y")), used("4", 2, on("x")))
	require.Len(t, bill.Charges, 2, "resources are put together, days are not")
	require.Equal(t, used("3", 1).Quantity, bill.Charges[0].Quantity)
	require.Equal(t, used("3", 1).Quantity, bill.Charges[0].Estimated)
	require.Equal(t, []string{"p 1", "p 1.34"}, billed(bill), "1.005 half-even, and 2.345 half-even less that")
}

func TestRate_ChargeFields(t *testing.T) {
	c := contractOf(toCents, priceOf("p", perUnit("2"), func(p *accounting.Price) { p.Service = accounting.Network }))
	u := used("3", 4, keyed("acme/vision", "std", "cn-north-1", "team", "x"), func(u *metering.Usage) {
		u.Key.Resource, u.Estimated = "eth0", used("1", 1).Quantity
	})
	got := rate(t, c, u).Charges[0]
	require.Equal(t, 0, got.Explanation.Before.Sign())
	require.Equal(t, u.Quantity, got.Explanation.After)
	got.Explanation = accounting.Explanation{}
	six := money.MustParse("CNY 6.00")
	require.Equal(t, accounting.Charge{
		BillingAccount: "acme", Account: "acme/vision", Service: accounting.Network, Meter: metering.Egress,
		SKU: "std", Region: "cn-north-1", Labels: metering.MustLabels("team", "x"), Period: u.Period,
		Quantity: u.Quantity, Estimated: u.Estimated, Unit: gigabyte, PriceID: "p", Card: "list@1", Origin: accounting.FromUsage,
		List: six, Contracted: six, Billed: six, Effective: six,
	}, got)
}

func TestRate_NoUsage(t *testing.T) {
	c := contractOf(toCents, priceOf("p", perUnit("2")))
	bill, state, err := rating.Rate(c, november, nil, rating.State{})
	require.NoError(t, err)
	require.Empty(t, bill.Charges)
	require.Equal(t, "CNY 0.00", bill.Total().String())
	require.Equal(t, "CNY 0.00", bill.ListTotal().String())
	require.Equal(t, november, state.Period())
	require.True(t, rating.State{}.Period().IsZero())
}

// A price that changes within the billing period keeps its running quantity,
// and its running amount is rounded on, not anew.
func TestRate_PriceChanges(t *testing.T) {
	t.Run("tiers go on", func(t *testing.T) {
		c := contractOf(toCents,
			priceOf("p", graduated(accounting.ZeroWaived, tier("5", "2", "100"), tier("", "1", "0")), until(10)),
			priceOf("p", graduated(accounting.ZeroWaived, tier("5", "20", "100"), tier("", "10", "0")), from(10)))
		require.Equal(t, []string{"p 108", "p 30"}, billed(rate(t, c, used("4", 9), used("2", 10))), "the flat amount is paid once")
	})
	t.Run("after a gap", func(t *testing.T) {
		c := contractOf(toCents, priceOf("p", perUnit("1"), until(5)), priceOf("p", perUnit("2"), from(10)))
		require.Equal(t, []string{"p 1", "p 2"}, billed(rate(t, c, used("1", 4), used("1", 10))))
	})
	t.Run("nothing drifts", func(t *testing.T) {
		var prices []accounting.Price
		var rows []metering.Usage
		for day := 1; day <= 30; day++ {
			prices = append(prices, priceOf("p", perUnit("0.004"), from(day), until(day+1)))
			rows = append(rows, used("1", day))
		}
		bill := rate(t, contractOf(toCents, prices...), rows...)
		require.Equal(t, "CNY 0.12", bill.Total().String(), "0 if each day were rounded by itself")
		require.Equal(t, "1 GB × 0.004 CNY = 0.004 → 0.01 (half-even, line; price total 0.00 → 0.01)", bill.Charges[1].Explain())
	})
}

// What usage yields as an error ends rating, with nothing changed.
func TestRate_UsageFails(t *testing.T) {
	c := contractOf(toCents, priceOf("p", perUnit("2")))
	_, state, err := rating.Rate(c, must(metering.NewPeriod(onDay(1), onDay(2))), usage(used("1", 1)), rating.State{})
	require.NoError(t, err)
	broken := errors.New("broken")
	bill, after, err := rating.Rate(c, november, func(yield func(metering.Usage, error) bool) {
		if yield(used("1", 2), nil) {
			yield(metering.Usage{}, broken)
		}
	}, state)
	require.ErrorIs(t, err, broken)
	require.Equal(t, rating.Bill{}, bill)
	require.Equal(t, state, after)
}

func TestStream_YieldFails(t *testing.T) {
	full := errors.New("full")
	n := 0
	_, _, err := rating.Stream(contractOf(toCents, priceOf("p", perUnit("2"))), november, usage(used("1", 1), used("1", 2)), rating.State{},
		func(accounting.Charge) error { n++; return full })
	require.ErrorIs(t, err, full)
	require.Equal(t, 1, n)
}

// An aggregator's usage goes straight in, in its own order.
func TestRate_Aggregator(t *testing.T) {
	agg := metering.NewAggregator()
	series := must(agg.Series(metering.Key{Account: "acme/web", Meter: metering.Egress}))
	require.NoError(t, series.AddAt(onDay(3), metering.MustQuantity("7 GBy")))
	c := contractOf(toCents, priceOf("p", graduated(0, tier("5", "2", "0"), tier("", "1", "0"))))
	bill, _, err := rating.Rate(c, november, agg.Usage(november), rating.State{})
	require.NoError(t, err)
	require.Equal(t, []string{"p 12"}, billed(bill))

	daily, _, err := rating.Rate(c, november, agg.Usage(november, metering.Per(metering.Days(metering.Zone{}))), rating.State{})
	require.NoError(t, err)
	require.Equal(t, bill.Total(), daily.Total())
}
