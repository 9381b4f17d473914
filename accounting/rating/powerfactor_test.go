package rating_test

import (
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// stepsOf makes steps of ratios and percentages, the last without a ratio.
func stepsOf(pairs ...string) (steps []accounting.PowerStep) {
	for i := 0; i+1 < len(pairs); i += 2 {
		ratio := dec(pairs[i])
		steps = append(steps, accounting.PowerStep{Ratio: &ratio, Percent: dec(pairs[i+1])})
	}
	return append(steps, accounting.PowerStep{Percent: dec(pairs[len(pairs)-1])})
}

// The adjustment by the power factor is a percentage of what its prices come to
// in the billing period, by the ratio of all its energy; in parts it comes to
// what it comes to as a whole, whatever the cut.
func TestLaw_PowerAdjustment(t *testing.T) {
	const blind metering.MeterID = "network.blind" // which no price weighs
	lawOf(t, 8, func(t *testing.T, g generator) {
		w, _ := g.stagedWorld()
		a := &accounting.PowerAdjustment{ID: "pf", Active: metering.Egress, Reactive: blind, Steps: stepsOf("0.2", "-0.75", "0.5", "0", "1.1", g.amount().String(), "7.5")}
		if w.contract.Card.Rounding.Level == accounting.LineLevel && g.oneIn(2) {
			a.Prices = []string{"s0", "s2"}
		}
		w.contract.Card.PowerFactor = a
		active, reactive := new(big.Rat), new(big.Rat)
		var rows []metering.Usage
		for _, u := range w.rows {
			rows = append(rows, u)
			if u.Key.Meter == metering.Egress {
				active.Add(active, new(big.Rat).SetInt(u.Quantity.Grains().Big()))
			}
			if g.oneIn(3) {
				u.Key.Meter = blind
				rows = append(rows, u)
				reactive.Add(reactive, new(big.Rat).SetInt(u.Quantity.Grains().Big()))
			}
		}
		some := len(rows) > len(w.rows)
		w.rows = rows
		whole, end, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{})
		require.NoError(t, err)
		base, charged := new(big.Rat), new(big.Rat)
		for _, c := range whole.Charges {
			require.Equal(t, c.Billed, must(c.Explanation.Recompute()))
			switch {
			case c.PriceID == "pf":
				charged.Add(charged, rat(c.Billed))
			case a.Prices == nil || slices.Contains(a.Prices, c.PriceID):
				base.Add(base, rat(c.Billed))
			}
		}
		percent := new(big.Rat)
		for i := len(a.Steps) - 1; i >= 0 && some; i-- {
			if r := a.Steps[i].Ratio; r == nil || reactive.Cmp(new(big.Rat).Mul(active, oracleRat(r.String()))) <= 0 {
				percent = oracleRat(a.Steps[i].Percent.String())
			}
		}
		rounding := w.contract.Card.Rounding
		base.Mul(base, percent).Quo(base, big.NewRat(100, 1))
		requireRat(t, oracleRound(base, rounding.Mode.String(), rounding.Places), charged, "%v", a)

		billed, list, state, err := rateInPieces(t, w, w.cutInTime(g))
		require.NoError(t, err)
		require.Equal(t, whole.Total(), billed)
		require.Equal(t, whole.ListTotal(), list)
		require.Equal(t, end, state, "the state depends on no cut either")
		i := g.IntN(len(w.rows) + 1)
		billed, _, _, err = rateInPieces(t, w, []world{{contract: w.contract, period: w.period, rows: w.rows[:i]}, {contract: w.contract, period: w.period, rows: w.rows[i:]}})
		require.NoError(t, err)
		require.Equal(t, whole.Total(), billed, "late")
	})
}

// reactive makes a row of the meter that the table below takes for reactive.
func reactive(gb string, day int) metering.Usage {
	u := used(gb, day)
	u.Key.Meter = metering.Ingress
	return u
}

func TestRate_PowerAdjustment(t *testing.T) {
	contract := func() accounting.Contract {
		c := contractOf(toCents, priceOf("day", perUnit("2")), priceOf("fund", perUnit("0.1"), func(p *accounting.Price) {
			p.Terms = &accounting.Terms{Group: "fund"}
		}), priceOf("capacity", flat("1000", accounting.FlatAlways)))
		c.Card.PowerFactor = &accounting.PowerAdjustment{ID: "pf", Service: accounting.EnergySupply, Active: metering.Egress, Reactive: metering.Ingress,
			Prices: []string{"day", "capacity"}, Steps: stepsOf("0.4", "-0.75", "0.5", "0", "0.6", "5", "15")}
		return c
	}
	for name, tt := range map[string]struct {
		rows []metering.Usage
		want string
	}{
		"nobody reads it":           {[]metering.Usage{used("100", 1)}, "CNY 1210.00"},
		"a reward":                  {[]metering.Usage{used("100", 1), reactive("40", 1)}, "CNY 1201.00"}, // 1210 − 0.75 % of 1200
		"nothing":                   {[]metering.Usage{used("100", 1), reactive("50", 1)}, "CNY 1210.00"},
		"on the bound":              {[]metering.Usage{used("100", 1), reactive("60", 1)}, "CNY 1270.00"},
		"beyond every step":         {[]metering.Usage{used("100", 1), reactive("60.000001", 1)}, "CNY 1390.00"},
		"nothing but reactive":      {[]metering.Usage{reactive("1", 1)}, "CNY 1150.00"},
		"no energy at all":          {[]metering.Usage{reactive("0", 1)}, "CNY 992.50"},
		"of the month, not of days": {[]metering.Usage{used("10", 1), reactive("50", 1), used("90", 2)}, "CNY 1210.00"},
	} {
		t.Run(name, func(t *testing.T) {
			bill, _, err := rating.Rate(contract(), november, usage(tt.rows...), rating.State{})
			require.NoError(t, err)
			require.Equal(t, tt.want, bill.Total().String())
		})
	}
	bill, _, err := rating.Rate(contract(), november, usage(used("100", 1), reactive("60", 1)), rating.State{})
	require.NoError(t, err)
	last := bill.Charges[len(bill.Charges)-1]
	require.Equal(t, accounting.EnergySupply, last.Service)
	require.Equal(t, "60.00 CNY power factor, reactive/active 0.6000: +5 % of CNY 1200.00", last.Explain())

	// Credits pay for it as for any charge.
	c := contract()
	c.Credits = []accounting.Credit{{ID: "grant", Amount: dec("2000")}}
	bill, _, err = rating.Rate(c, november, usage(used("100", 1), reactive("60", 1)), rating.State{})
	require.NoError(t, err)
	require.True(t, bill.Total().IsZero(), bill.Total())
}

func TestRate_PowerAdjustmentRefused(t *testing.T) {
	good := accounting.PowerAdjustment{ID: "pf", Active: metering.Egress, Reactive: metering.Ingress, Steps: stepsOf("0.5", "0", "5")}
	for name, change := range map[string]func(*accounting.PowerAdjustment){
		"no id":            func(a *accounting.PowerAdjustment) { a.ID = "" },
		"no meter":         func(a *accounting.PowerAdjustment) { a.Active = "" },
		"one meter":        func(a *accounting.PowerAdjustment) { a.Active = a.Reactive },
		"no steps":         func(a *accounting.PowerAdjustment) { a.Steps = nil },
		"no last step":     func(a *accounting.PowerAdjustment) { a.Steps = a.Steps[:1] },
		"two last steps":   func(a *accounting.PowerAdjustment) { a.Steps = append(a.Steps, a.Steps[1]) },
		"never used below": func(a *accounting.PowerAdjustment) { a.Steps = []accounting.PowerStep{{}, {}} },
	} {
		t.Run(name, func(t *testing.T) {
			a := good
			a.Steps = slices.Clone(good.Steps)
			change(&a)
			c := contractOf(toCents, priceOf("p", perUnit("1")))
			c.Card.PowerFactor = &a
			_, _, err := rating.Rate(c, november, nil, rating.State{})
			require.ErrorIs(t, err, rating.ErrContract)
		})
	}
	some := good
	some.Prices = []string{"p"}
	c := contractOf(byBill, priceOf("p", perUnit("1")))
	c.Card.PowerFactor = &some
	_, _, err := rating.Rate(c, november, nil, rating.State{})
	require.ErrorIs(t, err, rating.ErrContract, "prices have no amounts of their own")

	c = contractOf(toCents, priceOf("p", perUnit("1")))
	c.Negotiated = cardOf("special", toCents, priceOf("p", perUnit("1")))
	c.Negotiated.PowerFactor = &good
	_, _, err = rating.Rate(c, november, nil, rating.State{})
	require.ErrorIs(t, err, rating.ErrContract, "it is the list card's")

	c.Negotiated, c.Card.PowerFactor = nil, &good
	odd := reactive("1", 1)
	odd.Quantity = metering.MustQuantity("1 kW.h")
	_, _, err = rating.Rate(c, november, usage(used("1", 1), odd), rating.State{})
	require.ErrorIs(t, err, rating.ErrUsage, "of two dimensions")

	first := must(metering.NewPeriod(onDay(1), onDay(2)))
	_, state, err := rating.Rate(c, first, usage(used("1", 1), reactive("1", 1)), rating.State{})
	require.NoError(t, err)
	c.Card.PowerFactor = &accounting.PowerAdjustment{ID: "pf", Active: metering.Egress, Reactive: metering.Ingress, Steps: stepsOf("0.5", "0", "6")}
	_, _, err = rating.Rate(c, must(metering.NewPeriod(onDay(2), november.End())), nil, state)
	require.ErrorIs(t, err, rating.ErrContract, "it is part of what the state was rated by")
}

// The prices that an adjustment names stay those that it goes by when they are
// negotiated, under whatever id: what is due, and what the list would ask.
func TestRate_PowerAdjustment_Negotiated(t *testing.T) {
	c := contractOf(toCents, priceOf("energy", perUnit("2")), priceOf("fund", perUnit("1"), sku("f")))
	c.Card.PowerFactor = &accounting.PowerAdjustment{ID: "pf", Active: metering.Egress, Reactive: "reactive", Prices: []string{"energy"}, Steps: stepsOf("0.1", "0", "10")}
	reactive := used("50", 1, func(u *metering.Usage) { u.Key.Meter = "reactive" })
	rows := []metering.Usage{used("90", 1), used("10", 1, keyed("acme", "f", "")), reactive}
	require.Equal(t, []string{"list@1 energy 180 of 180", "list@1 fund 10 of 10", "list@1 pf 18 of 18"}, amounts(rate(t, c, rows...)))
	c.Negotiated = cardOf("special", toCents, priceOf("deal", perUnit("1")), priceOf("energy", perUnit("0.5"), sku("f")))
	require.Equal(t, []string{"special@1 deal 90 of 180", "special@1 energy 5 of 10", "list@1 pf 9 of 18"}, amounts(rate(t, c, rows...)))
}
