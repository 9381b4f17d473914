package rating_test

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/invoice"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// Credits and the rounding of the month are functions of running totals too:
// in parts they come to what they come to as a whole, credits never pay more
// than there is, and the total is the rest, rounded once.
func TestLaw_Settle(t *testing.T) {
	lawOf(t, 8, func(t *testing.T, g generator) {
		w, _ := g.stagedWorld()
		w.contract.Card.Rounding.Month = accounting.MonthRounding{On: g.oneIn(2), Mode: pick(g, modes...), Places: int8(g.IntN(3))}
		if !w.contract.Card.Rounding.Month.On {
			w.contract.Card.Rounding.Month = accounting.MonthRounding{}
		}
		for i := range g.IntN(3) {
			c := accounting.Credit{ID: fmt.Sprint("c", i), Amount: g.small()}
			if g.oneIn(2) {
				c.Share = decimal.New(1+g.Int64N(100), -2)
			}
			if g.oneIn(2) {
				c.Prices = []string{"s0"}
			}
			w.contract.Credits = append(w.contract.Credits, c)
		}
		whole, _, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{})
		require.NoError(t, err)
		billed, _, _, err := rateInPieces(t, w, w.cutInTime(g))
		require.NoError(t, err)
		require.Equal(t, whole.Total(), billed)
		i := g.IntN(len(w.rows) + 1)
		billed, _, _, err = rateInPieces(t, w, []world{{period: w.period, rows: w.rows[:i]}, {period: w.period, rows: w.rows[i:]}})
		require.NoError(t, err)
		require.Equal(t, whole.Total(), billed, "late")
		sums := map[accounting.Origin]*big.Rat{}
		for _, c := range whole.Charges {
			require.Equal(t, c.Billed, must(c.Explanation.Recompute()))
			if sums[c.Origin] == nil {
				sums[c.Origin] = new(big.Rat)
			}
			sums[c.Origin].Add(sums[c.Origin], rat(c.Billed))
		}
		gross := new(big.Rat)
		for _, o := range []accounting.Origin{accounting.FromUsage, accounting.FromRecurring, accounting.FromTrueUp} {
			if sums[o] != nil {
				gross.Add(gross, sums[o])
			}
		}
		rest := new(big.Rat).Set(gross)
		if paid := sums[accounting.FromCredit]; paid != nil {
			require.LessOrEqual(t, paid.Sign(), 0)
			if rest.Add(rest, paid); gross.Sign() >= 0 {
				require.GreaterOrEqual(t, rest.Sign(), 0, "credits pay at most what there is")
			}
		}
		if m := w.contract.Card.Rounding.Month; m.On {
			rest = oracleRound(rest, m.Mode.String(), int(m.Places))
		}
		requireRat(t, rest, rat(whole.Total()), "the rest")
	})
}

// A voucher bears 30 % of what is spent on one service, up to 100.
func TestRate_Voucher(t *testing.T) {
	gpu, disk := priceOf("gpu", perUnit("10"), sku("gpu")), priceOf("disk", perUnit("1"), sku("disk"))
	gpu.Service, disk.Service = accounting.AcceleratedCompute, accounting.BlockStorage
	c := contractOf(toCents, gpu, disk)
	c.Credits = []accounting.Credit{{ID: "voucher", Amount: dec("100"), Share: dec("0.3"), Services: []accounting.ServiceID{accounting.AcceleratedCompute}}}
	for quantity, want := range map[string]string{"10": "CNY 75.00", "33.333": "CNY 238.34", "100": "CNY 905.00", "0": "CNY 5.00"} {
		bill, _, err := rating.Rate(c, november, usage(used(quantity, 1, keyed("acme", "gpu", "")), used("5", 1, keyed("acme", "disk", ""))), rating.State{})
		require.NoError(t, err)
		require.Equal(t, want, bill.Total().String(), quantity)
	}
	first, rest := must(metering.NewPeriod(onDay(1), onDay(2))), must(metering.NewPeriod(onDay(2), november.End()))
	_, state, err := rating.Rate(c, first, nil, rating.State{})
	require.NoError(t, err)
	c.Credits[0].Amount = dec("200")
	_, _, err = rating.Rate(c, rest, nil, state)
	require.ErrorIs(t, err, rating.ErrContract, "the credits are part of what the state was rated by")
	c.Credits[0].Share = dec("1.5")
	_, _, err = rating.Rate(c, november, nil, rating.State{})
	require.ErrorIs(t, err, rating.ErrContract)
}

func TestRate_RoundingChanges(t *testing.T) {
	c := contractOf(toCents, priceOf("p", perUnit("0.005")))
	c.Card.RoundingChanges = []accounting.RoundingChange{{From: onDay(15), Rounding: accounting.Rounding{Mode: money.Up, Places: 2, Level: accounting.LineLevel}}}
	_, _, err := rating.Rate(c, november, usage(used("1", 1)), rating.State{})
	require.ErrorIs(t, err, rating.ErrContract)
	require.ErrorContains(t, err, "its rounding changes within")
	december := metering.MustPeriod("2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z")
	bill, _, err := rating.Rate(c, december, usage(at("1", december)), rating.State{})
	require.NoError(t, err)
	require.Equal(t, "CNY 0.01", bill.Total().String(), "up, where half-even gives nothing")
}

// Charges of every origin make an invoice whose lines re-compute.
func TestRate_Invoice(t *testing.T) {
	least := dec("50")
	c := contractOf(toCents, with(priceOf("p", perUnit("1")), accounting.Terms{Free: dec("3"), Minimum: &least}),
		priceOf("v", accounting.Volume{Tiers: []accounting.Tier{tier("5", "2", "0"), tier("", "1", "0")}}, sku("v")))
	c.Credits = []accounting.Credit{{ID: "grant", Amount: dec("20.33")}}
	c.Card.Rounding.Month = accounting.MonthRounding{On: true}
	bill, _, err := rating.Rate(c, november, usage(used("10.5", 1), used("4", 3, keyed("acme", "v", "")), used("4", 4, keyed("acme", "v", ""))), rating.State{})
	require.NoError(t, err)
	require.Equal(t, "CNY 38.00", bill.Total().String())
	draft, err := invoice.NewDraft(c, november, slices.Values(bill.Charges))
	require.NoError(t, err)
	require.Equal(t, bill.Total(), must(draft.Recompute()))
	var lines []string
	for _, l := range draft.Lines {
		lines = append(lines, l.PriceID+": "+l.Explain())
	}
	require.Contains(t, lines, "p: 3 GB free + 7.5 GB × 1.00 CNY + 42.50 CNY up to the minimum of 50.00 CNY = 50.00 (2 charges)")
	require.Contains(t, lines, "v: 8 GB × 1.00 CNY (volume) = 8.00 (2 charges)")
	require.Contains(t, lines, "grant: -20.33 CNY credit grant")
}

// Where the bill is rounded, what a credit for one price pays does not depend on
// what came before that price's charge.
func TestRate_Credit_OfARoundedBill(t *testing.T) {
	c := contractOf(accounting.Rounding{Mode: money.Floor, Level: accounting.BillLevel}, priceOf("p", perUnit("0.6")), priceOf("fee", flat("1.47", accounting.FlatAlways)))
	c.Credits = []accounting.Credit{{ID: "grant", Amount: dec("100"), Prices: []string{"fee"}}}
	whole, _, err := rating.Rate(c, november, usage(used("1", 1)), rating.State{})
	require.NoError(t, err)
	require.Equal(t, []string{"p 0", "fee 2", "grant -1"}, billed(whole), "1.47, rounded down by itself")
	first, state, err := rating.Rate(c, november, nil, rating.State{})
	require.NoError(t, err)
	late, _, err := rating.Rate(c, november, usage(used("1", 1)), state)
	require.NoError(t, err)
	require.Equal(t, whole.Total(), must(first.Total().Add(late.Total())))
}
