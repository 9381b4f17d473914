package rating_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

func TestRate_DueByThePeriod(t *testing.T) {
	minimum := func(p accounting.ZeroPolicy) accounting.Model {
		return graduated(p, tier("5", "1", "10"), tier("", "2", "0"))
	}
	for _, row := range []struct {
		name  string
		price accounting.Price
		rows  []metering.Usage
		want  []string
	}{
		{"always, unused", priceOf("fee", flat("9", accounting.FlatAlways)), nil, []string{"fee 9"}},
		{"if used, unused", priceOf("fee", flat("9", accounting.FlatIfUsed)), nil, nil},
		{"if used, used", priceOf("fee", flat("9", accounting.FlatIfUsed)), []metering.Usage{used("1", 1), used("1", 2)}, []string{"fee 9"}},
		{"if used, used by nothing", priceOf("fee", flat("9", accounting.FlatIfUsed)), []metering.Usage{used("0", 1)}, []string{"fee 9"}},
		{"if used, another used", priceOf("fee", flat("9", accounting.FlatIfUsed), sku("s")), nil, nil},
		{"charged at zero, unused", priceOf("p", minimum(accounting.ZeroCharged)), nil, []string{"p 10"}},
		{"charged at zero, used by nothing", priceOf("p", minimum(accounting.ZeroCharged)), []metering.Usage{used("0", 1)}, []string{"p 10"}},
		{"charged at zero, used", priceOf("p", minimum(accounting.ZeroCharged)), []metering.Usage{used("2", 1)}, []string{"p 12"}},
		{"waived at zero, unused", priceOf("p", minimum(accounting.ZeroWaived)), nil, nil},
		{"waived at zero, used by nothing", priceOf("p", minimum(accounting.ZeroWaived)), []metering.Usage{used("0", 1)}, []string{"p 0"}},
		{"waived at zero, used", priceOf("p", minimum(accounting.ZeroWaived)), []metering.Usage{used("2", 1)}, []string{"p 12"}},
		{"from another period on", priceOf("fee", flat("9", accounting.FlatAlways), from(31)), nil, nil},
		{"until this period", priceOf("fee", flat("9", accounting.FlatAlways), until(1)), nil, nil},
		{"charged at zero from another period on", priceOf("p", minimum(accounting.ZeroCharged), from(31)), nil, nil},
	} {
		for _, r := range []accounting.Rounding{toCents, byBill} {
			t.Run(row.name+", "+r.Level.String(), func(t *testing.T) {
				c := contractOf(r, row.price)
				bill := rate(t, c, row.rows...)
				require.Equal(t, row.want, billed(bill))
				for _, charge := range bill.Charges {
					require.Equal(t, len(row.rows) == 0 || charge.Quantity.Dimension() == 0, charge.Origin == accounting.FromRecurring)
				}

				first, state, err := rating.Rate(c, must(metering.NewPeriod(onDay(1), onDay(20))), usage(row.rows...), rating.State{})
				require.NoError(t, err)
				last, state, err := rating.Rate(c, must(metering.NewPeriod(onDay(20), onDay(31))), nil, state)
				require.NoError(t, err)
				require.Equal(t, bill.Total(), must(first.Total().Add(last.Total())), "due once, at the end")
				again, _, err := rating.Rate(c, november, nil, state)
				require.NoError(t, err)
				require.Empty(t, again.Charges, "and not again")
			})
		}
	}
}

// What is due by the period and changes within it is refused.
func TestRate_DueByThePeriod_Straddles(t *testing.T) {
	for name, prices := range map[string][]accounting.Price{
		"flat":            {priceOf("fee", flat("9", accounting.FlatAlways), from(10))},
		"two versions":    {priceOf("fee", flat("9", accounting.FlatAlways), until(10)), priceOf("fee", flat("9", accounting.FlatAlways), from(10))},
		"charged at zero": {priceOf("fee", graduated(accounting.ZeroCharged, tier("", "1", "9")), until(10))},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := rating.Rate(contractOf(toCents, prices...), november, nil, rating.State{})
			var straddle *rating.StraddleError
			require.ErrorAs(t, err, &straddle)
			require.Equal(t, "fee", straddle.Price)
			require.Equal(t, november, straddle.Period)
			require.True(t, straddle.Recurring)
			require.ErrorContains(t, err, "begin and end it with a billing period")
		})
	}
	c := contractOf(toCents, priceOf("fee", graduated(accounting.ZeroCharged, tier("", "1", "9")), until(10)))
	require.Equal(t, []string{"fee 10"}, billed(rate(t, c, used("1", 1))), "used, nothing is due by the period")
}

func TestRate_RecurringFields(t *testing.T) {
	c := contractOf(toCents, priceOf("fee", flat("9", accounting.FlatIfUsed), sku("s"), region("r"), labels("t", "1"),
		func(p *accounting.Price) { p.Service = accounting.Support }))
	got := rate(t, c, used("1", 1, keyed("acme/x", "s", "r", "t", "1", "u", "2"))).Charges[0]
	require.Equal(t, "9.00 CNY flat", got.Explain())
	require.Equal(t, november, got.Period)
	require.Equal(t, []any{metering.Account("acme"), accounting.Support, "s", "r", metering.MustLabels("t", "1"), accounting.FromRecurring},
		[]any{got.Account, got.Service, got.SKU, got.Region, got.Labels, got.Origin})
}

func TestRate_BillingPeriods(t *testing.T) {
	c := contractOf(toCents, priceOf("p", graduated(0, tier("5", "2", "0"), tier("", "1", "0"))), priceOf("fee", flat("9", accounting.FlatAlways)))
	c.Zone, c.AnchorDay = metering.MustZone("Asia/Shanghai"), 31
	// The last of November to the last of December, by Shanghai's clock.
	period := metering.MustPeriod("2026-11-29T16:00:00Z", "2026-12-30T16:00:00Z")
	require.Equal(t, period, must(c.BillingPeriod(time.Date(2026, time.December, 15, 0, 0, 0, 0, time.UTC))))

	row := used("6", 30)
	first, state, err := rating.Rate(c, metering.MustPeriod("2026-11-29T16:00:00Z", "2026-12-05T00:00:00Z"), usage(row), rating.State{})
	require.NoError(t, err)
	require.Equal(t, []string{"p 11"}, billed(first))
	require.Equal(t, period, state.Period())
	row.Period = metering.MustPeriod("2026-12-06T00:00:00Z", "2026-12-07T00:00:00Z")
	last, state, err := rating.Rate(c, metering.MustPeriod("2026-12-05T00:00:00Z", "2026-12-30T16:00:00Z"), usage(row), state)
	require.NoError(t, err)
	require.Equal(t, []string{"p 6", "fee 9"}, billed(last), "tiers go on within the billing period")

	next := metering.MustPeriod("2026-12-30T16:00:00Z", "2027-01-30T16:00:00Z")
	_, _, err = rating.Rate(c, next, nil, state)
	require.ErrorIs(t, err, rating.ErrPeriod, "a state is of one billing period")
	row.Period = metering.MustPeriod("2027-01-01T00:00:00Z", "2027-01-02T00:00:00Z")
	bill, _, err := rating.Rate(c, next, usage(row), rating.State{})
	require.NoError(t, err)
	require.Equal(t, []string{"p 11", "fee 9"}, billed(bill), "and begin anew in the next")
}
