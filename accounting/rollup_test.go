package accounting_test

import (
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/internal/fixed"
	"github.com/meterbook/meterbook/metering"
)

func rollUpCharge(account metering.Account, p metering.Period, amount string) accounting.Charge {
	m := money.MustParse(amount)
	return accounting.Charge{Account: account, Period: p, PriceID: "p", List: m, Contracted: m, Billed: m, Effective: m}
}

func byCharge(c accounting.Charge) string { return string(c.Account) }

func ExampleRollUp() {
	night := metering.MustPeriod("2026-10-31T12:00:00Z", "2026-11-01T12:00:00Z")
	charges := []accounting.Charge{
		rollUpCharge("acme/vision", night, "CNY 48.00"),
		rollUpCharge("acme/search", night, "CNY 1.00"),
		rollUpCharge("acme/search", night, "USD 0.01"),
	}
	rows, err := accounting.RollUp(slices.Values(charges), metering.Months(metering.MustZone("Asia/Shanghai")),
		func(c accounting.Charge) metering.Account { return c.Account })
	for _, r := range rows {
		fmt.Println(r.Key, r.Period.Start().Format("2006-01-02T15Z"), r.Billed)
	}
	fmt.Println(err)
	// Output:
	// acme/search 2026-09-30T16Z CNY 0.17
	// acme/search 2026-09-30T16Z USD 0.00
	// acme/search 2026-10-31T16Z CNY 0.83
	// acme/search 2026-10-31T16Z USD 0.01
	// acme/vision 2026-09-30T16Z CNY 8.00
	// acme/vision 2026-10-31T16Z CNY 40.00
	// <nil>
}

func TestRollUp_Refuses(t *testing.T) {
	day := metering.MustPeriod("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z")
	most := must(money.FromScaled(fixed.Max(), money.CNY))
	mixed := rollUpCharge("a", day, "CNY 1")
	mixed.List = money.MustParse("USD 1")
	big := rollUpCharge("a", day, "CNY 1")
	big.Effective = most
	var mismatch money.CurrencyMismatchError
	var field *metering.FieldError
	days := metering.Days(metering.Zone{})
	_, err := accounting.RollUp(slices.Values([]accounting.Charge{rollUpCharge("a", day, "CNY 1"), mixed}), days, byCharge)
	require.ErrorAs(t, err, &mismatch)
	_, err = accounting.RollUp(slices.Values([]accounting.Charge{big, big}), days, byCharge)
	require.ErrorIs(t, err, money.ErrOverflow)
	_, err = accounting.RollUp(slices.Values([]accounting.Charge{big}), metering.Calendar{}, byCharge)
	require.ErrorAs(t, err, &field)
	require.ErrorContains(t, err, `accounting: price "p" of a: `)
	rows, err := accounting.RollUp(slices.Values([]accounting.Charge(nil)), days, byCharge)
	require.NoError(t, err)
	require.Empty(t, rows)
	instant := rollUpCharge("a", metering.Period{}, "CNY 1")
	rows, err = accounting.RollUp(slices.Values([]accounting.Charge{instant}), days, byCharge)
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Equal(t, instant.Billed, rows[0].Billed)
}

// TestLaw_RollUp_Sum: the rows of every calendar add up to the charges, in each
// currency, and no row is further from the exact shares of time than one step a
// charge.
func TestLaw_RollUp_Sum(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		start := time.Date(2026, time.Month(1+g.IntN(12)), 1+g.IntN(28), g.IntN(24), 0, 0, 0, time.UTC)
		var charges []accounting.Charge
		for range 1 + g.IntN(8) {
			from := start.Add(time.Duration(g.IntN(700)) * time.Hour)
			c := rollUpCharge(pick[metering.Account](g, "a", "b"), must(metering.NewPeriod(from, from.Add(time.Duration(1+g.IntN(40))*time.Hour))), "CNY 0")
			c.Billed = must(money.FromMinor(g.Int64N(20_001)-10_000, pick(g, money.CNY, money.USD, money.JPY)))
			if g.IntN(3) == 0 {
				c.Billed = must(money.FromScaled(fixed.FromInt64(g.Int64()-g.Int64()), c.Billed.Currency()))
			}
			c.List, c.Contracted, c.Effective = c.Billed, c.Billed, c.Billed
			charges = append(charges, c)
		}
		months := g.IntN(2) == 0
		calendar := metering.Days(metering.Zone{})
		if months {
			calendar = metering.Months(metering.Zone{})
		}
		rows := must(accounting.RollUp(slices.Values(charges), calendar, byCharge))
		g.Shuffle(len(charges), func(i, j int) { charges[i], charges[j] = charges[j], charges[i] })
		require.Equal(t, rows, must(accounting.RollUp(slices.Values(charges), calendar, byCharge)), "the order of charges decides nothing")
		sums := map[money.Currency]money.Money{}
		for _, r := range rows {
			require.Equal(t, []money.Money{r.Billed, r.Billed, r.Billed}, []money.Money{r.List, r.Contracted, r.Effective})
			sums[r.Currency] = must(sums[r.Currency].Add(r.Billed))
			exact, n := new(big.Rat), int64(0)
			for _, c := range charges {
				if string(c.Account) != r.Key || c.Billed.Currency() != r.Currency {
					continue
				}
				if share := slowShare(c.Period.Start(), c.Period.End(), r.Period.Start(), months); share.Sign() > 0 {
					exact.Add(exact, share.Mul(share, c.Billed.Decimal().Rat()))
					n++
				}
			}
			require.EqualValues(t, n, r.Charges)
			off := new(big.Rat).Sub(exact, r.Billed.Decimal().Rat())
			step := new(big.Rat).SetFrac(big.NewInt(n), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(r.Currency.Digits())), nil))
			require.Negative(t, off.Abs(off).Cmp(step), "row %v is off by %v", r, off)
		}
		for _, c := range charges {
			sums[c.Billed.Currency()] = must(sums[c.Billed.Currency()].Sub(c.Billed))
		}
		for currency, rest := range sums {
			require.True(t, rest.IsZero(), "%s: %v", currency, rest)
		}
	})
}

// slowShare is the share of a stretch of hours that is in the UTC day or month
// that begins at a time, counted hour by hour.
func slowShare(from, to, begin time.Time, month bool) *big.Rat {
	in, all := int64(0), int64(0)
	for t := from; t.Before(to); t = t.Add(time.Hour) {
		all++
		if t.Year() == begin.Year() && t.Month() == begin.Month() && (month || t.Day() == begin.Day()) {
			in++
		}
	}
	return big.NewRat(in, all)
}
