package rating_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// What is due by the hour, the day or the row is due in those in which a price
// is in force, whenever within the month it begins, ends or changes: once, in
// full, by the version whose hour it is.
func TestRate_DueByTheWindow(t *testing.T) {
	commit := func(id, amount string, window accounting.Window, change ...func(*accounting.Price)) accounting.Price {
		return with(priceOf(id, perUnit("1"), change...), accounting.Terms{Scope: accounting.Scope{Window: window},
			Commitment: &accounting.Commitment{Amount: dec(amount), Overage: dec("1"), TrueUp: true}})
	}
	least := func(p accounting.Price, proration accounting.Proration) accounting.Price {
		m := dec("5")
		p.Terms.Commitment, p.Terms.Minimum, p.Terms.ProrateMinimum = nil, &m, proration
		return p
	}
	hourly, daily, byRow := accounting.PerHour, accounting.PerDay, accounting.PerRow
	early, late := at("4", hourOf(2, 10)), at("4", hourOf(20, 10))
	for _, row := range []struct {
		name   string
		prices []accounting.Price
		rows   []metering.Usage
		want   []string
	}{
		{"a commitment from the 16th on", []accounting.Price{commit("p", "10", hourly, from(16))}, []metering.Usage{late}, []string{"p 4", "p 6"}},
		{"one that changes, before", []accounting.Price{commit("p", "10", hourly, until(16)), commit("p", "12", hourly, from(16))}, []metering.Usage{early}, []string{"p 4", "p 6"}},
		{"one that changes, after", []accounting.Price{commit("p", "10", daily, until(16)), commit("p", "12", daily, from(16))}, []metering.Usage{late}, []string{"p 4", "p 8"}},
		{"a minimum, whole in each hour", []accounting.Price{least(commit("p", "0", hourly, from(16)), accounting.ProrateDays)}, []metering.Usage{late}, []string{"p 4", "p 1"}},
		{"a minimum of each row", []accounting.Price{least(commit("p", "0", byRow, from(16)), accounting.ProrateNone)}, []metering.Usage{late}, []string{"p 5"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := contractOf(toCents, row.prices...)
			bill, _, err := rating.Rate(c, november, usage(row.rows...), rating.State{})
			require.NoError(t, err)
			require.Equal(t, row.want, billed(bill))
			none, state, err := rating.Rate(c, november, nil, rating.State{})
			require.NoError(t, err)
			require.Empty(t, none.Charges)
			lateBill, _, err := rating.Rate(c, november, usage(row.rows...), state)
			require.NoError(t, err)
			require.Equal(t, bill.Total(), lateBill.Total(), "late usage costs the same")
		})
	}
}

// An idle hour owes nothing at the list while a negotiated price takes all usage,
// and a commitment of the month has no share where it changes within it.
func TestRate_DueByTheWindow_Replaced(t *testing.T) {
	idle := with(priceOf("p", perUnit("1"), until(2)), accounting.Terms{Scope: accounting.Scope{Window: accounting.PerHour},
		Commitment: &accounting.Commitment{Amount: dec("10"), Overage: dec("1"), TrueUp: true, Idle: true}})
	c := contractOf(toCents, idle)
	require.Equal(t, "CNY 240.00", rate(t, c).Total().String())
	half := priceOf("q", perUnit("1"))
	half.Until = hourOf(1, 12).Start()
	c.Negotiated = cardOf("special", toCents, half)
	require.Equal(t, "CNY 120.00", rate(t, c).Total().String(), "twelve hours of the day are left")

	minimum := func(amount string, change func(*accounting.Price)) accounting.Price {
		m := dec(amount)
		return with(priceOf("p", perUnit("1"), change), accounting.Terms{Minimum: &m, ProrateMinimum: accounting.ProrateDays})
	}
	_, _, err := rating.Rate(contractOf(toCents, minimum("100", until(16)), minimum("120", from(16))), november, usage(used("70", 2)), rating.State{})
	var straddle *rating.StraddleError
	require.ErrorAs(t, err, &straddle, "70 of a minimum of 50 and of one of 60 would pass for enough of both")

	changing := idle
	changing.From, changing.Until = changing.Until, onDay(9)
	idle.Until = hourOf(1, 10).Start().Add(1800e9)
	changing.From = idle.Until
	first, second := hourOf(1, 10), hourOf(1, 10)
	first = must(metering.NewPeriod(first.Start(), idle.Until))
	second = must(metering.NewPeriod(idle.Until, second.End()))
	_, _, err = rating.Rate(contractOf(toCents, idle, changing), november, usage(at("1", first), at("1", second)), rating.State{})
	require.ErrorAs(t, err, &straddle, "an hour of two commitments")
	require.Equal(t, hourOf(1, 10), straddle.Period)
}
