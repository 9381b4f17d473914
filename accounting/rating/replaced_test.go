package rating_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/accounting"
	"github.com/meterbook/meterbook/accounting/rating"
	"github.com/meterbook/meterbook/metering"
)

// What the list asks at the end of a billing period is owed unless negotiated
// prices take all usage of its price: not by a surcharge beside it, not by one
// for some hours or one of several meters, and by two that follow each other.
func TestRate_Negotiated_OwesUnlessAllIsTaken(t *testing.T) {
	least := dec("50")
	minimum := with(priceOf("p", perUnit("1")), accounting.Terms{Minimum: &least})
	atZero := priceOf("p", graduated(accounting.ZeroCharged, tier("", "1", "40")))
	night := &accounting.Schedule{Hours: []accounting.Hours{{From: 0, To: 360}}}
	both := with(minimum, *minimum.Terms)
	both.Terms.Meters = []accounting.Weight{{Meter: metering.Ingress, Factor: dec("1")}}
	nightly := with(priceOf("p", perUnit("1")), accounting.Terms{Minimum: &least, During: night})
	for _, row := range []struct {
		name             string
		list, negotiated []accounting.Price
		want             []string
	}{
		{"a surcharge beside a minimum", []accounting.Price{minimum}, []accounting.Price{with(priceOf("q", perUnit("1")), accounting.Terms{Group: "surcharge"})},
			[]string{"list@1 p 50 of 50"}},
		{"a surcharge beside a flat amount", []accounting.Price{atZero}, []accounting.Price{with(priceOf("q", perUnit("1")), accounting.Terms{Group: "surcharge"})},
			[]string{"list@1 p 40 of 40"}},
		{"for some hours", []accounting.Price{minimum}, []accounting.Price{with(priceOf("q", perUnit("1")), accounting.Terms{During: night})},
			[]string{"list@1 p 50 of 50"}},
		{"for the same hours", []accounting.Price{nightly}, []accounting.Price{with(priceOf("q", perUnit("1")), accounting.Terms{During: night})}, nil},
		{"for one of two meters", []accounting.Price{both}, []accounting.Price{priceOf("q", perUnit("1"))}, []string{"list@1 p 50 of 50"}},
		{"one after the other", []accounting.Price{minimum}, []accounting.Price{priceOf("q", perUnit("1"), until(10)), priceOf("q", perUnit("2"), from(10))}, nil},
		{"with a day between", []accounting.Price{minimum}, []accounting.Price{priceOf("q", perUnit("1"), until(10)), priceOf("q", perUnit("2"), from(11))},
			[]string{"list@1 p 50 of 50"}},
	} {
		for _, r := range []accounting.Rounding{toCents, byBill} {
			t.Run(row.name+", "+r.Level.String(), func(t *testing.T) {
				c := contractOf(r, row.list...)
				c.Negotiated = cardOf("special", r, row.negotiated...)
				require.Equal(t, row.want, amounts(rate(t, c)))
			})
		}
	}
}

// What a surcharge owes without usage is not what the list's price beside it
// would have owed.
func TestRate_Negotiated_ListOfAnotherGroup(t *testing.T) {
	c := contractOf(toCents, priceOf("p", graduated(accounting.ZeroCharged, tier("", "1", "50"))))
	c.Negotiated = cardOf("special", toCents, with(priceOf("q", graduated(accounting.ZeroCharged, tier("", "1", "40"))), accounting.Terms{Group: "surcharge"}))
	require.Equal(t, []string{"list@1 p 50 of 50", "special@1 q 40 of 40"}, amounts(rate(t, c)))
}

// A minimum that a negotiated price took off the bill is not owed by late usage
// either: reactive energy that costs nothing by itself.
func TestRate_Negotiated_OwesNothingLate(t *testing.T) {
	least := dec("50")
	c := contractOf(toCents, with(priceOf("p", perUnit("1")), accounting.Terms{Minimum: &least, Scope: accounting.Scope{Account: true},
		PowerFactor: &accounting.PowerFactor{Reactive: "reactive", Steps: stepsOf("1", "0", "0")}}))
	c.Negotiated = cardOf("special", toCents, priceOf("q", perUnit("2")))
	rows := []metering.Usage{used("3", 1), used("3", 2, func(u *metering.Usage) { u.Key.Meter = "reactive" })}
	whole := rate(t, c, rows...)
	require.Equal(t, []string{"special@1 q 6 of 3", "list@1 p 0 of 0"}, amounts(whole))
	_, state, err := rating.Rate(c, november, usage(rows[0]), rating.State{})
	require.NoError(t, err)
	late, _, err := rating.Rate(c, november, usage(rows[1]), state)
	require.NoError(t, err)
	require.Equal(t, []string{"list@1 p 0 of 0"}, amounts(late))
}
