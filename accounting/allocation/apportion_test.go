package allocation_test

import (
	"errors"
	"fmt"
	"iter"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/allocation"
	"github.com/meterbook/meterbook/accounting/money"
	"github.com/meterbook/meterbook/metering"
)

// hoursOf is a stretch of the day's hours.
func hoursOf(from, to int) metering.Period {
	return must(metering.NewPeriod(day.Start().Add(time.Duration(from)*time.Hour), day.Start().Add(time.Duration(to)*time.Hour)))
}

func rows(list []metering.Usage) iter.Seq2[metering.Usage, error] {
	return func(yield func(metering.Usage, error) bool) {
		for _, u := range list {
			if !yield(u, nil) {
				return
			}
		}
	}
}

func energyOf(account metering.Account, kWh int64, p metering.Period) metering.Usage {
	return metering.Usage{Key: metering.Key{Account: account, Meter: metering.DeviceEnergy}, Period: p, Quantity: metering.MustQuantity(fmt.Sprint(kWh, " kW.h"))}
}

// TestLaw_Apportion holds that costs agree with the oracle, sum to the charges
// exactly and, settled, to the minor unit, and that the order of charges and of
// usage plays no part.
func TestLaw_Apportion(t *testing.T) {
	law(t, func(t *testing.T, g generator) {
		var charges []accounting.Charge
		var slow []slowCharge
		var total money.Money
		for range 1 + g.IntN(12) {
			price, from, amount := fmt.Sprint("p", g.IntN(4)), g.IntN(24), g.cost(-100)
			to := from + 1 + g.IntN(24-from)
			charges = append(charges, accounting.Charge{PriceID: price, Period: hoursOf(from, to), Effective: amount})
			slow = append(slow, slowCharge{price, from, to, ratOf(amount)})
			total = must(total.Add(amount))
		}
		var used []metering.Usage
		var uses []slowUse
		for range g.IntN(30) {
			account, hour, kWh := metering.Account(fmt.Sprint("t", g.IntN(4))), g.IntN(24), g.Int64N(5)
			used = append(used, energyOf(account, kWh, hoursOf(hour, hour+1)))
			uses = append(uses, slowUse{string(account), hour, hour + 1, kWh})
		}
		costs, err := allocation.Apportion(values(charges), rows(used))
		require.NoError(t, err)
		want, sum := slowApportion(slow, uses), new(big.Rat)
		var parts []allocation.Amount
		for _, c := range costs {
			require.Equal(t, want[string(c.Key.Account)].RatString(), c.Amount.Rat().RatString(), "%q", c.Key.Account)
			sum.Add(sum, c.Amount.Rat())
			parts = append(parts, c.Amount)
		}
		require.Zero(t, sum.Cmp(ratOf(total)), "%s of %s", sum, total)
		if len(parts) > 0 {
			settled := must(money.Sum(must(allocation.Settle(cents, parts...))...))
			require.Zero(t, ratOf(settled).Cmp(ratOf(total)), "settled %s of %s", settled, total)
		}
		g.Shuffle(len(charges), func(i, j int) { charges[i], charges[j] = charges[j], charges[i] })
		g.Shuffle(len(used), func(i, j int) { used[i], used[j] = used[j], used[i] })
		again, err := allocation.Apportion(values(charges), rows(used))
		require.NoError(t, err)
		require.Len(t, again, len(costs))
		for i := range costs {
			require.Equal(t, costs[i].Key, again[i].Key)
			require.Equal(t, costs[i].Amount.String(), again[i].Amount.String())
		}
	})
}

func TestApportion(t *testing.T) {
	night, daytime := hoursOf(0, 8), hoursOf(8, 24)
	charges := []accounting.Charge{
		{PriceID: "night", Period: night, Effective: usd("3")},
		{PriceID: "day", Period: daytime, Effective: usd("20")},
		{PriceID: "demand", Period: day, Effective: usd("10")},
	}
	costs, err := allocation.Apportion(values(charges), rows([]metering.Usage{
		energyOf("acme", 2, hoursOf(1, 2)), energyOf("acme", 1, hoursOf(9, 10)), energyOf("beta", 1, hoursOf(3, 4)), energyOf("beta", 4, hoursOf(23, 24))}))
	require.NoError(t, err)
	require.Len(t, costs, 2)
	require.Equal(t, "USD 39/4", costs[0].Amount.String(), "2 of 3 at night, 1 of 5 by day, 3 of 8 of the peak")
	require.Equal(t, "USD 93/4", costs[1].Amount.String())

	// Nobody used anything by day.
	costs, err = allocation.Apportion(values(charges), rows([]metering.Usage{energyOf("acme", 2, hoursOf(1, 2))}))
	require.NoError(t, err)
	require.Equal(t, metering.Key{}, costs[0].Key)
	require.Equal(t, "USD 20", costs[0].Amount.String())
	require.Equal(t, "USD 13", costs[1].Amount.String())

	costs, err = allocation.Apportion(values([]accounting.Charge(nil)), rows(nil))
	require.NoError(t, err)
	require.Empty(t, costs)
}

func TestApportion_Refuses(t *testing.T) {
	charges := []accounting.Charge{{PriceID: "night", Period: hoursOf(0, 8), Effective: usd("3")}}
	for name, tt := range map[string]struct {
		used []metering.Usage
		want error
	}{
		"over an edge":      {[]metering.Usage{energyOf("acme", 1, hoursOf(7, 9))}, allocation.ErrPeriod},
		"around all of it":  {[]metering.Usage{energyOf("acme", 1, hoursOf(0, 24))}, allocation.ErrPeriod},
		"another dimension": {[]metering.Usage{energyOf("acme", 1, hoursOf(1, 2)), {Period: hoursOf(1, 2), Quantity: metering.MustQuantity("1 GBy")}}, allocation.ErrDimension},
		"less than nothing": {[]metering.Usage{energyOf("acme", -1, hoursOf(1, 2))}, allocation.ErrNegativeWeight},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := allocation.Apportion(values(charges), rows(tt.used))
			require.ErrorIs(t, err, tt.want)
			require.ErrorAs(t, err, new(*allocation.RowError))
		})
	}
	mixed := append(charges, accounting.Charge{PriceID: "night", Effective: money.MustParse("CNY 1")})
	_, err := allocation.Apportion(values(mixed), rows(nil))
	require.ErrorAs(t, err, new(money.CurrencyMismatchError))
	mixed[1].PriceID = "other"
	_, err = allocation.Apportion(values(mixed), rows(nil))
	require.ErrorAs(t, err, new(money.CurrencyMismatchError))
	_, err = allocation.Apportion(values(mixed), rows([]metering.Usage{energyOf("acme", 1, hoursOf(1, 2))}))
	require.ErrorAs(t, err, new(money.CurrencyMismatchError), "nobody used anything within one of the two prices")
	broken := errors.New("broken")
	_, err = allocation.Apportion(values(charges), func(yield func(metering.Usage, error) bool) { yield(metering.Usage{}, broken) })
	require.ErrorIs(t, err, broken)
}
