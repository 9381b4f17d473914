package rating_test

import (
	"iter"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// The differences add up to that of the totals, and a contract differs from
// itself in nothing.
func TestLaw_Compare_Sum(t *testing.T) {
	lawOf(t, 8, func(t *testing.T, g generator) {
		w, _ := g.stagedWorld()
		other, _ := g.stagedWorld()
		candidate := w.contract
		card := *w.contract.Card
		card.Version = "2"
		for i := range card.Prices {
			card.Prices = slices.Clone(card.Prices)
			card.Prices[i].Model = other.contract.Card.Prices[0].Model
			card.Prices[i].Terms = termsLike(card.Prices[i].Terms, other.contract.Card.Prices[0].Terms)
		}
		candidate.Card = &card
		// The candidate may leave out meters that the terms of before took.
		c, err := rating.Compare(w.contract, candidate, w.period, usage(w.rows...), rating.ReportUnpriced())
		require.NoError(t, err)
		var sum money.Money
		for _, d := range c.Differences {
			require.False(t, d.Change.IsZero())
			sum = must(sum.Add(d.Change))
		}
		want := must(c.After[0].Total().Sub(c.Before[0].Total()))
		require.Equal(t, want.Scaled(), sum.Scaled())
		same, err := rating.Compare(w.contract, w.contract, w.period, usage(w.rows...))
		require.NoError(t, err)
		require.Empty(t, same.Differences)
	})
}

// termsLike returns terms in the group and for the times of others.
func termsLike(place, terms *accounting.Terms) *accounting.Terms {
	var t accounting.Terms
	if terms != nil {
		t = *terms
	}
	t.Group, t.During = "", nil
	if place != nil {
		t.Group, t.During = place.Group, place.During
	}
	return &t
}

// What corrections ask for is the difference between the bill as it should
// have been and the bill that was.
func TestLaw_Correct_Sum(t *testing.T) {
	lawOf(t, 8, func(t *testing.T, g generator) {
		w, _ := g.stagedWorld()
		onTime := w.rows[:g.IntN(len(w.rows)+1)]
		billed, _, err := rating.Rate(w.contract, w.period, usage(onTime...), rating.State{})
		require.NoError(t, err)
		whole, _, err := rating.Rate(w.contract, w.period, usage(w.rows...), rating.State{})
		require.NoError(t, err)
		corrections, err := rating.Correct(w.contract, billed.Charges, w.period, usage(w.rows...))
		require.NoError(t, err)
		sum := must(money.FromMinor(0, w.contract.Card.Currency))
		for _, c := range corrections {
			require.True(t, c.Was != nil || c.Is != nil)
			sum = must(sum.Add(c.Change))
		}
		require.Equal(t, must(whole.Total().Sub(billed.Total())), sum)
	})
}

func TestCorrect_NamesTheLine(t *testing.T) {
	minimum := dec("100")
	price := priceOf("p", perUnit("10"))
	price.Terms = &accounting.Terms{Minimum: &minimum}
	c := contractOf(toCents, price)
	billed, _, err := rating.Rate(c, november, usage(used("2", 1), used("3", 2)), rating.State{})
	require.NoError(t, err)
	require.Equal(t, "CNY 100.00", billed.Total().String())
	got, err := rating.Correct(c, billed.Charges, november, usage(used("2", 1), used("4", 2), used("7", 9)))
	require.NoError(t, err)
	require.Len(t, got, 3)
	require.Equal(t, "CNY 10.00", got[0].Change.String(), "the second day's line")
	require.Same(t, &billed.Charges[1], got[0].Was)
	require.Equal(t, "CNY -50.00", got[1].Change.String(), "the minimum is used up")
	require.Equal(t, accounting.FromTrueUp, got[1].Was.Origin)
	require.Nil(t, got[1].Is)
	require.Equal(t, "CNY 70.00", got[2].Change.String(), "a line of its own, in its own time")
	require.Nil(t, got[2].Was)
	require.Equal(t, onDay(9), got[2].Is.Period.Start())
}

func TestRateAll_WholePeriods(t *testing.T) {
	c := contractOf(toCents, priceOf("p", perUnit("1")))
	year := metering.MustPeriod("2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z")
	december := at("5", metering.MustPeriod("2026-12-03T00:00:00Z", "2026-12-04T00:00:00Z"))
	bills, err := rating.RateAll(c, year, usage(december, used("2", 1)))
	require.NoError(t, err)
	require.Len(t, bills, 2)
	require.Equal(t, "CNY 2.00", bills[0].Total().String())
	require.Equal(t, "CNY 5.00", bills[1].Total().String())
	_, err = rating.RateAll(c, metering.MustPeriod("2026-11-02T00:00:00Z", "2027-01-01T00:00:00Z"), nil)
	require.ErrorIs(t, err, rating.ErrPeriod)
	_, err = rating.RateAll(c, november, usage(december))
	require.ErrorIs(t, err, rating.ErrPeriod)
}

func TestAsKnown(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, time.December, n, 0, 0, 0, 0, time.UTC) }
	rows := func(yield func(rating.Recorded, error) bool) {
		_ = yield(rating.Recorded{Usage: used("2", 1), At: day(1)}, nil) && yield(rating.Recorded{Usage: used("3", 1), At: day(5)}, nil)
	}
	old, now := contractOf(toCents, priceOf("p", perUnit("1"))), contractOf(toCents, priceOf("p", perUnit("2")))
	contracts := rating.Contracts{{Known: day(3), Contract: now}, {Known: day(1), Contract: old}, {Known: day(1), Valid: day(1), Contract: now}}
	for when, want := range map[int]string{1: "CNY 2.00", 4: "CNY 4.00", 5: "CNY 10.00"} {
		contract, ok := contracts.AsKnown(november, day(when))
		require.True(t, ok)
		bill, _, err := rating.Rate(contract, november, rating.AsKnown(iter.Seq2[rating.Recorded, error](rows), day(when)), rating.State{})
		require.NoError(t, err)
		require.Equal(t, want, bill.Total().String(), "as known on %d December", when)
	}
	_, ok := contracts.AsKnown(november, day(1).Add(-1))
	require.False(t, ok)
}

// Months that are rated one after the other hold the later ones to the demand of
// those before, whatever the contract says of them.
func TestRateAll_Ratchet(t *testing.T) {
	p := with(priceOf("demand", perUnit("1")), accounting.Terms{Gather: accounting.GatherPeak, Ratchet: &accounting.Ratchet{Percent: dec("80"), Periods: 2}})
	c := contractOf(toCents, p)
	december := must(metering.Month(metering.Zone{}, 2026, time.December))
	both := must(metering.NewPeriod(november.Start(), december.End()))
	row := used("10", 2)
	row.Period = must(metering.NewPeriod(december.Start(), december.Start().AddDate(0, 0, 1)))
	totals := func() (out []string) {
		bills, err := rating.RateAll(c, both, usage(used("100", 2), row))
		require.NoError(t, err)
		for _, b := range bills {
			out = append(out, b.Total().String())
		}
		return out
	}
	require.Equal(t, []string{"CNY 100.00", "CNY 80.00"}, totals())
	c.Demands = []accounting.Demand{{Price: "demand", Period: october, Level: big.NewRat(200, 1)}, {Price: "demand", Period: november, Level: big.NewRat(500, 1)}}
	require.Equal(t, []string{"CNY 160.00", "CNY 160.00"}, totals(), "November is rated, and not what was said of it")
	require.Len(t, c.Demands, 2, "the contract stays as it was")
	require.Equal(t, "500", c.Demands[1].Level.RatString())
}
