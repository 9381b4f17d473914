package rating_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// levels are rows of one hour each, from the first of November on.
func levels(of ...string) (rows []metering.Usage) {
	for i, level := range of {
		rows = append(rows, at(level, hourOf(1+i/24, i%24)))
	}
	return rows
}

// Of n rows, n·5 % cut to a whole number are dropped and the next one counts:
// none of 19, one of 20 to 39, two of 40. A month of five minutes drops 446 of
// 8928 and counts the 447th.
func TestRate_Percentile(t *testing.T) {
	c := contractOf(toCents, with(priceOf("line", perUnit("2")), accounting.Terms{Gather: accounting.GatherPercentile, Percentile: dec("95")}))
	for _, n := range []int64{1, 19, 20, 39, 40, 100} {
		var rows []metering.Usage
		for i := range n { // 7 has no factor with any n but itself: every level once, in no order
			rows = append(rows, at(decimal.NewFromInt(1+i*7%n).String(), hourOf(int(1+i/24), int(i%24))))
		}
		bill, _, err := rating.Rate(c, november, usage(rows...), rating.State{})
		require.NoError(t, err)
		require.Equal(t, money2(2*(n-n/20)), bill.Total().String(), "%d rows", n)
		last := bill.Charges[len(bill.Charges)-1]
		require.Equal(t, last.Billed, must(last.Explanation.Recompute()))
	}
	bill, _, err := rating.Rate(c, november, usage(levels("3", "9", "5")...), rating.State{})
	require.NoError(t, err)
	require.Contains(t, bill.Charges[2].Tree(accounting.English).String(), "percentile 95 (3 rows): 9")
	require.Contains(t, bill.Charges[2].Tree(accounting.Chinese).String(), "百分位 95（3 行）：9")
}

func money2(n int64) string { return "CNY " + decimal.NewFromInt(n).StringFixed(2) }

// Law 4 for percentiles: any cut, any order, a state used twice.
func TestLaw4_Rate_Percentile(t *testing.T) {
	lawOf(t, 40, func(t *testing.T, g generator) {
		percentile := decimal.New(1+g.Int64N(1000), -1)
		price := with(priceOf("line", perUnit("1.5")), accounting.Terms{Gather: accounting.GatherPercentile, Percentile: percentile,
			Scope: accounting.Scope{Account: g.oneIn(2)}})
		w := world{contract: contractOf(pick(g, toCents, byBill), price), period: november}
		var all []*big.Rat
		for range 1 + g.IntN(300) {
			u := g.stagedRow("")
			w.rows = append(w.rows, u)
			all = append(all, new(big.Rat).SetFrac(u.Quantity.Grains().Big(), big.NewInt(1e9)))
		}
		whole, _, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{})
		require.NoError(t, err)
		i := g.IntN(len(w.rows) + 1)
		pieces := []world{{contract: w.contract, period: w.period, rows: w.rows[:i]}, {contract: w.contract, period: w.period, rows: w.rows[i:]}}
		billed, _, _, err := rateInPieces(t, w, pieces)
		require.NoError(t, err)
		require.Equal(t, whole.Total(), billed)
		for _, c := range whole.Charges {
			require.Equal(t, c.Billed, must(c.Explanation.Recompute()))
		}
		if !price.Terms.Scope.Account {
			requireRat(t, new(big.Rat).Mul(oraclePercentile(all, percentile.String()), big.NewRat(3, 2)), totalExact(whole), "%v", percentile)
		}
	})
}

func totalExact(b rating.Bill) *big.Rat {
	total := new(big.Rat)
	for _, c := range b.Charges {
		total.Add(total, c.Explanation.Exact())
	}
	return total
}

// A ratchet bills at least a share of the highest demand before, at the end of
// the month, and looks back no further than it says.
func TestRate_Ratchet(t *testing.T) {
	ratchet := &accounting.Ratchet{Percent: dec("80"), Periods: 3}
	c := contractOf(toCents, with(priceOf("demand", perUnit("10")), accounting.Terms{Gather: accounting.GatherPeak, Ratchet: ratchet}))
	month := func(m time.Month) metering.Period { return must(metering.Month(metering.Zone{}, 2026, m)) }
	c.Demands = []accounting.Demand{
		{Price: "demand", Period: month(time.July), Level: big.NewRat(1000, 1)}, // four months before
		{Price: "demand", Period: month(time.August), Level: big.NewRat(50, 1)},
		{Price: "demand", Period: month(time.October), Level: big.NewRat(40, 1)},
		{Price: "other", Period: month(time.October), Level: big.NewRat(900, 1)},
		{Price: "demand", Period: month(time.December), Level: big.NewRat(900, 1)},
	}
	bill, state, err := rating.Rate(c, november, usage(levels("12", "30", "25")...), rating.State{})
	require.NoError(t, err)
	require.Equal(t, []string{"demand 120", "demand 180", "demand 0", "demand 100"}, billed(bill), "30, and at least 80 % of 50")
	require.Equal(t, accounting.FromTrueUp, bill.Charges[3].Origin)
	require.Contains(t, bill.Charges[3].Tree(accounting.English).String(), "ratchet 80%: 30 → 40")
	for _, charge := range bill.Charges {
		require.Equal(t, charge.Billed, must(charge.Explanation.Recompute()))
	}
	demands := state.Demands(c)
	require.Len(t, demands, 1)
	require.Equal(t, "30", demands[0].Level.RatString(), "what was measured")
	require.Equal(t, november, demands[0].Period)

	t.Run("late usage takes back what it makes up for", func(t *testing.T) {
		late, _, err := rating.Rate(c, november, usage(at("35", hourOf(4, 0)), at("45", hourOf(4, 1))), state)
		require.NoError(t, err)
		require.Equal(t, []string{"demand 0", "demand 50"}, billed(late))
		for _, charge := range late.Charges {
			require.Equal(t, charge.Billed, must(charge.Explanation.Recompute()))
		}
	})
	t.Run("without usage", func(t *testing.T) {
		bill, state, err := rating.Rate(c, november, nil, rating.State{})
		require.NoError(t, err)
		require.Equal(t, []string{"demand 400"}, billed(bill))
		require.Empty(t, state.Demands(c))
	})
	t.Run("above it", func(t *testing.T) {
		bill, _, err := rating.Rate(c, november, usage(levels("41")...), rating.State{})
		require.NoError(t, err)
		require.Equal(t, []string{"demand 410"}, billed(bill))
	})
	t.Run("first month", func(t *testing.T) {
		c := c
		c.Demands = nil
		bill, _, err := rating.Rate(c, november, usage(levels("41")...), rating.State{})
		require.NoError(t, err)
		require.Equal(t, []string{"demand 410"}, billed(bill))
	})
	t.Run("of a percentile", func(t *testing.T) {
		price := with(priceOf("demand", perUnit("10")), accounting.Terms{Gather: accounting.GatherPercentile, Percentile: dec("50"), Ratchet: ratchet})
		c := contractOf(byBill, price)
		c.Demands = []accounting.Demand{{Price: "demand", Period: month(time.October), Level: big.NewRat(50, 1)}}
		bill, state, err := rating.Rate(c, november, usage(levels("12", "30")...), rating.State{})
		require.NoError(t, err)
		require.Equal(t, "CNY 400.00", bill.Total().String())
		late, _, err := rating.Rate(c, november, usage(levels("60", "70", "80")...), state)
		require.NoError(t, err)
		require.Equal(t, "CNY 200.00", late.Total().String(), "five rows, of which the third is 60")
	})
}

func TestRate_Demand_Refused(t *testing.T) {
	number := dec("95")
	for name, terms := range map[string]accounting.Terms{
		"no percentile":         {Gather: accounting.GatherPercentile},
		"percentile of a sum":   {Percentile: number},
		"beyond all":            {Gather: accounting.GatherPercentile, Percentile: dec("101")},
		"a ratchet of a sum":    {Ratchet: &accounting.Ratchet{Percent: number, Periods: 1}},
		"a ratchet of each row": {Gather: accounting.GatherPeak, Scope: accounting.Scope{Window: accounting.PerRow}, Ratchet: &accounting.Ratchet{Percent: number, Periods: 1}},
		"that looks nowhere":    {Gather: accounting.GatherPeak, Ratchet: &accounting.Ratchet{Percent: number}},
		"that asks for nothing": {Gather: accounting.GatherPeak, Ratchet: &accounting.Ratchet{Periods: 1}},
	} {
		_, _, err := rating.Rate(contractOf(toCents, with(priceOf("p", perUnit("1")), terms)), november, nil, rating.State{})
		require.ErrorIs(t, err, rating.ErrContract, name)
	}
	c := contractOf(toCents, priceOf("p", perUnit("1")))
	c.Demands = []accounting.Demand{{Price: "p", Period: november}}
	_, _, err := rating.Rate(c, november, nil, rating.State{})
	require.ErrorIs(t, err, rating.ErrContract)
	require.ErrorContains(t, err, "has no level")
}

// A price that replaces one of the list takes the usage of that one alone,
// while it is in force, and says so.
func TestRate_Replaces(t *testing.T) {
	replaces := func(id string) func(*accounting.Price) { return func(p *accounting.Price) { p.Replaces = id } }
	c := contractOf(toCents, priceOf("east", perUnit("10"), region("east")), priceOf("west", perUnit("8"), region("west")),
		priceOf("desk", flat("30", accounting.FlatAlways)), priceOf("line", flat("20", accounting.FlatAlways)))
	c.Negotiated = cardOf("special", toCents, priceOf("deal", perUnit("7"), replaces("east"), until(15)),
		priceOf("any", perUnit("9"), sku("s"), replaces("west")), priceOf("support", flat("25", accounting.FlatAlways), replaces("desk")))
	in := func(region, sku string) func(*metering.Usage) {
		return func(u *metering.Usage) { u.Key.Region, u.Key.SKU = region, sku }
	}
	bill, _, err := rating.Rate(c, november, usage(used("1", 2, in("east", "")), used("1", 2, in("west", "")), used("1", 2, in("west", "s")), used("1", 20, in("east", "s"))), rating.State{})
	require.NoError(t, err)
	require.Equal(t, []string{"deal 7", "west 8", "any 9", "east 10", "line 20", "support 25"}, billed(bill))
	var instead []string
	for _, charge := range bill.Charges {
		instead = append(instead, charge.ListPriceID)
	}
	require.Equal(t, []string{"east", "", "west", "", "", "desk"}, instead)
	require.Equal(t, "CNY 86.00", bill.ListTotal().String())
	require.Equal(t, "1 GB × 7.00 CNY = 7.00; in place of list price east, CNY 10.00", bill.Charges[0].Explain())
	require.Contains(t, bill.Charges[0].Tree(accounting.Chinese).String(), "替代目录价 east：CNY 10.00")

	c.Card.Prices[0].Replaces = "west"
	_, _, err = rating.Rate(c, november, nil, rating.State{})
	require.ErrorIs(t, err, rating.ErrContract)
	require.ErrorContains(t, err, "which is for a negotiated card to say")
}

// A flat amount that is due without usage is no demand.
func TestState_Demands_DueWithoutUsage(t *testing.T) {
	c := contractOf(toCents, with(priceOf("demand", graduated(accounting.ZeroCharged, tier("", "1", "5"))),
		accounting.Terms{Gather: accounting.GatherPeak, Ratchet: &accounting.Ratchet{Percent: dec("80"), Periods: 2}}))
	bill, state, err := rating.Rate(c, november, nil, rating.State{})
	require.NoError(t, err)
	require.Equal(t, []string{"demand 5"}, billed(bill))
	require.Empty(t, state.Demands(c))
	_, state, err = rating.Rate(c, november, usage(used("3", 1)), state)
	require.NoError(t, err)
	require.Equal(t, "3", state.Demands(c)[0].Level.RatString())
}
