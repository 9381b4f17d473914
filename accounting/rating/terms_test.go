package rating_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

func with(p accounting.Price, t accounting.Terms) accounting.Price { p.Terms = &t; return p }

func hourOf(day, hour int) metering.Period {
	start := onDay(day).Add(time.Duration(hour) * time.Hour)
	return must(metering.NewPeriod(start, start.Add(time.Hour)))
}

func TestRate_TimesOfDay(t *testing.T) {
	peak := &accounting.Schedule{Hours: []accounting.Hours{{From: 540, To: 720}}}
	c := contractOf(toCents, priceOf("flat-rate", perUnit("1")), with(priceOf("peak", perUnit("3")), accounting.Terms{During: peak}))
	bill, _, err := rating.Rate(c, november, usage(at("1", hourOf(2, 8)), at("1", hourOf(2, 9)), at("1", hourOf(2, 12))), rating.State{})
	require.NoError(t, err)
	require.Equal(t, []string{"flat-rate 1", "peak 3", "flat-rate 1"}, billed(bill))

	_, _, err = rating.Rate(c, november, usage(used("1", 2)), rating.State{})
	var straddle *rating.StraddleError
	require.ErrorAs(t, err, &straddle)
	require.True(t, straddle.Scheduled)
	require.ErrorContains(t, err, `the schedule of price "peak" has only a part of`)

	also := with(priceOf("also", perUnit("2")), accounting.Terms{During: peak})
	_, _, err = rating.Rate(contractOf(toCents, with(priceOf("peak", perUnit("3")), accounting.Terms{During: peak}), also), november, usage(at("1", hourOf(2, 9))), rating.State{})
	var ambiguous *rating.AmbiguousError
	require.ErrorAs(t, err, &ambiguous, "two prices for one key at one time are refused")
}

// A price that is due once is charged in the billing period in which it
// begins, in full, however often that is rated, and in no other.
func TestRate_Once(t *testing.T) {
	setup := priceOf("setup", flat("100", accounting.FlatOnce), from(12))
	setup.Match, setup.Unit = accounting.Match{}, metering.Unit{}
	c := contractOf(toCents, setup, with(setup, accounting.Terms{Percent: dec("25")}))
	c.Card.Prices[1].ID = "reduced"
	bill, state, err := rating.Rate(c, november, nil, rating.State{})
	require.NoError(t, err)
	require.Equal(t, []string{"setup 100", "reduced 75"}, billed(bill))
	for _, charge := range bill.Charges {
		require.Equal(t, accounting.FromOneOff, charge.Origin)
		require.Equal(t, november, charge.Period)
		require.Equal(t, charge.Billed, must(charge.Explanation.Recompute()))
	}
	again, _, err := rating.Rate(c, november, nil, state)
	require.NoError(t, err)
	require.Empty(t, again.Charges)
	for _, other := range []metering.Period{october, must(metering.Month(metering.Zone{}, 2026, time.December))} {
		bill, _, err := rating.Rate(c, other, nil, rating.State{})
		require.NoError(t, err)
		require.Empty(t, bill.Charges)
	}
	c.Negotiated = cardOf("special", toCents, setup)
	c.Negotiated.Prices[0].Model = flat("80", accounting.FlatOnce)
	bill, _, err = rating.Rate(c, november, nil, rating.State{})
	require.NoError(t, err)
	require.Equal(t, []string{"reduced 75", "setup 80"}, billed(bill))
	require.Equal(t, "CNY 175.00", bill.ListTotal().String())

	c.Negotiated = nil
	c.Card.Prices[0].From = time.Time{}
	_, _, err = rating.Rate(c, november, nil, rating.State{})
	require.ErrorIs(t, err, rating.ErrContract)
}

func TestRate_Groups(t *testing.T) {
	c := contractOf(toCents, priceOf("machine", perUnit("2")), with(priceOf("licence", perUnit("0.5"), sku("win")), accounting.Terms{Group: "licence"}))
	bill, _, err := rating.Rate(c, november, usage(used("4", 1), used("4", 2, keyed("acme", "win", ""))), rating.State{})
	require.NoError(t, err)
	require.Equal(t, []string{"machine 8", "machine 8", "licence 2"}, billed(bill))
}

func TestRate_PowerFactor(t *testing.T) {
	ratio := dec("0.5")
	f := &accounting.PowerFactor{Reactive: "reactive", Steps: []accounting.PowerStep{{Ratio: &ratio, Percent: dec("-1")}, {Percent: dec("10")}}}
	c := contractOf(toCents, with(priceOf("power", perUnit("1")), accounting.Terms{PowerFactor: f}))
	reactive := func(gb string, day int) metering.Usage {
		u := used(gb, day)
		u.Key.Meter = "reactive"
		return u
	}
	bill, _, err := rating.Rate(c, november, usage(used("100", 1), reactive("50", 1)), rating.State{})
	require.NoError(t, err)
	require.Equal(t, "CNY 99.00", bill.Total().String(), "a ratio of a half earns the reward")
	bill, _, err = rating.Rate(c, november, usage(used("100", 1), reactive("50", 1), reactive("1", 2)), rating.State{})
	require.NoError(t, err)
	require.Equal(t, "CNY 110.00", bill.Total().String())
}

func TestRate_Windows(t *testing.T) {
	c := contractOf(toCents, with(priceOf("p", perUnit("1")), accounting.Terms{Scope: accounting.Scope{Window: accounting.PerHour}, Free: dec("2")}))
	bill, _, err := rating.Rate(c, november, usage(at("3", hourOf(2, 8)), at("1", hourOf(2, 9)), at("3", hourOf(2, 8))), rating.State{})
	require.NoError(t, err)
	require.Equal(t, "CNY 4.00", bill.Total().String(), "two units of each hour are free")
	_, _, err = rating.Rate(c, november, usage(used("1", 1)), rating.State{})
	var window *rating.WindowError
	require.ErrorAs(t, err, &window)
	require.ErrorContains(t, err, "ask for usage in finer periods")
}

func TestRate_RowErrors(t *testing.T) {
	sized := accounting.Volume{Tiers: []accounting.Tier{tier("10", "1", "0"), tier("", "2", "0")}, SizedBy: "size"}
	spot := accounting.Spot{Prices: []accounting.SpotPrice{{From: onDay(2), Price: dec("1")}, {From: onDay(3).Add(time.Hour), Price: dec("2")}}}
	for name, c := range map[string]struct {
		model accounting.Model
		row   metering.Usage
		says  string
	}{
		"no label":            {sized, used("1", 1), `it has no label "size"`},
		"no number":           {sized, used("1", 1, keyed("acme", "", "", "size", "big")), "no plain number"},
		"exponent":            {accounting.Dynamic{Label: "bid", Factor: dec("1")}, used("1", 1, keyed("acme", "", "", "bid", "1e9")), "no plain number"},
		"before the series":   {spot, used("1", 1), "no one spot price is for all of it"},
		"over a change of it": {spot, used("1", 3), "no one spot price is for all of it"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := rating.Rate(contractOf(toCents, priceOf("p", c.model)), november, usage(c.row), rating.State{})
			require.ErrorIs(t, err, rating.ErrUsage)
			var row *accounting.RowError
			require.ErrorAs(t, err, &row)
			require.ErrorContains(t, err, c.says)
		})
	}
	bill, _, err := rating.Rate(contractOf(toCents, priceOf("p", sized)), november, usage(used("1", 1, keyed("acme", "", "", "size", "unbounded"))), rating.State{})
	require.NoError(t, err)
	require.Equal(t, "CNY 2.00", bill.Total().String())
}

func TestRate_ProratedMinimum(t *testing.T) {
	least := dec("10")
	p := with(priceOf("p", perUnit("1"), from(16)), accounting.Terms{Minimum: &least, ProrateMinimum: accounting.ProrateDays})
	bill, _, err := rating.Rate(contractOf(toCents, p), november, usage(used("2", 20)), rating.State{})
	require.NoError(t, err)
	require.Equal(t, []string{"p 2", "p 3"}, billed(bill), "half of the month, half of the minimum")
	p.Terms.ProrateMinimum = accounting.ProrateNone
	_, _, err = rating.Rate(contractOf(toCents, p), november, usage(used("2", 20)), rating.State{})
	var straddle *rating.StraddleError
	require.ErrorAs(t, err, &straddle)
}
