package accounting_test

import (
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

var (
	cardHour = metering.MustUnit("{card}.h")
	toCents  = accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.LineLevel}
	byBill   = accounting.Rounding{Mode: money.HalfEven, Places: 2, Level: accounting.BillLevel}
)

func tier(upTo, price, flat string) accounting.Tier {
	t := accounting.Tier{Price: dec(price), Flat: dec(flat)}
	if upTo != "" {
		bound := dec(upTo)
		t.UpTo = &bound
	}
	return t
}

// stretch explains what goes from one running quantity to another, in card
// hours and yuan.
func stretch(m accounting.Model, from, to string, change ...func(*accounting.Explanation)) accounting.Explanation {
	e := accounting.Explanation{Model: m, Unit: cardHour, Currency: money.CNY, Rounding: toCents,
		Before: metering.MustQuantity(from + " {card}.h"), After: metering.MustQuantity(to + " {card}.h"), Opens: from == "0"}
	for _, f := range change {
		f(&e)
	}
	return e
}

func rounded(r accounting.Rounding) func(*accounting.Explanation) {
	return func(e *accounting.Explanation) { e.Rounding = r }
}

func in(c money.Currency) func(*accounting.Explanation) {
	return func(e *accounting.Explanation) { e.Currency = c }
}

func TestExplanation_String(t *testing.T) {
	perUnit := func(price string) accounting.Model { return accounting.PerUnit{Price: dec(price)} }
	tiers := accounting.Graduated{OnZero: accounting.ZeroWaived, Tiers: []accounting.Tier{tier("5", "0", "100"), tier("10", "2", "0"), tier("", "2", "50")}}
	hundredth := func(e *accounting.Explanation) {
		e.Carried = accounting.NewFraction(fixed.Wide(fixed.FromInt64(1_000_000_000_000_000_000)), fixed.FromInt64(3))
	}
	for _, row := range []struct {
		name string
		e    accounting.Explanation
		want string
	}{
		{"the first line of a price", stretch(perUnit("18.9"), "0", "52.75"), "52.75 card·h × 18.90 CNY = 996.975 → 996.98 (half-even, line)"},
		{"a later line", stretch(perUnit("0.333"), "1", "2"), "1 card·h × 0.333 CNY = 0.333 → 0.34 (half-even, line; price total 0.33 → 0.67)"},
		{"a line of a rounded bill", stretch(perUnit("0.333"), "0", "1", rounded(byBill), hundredth), "1 card·h × 0.333 CNY = 0.333 → 0.34 (half-even, bill; bill total 0.33 → 0.67)"},
		{"the first line of a rounded bill", stretch(perUnit("0.333"), "0", "1", rounded(byBill), func(e *accounting.Explanation) {
			e.Carried = accounting.NewFraction(fixed.Int256{}, fixed.FromInt64(1))
		}), "1 card·h × 0.333 CNY = 0.333 → 0.33 (half-even, bill)"},
		{"a fine price", stretch(perUnit("0.0000125"), "0", "1000"), "1000 card·h × 0.0000125 CNY = 0.0125 → 0.01 (half-even, line)"},
		{"yen", stretch(perUnit("100.5"), "0", "3", in(money.JPY), rounded(accounting.Rounding{Mode: money.HalfUp, Level: accounting.LineLevel})),
			"3 card·h × 100.5 JPY = 301.5 → 302 (half-up, line)"},
		{"dinars", stretch(perUnit("1"), "0", "3", in(money.KWD), rounded(accounting.Rounding{Mode: money.HalfUp, Places: 3, Level: accounting.LineLevel})),
			"3 card·h × 1.000 KWD = 3.000"},
		{"places that are not the currency's", stretch(perUnit("0.12345"), "0", "1", rounded(accounting.Rounding{Mode: money.Down, Places: 4, Level: accounting.LineLevel})),
			"1 card·h × 0.12345 CNY = 0.12345 → 0.1234 (down to 4 places, line)"},
		{"to whole yuan", stretch(perUnit("1.5"), "0", "1", rounded(accounting.Rounding{Mode: money.HalfUp, Level: accounting.LineLevel})),
			"1 card·h × 1.50 CNY = 1.50 → 2.00 (half-up to 0 places, line)"},
		{"a rebate", stretch(perUnit("-1"), "0", "2"), "2 card·h × -1.00 CNY = -2.00"},
		{"a correction", stretch(perUnit("18.9"), "2", "1"), "-1 card·h × 18.90 CNY = -18.90"},
		{"below zero", stretch(perUnit("18.9"), "0", "-1"), "-1 card·h × 18.90 CNY = -18.90"},
		{"nothing", stretch(perUnit("18.9"), "0", "0"), "0 card·h × 18.90 CNY = 0.00"},
		{"a third of an hour", stretch(perUnit("3"), "0", "0", func(e *accounting.Explanation) {
			e.After = metering.Grains(3600e9/3*1000, metering.CardTime)
		}), "≈0.000004625 card·h × 3.00 CNY = ≈0.000013875 → 0.00 (half-even, line)"},
		{"one grain", stretch(perUnit("3"), "0", "0", func(e *accounting.Explanation) {
			e.After = metering.Grains(1, metering.CardTime)
		}), "≈0.000000000000000000003854 card·h × 3.00 CNY = ≈0.00000000000000000001156 → 0.00 (half-even, line)"},
		{"tiers, one of them free, with flat amounts", stretch(tiers, "0", "12"),
			"5 card·h × 0.00 CNY + 100.00 CNY flat + 5 card·h × 2.00 CNY + 2 card·h × 2.00 CNY + 50.00 CNY flat = 164.00"},
		{"within a tier", stretch(tiers, "6", "7"), "1 card·h, 7 card·h in all: 1 card·h × 2.00 CNY = 2.00"},
		{"a free stretch", stretch(tiers, "1", "2"), "1 card·h, 2 card·h in all: 1 card·h × 0.00 CNY = 0.00"},
		{"back over a bound", stretch(tiers, "12", "9"),
			"-3 card·h, 9 card·h in all: -1 card·h × 2.00 CNY - 2 card·h × 2.00 CNY - 50.00 CNY flat = -56.00"},
		{"back to nothing", stretch(tiers, "2", "0", func(e *accounting.Explanation) { e.Opens = false }),
			"-2 card·h, 0 card·h in all: -2 card·h × 0.00 CNY - 100.00 CNY flat = -100.00"},
		{"waived at zero", stretch(tiers, "0", "0"), "0 card·h × 0.00 CNY = 0.00"},
		{"charged at zero", stretch(accounting.Graduated{OnZero: accounting.ZeroCharged, Tiers: []accounting.Tier{tier("", "1", "7")}}, "0", "0"),
			"7.00 CNY flat"},
		{"charged below zero", stretch(accounting.Graduated{OnZero: accounting.ZeroCharged, Tiers: []accounting.Tier{tier("", "1", "7")}}, "0", "-1"),
			"-1 card·h × 1.00 CNY + 7.00 CNY flat = 6.00"},
		{"a flat price", accounting.Explanation{Model: accounting.Flat{Amount: dec("500")}, Currency: money.CNY, Rounding: toCents, Opens: true},
			"500.00 CNY flat"},
	} {
		t.Run(row.name, func(t *testing.T) {
			require.Equal(t, row.want, row.e.String())
			require.Equal(t, row.want, accounting.Charge{Explanation: row.e}.Explain())
		})
	}
}

func TestExplanation_Unexplained(t *testing.T) {
	price := accounting.PerUnit{Price: dec("1")}
	for name, e := range map[string]accounting.Explanation{
		"zero":             {},
		"no model":         stretch(nil, "0", "1"),
		"model by pointer": stretch(&price, "0", "1"),
		"no unit":          stretch(price, "0", "1", func(e *accounting.Explanation) { e.Unit = metering.Unit{} }),
		"no such mode":     stretch(price, "0", "1", rounded(accounting.Rounding{Mode: 7})),
		"places below":     stretch(price, "0", "1", rounded(accounting.Rounding{Places: -1})),
		"places above":     stretch(price, "0", "1", rounded(accounting.Rounding{Places: 1_000_000_000})),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := e.Recompute()
			require.ErrorIs(t, err, accounting.ErrUnexplained)
			require.Nil(t, e.Steps())
			require.Zero(t, e.Exact().Sign())
			require.Equal(t, "unexplained", e.String())
		})
	}
	_, err := stretch(price, "0", "1", in("XYZ")).Recompute()
	require.ErrorIs(t, err, money.ErrUnknownCurrency)
	_, err = stretch(accounting.PerUnit{Price: decimal.New(1, 20)}, "0", "10").Recompute()
	require.ErrorIs(t, err, money.ErrOverflow)
	_, err = stretch(accounting.Graduated{}, "0", "1").Recompute()
	require.ErrorIs(t, err, accounting.ErrUnexplained, "no tiers")
}

func TestExplanation_Steps(t *testing.T) {
	tiers := accounting.Graduated{OnZero: accounting.ZeroWaived, Tiers: []accounting.Tier{tier("5", "1", "0"), tier("", "1", "30")}}
	steps := stretch(tiers, "4", "7").Steps()
	require.Len(t, steps, 3, "tiers stay apart, also at one price")
	require.Equal(t, []int{1, 2, 2}, []int{steps[0].Tier, steps[1].Tier, steps[2].Tier})
	require.Equal(t, []bool{false, false, true}, []bool{steps[0].Flat, steps[1].Flat, steps[2].Flat})
	require.Equal(t, metering.MustQuantity("1 {card}.h"), steps[0].Quantity)
	require.Equal(t, metering.MustQuantity("2 {card}.h"), steps[1].Quantity)
	require.True(t, steps[2].Quantity.IsZero())
	requireRat(t, big.NewRat(30, 1), steps[2].Amount, "flat")

	back := stretch(tiers, "7", "4").Steps()
	requireRat(t, big.NewRat(-30, 1), back[2].Amount, "what is taken back")
	require.True(t, back[2].Price.Equal(dec("30")))
	require.Equal(t, "-30.00 CNY flat", back[2].Text(cardHour, money.CNY))
	require.Equal(t, "1 share·ns × 1.00 CNY", accounting.Step{Quantity: metering.Grains(1, metering.CardTime), Price: dec("1"), Amount: new(big.Rat)}.
		Text(metering.MustUnit("{share}.ns"), money.CNY))
	require.Equal(t, "1 {share}.ns × 1.00 CNY", accounting.Step{Quantity: metering.Grains(1, metering.CardTime), Price: dec("1"), Amount: new(big.Rat)}.
		Text(metering.Unit{}, money.CNY), "without a unit, in grains")
	require.Empty(t, accounting.StepsText(nil, cardHour, money.CNY))
}

func TestRatText(t *testing.T) {
	for _, row := range []struct {
		num, den int64
		want     string
	}{
		{0, 1, "0"},
		{3, 1, "3"},
		{-3, 2, "-1.5"},
		{1, 1_000_000_000_000_000_000, "0.000000000000000001"},
		{1, 3, "≈0.333333333"},
		{-2, 3, "≈-0.666666667"},
		{1_000_000, 3, "≈333333.333333333"},
		{9_999_999_999, 3_000_000_001, "≈3.333333332"},
		{300_000_000_001, 30_000_000_000_033, "≈0.01"},
		{9_000_000_000_001, 3_000_000_000_000, "≈3"},
		{1, 3_000_000, "≈0.0000003333"},
		{1, 3_000_000_000_000, "≈0.0000000000003333"},
	} {
		require.Equal(t, row.want, accounting.RatText(big.NewRat(row.num, row.den)))
	}
	require.Equal(t, "≈0.333333333", accounting.AmountText(big.NewRat(1, 3), money.CNY))
	require.Equal(t, "≈3.00", accounting.AmountText(big.NewRat(9_000_000_000_001, 3_000_000_000_000), money.CNY), "3.000000000000333…")
}

func TestFraction(t *testing.T) {
	var none accounting.Fraction
	require.True(t, none.IsZero())
	require.Nil(t, none.Rat())
	require.Equal(t, "none", none.String())
	require.Equal(t, none, accounting.NewFraction(fixed.Wide(fixed.FromInt64(1)), fixed.Int128{}))

	nothing := accounting.NewFraction(fixed.Int256{}, fixed.FromInt64(7))
	require.False(t, nothing.IsZero(), "an amount of 0 is one")
	require.Equal(t, "0", nothing.String())
	third := accounting.NewFraction(fixed.Wide(fixed.FromInt64(-1e18)), fixed.FromInt64(3))
	require.Equal(t, "-1/3", third.String())
	third.Rat().SetInt64(5)
	require.Equal(t, "-1/3", third.String(), "a Rat is the caller's own")
}
